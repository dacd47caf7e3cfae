"""May an assistant that learned from corrected messages replace the one that serves?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any, Final

from pydantic import BaseModel

__all__ = ["Comparison", "Labelled", "Verdict", "judge"]

MOST_CHANGED: Final = 0.02
"""Share of the past messages that were understood which may now be taken for something else."""

_SIGNIFICANCE: Final = 0.05


class Labelled(BaseModel):
    """A message, what it should be taken for, and what both assistants take it for."""

    text: str
    intent: str
    before: str
    after: str


class Comparison(BaseModel):
    """What both make of the held-out tenth, of corrected messages they did not learn from, and of past messages."""

    held_out: list[Labelled]
    corrected: list[Labelled]
    past: list[Labelled]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the gate opens, why in one sentence, and the numbers: right answers before and after, of how many."""

    passed: bool
    reason: str
    held_out: tuple[int, int, int]
    corrected: tuple[int, int, int]
    past_changed: tuple[int, int]

    def numbers(self) -> Mapping[str, Any]:
        """The numbers as plain data, for a manifest or a table."""
        return {
            "held_out": dict(zip(("before", "after", "of"), self.held_out, strict=True)),
            "corrected": dict(zip(("before", "after", "of"), self.corrected, strict=True)),
            "past": dict(zip(("changed", "of"), self.past_changed, strict=True)),
        }


def judge(comparison: Comparison) -> Verdict:
    """Open only for what is better on corrections it has not seen, and worse nowhere.

    Worse on the held-out tenth is tested pairwise (McNemar's exact test, one-sided): a message more or less is chance.
    Past messages that somebody meanwhile corrected are not among `past`; the others should stay what they were.
    """
    corrected, held_out = _right(comparison.corrected), _right(comparison.held_out)
    understood = [one for one in comparison.past if one.before == one.intent]
    changed = sum(one.after != one.intent for one in understood)
    lost = sum(one.before == one.intent != one.after for one in comparison.held_out)
    won = sum(one.after == one.intent != one.before for one in comparison.held_out)
    if corrected[1] <= corrected[0]:
        passed, reason = False, "It understands no more of the corrected messages that it did not learn from."
    elif lost > won and _chance(won, lost) < _SIGNIFICANCE:
        passed, reason = False, f"It understands less of what it understood: {lost} of the held-out tenth are lost."
    elif changed > max(1, MOST_CHANGED * len(understood)):
        passed, reason = False, f"It takes {changed} of {len(understood)} past messages for something else."
    else:
        passed, reason = True, f"It understands {corrected[1] - corrected[0]} more corrected messages it had not seen."
    return Verdict(passed, reason, held_out, corrected, (changed, len(understood)))


def _right(labelled: Sequence[Labelled]) -> tuple[int, int, int]:
    before = sum(one.before == one.intent for one in labelled)
    return before, sum(one.after == one.intent for one in labelled), len(labelled)


def _chance(won: int, lost: int) -> float:
    """How probably at least `lost` of those that changed would be losses, if winning and losing were alike."""
    changed = won + lost
    return float(sum(comb(changed, count) for count in range(lost, changed + 1)) / 2**changed)
