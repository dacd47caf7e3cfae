"""Which ways of choosing what to ask can trainers have, and by which name?"""

from __future__ import annotations

from enum import StrEnum

from feedback.selection.port import Strategy
from feedback.selection.worth_asking import WorthAsking

__all__ = ["Way", "strategy_of"]


class Way(StrEnum):
    """A way of choosing; the value is its name in settings, on the command line and in the learning curves."""

    MIX = "mix"
    DISAGREEMENT = "disagreement"
    MARGIN = "margin"
    DIVERSITY = "diversity"
    CHANGE = "expected-change"
    RANDOM = "random"

    @property
    def words(self) -> str:
        """What trainers read."""
        return _TITLES[self]


_TITLES = {
    Way.MIX: "a mix of reasons",
    Way.DISAGREEMENT: "where legs disagree",
    Way.MARGIN: "near the boundary",
    Way.DIVERSITY: "unlike anything labelled",
    Way.CHANGE: "what would change the model most",
    Way.RANDOM: "by chance",
}


def strategy_of(way: Way, seed: int = 0) -> Strategy:
    """The strategy of that name; `seed` decides where chance does."""
    if way is Way.MIX:
        return WorthAsking()
    # scikit-activeml takes seconds to load, and most never need it.
    from feedback.selection.pool_based import STRATEGIES

    return STRATEGIES[way.value](seed)
