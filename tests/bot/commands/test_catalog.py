"""Does `shoptalk catalog import` bring a feed in, report it and refuse a bad one?"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.commands.catalog import app
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.errors import BadInputError, NotFoundError

FEED = "sku;title;cents\nv1;Vase;2450\nv2;;990\nv3;Jug;-1\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOPTALK_CURRENCY", "EUR")
    monkeypatch.delenv("SHOPTALK_DATABASE_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.txt"
    path.write_text(FEED, encoding="utf-8")
    return path


def import_feed(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, ["import", *map(str, arguments), "--no-index"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_imports_and_reports(home: Path, feed: Path) -> None:
    output = import_feed(feed, "--map", "price=cents/100")
    assert "feed.txt (semicolon-separated, utf-8): 3 read" in output
    for line in ("2  new", "0  changed", "0  unchanged", "1  rejected", "1  titles built"):
        assert line in output
    (report,) = (home / "reports").iterdir()
    assert str(report) in output
    assert "3,v2,title built,Product v2" in report.read_text(encoding="utf-8")
    database = Database(f"sqlite:///{home / 'shoptalk.db'}")
    products = list(SqlCatalogue(database, SystemClock()))
    database.close()
    assert [(product.id, str(product.price), product.currency) for product in products] == [
        ("v1", "24.5", "EUR"),
        ("v2", "9.9", "EUR"),
    ]


def test_a_second_import_finds_nothing_to_do(home: Path, feed: Path) -> None:
    import_feed(feed, "--map", "price=cents/100")
    assert "2  unchanged" in import_feed(feed, "--map", "price=cents/100")


def test_prunes_when_told(home: Path, feed: Path) -> None:
    import_feed(feed)
    feed.write_text("sku;title\nv1;Vase\n", encoding="utf-8")
    assert "pruned" not in import_feed(feed)
    assert "2  pruned" in import_feed(feed, "--prune")


def test_a_bad_option_or_file_is_one_error(home: Path, feed: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="'colour' is no field"):
        import_feed(feed, "--map", "colour=title")
    with pytest.raises(NotFoundError, match="There is no file"):
        import_feed(tmp_path / "missing.csv")


def test_help_shows_an_example(home: Path) -> None:
    output = CliRunner().invoke(app, ["import", "--help"]).output
    assert "shoptalk catalog import products.csv" in " ".join(output.split())
