"""Does a conversation's history say that everything said in it was answered, once and in order?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

__all__ = ["faults"]


def faults(history: Sequence[Mapping[str, Any]], said: Sequence[str]) -> list[str]:
    """What is wrong with a conversation between a shopper and the assistant; nothing for a whole one.

    Args:
        history: its messages as `GET /api/messages` gives them, oldest first.
        said: the `client_message_id` of everything that was accepted, in any order.
    """
    found = []
    asked = [message for message in history if message["sender"] == "shopper"]
    kept = [message["client_message_id"] for message in asked]
    found += [f"{one} is lost" for one in said if one not in kept]
    found += [f"{one} is there {kept.count(one)} times" for one in dict.fromkeys(kept) if kept.count(one) > 1]
    turns = [message["turn_id"] for message in asked]
    # One run of messages a turn: a turn answered twice, or amid another's answer, makes a run more.
    answered = [turn for turn, _ in groupby(m["turn_id"] for m in history if m["sender"] == "bot")]
    found += [f"turn {turn} has no answer" for turn in turns if turn not in answered]
    found += [f"turn {turn} has several answers" for turn in dict.fromkeys(answered) if answered.count(turn) > 1]
    if not found and answered != turns:
        found.append("answers come in another order than what they answer")
    return found
