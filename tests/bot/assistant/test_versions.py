"""Is the assistant that serves changed in one step, taken over by a running Rasa, and never one that cannot serve?"""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from bot.assistant.versions import AssistantVersions
from recommender.errors import ConflictError, NotFoundError, UnavailableError
from recommender.settings import Settings

ABOUT = {"made_at": "2026-01-01", "corrections": 3, "passed": True, "reason": "better", "numbers": {}}


class Rasa:
    """Remembers which models it was told to load."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.status = 204
        self.runs = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not self.runs:
            raise httpx.ConnectError("nobody listens")
        assert request.url.params["token"]
        assert request.method == "PUT"
        self.loaded.append(Path(json.loads(request.content)["model_file"]).name)
        return httpx.Response(self.status)


@pytest.fixture
def rasa() -> Rasa:
    return Rasa()


@pytest.fixture
def versions(tmp_path: Path, rasa: Rasa) -> AssistantVersions:
    (tmp_path / "build" / "encoder").mkdir(parents=True)
    (tmp_path / "build" / "encoder" / "manifest.json").write_text('{"version": "one"}')
    settings = Settings(_env_file=None, home=tmp_path / "home", build=tmp_path / "build")
    return AssistantVersions(settings, httpx.MockTransport(rasa))


def add(versions: AssistantVersions, name: str) -> None:
    model = versions.folder.parent / "made.tar.gz"
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_bytes(b"a model")
    versions.add(model, name, ABOUT)


def test_without_a_version_the_checkouts_own_serves(versions: AssistantVersions) -> None:
    assert versions.versions() == []
    assert versions.model() == versions.base_model
    with pytest.raises(ConflictError, match="No other assistant"):
        versions.rollback()
    with pytest.raises(NotFoundError, match="assistant list"):
        versions.promote("shop-nothing")


def test_promotion_is_taken_over_and_leads_back(versions: AssistantVersions, rasa: Rasa) -> None:
    add(versions, "shop-one")
    add(versions, "shop-two")
    assert versions.promote("shop-one")
    assert versions.promote("shop-two")
    assert versions.model().name == "shop-two.tar.gz"
    assert [one.name for one in versions.versions() if one.serves] == ["shop-two"]
    assert versions.rollback() == ("shop-one", True)
    assert versions.model().name == "shop-one.tar.gz"
    assert rasa.loaded == ["shop-one.tar.gz", "shop-two.tar.gz", "shop-one.tar.gz"]


def test_the_first_promotion_leads_back_to_the_checkouts_own(versions: AssistantVersions, rasa: Rasa) -> None:
    add(versions, "shop-one")
    versions.promote("shop-one")
    assert versions.rollback() == ("the checkout's own", True)
    assert versions.model() == versions.base_model
    assert versions.rollback() == ("shop-one", True)


def test_while_rasa_does_not_run_the_next_start_takes_over(versions: AssistantVersions, rasa: Rasa) -> None:
    add(versions, "shop-one")
    rasa.runs = False
    assert not versions.promote("shop-one")
    assert versions.model().name == "shop-one.tar.gz"


def test_what_rasa_cannot_load_never_serves(versions: AssistantVersions, rasa: Rasa) -> None:
    add(versions, "shop-one")
    rasa.status = 400
    with pytest.raises(UnavailableError, match="answered 400"):
        versions.promote("shop-one")
    assert versions.model() == versions.base_model


def test_a_model_made_from_other_rules_does_not_serve(versions: AssistantVersions, rasa: Rasa) -> None:
    add(versions, "shop-one")
    versions.promote("shop-one")
    manifest = versions.folder.parent.parent.parent / "build" / "encoder" / "manifest.json"
    manifest.write_text('{"version": "two"}')
    assert versions.model() == versions.base_model
    with pytest.raises(ConflictError, match="train assistant"):
        versions.promote("shop-one")


@pytest.mark.parametrize("damage", ["", "not json", "[]", '{"what": 1}', '{"base": "other", "current": "shop-one"}'])
def test_a_damaged_pointer_means_the_checkouts_own(versions: AssistantVersions, damage: str) -> None:
    add(versions, "shop-one")
    (versions.folder / "serving.json").write_text(damage)
    assert versions.model() == versions.base_model
