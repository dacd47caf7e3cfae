"""Are the hundreds of ways people really write read as they are meant? The sentences are in `cases/*.yml`."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from recommender.understanding.understander import Understander
from tests.recommender.understanding.small_shop import SHOWN, spelled

FOLDER = Path(__file__).parent / "cases"


def _cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [
            pytest.param(content.get("after"), case, id=f"{path.stem}: {case['say']}") for case in content["cases"]
        ]
    return found


CASES = _cases()


def test_there_are_hundreds() -> None:
    assert len(CASES) >= 300


@pytest.mark.parametrize(("after", "case"), CASES)
def test_a_message_is_read_as_it_is_meant(understander: Understander, after: str | None, case: dict[str, Any]) -> None:
    previous = understander.understand(after).query if after else None
    shown = SHOWN if after else ()
    reading = understander.understand(case["say"], previous=previous, shown=shown, amend=True if after else None)
    assert reading.kind == ("amend" if after else "new")
    assert spelled(reading.query) == case["means"]
    assert reading.quantity == case.get("quantity")
    assert list(reading.further) == case.get("further", [])
    assert "".join(reading.references) == case.get("points_at", "")


@pytest.mark.parametrize(("after", "case"), CASES)
def test_every_part_is_of_the_text_and_taken_once(
    understander: Understander, after: str | None, case: dict[str, Any]
) -> None:
    """Parts overlap only where a word is told twice over: what it is, and for whom or for when."""
    previous = understander.understand(after).query if after else None
    parts = understander.understand(case["say"], previous=previous, shown=SHOWN if after else (), amend=True).parts
    told = [part for part in parts if not part.meaning.startswith(("department", "occasion"))]
    for one, other in pairwise(told):
        assert one.end <= other.start
    assert all(case["say"][part.start : part.end].strip() for part in parts)
