"""Does an import bring in what the file says, count everything once, and prune only what is gone?"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recommender.catalogue.feed.columns import parse_mappings
from recommender.catalogue.feed.importer import import_feed
from recommender.catalogue.feed.report import ImportReport, LineReport
from recommender.catalogue.memory import InMemoryCatalogue
from recommender.errors import BadInputError
from tests.recommender.catalogue.conftest import lamp

HEADER = "id,title,brand,price\n"
UNQUOTED = "5 cells where the header has 4: a delimiter, quotation mark or line break in a text is not quoted"


class Import:
    """Imports texts as files into one catalogue and reads back what was reported."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = InMemoryCatalogue()
        self._feed = folder / "feed.csv"
        self._lines = folder / "reports" / "lines.csv"

    def __call__(self, text: str, *mappings: str, **options: Any) -> ImportReport:
        self._feed.write_text(text, encoding="utf-8")
        with LineReport(self._lines) as lines:
            return import_feed(
                self._feed,
                self.catalogue,
                columns=parse_mappings(mappings),
                currency="EUR",
                lines=lines,
                **options,
            )

    def lines(self) -> list[dict[str, str]]:
        with self._lines.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def run(tmp_path: Path) -> Import:
    return Import(tmp_path)


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    assert report.read == report.new + report.changed + report.unchanged + report.rejected
    return report.read, report.new, report.changed, report.unchanged, report.rejected


def test_counts_new_changed_unchanged_and_rejected(run: Import) -> None:
    assert counts(run(f"{HEADER}a,Vase,Claywerk,5\nb,Bowl,Claywerk,6\nc,Jug,,7\n")) == (3, 3, 0, 0, 0)
    report = run(f"{HEADER}a,Vase,Claywerk,5\nb,Large bowl,Claywerk,6\nc,Jug,,8\nd,Cup,,-1\n")
    assert counts(report) == (4, 0, 2, 1, 1)
    assert (report.text_changed, report.offer_changed) == (1, 1)
    assert run.catalogue.get(["c"])["c"].price == Decimal(8)


def test_the_same_file_again_changes_nothing(run: Import) -> None:
    feed = f"{HEADER}a,Vase,Claywerk,5\na,Other,,9\nb,,Claywerk,\n"
    run(feed)
    before = run.catalogue.last_change()
    assert counts(run(feed)) == (3, 0, 0, 2, 1)
    assert run.catalogue.last_change() == before


def test_of_two_rows_with_one_id_the_first_counts(run: Import) -> None:
    report = run(f"{HEADER}a,First,,1\nb,Bowl,,1\na,Second,,2\n", batch=2)
    assert run.catalogue.get(["a"])["a"].title == "First"
    assert report.repeated == 1
    assert run.lines() == [
        {"line": "4", "id": "a", "outcome": "rejected", "reason": "the id is on line 2 already; that one counts"}
    ]


def test_a_rejected_row_does_not_stand_in_the_way_of_a_good_one(run: Import) -> None:
    assert counts(run(f"{HEADER}a,Vase,,-1\na,Vase,,1\n")) == (2, 1, 0, 0, 1)


def test_every_line_that_needs_a_look_is_reported_with_its_reason(run: Import) -> None:
    report = run(f"{HEADER}a,Vase,,-1\nb,,Claywerk,1\nc,Jug,,1,2\n,Cup,,1\nd,Pot,,1\n")
    assert run.lines() == [
        {"line": "2", "id": "a", "outcome": "rejected", "reason": "the price '-1' is negative"},
        {"line": "3", "id": "b", "outcome": "title built", "reason": "Claywerk"},
        {
            "line": "4",
            "id": "",
            "outcome": "rejected",
            "reason": UNQUOTED,
        },
        {"line": "5", "id": "", "outcome": "rejected", "reason": "the id is empty"},
    ]
    assert (report.titles_built, report.unreadable, report.rejected) == (1, 1, 3)


