"""Does the message change what was asked before: more, less, another, instead, never mind?"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from recommender.understanding.phrases import Phrases, phrase_list, phrase_set, phrases
from recommender.understanding.query import Facet
from recommender.understanding.tokens import Sheet

__all__ = ["Comparison", "Cues", "read_cues"]


class Comparison(Enum):
    """How the wanted thing compares with what was shown."""

    CHEAPER = auto()
    DEARER = auto()
    BIGGER = auto()
    SMALLER = auto()


@dataclass(slots=True)
class Cues:
    """What the words say about the previous query.

    `lifted` are facets that no longer matter, `another` facets whose shown values are not wanted again.
    """

    comparison: Comparison | None = None
    lifted: set[Facet] = field(default_factory=set)
    another: set[Facet] = field(default_factory=set)
    instead: bool = False
    also: bool = False
    reset: bool = False
    continues: bool = False

    @property
    def speak_of_before(self) -> bool:
        """Whether the message makes sense only after another."""
        return bool(self.comparison or self.lifted or self.another or self.instead or self.reset)


_COMPARISONS = phrases("cues.comparison", Comparison.__members__)
_NAMES = {name: facet for facet in Facet for name in phrase_list(f"cues.facet_names.{facet.value}")}
_TAILS = ("", " filter", " limit", " restriction")
_LIFTED = Phrases(
    {
        f"{before} {name}{tail}": facet
        for before in phrase_list("cues.lift_before")
        for name, facet in _NAMES.items()
        for tail in _TAILS
    }
    | {
        f"{the}{name} {after}": facet
        for after in phrase_list("cues.lift_after")
        for name, facet in _NAMES.items()
        for the in ("", "the ")
    }
    | {phrase: facet for facet in Facet for phrase in phrase_list(f"cues.lifted.{facet.value}")}
)
_EXCEPTING = frozenset({"but", "except", "other", "than", "apart", "excluding"})
_ANOTHER = Phrases(
    {
        f"{other} {name}": facet
        for other in phrase_list("cues.another")
        for name, facet in _NAMES.items()
        if facet in (Facet.BRAND, Facet.COLOUR)
    }
)
_INSTEAD = phrase_set("cues.instead")
_ALSO = phrase_set("cues.also")
_CONTINUES = phrase_set("cues.continues")
_RESET = phrase_set("cues.reset")


def read_cues(sheet: Sheet) -> Cues:
    """Take the phrases that speak of the query before; call after amounts were read ("cheaper than 50" is a price)."""
    cues = Cues(continues=_CONTINUES.match(sheet, 0) is not None)
    at = 0
    while at < len(sheet):
        at = max(_cue(sheet, at, cues), at + 1)
    return cues


def _cue(sheet: Sheet, at: int, cues: Cues) -> int:
    if (lifted := _LIFTED.match(sheet, at)) and sheet.key(lifted[0]) not in _EXCEPTING:
        cues.lifted.add(lifted[1])
        sheet.take(at, lifted[0], f"any {lifted[1].value}")
        return lifted[0]
    if (another := _ANOTHER.match(sheet, at)) and sheet.key(another[0]) not in _EXCEPTING:
        cues.another.add(another[1])
        sheet.take(at, another[0], f"another {another[1].value}")
        return another[0]
    if comparison := _COMPARISONS.match(sheet, at):
        cues.comparison = comparison[1]
        end = comparison[0] + (sheet.key(comparison[0]) == "than")
        sheet.take(at, end, f"{comparison[1].name.lower()} than what was shown")
        return end
    if reset := _RESET.match(sheet, at):
        cues.reset = True
        sheet.take(at, reset[0], "no conditions any more")
        return reset[0]
    if (instead := _INSTEAD.match(sheet, at)) and sheet.key(instead[0]) != "of":
        cues.instead = True
        sheet.take(at, instead[0], "instead of before")
        return instead[0]
    if also := _ALSO.match(sheet, at):
        cues.also = True
        return also[0]
    return at
