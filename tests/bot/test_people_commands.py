"""Do `shoptalk events` and `shoptalk privacy` bring people in, show them and take them out again?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from recommender.errors import BadInputError, NotFoundError

EVENTS = (
    "user_id,item_id,event,timestamp\nada,lamp,view,2026-01-01\nada,lamp,purchase,2026-01-02\nbob,rug,view,2026-01-03\n"
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SHOPTALK_DATABASE_URL", raising=False)
    (tmp_path / "events.csv").write_text(EVENTS + "bob,,view,\n", encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception:
        raise result.exception
    return result.output


def test_events_come_in_once_and_bad_rows_are_in_a_file(home: Path) -> None:
    said = run("events", "import", str(home / "events.csv"))
    assert "3  new" in said
    assert "1  rejected" in said
    assert "3  of products not in the catalogue" in said
    (lines,) = (home / "home" / "reports").iterdir()
    assert "5,,rejected,the item id is empty" in lines.read_text(encoding="utf-8")
    assert "3  there already" in run("events", "import", str(home / "events.csv"))


def test_a_customer_is_exported_and_erased_and_another_stays(home: Path) -> None:
    run("events", "import", str(home / "events.csv"))
    run("privacy", "export", "ada", "--out", str(home / "ada.json"))
    kept = json.loads((home / "ada.json").read_text(encoding="utf-8"))
    assert [event["kind"] for event in sorted(kept["events"], key=lambda event: event["at"])] == ["view", "purchase"]
    assert kept["identities"][0]["external_id"] == "ada"

    said = run("privacy", "erase", "ada")
    assert "2  events" in said
    assert "nothing is left" in said
    with pytest.raises(NotFoundError, match="'ada'"):
        run("privacy", "export", "ada")
    assert json.loads(run("privacy", "export", "shop:bob"))["events"]


def test_a_person_is_found_by_their_own_id_too(home: Path) -> None:
    run("events", "import", str(home / "events.csv"))
    person = json.loads(run("privacy", "export", "ada"))["people"][0]["id"]
    assert json.loads(run("privacy", "export", person))["people"][0]["id"] == person


def test_a_file_that_cannot_be_used_ends_in_one_sentence(home: Path) -> None:
    (home / "other.csv").write_text("name,thing\nada,lamp\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="--map user_id=COLUMN"):
        run("events", "import", str(home / "other.csv"))
