"""Do `shoptalk train factors` and `shoptalk evaluate recommend` go from imported events to lists for every customer?"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import app
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.errors import BadInputError, UnavailableError
from recommender.index.generation import Generation
from recommender.personalisation.store import FactorModels

SIZE = 24
IDS = [f"{'lamp' if row % 2 else 'rug'}-{row:02d}" for row in range(SIZE)]


@pytest.fixture
def empty_home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop with a database; nothing here depends on the encoder."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "shoptalk.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("SHOPTALK_HOME", str(home))
    monkeypatch.setenv("SHOPTALK_BUILD", str(tmp_path / "build"))
    monkeypatch.delenv("SHOPTALK_DATABASE_URL", raising=False)
    monkeypatch.setattr("os.nice", lambda _more: 0)  # niceness lasts as long as the process, which is the tests'
    return home


@pytest.fixture
def home(empty_home: Path) -> Path:
    """Rugs and lamps; customer i buys all of one kind but number i."""
    database = Database(f"sqlite:///{empty_home / 'shoptalk.db'}")
    catalogue = SqlCatalogue(database, SystemClock())
    catalogue.upsert([Product(item, item.replace("-", " number ")) for item in IDS])
    number, products = catalogue.last_change(), list(catalogue)
    vectors = np.eye(SIZE, dtype=np.float32)
    Generation.build(empty_home / "index", products, vectors, encoder_version="none", change_number=number)
    database.close()
    rows = [
        f"c{customer},{IDS[row]},{place}"
        for customer in range(SIZE)
        for place, row in enumerate(one for one in range(customer % 2, SIZE, 2) if one != customer)
    ]
    events = empty_home / "events.csv"
    events.write_text("\n".join(["user_id,item_id,position", *rows, "stray,gone-from-the-shop,0"]), encoding="utf-8")
    run("events", "import", str(events))
    return empty_home


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160"})
    if result.exception:
        raise result.exception
    return result.output


def lists(path: Path) -> dict[str, list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t")
        assert reader.fieldnames == ["user_id", "item_id", "rank"]
        found: dict[str, list[str]] = {}
        for row in reader:
            found.setdefault(row["user_id"], []).append(row["item_id"])
            assert int(row["rank"]) == len(found[row["user_id"]])
        return found


def test_every_customer_gets_a_list_without_what_they_bought(home: Path) -> None:
    assert "It serves from now on" in run("train", "factors")
    said = run("evaluate", "recommend", "--out", str(home / "out.tsv"), "--k", "5")
    found = lists(home / "out.tsv")
    assert "for 25 customers" in said
    assert found.keys() == {*(f"c{customer}" for customer in range(SIZE)), "stray"}
    for customer in range(SIZE):
        theirs = found[f"c{customer}"]
        assert theirs[0] == IDS[customer]
        assert len(theirs) == 5
        bought = {IDS[row] for row in range(customer % 2, SIZE, 2) if row != customer}
        assert not bought & set(theirs)


def test_a_shop_without_a_model_trains_one_and_says_so(home: Path) -> None:
    assert "No recommendation model was trained yet" in run("evaluate", "recommend", "--out", str(home / "out.tsv"))
    assert FactorModels(home).current() is not None
    assert "No recommendation model" not in run("evaluate", "recommend", "--out", str(home / "again.tsv"))
    assert (home / "out.tsv").read_bytes() == (home / "again.tsv").read_bytes()


def test_without_events_both_say_what_to_do(home: Path, empty_home: Path) -> None:
    for customer in range(SIZE):
        run("privacy", "erase", f"c{customer}")
    with pytest.raises(BadInputError, match="shoptalk events import"):
        run("train", "factors")
    run("privacy", "erase", "stray")
    with pytest.raises(BadInputError, match="shoptalk events import"):
        run("evaluate", "recommend", "--out", str(home / "out.tsv"))


def test_without_a_catalogue_training_says_so(empty_home: Path) -> None:
    with pytest.raises(UnavailableError, match="shoptalk catalog import"):
        run("train", "factors")


def test_a_file_that_cannot_be_written_is_named(home: Path) -> None:
    run("train", "factors")
    with pytest.raises(BadInputError, match="no-such-folder"):
        run("evaluate", "recommend", "--out", str(home / "no-such-folder" / "out.tsv"))
