"""Which numbers of a reply occur in no record? There may be none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

__all__ = ["numbers", "unfounded_numbers"]

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def numbers(text: str) -> set[Decimal]:
    """The numbers that occur in `text`, thousands separators aside."""
    return {Decimal(found.rstrip(",").replace(",", "")) for found in _NUMBER.findall(text)}


def unfounded_numbers(replies: Iterable[Mapping[str, Any]], evidence: Iterable[object]) -> set[Decimal]:
    """The numbers in the replies' sentences, chips and tables that `evidence` (records, as text) does not hold."""
    known = numbers("\n".join(str(one) for one in evidence))
    said: list[str] = []
    for reply in replies:
        said.append(str(reply.get("text", "")))
        said += [chip["title"] for chip in reply.get("items", ()) if reply["type"] == "chips"]
        said += [chip["label"] for chip in reply.get("items", ()) if reply["type"] == "constraints"]
        said += [value for row in reply.get("rows", ()) for value in row["values"]]
        said += [reason for card in reply.get("items", ()) for reason in card.get("reasons", ())]
    return numbers("\n".join(said)) - known
