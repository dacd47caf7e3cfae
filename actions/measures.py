"""How big is a product, by what its title and attributes state, and how big shall it be?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from actions.dialogue.state import SizeLimit
from recommender.catalogue.product import Product
from recommender.catalogue.words import words

__all__ = ["UNITS", "Measure", "measures", "wanted_size"]

UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "length": {
        "cm": 1.0, "mm": 0.1, "m": 100.0, "inch": 2.54, "inches": 2.54, '"': 2.54, "”": 2.54, "″": 2.54, "ft": 30.48,
    },
    "storage": {"gb": 1.0, "mb": 0.001, "tb": 1000.0},
    "volume": {"ml": 1.0, "cl": 10.0, "l": 1000.0, "litre": 1000.0, "litres": 1000.0, "fl oz": 29.57},
    "weight": {"g": 1.0, "kg": 1000.0, "oz": 28.35, "lb": 453.6, "lbs": 453.6},
}  # fmt: skip
"""What is measured, surest first, and how much each way to write its unit stands for."""

_OF: Final = {unit: (what, factor) for what, units in UNITS.items() for unit, factor in units.items()}
_WRITTEN = "|".join(re.escape(unit) for unit in sorted(_OF, key=len, reverse=True))
_MEASURE = re.compile(rf"(?<![\w.,])(\d+(?:[.,]\d+)?)\s*-?\s*({_WRITTEN})(?![a-z\d/])", re.IGNORECASE | re.ASCII)
_WANTED = re.compile(
    r"(?P<denied>\b(?:not|no|never|nothing|\w+n['’]t|(?:is|are|should|must)nt)\s+(?:be\s+)?)?"
    r"\b(?:(?P<above>(?:larger|bigger|longer|taller|wider|heavier|more|greater) than|over|above)"
    r"|(?P<below>(?:smaller|shorter|narrower|lighter|less) than|under|below)"
    r"|(?P<least>at least|minimum(?: of)?)"
    r"|(?P<most>at most|up to|maximum(?: of)?))\s+"
    rf"(?P<number>\d{{1,9}}(?:[.,]\d{{1,6}})?)\s*-?\s*(?P<unit>{_WRITTEN})(?![a-z\d/])",
    re.IGNORECASE | re.ASCII,
)
# "1,000 ml" are a thousand, "1,5 l" one and a half.
_THOUSANDS = re.compile(r"[1-9]\d{0,2},\d{3}")

# Attributes by other names measure the parcel, the cable or the stand.
_OF_SIZE: Final = frozenset({"capacity", "diagonal", "display", "length", "screen", "size", "storage", "volume"})
# "3M" and "V10 G" are names; who means metres and grams writes them small.
_CODES: Final = frozenset({"M", "G"})


@dataclass(frozen=True, slots=True)
class Measure:
    """So much of the unit that all measures of its kind are told in, and how the product states it."""

    value: float
    written: str


def measures(product: Product) -> dict[str, Measure]:
    """What the product states first of each kind in `UNITS`, its title before its attributes.

    "81.3 cm (32")" is one length, and the first one of a title is what the thing is sold by.
    """
    stated: dict[str, Measure] = {}
    sizes = (value for name, value in product.attributes.items() if not _OF_SIZE.isdisjoint(words(name)))
    for text in (product.title, *sizes):
        for number, unit in _MEASURE.findall(text):
            if unit in _CODES:
                continue
            what, factor = _OF[unit.lower()]
            stated.setdefault(what, Measure(_value(number) * factor, f"{number} {_named(unit)}"))
    return stated


def wanted_size(text: str) -> tuple[SizeLimit, str] | None:
    """The first limit on a size that `text` names ("larger than 50 inches", "at least 64 GB"), and the rest of `text`.

    A denied one is the other side: "no heavier than 2 kg" is at most 2 kg. None without a limit.
    """
    found = _WANTED.search(text)
    if found is None:
        return None
    what, factor = _OF[found["unit"].lower()]
    written = f"{found['number']} {_named(found['unit'])}"
    denied = found["denied"] is not None
    above, inclusive = bool(found["above"] or found["least"]), bool(found["least"] or found["most"])
    limit = SizeLimit(what, _value(found["number"]) * factor, written, above != denied, inclusive=inclusive != denied)
    return limit, " ".join(f"{text[: found.start()]} {text[found.end() :]}".split())


def _value(number: str) -> float:
    return float(number.replace(",", "" if _THOUSANDS.fullmatch(number) else "."))


def _named(unit: str) -> str:
    return "inch" if unit in ('"', "”", "″") else unit
