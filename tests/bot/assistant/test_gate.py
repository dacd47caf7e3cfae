"""Does only an assistant that is better on what it has not seen, and worse nowhere, get through?"""

from __future__ import annotations

import pytest

from bot.assistant.gate import Comparison, Labelled, judge


def labelled(intent: str, before: str, after: str, count: int = 1) -> list[Labelled]:
    return [Labelled(text="words", intent=intent, before=before, after=after)] * count


BETTER = labelled("order", "search", "order", 3) + labelled("order", "order", "order", 5)
SAME = labelled("search", "search", "search", 100)


@pytest.mark.parametrize(
    ("comparison", "passed", "said"),
    [
        (Comparison(held_out=SAME, corrected=BETTER, past=SAME), True, "3 more corrected messages"),
        (Comparison(held_out=SAME, corrected=SAME, past=SAME), False, "no more of the corrected"),
        (
            Comparison(held_out=SAME + labelled("search", "search", "order", 8), corrected=BETTER, past=SAME),
            False,
            "8 of the held-out tenth are lost",
        ),
        (
            Comparison(held_out=SAME + labelled("search", "search", "order", 2), corrected=BETTER, past=SAME),
            True,
            "more",
        ),
        (
            Comparison(held_out=SAME, corrected=BETTER, past=SAME + labelled("search", "search", "order", 5)),
            False,
            "5 of 105 past messages",
        ),
        (
            Comparison(held_out=SAME, corrected=BETTER, past=labelled("search", "order", "bye", 50) + SAME),
            True,
            "more",
        ),
        (Comparison(held_out=[], corrected=BETTER, past=[]), True, "more"),
        (Comparison(held_out=[], corrected=[], past=[]), False, "no more"),
    ],
)
def test_the_gate(comparison: Comparison, passed: bool, said: str) -> None:
    verdict = judge(comparison)
    assert verdict.passed is passed
    assert said in verdict.reason


def test_the_numbers_are_counts_of_right_answers() -> None:
    verdict = judge(Comparison(held_out=SAME, corrected=BETTER, past=SAME))
    assert verdict.numbers() == {
        "held_out": {"before": 100, "after": 100, "of": 100},
        "corrected": {"before": 5, "after": 8, "of": 8},
        "past": {"changed": 0, "of": 100},
    }
