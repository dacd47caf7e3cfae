"""Which prices does the shopper accept?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import Enum, auto
from typing import Final

from recommender.understanding.numbers import read_count, read_number
from recommender.understanding.phrases import phrase_set, phrases, word_set
from recommender.understanding.query import Constraint, Facet, Op
from recommender.understanding.tokens import Sheet

__all__ = ["AROUND", "Price", "read_prices"]

AROUND: Final = Decimal("0.2")
"""How far a price may lie from the one that was named with "around": 20 % to either side."""
CENT: Final = Decimal("0.01")


class _Kind(Enum):
    MOST = auto()
    LEAST = auto()
    ABOUT = auto()
    FROM = auto()
    """The low end of a range; alone, at least that much."""
    FOR = auto()


_BEFORE = phrases("prices.before", _Kind.__members__)
_AFTER = phrases("prices.after", _Kind.__members__)
# These words leave no doubt that a number is meant as a limit, unless a unit follows it.
_PLAIN = word_set("prices.plain")
_ABOUT_MONEY = word_set("prices.about_money")
_NEGATORS = word_set("prices.negators")
_VERBS = word_set("prices.between_negator_and_limit")
_TO = phrase_set("prices.to")
_CURRENCY_SIGNS = frozenset("$€£¥₹")
_CURRENCY_WORDS = word_set("prices.currencies")
_CURRENCY_CODES = word_set("prices.currency_codes")
# "US$50"; "EU 42" is a size.
_COUNTRIES = frozenset({"us", "eu", "ca", "au", "hk", "nz"})
_POUNDS = frozenset({"pound", "pounds"})
_NOT_A_PRICE = word_set("prices.not_a_price")
_UNITS = word_set("prices.units")
_PEOPLE = word_set("prices.people")
# "Skin over 50" is an age, "for dry skin under 20" is a price.
_AGEING = word_set("prices.ageing")
# A number after these is part of a name: SPF 50, iPhone 11, Windows 10.
_NAMED_BY_NUMBER = word_set("prices.named_by_number")
_CLOSERS = word_set("prices.closers")


@dataclass(frozen=True, slots=True)
class Price:
    """The accepted prices of one piece, either end open; `quantity` where the words named one ("2 for 20")."""

    low: Decimal | None = None
    high: Decimal | None = None
    quantity: int | None = None

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """The same as conditions on the price."""
        found = []
        if self.low is not None:
            found.append(Constraint(Facet.PRICE, Op.AT_LEAST, bound=self.low))
        if self.high is not None:
            found.append(Constraint(Facet.PRICE, Op.AT_MOST, bound=self.high))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class _Amount:
    value: Decimal
    end: int
    is_money: bool


def read_prices(sheet: Sheet, *, pounds_are_money: bool = False) -> Price:
    """Take every phrase that names a price; of two that name the same end, the later wins.

    "pounds" are a weight unless the shop counts in them. A bare number is a price only where words around it say so;
    one with a currency and nothing else ("a $20 gift") means around that much.
    """
    price = Price()
    at = 0
    while at < len(sheet):
        found = _quantity_for(sheet, at, pounds_are_money) or _price(sheet, at, pounds_are_money)
        if found is None:
            at += 1
            continue
        start, end, one = found
        sheet.take(start, end, _in_words(one))
        price = Price(
            one.low if one.low is not None else price.low,
            one.high if one.high is not None else price.high,
            one.quantity or price.quantity,
        )
        at = end
    if price.low is not None and price.high is not None and price.low > price.high:
        return Price(price.high, price.low, price.quantity)
    return price


def _in_words(price: Price) -> str:
    if price.quantity:
        return f"{price.quantity} pieces at up to {price.high} each"
    if price.low is None:
        return f"price at most {price.high}"
    return f"price at least {price.low}" + ("" if price.high is None else f" and at most {price.high}")


def _quantity_for(sheet: Sheet, at: int, pounds: bool) -> tuple[int, int, Price] | None:
    """ "2 for 20", "three for $25"."""
    count = read_count(sheet, at)
    if count is None or sheet.key(count[1]) != "for" or count[0] < 2:
        return None
    amount = _amount(sheet, count[1] + 1, pounds)
    if amount is None or amount.value <= count[0] or not (amount.is_money or _closed(sheet, amount.end)):
        return None
    each = (amount.value / count[0]).quantize(CENT, ROUND_DOWN)
    return at, amount.end, Price(high=each, quantity=count[0])


def _price(sheet: Sheet, at: int, pounds: bool) -> tuple[int, int, Price] | None:
    start = at
    noun = at - 1 - (sheet.key(at - 1) == ":")  # "price: 20-40"
    about_money = sheet.key(noun) in _ABOUT_MONEY or sheet.key(at) in ("budget", "spend")
    before = _BEFORE.match(sheet, at)
    kind = before[1] if before else None
    first_word = sheet.key(at) if before else ""
    if before is None and sheet.key(at - 1) == "is" and "budget" in (sheet.key(i) for i in range(at)):
        kind, first_word, about_money = _Kind.MOST, "budget", True  # "my budget for a jacket is 50"
    if before:
        at = before[0]
        inner = _BEFORE.match(sheet, at)
        if inner and inner[1] in (_Kind.ABOUT, _Kind.MOST) and kind in (_Kind.MOST, _Kind.FOR):
            at = inner[0]  # "budget of about 50", "for under 30", "for around 20"
            kind, first_word = (inner[1], sheet.key(at - 1)) if kind is _Kind.FOR else (kind, first_word)
    amount = _amount(sheet, at, pounds)
    if amount is None or (kind is None and sheet.glued(at) and sheet.key(at - 1) not in ("", "(", ",", "~")):
        return None
    about_money = about_money or amount.is_money
    if kind is not _Kind.FROM or sheet.key(amount.end) != "and":
        ranged = _range(sheet, amount, kind, pounds)
    else:
        ranged = _amount(sheet, amount.end + 1, pounds)
    end = ranged.end if ranged else amount.end
    about_money = about_money or bool(ranged and ranged.is_money)
    after = _AFTER.match(sheet, end)
    if after and (kind is None or kind is after[1]):
        kind, end = after[1], after[0]
    if not about_money and not _speaks_of_price(sheet, start, end, kind, first_word, ranged=ranged is not None):
        return None
    if sheet.key(end) in _NOT_A_PRICE:
        return None
    if kind is _Kind.LEAST or (kind is _Kind.MOST and first_word in ("less", "cheaper", "under", "below")):
        negated = _negator_before(sheet, start)
        if negated is not None:
            start, kind = negated, _Kind.MOST if kind is _Kind.LEAST else _Kind.LEAST
    colon = sheet.key(start - 1) == ":"
    if sheet.key(start - 1 - colon) in _ABOUT_MONEY:
        start -= 1 + colon
    low = _scaled(sheet, amount, ranged) if ranged else amount.value
    return start, end, _bounds(kind, low, ranged.value if ranged else None, first_word)


def _bounds(kind: _Kind | None, value: Decimal, to: Decimal | None, first_word: str) -> Price:
    if to is not None:
        return Price(min(value, to), max(value, to))
    if first_word == "budget" or kind in (_Kind.MOST, _Kind.FOR):
        return Price(high=value)
    if kind in (_Kind.LEAST, _Kind.FROM):
        return Price(low=value)
    return Price((value * (1 - AROUND)).quantize(CENT), (value * (1 + AROUND)).quantize(CENT))


def _amount(sheet: Sheet, at: int, pounds: bool) -> _Amount | None:
    is_money = False
    if sheet.key(at) in _CURRENCY_CODES | _COUNTRIES and sheet.key(at + 1) in _CURRENCY_SIGNS:
        at += 1
    dotted = sheet.key(at + 1) == "." and sheet.glued(at + 1)  # "Rs. 500"
    if sheet.key(at) in _CURRENCY_SIGNS or (
        sheet.key(at) in _CURRENCY_CODES and sheet.key(at + 1 + dotted)[:1].isdigit()
    ):
        at, is_money = at + 1 + dotted, True
    number = read_number(sheet, at)
    if number is None:
        return None
    value, end = number
    after = sheet.key(end)
    if after in _CURRENCY_SIGNS or after in _CURRENCY_WORDS or (pounds and after in _POUNDS):
        end, is_money = end + 1, True
    return _Amount(value, end, is_money)


def _range(sheet: Sheet, low: _Amount, kind: _Kind | None, pounds: bool) -> _Amount | None:
    if kind not in (None, _Kind.FROM, _Kind.ABOUT, _Kind.FOR):
        return None
    joint = _TO.match(sheet, low.end)
    high = _amount(sheet, joint[0], pounds) if joint else None
    return high if high and high.value > low.value else None


def _scaled(sheet: Sheet, low: _Amount, high: _Amount) -> Decimal:
    """The low end of "1 to 2k" and "1-2 thousand", which is 1,000."""
    said = [sheet.key(at) for at in range(low.end, high.end)]
    in_thousands = any(key in ("thousand", "grand") or (key[:1].isdigit() and key.endswith("k")) for key in said)
    return low.value * 1000 if in_thousands and low.value * 1000 <= high.value else low.value


def _speaks_of_price(sheet: Sheet, start: int, end: int, kind: _Kind | None, first_word: str, *, ranged: bool) -> bool:
    """Whether a number without a currency is a price, and no age, size, count or year."""
    if (
        sheet.key(end) in _UNITS
        or sheet.key(end) in _POUNDS
        or sheet.key(end) in ("%", "°", '"', "″", "'", "/", "x", "*")
    ):
        return False
    if sheet.key(end) == "-" and sheet.key(end + 1) in _UNITS:
        return False
    if sheet.key(end) == "in" and sheet.ends_at(end + 1):
        return False
    if sheet.key(start - 1) in _PEOPLE or kind is _Kind.FOR:
        return False
    if kind is _Kind.LEAST and sheet.key(start - 1) in _AGEING:
        return False
    if first_word in _PLAIN:
        return True
    if not _closed(sheet, end):
        return False
    if sheet.key(start - 1) in _NAMED_BY_NUMBER:
        return False
    if kind is _Kind.LEAST and not first_word:
        return start == 0 or sheet.ends_at(start - 1)
    if kind is None:
        number = read_number(sheet, start)
        return ranged and number is not None and not 1900 <= number[0] <= 2100
    return ranged or kind is not _Kind.FROM


def _closed(sheet: Sheet, at: int) -> bool:
    """Whether no thing follows that the number could count."""
    if sheet.ends_at(at) or sheet.key(at) in _CLOSERS:
        return True
    limit = _BEFORE.match(sheet, at)  # "more than 20 less than 40"
    return limit is not None and limit[1] in (_Kind.MOST, _Kind.LEAST)


def _negator_before(sheet: Sheet, start: int) -> int | None:
    """Where "don't want to spend (more than)" begins, if the words before token `start` turn the limit around."""
    at = start - 1
    while at >= 0 and start - at < 7 and sheet.key(at) in _VERBS:
        at -= 1
    return at if at >= 0 and sheet.key(at) in _NEGATORS else None
