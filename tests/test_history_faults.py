"""Does the check of a conversation's history find what is wrong, and nothing in a whole one?"""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.history import faults


def said(number: int) -> dict[str, Any]:
    return {"sender": "shopper", "turn_id": f"t{number}", "client_message_id": f"m{number}"}


def answer(number: int) -> dict[str, Any]:
    return {"sender": "bot", "turn_id": f"t{number}", "client_message_id": None}


def test_a_whole_conversation_has_no_faults() -> None:
    # The second message was said before the first was answered.
    history = [said(1), said(2), answer(1), answer(1), answer(2), said(3), answer(3)]
    assert faults(history, ["m2", "m1", "m3"]) == []


@pytest.mark.parametrize(
    ("history", "fault"),
    [
        ([said(1), answer(1)], "m2 is lost"),
        ([said(1), answer(1), said(2)], "turn t2 has no answer"),
        ([said(1), answer(1), said(2), answer(2), said(2)], "m2 is there 2 times"),
        ([said(1), answer(1), said(2), answer(2), answer(1)], "turn t1 has several answers"),
        ([said(1), said(2), answer(2), answer(1)], "answers come in another order than what they answer"),
    ],
)
def test_each_fault_is_named(history: list[dict[str, Any]], fault: str) -> None:
    assert fault in faults(history, ["m1", "m2"])
