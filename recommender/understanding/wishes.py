"""Does the message ask for a rating, for stock, or for an order of results?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from recommender.catalogue.words import singular
from recommender.understanding.mentions import Mention
from recommender.understanding.numbers import read_count, read_number
from recommender.understanding.phrases import phrase_set, phrases
from recommender.understanding.query import Constraint, Facet, Op, Sort
from recommender.understanding.tokens import Sheet
from recommender.understanding.vocabulary import Vocabulary

__all__ = [
    "WELL_RATED",
    "note_whom_and_when",
    "read_counted",
    "read_quantity",
    "read_rating",
    "read_sort",
    "read_stock",
]

WELL_RATED: Final = Decimal(4)
"""The least rating that "well rated" accepts, of 5."""
BEST_RATING: Final = 5

_WELL_RATED = phrase_set("wishes.well_rated")
_RATING_LEAD = phrase_set("wishes.rating_before")
_RATING_TAIL = phrase_set("wishes.rating_after")
_STARS = frozenset({"star", "stars", "☆", "★", "⭐"})
_STOCK = phrase_set("wishes.in_stock")
_SORT = phrases("wishes.sort", {sort.name: sort for sort in Sort})
_MODEST = phrase_set("wishes.modest")
_SORT_IN_WORDS = {
    Sort.PRICE_ASC: "cheapest first",
    Sort.PRICE_DESC: "most expensive first",
    Sort.RATING: "best rated first",
    Sort.RELEVANCE: "most relevant first",
}
_WHOM_AND_WHEN = phrases("whom_and_when", {name: name for name in ("department", "occasion")})
_QUANTITY_LEAD = phrase_set("wishes.quantity_before")
_QUANTITY_TAIL = phrase_set("wishes.quantity_after")


def read_rating(sheet: Sheet) -> tuple[Constraint, ...]:
    """Take "at least 4 stars", "4+ stars", "rated 4.5 or better", "well rated"."""
    for at in range(len(sheet)):
        named = _WELL_RATED.match(sheet, at)
        if named:
            sheet.take(at, named[0], f"rated at least {WELL_RATED}")
            return (Constraint(Facet.RATING, Op.AT_LEAST, bound=WELL_RATED),)
        found = _stars(sheet, at)
        if found:
            end, bound = found
            sheet.take(at, end, f"rated at least {bound}")
            return (Constraint(Facet.RATING, Op.AT_LEAST, bound=bound),)
    return ()


def _stars(sheet: Sheet, at: int) -> tuple[int, Decimal] | None:
    lead = _RATING_LEAD.match(sheet, at)
    number = read_number(sheet, lead[0] if lead else at)
    if number is None or number[0] > BEST_RATING or (lead is None and sheet.glued(at)):
        return None
    value, end = number
    says_rating = bool(lead and any(sheet.key(i) in ("rated", "rating") for i in range(at, lead[0])))
    tail = _RATING_TAIL.match(sheet, end)
    end = tail[0] if tail else end
    if sheet.key(end) == "-" and sheet.key(end + 1) in _STARS:
        end += 1
    if sheet.key(end) in _STARS or (lead and sheet.key(end) in ("rating", "ratings")):
        end, says_rating = end + 1, True
    elif sheet.key(end) in ("out", "of", "/"):
        return None
    if not says_rating:
        return None
    if not tail:
        tail = _RATING_TAIL.match(sheet, end)
        end = tail[0] if tail else end
    return end, value


def read_stock(sheet: Sheet) -> tuple[Constraint, ...]:
    """Take "in stock" and its likes; "out of stock" is no wish for stock."""
    for at in range(len(sheet)):
        found = _STOCK.match(sheet, at)
        if found and sheet.key(at - 1) not in ("not", "isnt"):
            sheet.take(at, found[0], "in stock")
            return (Constraint(Facet.IN_STOCK, Op.ANY_OF, ("true",)),)
    return ()


def read_sort(sheet: Sheet, *, has_limit: bool = False) -> Sort | None:
    """Take the order of results that was asked for.

    "Not too expensive" means cheapest first where it names no limit (`has_limit`); with one, it only says why.
    """
    for at in range(len(sheet)):
        modest = _MODEST.match(sheet, at)
        if modest:
            sheet.take(at, modest[0], "within the limit" if has_limit else _SORT_IN_WORDS[Sort.PRICE_ASC])
            if not has_limit:
                return Sort.PRICE_ASC
        found = _SORT.match(sheet, at)
        if found and sheet.key(at - 1) not in ("not", "no", "too", "-") and sheet.key(found[0]) != "-":
            sheet.take(at, found[0], _SORT_IN_WORDS[found[1]])
            return found[1]
    return None


def read_quantity(sheet: Sheet) -> int | None:
    """Take how many pieces are wanted: "two of them", "make it 4", "3x", "x2"."""
    for at in range(len(sheet)):
        found = _quantity(sheet, at)
        if found:
            quantity, end = found
            sheet.take(at, end, f"{quantity} pieces")
            return quantity
    return None


def _quantity(sheet: Sheet, at: int) -> tuple[int, int] | None:
    lead = _QUANTITY_LEAD.match(sheet, at)
    count = read_number(sheet, lead[0] if lead else at)
    if count is None:
        key = sheet.key(at)
        glued = key.strip("x")
        is_times = key in (f"{glued}x", f"x{glued}") and glued.isascii() and glued.isdigit()
        alone = sheet.ends_at(at + 1) or sheet.key(at + 1) in ("of", "please")
        return (int(glued), at + 1) if is_times and alone and 0 < int(glued[:3]) < 100 and len(glued) < 3 else None
    if count[0] != int(count[0]) or not 1 <= count[0] <= 99:
        return None
    if sheet.key(count[1]) == "of" and count[1] + 1 < len(sheet) and sheet.taken[count[1] + 1]:
        return int(count[0]), count[1] + 1  # "two of" what is pointed at
    tail = _QUANTITY_TAIL.match(sheet, count[1])
    if lead and sheet.ends_at(count[1]):
        return int(count[0]), count[1]
    return (int(count[0]), tail[0]) if tail and (sheet.key(tail[0] - 1) != "x" or sheet.ends_at(tail[0])) else None


def read_counted(sheet: Sheet, kept: Sequence[int], mentions: Sequence[Mention], vocabulary: Vocabulary) -> int | None:
    """Take how many of a kind are wanted: "3 blue shirts", where shirts are a category; not "3 ring binders".

    Args:
        sheet: the message, of which everything but what it is about was taken.
        kept: the tokens that are left.
        mentions: the names among them.
        vocabulary: the words of the catalogue.
    """
    count = read_count(sheet, kept[0]) if kept else None
    if count is None or count[0] < 2 or count[1] == kept[0] or (count[1] - kept[0]) > 2:
        return None
    named = {at for mention in mentions for at in range(mention.start, mention.end)}
    counted = [sheet.key(at) for at in kept if at >= count[1] and at not in named]
    kind = " ".join(map(singular, counted))
    if kind not in vocabulary.categories or counted[-1] == singular(counted[-1]):
        return None
    sheet.take(kept[0], count[1], f"{count[0]} pieces")
    return count[0]


def note_whom_and_when(sheet: Sheet) -> None:
    """Say for whom ("women") and for when ("wedding") something is wanted; both are searched for as they stand."""
    at = 0
    while at < len(sheet):
        found = _WHOM_AND_WHEN.match(sheet, at)
        if found:
            sheet.note(at, found[0], f"{found[1]} {' '.join(sheet.key(i) for i in range(at, found[0]))}")
        at = found[0] if found else at + 1
