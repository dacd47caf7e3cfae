"""Which colour, material, size, brand and categories does a product have, in words that a wish can be compared with?

Index columns and the understanding of wishes both use these functions, so a wish and a product always meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Final

import yaml

from recommender.catalogue.product import Product
from recommender.catalogue.words import fold, singular, words
from recommender.understanding.query import Facet

__all__ = [
    "STATED_FACETS",
    "FacetWords",
    "brand_key",
    "category_key",
    "category_keys",
    "facet_words",
    "facets",
    "size_key",
]

STATED_FACETS: Final = (Facet.COLOUR, Facet.MATERIAL, Facet.SIZE)
LONGEST_VALUE_WORDS: Final = 4
"""A longer attribute value is prose; only the known words in it count."""

_ATTRIBUTE_NAMES = {
    Facet.COLOUR: frozenset({"colour", "color", "colours", "colors", "colourway", "colorway"}),
    Facet.MATERIAL: frozenset({"material", "materials", "fabric", "fabrics"}),
    Facet.SIZE: frozenset({"size", "sizes"}),
}
_PLAIN_QUALIFIERS = frozenset({"product", "main", "primary", "item", "base", "the", "attr", "t", "n", "b", "name"})
# A size of something else (a screen, a file) is no size to wear; these are.
_SIZE_QUALIFIERS = frozenset({"shoe", "clothing", "garment", "apparel", "dress", "available", "ring", "eu", "us", "uk"})
_COUNTING = frozenset({"number", "count", "depth", "of"})
_SEPARATORS = re.compile(r"[,;|/&+()\n]|\band\b", re.IGNORECASE)
_NOT_A_VALUE = frozenset({"", "true", "false", "yes", "no", "none", "n a", "na", "unknown", "other", "various"})
_NUMBER = re.compile(r"(\d{1,6})(?:[.,](?:0+|(\d{1,6}?)0*))?")
_SIZE_IN_TITLE = re.compile(r"\bsize:? ?(\d{1,3}(?:\.\d)?|\w+)(?![\w.]\w)")


@dataclass(frozen=True)
class FacetWords:
    """What is known about the words of one facet.

    `values` maps a phrase to everything it implies ("navy blue" to navy and blue), the value itself first.
    `in_titles` are the phrases that mean a value wherever they stand; `names` hold such a word and mean none.
    """

    values: dict[str, tuple[str, ...]]
    in_titles: frozenset[str]
    names: frozenset[str]

    @cached_property
    def first_words(self) -> frozenset[str]:
        """The words that a known phrase can begin with."""
        return frozenset(phrase.split()[0] for phrase in (*self.values, *self.names))

    def imply(self, phrase: str) -> tuple[str, ...]:
        """The values a product has that states `phrase`, itself first; an unknown phrase implies itself."""
        return self.values.get(phrase, (phrase,))

    def find(self, text: Sequence[str], *, title: bool = False) -> Iterable[tuple[int, int, str]]:
        """The known phrases among folded words, longest first from the left: (first, end, phrase)."""
        known = self.in_titles if title else self.values
        at = 0
        while at < len(text):
            if text[at] in self.first_words:
                for end in range(min(len(text), at + LONGEST_VALUE_WORDS), at, -1):
                    phrase = " ".join(text[at:end])
                    if phrase in self.names or phrase in known:
                        if phrase in known:
                            yield at, end, phrase
                        at = end - 1
                        break
            at += 1


def facet_words() -> dict[Facet, FacetWords]:
    """The curated words of every stated facet, from `facet_words.yml`."""
    source = resources.files(__package__).joinpath("facet_words.yml").read_text(encoding="utf-8")
    return {Facet(name): _read(entry) for name, entry in yaml.safe_load(source).items()}


def _read(entry: dict[str, dict[str, list[str]] | list[str]]) -> FacetWords:
    families, same = entry["families"], entry["same"]
    assert isinstance(families, dict)
    assert isinstance(same, dict)
    implied: dict[str, list[str]] = {}
    for family, members in families.items():
        implied.setdefault(family, [family])
        for member in members:
            implied.setdefault(member, [member]).append(family)
    for value, spellings in same.items():
        for spelling in spellings:
            implied[spelling] = implied.setdefault(value, [value])
    # A member's family may have a family of its own: stainless steel is steel, steel is metal.
    values = {
        phrase: tuple(dict.fromkeys(outer for value in direct for outer in [value, *implied.get(value, [])]))
        for phrase, direct in implied.items()
    }
    return FacetWords(values, frozenset(values) - frozenset(entry["told_only"]), frozenset(entry["names"]))


_WORDS = facet_words()


def facets(product: Product) -> dict[Facet, frozenset[str]]:
    """The colours, materials and sizes `product` states, with the families they belong to; a facet it omits is absent.

    An attribute that is named exactly after the facet ("colour", "product colour") decides; without one, attributes
    whose name ends in it do ("frame material"); without any, the curated words in the title.
    """
    stated = _from_attributes(product.attributes)
    missing = [facet for facet in STATED_FACETS if facet not in stated]
    if missing and product.title:
        title = _without(words(product.title), words(product.brand))
        for facet in missing:
            found = _from_title(facet, title) | (_size_in_title(product.title) if facet is Facet.SIZE else frozenset())
            if found:
                stated[facet] = found
    return stated


def _from_attributes(attributes: dict[str, str]) -> dict[Facet, frozenset[str]]:
    exact: dict[Facet, set[str]] = {}
    qualified: dict[Facet, set[str]] = {}
    for name, value in attributes.items():
        meaning = _attribute_facet(name)
        if meaning:
            facet, is_exact = meaning
            (exact if is_exact else qualified).setdefault(facet, set()).update(_stated_values(facet, value))
    return {facet: frozenset(found) for facet, found in (qualified | exact).items() if found}


# Feeds repeat the same few names and values in every product.
@lru_cache(maxsize=4096)
def _attribute_facet(name: str) -> tuple[Facet, bool] | None:
    """Which facet an attribute of this name is about, and whether of the product itself or of a part of it."""
    parts = [part for part in words(name.replace("_", " ")) if part not in _PLAIN_QUALIFIERS]
    facet = next((facet for facet, names in _ATTRIBUTE_NAMES.items() if parts and parts[-1] in names), None)
    if facet is None or _COUNTING & set(parts):
        return None
    if facet is Facet.SIZE:
        return (facet, True) if _SIZE_QUALIFIERS.issuperset(parts[:-1]) else None
    return facet, len(parts) == 1


@lru_cache(maxsize=16384)
def _stated_values(facet: Facet, text: str) -> frozenset[str]:
    known = _WORDS[facet]
    found: set[str] = set()
    for part in _SEPARATORS.split(fold(text)):
        if facet is Facet.SIZE and _NUMBER.fullmatch(part.strip()):
            found.add(size_key(part))
            continue
        value = words(part)
        phrase = " ".join(value)
        if phrase in _NOT_A_VALUE or phrase.isdigit():
            continue
        if len(value) <= LONGEST_VALUE_WORDS:
            found.update(known.imply(phrase))
        for _, _, inner in known.find(value):
            found.update(known.imply(inner))
    return frozenset(found)


def _from_title(facet: Facet, title: list[str]) -> frozenset[str]:
    known = _WORDS[facet]
    return frozenset(value for _, _, phrase in known.find(title, title=True) for value in known.imply(phrase))


def _size_in_title(title: str) -> frozenset[str]:
    """What "size 42" or "Size: Large" say; any other word after "size" says nothing."""
    found = _SIZE_IN_TITLE.search(fold(title))
    if not found or not (found[1][0].isdigit() or found[1] in _WORDS[Facet.SIZE].values):
        return frozenset()
    return frozenset({size_key(found[1])})


def _without(text: list[str], brand: list[str]) -> list[str]:
    """The title's words without the brand's: a Gold Toe sock is not golden."""
    if not brand:
        return text
    for at in range(len(text) - len(brand) + 1):
        if text[at : at + len(brand)] == brand:
            return text[:at] + text[at + len(brand) :]
    return text


def brand_key(text: str) -> str:
    """A brand as it is compared: "M.A.C" and "mac", "Clean & Clear" and "clean and clear" are one each."""
    return " ".join(words(text.replace(".", "").replace("&", " and ")))


def size_key(text: str) -> str:
    """A size as it is compared: "XL" and "extra large", "42" and "42,0", "5.25" and "5,250" are one each."""
    number = _NUMBER.fullmatch(text.strip())
    if number:
        return f"{number[1]}.{number[2]}" if number[2] else number[1]
    return _WORDS[Facet.SIZE].imply(" ".join(words(text)))[0]


def category_key(text: str) -> str:
    """A category's name as it is compared: folded, each word in the singular."""
    return " ".join(singular(word) for word in words(text))


def category_keys(product: Product) -> frozenset[str]:
    """Every name on the product's category path, and each part of a list ("Creams, Gels & Lotions")."""
    return frozenset(category_names(product))


def category_names(product: Product) -> dict[str, str]:
    """How the catalogue writes each of the product's category keys."""
    names: dict[str, str] = {}
    for name in product.categories:
        for part in (name, *_SEPARATORS.split(name)):
            names.setdefault(category_key(part), part.strip())
    names.pop("", None)
    return names
