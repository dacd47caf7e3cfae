"""What does a person's past say about what they like?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from recommender.personalisation.history import THUMB_DOWN, THUMB_UP, Signal
from recommender.personalisation.repeats import Bought, last_bought

__all__ = ["KIND_WEIGHTS", "Profile"]

KIND_WEIGHTS: Final = {"view": 0.3, "cart": 0.7, "purchase": 1.0, THUMB_UP: 1.0, THUMB_DOWN: -1.0}
"""What each kind of signal says about liking a product; a kind that is not listed counts as a view."""

_MOST_ITEMS: Final = 200


@dataclass(frozen=True)
class Profile:
    """The products a person showed an opinion on, newest first.

    `strengths[i]`, from -1 to 1, is how much they like `item_ids[i]`: what the strongest signal on it says. `kinds[i]`
    names that signal. Old opinions are left out; `rejected` and `owned`, what got a thumb down and what was bought (and
    when that was last), are complete.
    """

    item_ids: tuple[str, ...]
    strengths: tuple[float, ...]
    kinds: tuple[str, ...]
    rejected: frozenset[str] = frozenset()
    owned: Mapping[str, Bought] = field(default_factory=dict)

    @classmethod
    def of(cls, signals: Iterable[Signal]) -> Profile:
        """The profile that signals, oldest first, make. A thumb decides alone, whatever else was done."""
        latest: dict[str, str] = {}
        signals = list(signals)
        for signal in signals:
            # Taken out and written anew, the product moves to the newest place.
            before = latest.pop(signal.item_id, signal.kind)
            latest[signal.item_id] = _stronger(before, signal.kind)
        newest = list(reversed(latest.items()))[:_MOST_ITEMS]
        return cls(
            tuple(item_id for item_id, _ in newest),
            tuple(_strength(kind) for _, kind in newest),
            tuple(kind for _, kind in newest),
            frozenset(item_id for item_id, kind in latest.items() if kind == THUMB_DOWN),
            last_bought(signals),
        )


def _strength(kind: str) -> float:
    return KIND_WEIGHTS.get(kind, KIND_WEIGHTS["view"])


def _stronger(before: str, now: str) -> str:
    """Which of two signals on one product counts: the latest thumb before everything else, then the stronger deed."""
    thumbs = (THUMB_UP, THUMB_DOWN)
    if now in thumbs:
        return now
    if before in thumbs:
        return before
    return max(before, now, key=_strength)
