"""Do labels go out to a file and come in from one, from the terminal?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shop_floor import TITLES, ShopFloor
from typer.testing import CliRunner

from bot.cli import app
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError

LABELS = """{"format": "shoptalk-labels", "version": 1}
{"kind": "judgement", "text": "red sofa", "item_id": "sofa", "value": "3", "rater": "Ada", "at": "2026-01-01T00:00:00Z"}
{"kind": "message", "text": "wheres my stuff", "value": "track_order", "rater": "Ada", "at": "2026-01-01T00:00:00Z"}
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SHOPTALK_DATABASE_URL", raising=False)
    (tmp_path / "labels.jsonl").write_text(LABELS, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["labels", *arguments])
    if result.exception:
        raise result.exception
    return result.output


def test_labels_come_in_once_and_go_out_again(home: Path) -> None:
    assert "2 labels are new, 0 were there already." in run("import", str(home / "labels.jsonl"))
    assert "0 labels are new, 2 were there already." in run("import", str(home / "labels.jsonl"))
    out = home / "out.jsonl"
    assert "2 labels are in" in run("export", "--out", str(out))
    assert out.read_text(encoding="utf-8") == run("export")
    assert "red sofa" in run("export")


def test_a_file_that_cannot_be_used_is_named(home: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        run("import", str(home / "missing.jsonl"))
    (home / "other.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInputError, match="not UTF-8"):
        run("import", str(home / "other.jsonl"))
    with pytest.raises(BadInputError, match="cannot be written"):
        run("export", "--out", str(home / "missing" / "out.jsonl"))


def test_what_waits_goes_out_and_comes_back_decided(home: Path, clock: FakeClock) -> None:
    run("import", str(home / "labels.jsonl"))  # the schema is there from then on
    database = Database(f"sqlite:///{home / 'home' / 'shoptalk.db'}")
    SqlCatalogue(database, clock).upsert(Product(id=name, title=title) for name, title in TITLES.items())
    ShopFloor(database, clock).says("bob", "garden hose", ["hose", "lamp"])
    database.close()
    todo = home / "todo.jsonl"
    assert "2 things wait in" in run("queue", "--rater", "Ada", "--out", str(todo))
    lines = [json.loads(line) for line in todo.read_text(encoding="utf-8").splitlines()]
    assert {line["title"] for line in lines[1:]} == {"Garden hose", "Desk lamp"}
    lines[1]["value"] = "3"
    todo.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert "1 labels are new, 0 were there already." in run("import", str(todo))
    assert run("queue", "--rater", "Ada").count("garden hose") == 1
    assert run("queue", "--rater", "Ada", "--kind", "suspects").count("\n") == 1


def test_agreement_is_told(home: Path) -> None:
    other = home / "other.jsonl"
    other.write_text(LABELS.replace("Ada", "Kim").replace('"3"', '"0"'), encoding="utf-8")
    for path in (home / "labels.jsonl", other):
        run("import", str(path))
    said = run("agreement")
    assert "judgement: 1 decided on, 1 by two or more, 1 differently" in said
    assert "import:Kim: 1 decisions, right" in said
