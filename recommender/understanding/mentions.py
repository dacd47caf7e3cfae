"""Where does the message name a brand, a colour, a material or a size?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from recommender.catalogue.facets import size_key
from recommender.catalogue.words import singular
from recommender.understanding.query import Facet
from recommender.understanding.tokens import Sheet
from recommender.understanding.vocabulary import LONGEST_NAME_WORDS, Vocabulary

__all__ = ["Mention", "read_mentions", "read_sizes"]

_LISTING = frozenset({"or", "and", ",", "/", "nor"})
_JOINERS = frozenset({"-", ".", "'", "’"})
_BRAND_BEFORE = frozenset({"from", "by", "brand", "brands"})
_BRAND_AFTER = frozenset({"brand", "branded", "brands", "products"})
_TARGET = frozenset({"for", "fits", "fit", "with", "compatible", "to", "like"})
_ARTICLES = frozenset({"my", "a", "an", "the", "your", "our"})
_COLOUR_BEFORE = frozenset(
    {"in", "colour", "color", "colours", "colors", "coloured", "colored", "shade", "shades", "or"}
)
_COLOUR_AFTER = frozenset({"colour", "color", "coloured", "colored", "ones"})
_MATERIAL_BEFORE = frozenset({"of", "from", "out", "material", "in"})
_SIZES_IN_WORDS = frozenset({"small", "medium", "large", "s", "m", "l"})
_SIZE_SYSTEMS = frozenset({"eu", "eur", "uk", "us"})
# "Show us 9 jackets": people, and how many.
_BEFORE_US = frozenset({"bring", "find", "get", "give", "recommend", "send", "show", "suggest"})
_SURE_SIZES = frozenset({"xs", "xl", "xxl", "xxxl", "2xl", "3xl", "4xl", "5xl"})


@dataclass(frozen=True, slots=True)
class Mention:
    """The tokens [start, end) name these values of `facet`.

    `sure` is False for words that may as well mean something else here ("cream", "simple", a brand after "for").
    """

    start: int
    end: int
    facet: Facet
    values: tuple[str, ...]
    sure: bool


def read_mentions(sheet: Sheet, vocabulary: Vocabulary) -> list[Mention]:
    """The names in the message from left to right, each as long as possible; nothing is taken from the sheet."""
    found: list[Mention] = []
    at = 0
    while at < len(sheet):
        if name_end := _fixed_name(sheet, at, vocabulary):
            at = name_end
            continue
        mention = _longest(sheet, at, vocabulary)
        if mention:
            found.append(mention)
            at = mention.end
        else:
            at += 1
    return _agreeing(sheet, found)


def _agreeing(sheet: Sheet, mentions: list[Mention]) -> list[Mention]:
    """In a list ("Samsung or LG") one sure name makes the others sure: half a list would be a wrong condition."""
    for at, (one, other) in enumerate(pairwise(mentions)):
        between = {sheet.key(i) for i in range(one.end, other.start)}
        if one.facet is other.facet and between and between <= _LISTING and one.sure != other.sure:
            mentions[at], mentions[at + 1] = replace(one, sure=True), replace(other, sure=True)
    return mentions


def _fixed_name(sheet: Sheet, at: int, vocabulary: Vocabulary) -> int | None:
    """Where a name ends that holds a colour or material and means none: "green tea"."""
    return next((end for end, phrase, _ in reversed(_phrases(sheet, at)) if phrase in vocabulary.names), None)


def _longest(sheet: Sheet, at: int, vocabulary: Vocabulary) -> Mention | None:
    best: Mention | None = None
    for end, phrase, joined in _phrases(sheet, at):
        brand = vocabulary.brands.get(phrase) or (vocabulary.brands.get(joined) if joined != phrase else None)
        colour = vocabulary.values.get(Facet.COLOUR, {}).get(phrase)
        material = vocabulary.values.get(Facet.MATERIAL, {}).get(phrase)
        if brand and (phrase not in vocabulary.everyday_brands or not (colour or material)):
            best = Mention(at, end, Facet.BRAND, brand, _is_brand(sheet, at, end, phrase, vocabulary))
        elif colour and (phrase in vocabulary.curated or _beside(sheet, at, end, _COLOUR_BEFORE, _COLOUR_AFTER)):
            best = Mention(at, end, Facet.COLOUR, colour, not _collocated(sheet, end, phrase, vocabulary))
        elif material and (phrase in vocabulary.curated or _beside(sheet, at, end, _MATERIAL_BEFORE, {"material"})):
            best = Mention(at, end, Facet.MATERIAL, material, not _collocated(sheet, end, phrase, vocabulary))
    return best


def _phrases(sheet: Sheet, at: int) -> list[tuple[int, str, str]]:
    """The phrases of up to a few words that start at token `at`: their end, spelled apart and as one word."""
    found = []
    keys: list[str] = []
    end = at
    while len(keys) < LONGEST_NAME_WORDS and (key := sheet.key(end)):
        if sheet.tokens[end].is_word:
            keys.append(key)
            found.append((end + 1, " ".join(keys), "".join(keys)))
        elif not keys or key not in _JOINERS:
            break
        end += 1
    return found


def _is_brand(sheet: Sheet, at: int, end: int, phrase: str, vocabulary: Vocabulary) -> bool:
    if sheet.key(at - 1) in _BRAND_BEFORE or sheet.key(end) in _BRAND_AFTER:
        return True
    before = at - 2 if sheet.key(at - 1) in _ARTICLES else at - 1
    if sheet.key(before) in _TARGET:
        return False
    if phrase not in vocabulary.everyday_brands:
        return True
    written = sheet.raw(at, end)
    # A capital says something only in a message that also has small letters, and not at its beginning.
    return at > 0 and written[0].isupper() and sheet.text[:1].islower()


def _beside(sheet: Sheet, at: int, end: int, before: frozenset[str], after: frozenset[str] | set[str]) -> bool:
    return sheet.key(at - 1) in before or sheet.key(end) in after


def _collocated(sheet: Sheet, end: int, phrase: str, vocabulary: Vocabulary) -> bool:
    following = sheet.key(end)
    return (phrase, following) in vocabulary.collocations or (phrase, singular(following)) in vocabulary.collocations


def read_sizes(sheet: Sheet, vocabulary: Vocabulary) -> list[Mention]:
    """ "size 42", "in large", "in a medium", "xl": sizes to wear that products of this catalogue state."""
    known = vocabulary.values.get(Facet.SIZE, {})
    found: list[Mention] = []
    at = 0
    while at < len(sheet):
        mention = _size(sheet, at, known) or (_listed_size(sheet, at, known) if found and found[-1].end == at else None)
        at = mention.end if mention else at + 1
        if mention:
            found.append(mention)
    return found


def _listed_size(sheet: Sheet, at: int, known: dict[str, tuple[str, ...]]) -> Mention | None:
    """ "or 43" after "size 42"."""
    if sheet.key(at) not in ("or", "and", "/", ","):
        return None
    end, value = _size_value(sheet, at + 1)
    values = known.get(value)
    return Mention(at, end, Facet.SIZE, values, sure=True) if values else None


def _size(sheet: Sheet, at: int, known: dict[str, tuple[str, ...]]) -> Mention | None:
    key = sheet.key(at)
    start = at
    if key in ("size", "sizes"):
        start = at + 1 + (sheet.key(at + 1) in (":", "is"))
    elif key in _SIZE_SYSTEMS and sheet.key(at + 1)[:1].isdigit() and not _is_people(sheet, at):
        start = at + 1
    elif key == "in" and sheet.key(at + 1) in ("a", "an", "size"):
        start = at + 2
    elif key == "in":
        start = at + 1
    end, value = _size_value(sheet, start)
    is_size = (
        key in ("size", "sizes")
        or (sheet.key(start - 1) == "size" and start > at)
        or value in _SURE_SIZES
        or (key in _SIZE_SYSTEMS and start > at)
    )
    if not is_size and start == at and sheet.key(end) in ("size", "sized"):
        is_size, end = True, end + 1  # "a medium size shirt"
    if not is_size and start == at == 0 and sheet.ends_at(end) and len(sheet) <= end + 1:
        is_size = value in known and sheet.key(at) in _SIZES_IN_WORDS  # the whole message: "medium", "L please"
    if not is_size and (key != "in" or value not in ("s", "m", "l") or not sheet.ends_at(end)):
        return None
    values = known.get(value)
    return Mention(at, end, Facet.SIZE, values, sure=True) if values else None


def _is_people(sheet: Sheet, at: int) -> bool:
    return sheet.key(at) == "us" and sheet.key(at - 1) in _BEFORE_US


def _size_value(sheet: Sheet, at: int) -> tuple[int, str]:
    if sheet.key(at) in ("extra", "x", "double", "xx", "2x", "3x"):
        end = at + 2 + (sheet.key(at + 1) == "-")
        phrase = " ".join(sheet.key(i) for i in range(at, end) if sheet.key(i) != "-")
        return end, size_key(phrase)
    key = sheet.key(at)
    return at + 1, size_key(key) if key else ""
