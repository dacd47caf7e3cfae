"""What does the recommender ask of the past?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

__all__ = ["THUMB_DOWN", "THUMB_UP", "History", "Signal"]

THUMB_UP = "thumb_up"
THUMB_DOWN = "thumb_down"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that a person did with a product (view, cart, purchase, …) or a thumb they gave it; when, if known."""

    item_id: str
    kind: str
    at: datetime | None = field(default=None, compare=False)


class History(Protocol):
    """What people did and said."""

    def signals(self, person_id: str) -> Sequence[Signal]:
        """Everything a person did and every thumb they did not take back, oldest first; nothing for a stranger."""
        ...

    def queries(self, person_id: str) -> Sequence[str]:
        """The last few things a person searched for and was shown something, newest first, each once."""
        ...

    def everybody(self) -> Iterator[tuple[str, Sequence[Signal]]]:
        """Everybody who did anything, by id in order, and what `signals` says of them."""
        ...

    def popularity(self) -> Mapping[str, float]:
        """By product, how many people took an interest in it, a purchase counting more than a view."""
        ...
