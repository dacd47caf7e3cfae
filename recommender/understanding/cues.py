"""Does the message change what was asked before: more, less, another, instead, never mind?"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from recommender.understanding.query import Facet
from recommender.understanding.tokens import Phrases, Sheet

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


_COMPARISONS = Phrases(
    dict.fromkeys(
        ["cheaper", "less expensive", "more affordable", "lower price", "lower priced", "a lower price", "for less", "too expensive"]
        + ["too pricey", "less pricey", "for less money", "more budget friendly", "cheaper ones", "too much money", "too dear"]
        + ["something cheaper", "anything cheaper", "cheaper options"],
        Comparison.CHEAPER,
    )
    | dict.fromkeys(["more expensive", "pricier", "dearer", "higher priced", "too cheap", "more high end"], Comparison.DEARER)
    | dict.fromkeys(["bigger", "larger", "too small", "a size up", "one size up", "next size up"], Comparison.BIGGER)
    | dict.fromkeys(["smaller", "too big", "too large", "a size down", "one size down"], Comparison.SMALLER)
)  # fmt: skip
_NAMES = {
    "colour": Facet.COLOUR,
    "color": Facet.COLOUR,
    "colours": Facet.COLOUR,
    "colors": Facet.COLOUR,
    "brand": Facet.BRAND,
    "brands": Facet.BRAND,
    "make": Facet.BRAND,
    "price": Facet.PRICE,
    "prices": Facet.PRICE,
    "budget": Facet.PRICE,
    "cost": Facet.PRICE,
    "price limit": Facet.PRICE,
    "price range": Facet.PRICE,
    "money": Facet.PRICE,
    "size": Facet.SIZE,
    "sizes": Facet.SIZE,
    "material": Facet.MATERIAL,
    "materials": Facet.MATERIAL,
    "fabric": Facet.MATERIAL,
    "rating": Facet.RATING,
    "ratings": Facet.RATING,
    "reviews": Facet.RATING,
    "category": Facet.CATEGORY,
    "availability": Facet.IN_STOCK,
    "stock": Facet.IN_STOCK,
}
_LIFT_BEFORE = [
    "any",
    "drop",
    "drop the",
    "remove",
    "remove the",
    "forget",
    "forget the",
    "forget about the",
    "ignore",
    "whatever",
]
_LIFT_BEFORE += [
    "dont care about",
    "dont care about the",
    "dont mind the",
    "ignore the",
    "regardless of",
    "regardless of the",
    "all",
]
_LIFT_BEFORE += [
    "no matter the",
    "no matter what",
    "clear the",
    "without the",
    "every",
    "doesnt matter what",
    "i dont care about the",
]
_LIFT_BEFORE += [
    "i dont care about",
    "i dont care what",
    "never mind the",
    "nevermind the",
    "lose the",
    "in any",
    "of any",
    "from any",
]
_LIFT_AFTER = [
    "doesnt matter",
    "does not matter",
    "dont matter",
    "isnt important",
    "is not important",
    "is irrelevant",
    "no object",
]
_LIFT_AFTER += ["is no object", "is not an issue", "isnt an issue", "is open", "does nt matter", "no longer matters"]
_TAILS = ["", " filter", " limit", " restriction"]
_LIFTED = Phrases(
    {f"{before} {name}{tail}": facet for before in _LIFT_BEFORE for name, facet in _NAMES.items() for tail in _TAILS}
    | {f"{the}{name} {after}": facet for after in _LIFT_AFTER for name, facet in _NAMES.items() for the in ("", "the ")}
    | dict.fromkeys(["no price limit", "no budget", "no budget limit", "no limit", "no price range"], Facet.PRICE)
    | dict.fromkeys(
        ["also out of stock", "including out of stock", "out of stock too", "include out of stock"], Facet.IN_STOCK
    )
)
_EXCEPTING = frozenset({"but", "except", "other", "than", "apart", "excluding"})
_ANOTHER = Phrases(
    {
        f"{other} {name}": facet
        for other in ("another", "a different", "different", "other", "some other", "any other", "not this", "not that")
        for name, facet in _NAMES.items()
        if facet in (Facet.BRAND, Facet.COLOUR)
    }
)
_INSTEAD = Phrases.all_meaning(
    True, ["instead", "rather than that", "switch to", "change to", "change it to", "change that to", "make that", "make it"]
)  # fmt: skip
_ALSO = Phrases.all_meaning(
    True, ["also", "too", "as well", "add", "in addition", "or also", "as an alternative", "and also"]
)
_CONTINUES = Phrases.all_meaning(
    True,
    [
        "what about",
        "how about",
        "only",
        "just",
        "same but",
        "the same but",
        "but",
        "and",
        "with",
        "without",
        "in",
        "no ,",
        "not",
    ]
    + ["ones", "those", "these", "them", "of those", "of these", "nope", "actually", "any", "under", "over", "make"],
)
_RESET = Phrases.all_meaning(
    True,
    ["start over", "clear all", "clear filters", "clear the filters", "reset", "reset filters", "remove all filters"]
    + [
        "remove the filters",
        "clear everything",
        "drop all filters",
        "forget everything",
        "clear all filters",
        "start again",
    ]
    + ["no filters", "remove filters", "reset the filters", "remove all the filters"],
)


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
    if instead := _INSTEAD.match(sheet, at):
        cues.instead = True
        sheet.take(at, instead[0], "instead of before")
        return instead[0]
    if also := _ALSO.match(sheet, at):
        cues.also = True
        return also[0]
    return at