def test_the_report_runs_no_formula_in_a_spreadsheet(run: Import) -> None:
    run(f'{HEADER}"=HYPERLINK(""http://x"")",Vase,,-1\n+1,,@brand,1\n')
    for line in run.lines():
        assert not line["id"].startswith(("=", "+"))
        assert not line["reason"].startswith("@")


def test_half_a_character_does_not_stop_the_import(run: Import) -> None:
    report = run('{"id": "a\\ud800", "title": "\\udfffVase", "price": 1}\n{"id": "b", "price": "\\ud800"}\n')
    assert [(product.id, product.title) for product in run.catalogue] == [("a", "Vase")]
    assert report.rejected == 1


def test_no_report_file_when_there_is_nothing_to_say(run: Import) -> None:
    assert run(f"{HEADER}a,Vase,,1\n").lines is None


def test_prune_deletes_what_the_file_does_not_name(run: Import) -> None:
    run.catalogue.upsert(lamp(item_id) for item_id in ("a", "b", "c", "d"))
    report = run(f"{HEADER}a,Vase,,1\nb,Bowl,,-1\n", prune=True)
    assert report.pruned == 2
    assert [product.id for product in run.catalogue] == ["a", "b"]  # The row of b is bad, but b is not gone.


def test_without_prune_nothing_is_deleted(run: Import) -> None:
    run.catalogue.upsert([lamp("z")])
    assert run(f"{HEADER}a,Vase,,1\n").pruned == 0
    assert [product.id for product in run.catalogue] == ["a", "z"]


def test_a_line_that_cannot_be_read_forbids_pruning(run: Import) -> None:
    run.catalogue.upsert([lamp("z")])
    report = run(f"{HEADER}a,Vase,,1\nz,Lamp, large,,1\n", prune=True)
    assert report.pruned == 0
    assert "1 lines cannot be read" in report.not_pruned_because
    assert len(run.catalogue) == 2


def test_a_file_that_breaks_off_prunes_nothing_and_says_how_far_it_came(run: Import) -> None:
    run.catalogue.upsert([lamp("z")])
    item = "<item><id>{}</id><title>Vase</title></item>"
    broken = "<rss><channel>" + "".join(item.format(n) for n in range(5000)) + "<item><id>9"
    with pytest.raises(BadInputError, match=r"the XML is broken .*The [45],000 rows before it are imported"):
        run(broken, prune=True)
    assert "z" in run.catalogue.get(["z"])


def test_the_mapped_column_has_to_be_there_before_anything_is_written(run: Import) -> None:
    with pytest.raises(BadInputError, match="no column 'cost'"):
        run(f"{HEADER}a,Vase,,1\n", "price=cost/100")
    with pytest.raises(BadInputError, match="no column for the id"):
        run("name,price\nVase,1\n")
    assert len(run.catalogue) == 0


@pytest.mark.parametrize(
    ("feed", "reason"),
    [
        (HEADER, "has no rows below its header"),
        (f"{HEADER}a,Vase,,-1\nb,Bowl,,x\n", "No row of .* can be used; the first: line 2: the price '-1' is negative"),
        ("id;title,brand\na;Vase\n", "No row of .* can be used"),
    ],
)
def test_a_file_without_a_usable_row_is_refused(run: Import, feed: str, reason: str) -> None:
    run.catalogue.upsert([lamp("z")])
    with pytest.raises(BadInputError, match=reason):
        run(feed, prune=True)
    assert len(run.catalogue) == 1


def test_progress_ends_at_the_size_of_the_file(run: Import, tmp_path: Path) -> None:
    steps: list[tuple[int, int, int]] = []
    run(f"{HEADER}a,Vase,,1\nb,Bowl,,1\nc,Jug,,1\n", batch=2, progress=lambda *step: steps.append(step))
    size = (tmp_path / "feed.csv").stat().st_size
    assert [rows for _, _, rows in steps] == [2, 3]
    assert steps[-1][:2] == (size, size)
