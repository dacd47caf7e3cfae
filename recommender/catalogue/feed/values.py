"""What amount, availability, number or category path does a raw value of a feed stand for?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import is_currency

from recommender.catalogue.feed.record import Value

__all__ = ["availability", "category_path", "number", "price"]

_HIGHEST = Decimal(10) ** 12
_SMALLEST_STEP = Decimal("0.0001")

_PRICE = re.compile(r"(?P<before>[^0-9.,+-]*)(?P<amount>[+-]?[^0-9+-]*[0-9].*?)(?P<after>[^0-9]*)")
_PLAIN = re.compile(r"[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,3})?|[0-9]+\.")
_GROUPED = re.compile(r"[0-9]{1,3}(?=([ .,'’]))(?:\1[0-9]{2,3})*\1[0-9]{3}")
_SIGNS = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₩": "KRW",
    "₺": "TRY",
    "zł": "PLN",
    "£gb": "GBP",
    "us$": "USD",
    "$us": "USD",
    "ca$": "CAD",
    "$ca": "CAD",
    "a$": "AUD",
    "$au": "AUD",
}
# Signs that several currencies share: the shop's own currency is meant.
_SHARED_SIGNS = frozenset({"", "$", "kr", "kr.", "rs", "rs.", "fr.", "-", "--", "—", "–"})

# Availabilities, without blanks, underscores and hyphens.
_AVAILABLE = frozenset(
    {"instock", "available", "yes", "y", "true", "t", "limitedavailability", "lowstock", "onlineonly"}
)
_GONE = frozenset({"outofstock", "soldout", "unavailable", "notavailable", "no", "n", "false", "f", "discontinued"})
_LATER = frozenset({"preorder", "presale", "backorder", "onbackorder"})
_WORD_JOINTS = re.compile(r"[\s_-]+")

_QUOTED = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_QUOTED_LIST = re.compile(rf"\[*\s*({_QUOTED}(?:\s*,\s*{_QUOTED})*)\s*,?\s*(?:\].*)?", re.DOTALL)
_QUOTED_ITEM = re.compile(_QUOTED, re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PATH_MARKS = re.compile(r"\s*(?:>|»|›|\||\s/\s)\s*")


def number(text: str) -> Decimal:
    """The number that `text` writes, with a decimal point and perhaps an exponent.

    Raises:
        ValueError: it is none, or not finite, or as large as no count or rating is.
    """
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"'{_short(text)}' is no number") from None
    if not value.is_finite() or abs(value) > _HIGHEST:
        raise ValueError(f"'{_short(text)}' is no number that can be used")
    return value


def price(text: str, divisor: Decimal = Decimal(1)) -> tuple[Decimal, str | None]:
    """The amount, divided by `divisor` and to four decimals, and the ISO 4217 code where one is written.

    Read are "12.99", "12.99 USD", "1.299,00 €", "$1,299", "CHF 1'299.-", "1 299,50 zł" and their like.
    Of two different separators the last is the decimal mark. A lone comma before exactly three digits groups
    thousands. So does a lone point, but only beside a currency: "1.299" alone is what programs write for a number.

    Raises:
        ValueError: it is no amount, or negative, or beyond 10^12; the text says which.
    """
    match = _PRICE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"the price '{_short(text)}' is no amount")
    amount = match["amount"].strip()
    before, after = match["before"].strip(), match["after"].strip().lstrip(".,").strip()
    negative = amount.startswith("-") or before.endswith("-")
    amount = amount.lstrip("+-").strip()
    sign, digit = _split_sign(amount)
    marks = [mark for mark in (before.rstrip("-").strip(), sign, after) if mark]
    if any(_currency(mark) is None for mark in marks):
        raise ValueError(f"the price '{_short(text)}' is no amount")
    codes = {code for mark in marks if (code := _currency(mark))}
    if len(codes) > 1:
        raise ValueError(f"the price '{_short(text)}' names two currencies")
    value = _amount(digit, text, beside_currency=bool(marks))
    if negative and value:
        raise ValueError(f"the price '{_short(text)}' is negative")
    value /= divisor
    if value > _HIGHEST:
        raise ValueError(f"the price '{_short(text)}' is too large")
    return value.quantize(_SMALLEST_STEP), codes.pop() if codes else None


def availability(text: str) -> bool | None:
    """Whether the product can be had now; None when the words are not known.

    Feeds write words ("in stock", "preorder"), addresses of schema.org ("https://schema.org/InStock") or how many.
    What can only be had later is not available now.
    """
    word = text.rsplit("schema.org/", 1)[-1]
    folded = _WORD_JOINTS.sub("", word.lower())
    if folded in _AVAILABLE:
        return True
    if folded in _GONE or folded in _LATER:
        return False
    try:
        return number(word) > 0
    except ValueError:
        return None


def category_path(value: Value) -> list[str]:
    """The levels of a category path, widest first, as raw text.

    Read are lists, quoted lists as Python writes them ("'Home', 'Lamps'"), and paths parted by ">", "|", "»" or a "/"
    between blanks; of several paths the first. Commas part nothing: names hold them.
    """
    if isinstance(value, list):
        if not (value and _PATH_MARKS.search(value[0])):
            return value
        value = value[0]
    quoted = _QUOTED_LIST.fullmatch(value.strip())
    if quoted:
        return list(_items(quoted[1]))
    return _PATH_MARKS.split(value)


def _items(quoted: str) -> Iterator[str]:
    for item in _QUOTED_ITEM.findall(quoted):
        yield _ESCAPE.sub(r"\1", item[1:-1])


def _split_sign(amount: str) -> tuple[str, str]:
    """ "€12" and "12" apart: what stands before the first digit (or the point that begins the number), and the rest."""
    start = next(i for i, character in enumerate(amount) if character.isdigit())
    if start and amount[start - 1] == ".":
        start -= 1
    return amount[:start].strip(), amount[start:]


@lru_cache(maxsize=256)
def _currency(mark: str) -> str | None:
    """The code that stands beside an amount, "" for a mark that several currencies share, None for no currency."""
    folded = mark.lower()
    if folded in _SHARED_SIGNS:
        return ""
    return _SIGNS.get(folded) or (mark.upper() if is_currency(mark.upper()) else None)


def _amount(digits: str, text: str, *, beside_currency: bool) -> Decimal:
    digits = " ".join(digits.split())
    point, comma = digits.rfind("."), digits.rfind(",")
    decimal_mark = ""
    if point >= 0 and comma >= 0:
        decimal_mark = "." if point > comma else ","
    elif comma >= 0 and digits.count(",") == 1 and not (len(digits) - comma == 4 and digits[0] != "0"):
        decimal_mark = ","
    elif point >= 0 and digits.count(".") == 1:
        grouping = beside_currency and len(digits) - point == 4 and digits[0] not in "0."
        decimal_mark = "" if grouping else "."
    whole, _, fraction = digits.rpartition(decimal_mark) if decimal_mark else (digits, "", "")
    if _GROUPED.fullmatch(whole):
        whole = re.sub("[ .,'’]", "", whole)
    plain = f"{whole}.{fraction}" if decimal_mark else whole
    if not _PLAIN.fullmatch(plain):
        raise ValueError(f"the price '{_short(text)}' is no amount")
    return Decimal(plain)


def _short(text: str) -> str:
    text = "".join(filter(str.isprintable, " ".join(text.split())))
    return text if len(text) <= 40 else f"{text[:40]}…"
