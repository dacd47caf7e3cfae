"""One real installation for the whole suite: supervisor, Rasa, app, indexer, on the demo shop. And one browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_api import BotApi
from playwright.sync_api import Browser, sync_playwright
from scripted_gateway import ScriptedGateway
from shopper import Shopper

from benchmarks.installation import Installation, free_port
from bot.nlu.train import model_file
from recommender.settings import PROJECT_ROOT

# Chromium refuses to run as root with its sandbox; the rest keeps it from calling home.
_FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    flags = _FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[ScriptedGateway]:
    """A gateway whose answers the test writes: the widget is the real one."""
    with ScriptedGateway(tmp_path / "pictures") as gateway:
        yield gateway


@pytest.fixture(scope="session")
def shop_origin() -> str:
    """Where the shop's own pages live: the one other origin that the gateway allows."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def bot_api() -> Iterator[BotApi]:
    """A Bot API server, for the installation's bot."""
    with BotApi().running() as api:
        yield api


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, shop_origin: str, bot_api: BotApi) -> Iterator[Installation]:
    if not model_file(PROJECT_ROOT / "build").is_file():
        pytest.fail("there is no Rasa model: run `make setup` first")
    environment = {
        "SHOPTALK_ALLOWED_ORIGINS": shop_origin,
        "SHOPTALK_IDENTITY_KEY": "identity-key-for-tests-only-0123",
        "SHOPTALK_TELEGRAM_TOKEN": bot_api.token,
        "SHOPTALK_TELEGRAM_API_URL": bot_api.url,
        "SHOPTALK_TELEGRAM_MODE": "webhook",
    }
    installation = Installation(tmp_path_factory.mktemp("installation"), environment=environment)
    installation.environment["SHOPTALK_PUBLIC_URL"] = installation.url
    with installation:
        yield installation


@pytest.fixture
def shopper(installation: Installation) -> Iterator[Shopper]:
    shopper = Shopper(installation.url)
    yield shopper
    shopper.client.close()
