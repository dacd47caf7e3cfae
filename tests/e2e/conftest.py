"""One real installation for the whole suite: supervisor, Rasa, app, indexer, on the demo shop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shopper import Shopper

from benchmarks.installation import Installation, free_port
from bot.nlu.train import model_file
from recommender.settings import PROJECT_ROOT


@pytest.fixture(scope="session")
def shop_origin() -> str:
    """Where the shop's own pages live: the one other origin that the gateway allows."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, shop_origin: str) -> Iterator[Installation]:
    if not model_file(PROJECT_ROOT / "build").is_file():
        pytest.fail("there is no Rasa model: run `make setup` first")
    environment = {
        "SHOPTALK_ALLOWED_ORIGINS": shop_origin,
        "SHOPTALK_IDENTITY_KEY": "identity-key-for-tests-only-0123",
    }
    with Installation(tmp_path_factory.mktemp("installation"), environment=environment) as installation:
        yield installation


@pytest.fixture
def shopper(installation: Installation) -> Iterator[Shopper]:
    shopper = Shopper(installation.url)
    yield shopper
    shopper.client.close()
