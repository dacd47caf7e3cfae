"""Do `shoptalk search` and `shoptalk evaluate search` work on a catalogue, and refuse what they cannot use?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from bot.commands import evaluate, search, understand
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.errors import BadInputError, UnavailableError
from recommender.index.generation import Generation
from recommender.settings import PROJECT_ROOT

PRODUCTS = [
    Product("lamp-1", "Red [bold]lamp[/bold]", brand="Orla", price=Decimal("20")),
    Product("lamp-2", "Blue lamp", brand="Orla", price=Decimal("60"), in_stock=False),
    Product("sofa-1", "Red sofa", brand="Norda", price=Decimal("450")),
]


@pytest.fixture
def empty_home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop with a database, but without an encoder: words answer, and nothing here depends on the model."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "shoptalk.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("SHOPTALK_HOME", str(home))
    monkeypatch.setenv("SHOPTALK_BUILD", str(tmp_path / "build"))
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def home(empty_home: Path) -> Path:
    database = Database(f"sqlite:///{empty_home / 'shoptalk.db'}")
    catalogue = SqlCatalogue(database, SystemClock())
    catalogue.upsert(PRODUCTS)
    number, products = catalogue.last_change(), list(catalogue)
    vectors = np.zeros((len(products), 4), dtype=np.float32)
    Generation.build(empty_home / "index", products, vectors, encoder_version="none", change_number=number)
    database.close()
    return empty_home


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.add_typer(evaluate.app, name="evaluate")
    app.command("search")(search.search)
    app.command("understand")(understand.understand)
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160"})


def test_search_says_what_it_understood_and_prints_markup_as_text(home: Path) -> None:
    result = run("search", "red lamp under 50")
    assert result.exit_code == 0, result.output
    assert "up to $50;" in result.output
    assert "[bold]lamp[/bold]" in result.output
    assert "Blue lamp" not in result.output
    said = " ".join(result.output.split())
    assert "encoder off: " in said  # there is no encoder here, and it is said
    assert ".." not in said


def test_json_is_all_that_goes_to_stdout(home: Path) -> None:
    command = [sys.executable, "-m", "bot", "search", "lamp", "--json", "--limit", "1"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=PROJECT_ROOT)
    found = json.loads(result.stdout)
    assert len(found["hits"]) == 1
    assert found["total"] == 3
    assert found["versions"]["encoder"].startswith("off: ")


def test_json_holds_exact_prices_legs_and_conditions(home: Path) -> None:
    output = run("search", "lamp under 50", "--json").stdout
    found = json.loads(output[output.index("{") :])
    assert [hit["id"] for hit in found["hits"]] == ["lamp-1"]
    assert found["hits"][0]["price"] == "20"
    assert found["hits"][0]["legs"].keys() == {"lexical"}
    assert found["query"]["constraints"][0] == {"facet": "price", "op": "at_most", "values": [], "bound": "50"}


def test_a_shop_without_an_index_is_told_how_to_get_one(empty_home: Path) -> None:
    result = run("search", "lamp")
    assert isinstance(result.exception, UnavailableError)
    assert "catalog import" in str(result.exception)


def files(folder: Path) -> list[str]:
    (folder / "queries.tsv").write_text("q1\tred lamp\nq2\tsofa\nq3\tzeppelin\n")
    (folder / "qrels.txt").write_text("q1 0 lamp-1 3\nq1 0 lamp-2 1\nq2 0 sofa-1 2\nq3 0 lamp-1 0\n")
    names = ("--queries", "queries.tsv", "--qrels", "qrels.txt", "--run-out", "run.txt")
    return [str(folder / name) if "." in name else name for name in names]


def test_evaluate_writes_a_trec_run_and_prints_the_means(home: Path, tmp_path: Path) -> None:
    result = run("evaluate", "search", *files(tmp_path))
    assert result.exit_code == 0, result.output
    assert "3 queries, 2 of them with a relevant product" in result.output
    assert "nDCG@10 1.0000   Recall@100 1.0000" in result.output
    lines = [line.split() for line in (tmp_path / "run.txt").read_text().splitlines()]
    assert lines[0][:4] == ["q1", "Q0", "lamp-1", "1"]
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)


def test_evaluate_compares_with_another_run_query_by_query(home: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("q1 Q0 lamp-1 1 0.9 x\nq2 Q0 lamp-2 1 0.9 x\n")
    result = run("evaluate", "search", *files(tmp_path), "--compare", str(tmp_path / "other.txt"))
    assert result.exit_code == 0, result.output
    assert "p = " in result.output
    assert "+1.0000  q2  sofa" in result.output


def test_evaluate_refuses_a_file_that_is_not_there(home: Path, tmp_path: Path) -> None:
    arguments = files(tmp_path)
    (tmp_path / "qrels.txt").unlink()
    result = run("evaluate", "search", *arguments)
    assert isinstance(result.exception, BadInputError)
    assert "qrels.txt" in str(result.exception)


@pytest.mark.usefixtures("home")
def test_understand_shows_which_words_were_read_as_what() -> None:
    result = run("understand", "[b]lamp[/b] under 50, not red", "--after", "sofa")
    assert result.exit_code == 0
    assert re.search(r"under 50 +│ price at most 50", result.stdout)
    assert re.search(r"not red +│ not red", result.stdout)
    assert "Looking for: b]lamp[/b" in result.stdout
