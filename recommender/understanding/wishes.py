"""Does the message ask for a rating, for stock, or for an order of results?"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from recommender.understanding.numbers import read_number
from recommender.understanding.query import Constraint, Facet, Op, Sort
from recommender.understanding.tokens import Phrases, Sheet

__all__ = ["WELL_RATED", "read_quantity", "read_rating", "read_sort", "read_stock"]

WELL_RATED: Final = Decimal(4)
"""The least rating that "well rated" accepts, of 5."""
BEST_RATING: Final = 5

_WELL_RATED = Phrases.all_meaning(
    WELL_RATED,
    ["well rated", "highly rated", "well reviewed", "good reviews", "great reviews", "good ratings", "good rating"]
    + ["high rating", "high ratings", "with a good rating", "highly reviewed", "excellent reviews", "positive reviews"],
)
_RATING_LEAD = Phrases.all_meaning(
    True,
    ["at least", "over", "above", "more than", "minimum", "min", "minimum of", "no less than", "from", "with", "rated"]
    + ["rated at least", "rated over", "rated above", "rating of at least", "rating over", "rating above", "rating of"]
    + [
        "rating at least",
        "a rating of",
        "a rating of at least",
        "a rating above",
        "a rating over",
        "not under",
        "rating",
    ],
)
_RATING_TAIL = Phrases.all_meaning(
    True, ["or more", "or better", "or higher", "or above", "and up", "and above", "and higher", "plus", "+", "minimum", "at least"]
)  # fmt: skip
_STARS = frozenset({"star", "stars", "☆", "★", "⭐"})
_STOCK = Phrases.all_meaning(
    True,
    ["in stock", "available now", "available right now", "available today", "available immediately", "ready to ship"]
    + ["currently available", "only available", "in-stock", "that are available", "that is available", "on stock"],
)
_SORT = Phrases(
    dict.fromkeys(
        ["cheapest first", "sort by price", "sorted by price", "order by price", "ordered by price", "lowest price first"]
        + ["price low to high", "low to high", "from cheap to expensive", "lowest price", "lowest priced", "cheapest"]
        + ["least expensive", "most affordable", "cheap", "inexpensive", "affordable", "low cost", "sort by cheapest"]
        + ["sort by price low to high", "sort by price ascending", "by price", "low priced", "lowest prices", "cheap ones"]
        + ["sort by lowest price", "not too expensive", "isnt too expensive", "not expensive", "not so expensive", "arent too expensive"]
        + ["price ascending", "sort them by price", "sort these by price", "budget friendly"],
        Sort.PRICE_ASC,
    )
    | dict.fromkeys(
        ["most expensive first", "most expensive", "priciest", "dearest", "price high to low", "high to low", "highest price"]
        + ["highest price first", "sort by price descending", "sort by price high to low", "price descending", "costliest"]
        + ["highest priced", "dearest first", "sort by highest price", "sort by most expensive"],
        Sort.PRICE_DESC,
    )
    | dict.fromkeys(
        ["best rated", "top rated", "highest rated", "best rated first", "sort by rating", "sorted by rating", "best reviewed"]
        + ["by rating", "top rated first", "order by rating", "best reviews", "highest rating", "sort by reviews"]
        + ["sort them by rating", "best ratings", "sort by best rated"],
        Sort.RATING,
    )
    | dict.fromkeys(["sort by relevance", "most relevant", "best match", "best matches", "by relevance"], Sort.RELEVANCE)
)  # fmt: skip
_SORT_IN_WORDS = {
    Sort.PRICE_ASC: "cheapest first",
    Sort.PRICE_DESC: "most expensive first",
    Sort.RATING: "best rated first",
    Sort.RELEVANCE: "most relevant first",
}
_QUANTITY_LEAD = Phrases.all_meaning(
    True, ["make it", "make that", "quantity", "qty", "quantity of", "qty :", "change it to"]
)
_QUANTITY_TAIL = Phrases.all_meaning(
    True,
    ["of them", "of these", "of those", "of it", "of this", "of that", "of the", "of each", "units", "copies", "x"],
)


def read_rating(sheet: Sheet) -> tuple[Constraint, ...]:
    """Take "at least 4 stars", "4+ stars", "rated 4.5 or better", "well rated"."""
    for at in range(len(sheet)):
        named = _WELL_RATED.match(sheet, at)
        if named:
            sheet.take(at, named[0], f"rated at least {named[1]}")
            return (Constraint(Facet.RATING, Op.AT_LEAST, bound=named[1]),)
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
    if sheet.key(end) in _STARS:
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


def read_sort(sheet: Sheet) -> Sort | None:
    """Take the order of results that was asked for. "Cheap" asks for the cheapest first: no price is too high for it."""
    for at in range(len(sheet)):
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
    tail = _QUANTITY_TAIL.match(sheet, count[1])
    if lead and sheet.ends_at(count[1]):
        return int(count[0]), count[1]
    return (int(count[0]), tail[0]) if tail and (sheet.key(tail[0] - 1) != "x" or sheet.ends_at(tail[0])) else None
