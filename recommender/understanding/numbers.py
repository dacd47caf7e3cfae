"""Which number do these words or digits name?"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from recommender.understanding.tokens import Sheet

__all__ = ["ORDINALS", "parse_digits", "read_count", "read_number"]

_UNITS_IN_WORDS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
_UNITS = {word: value for value, word in enumerate(_UNITS_IN_WORDS.split())}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
} | {"fourty": 40, "ninty": 90}
_HUNDRED = frozenset({"hundred", "hundreds"})
_THOUSAND = frozenset({"thousand", "grand", "k"})
_SCALES = dict.fromkeys(_HUNDRED, 100) | dict.fromkeys(_THOUSAND, 1000)
_ORDINALS_IN_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_ORDINALS_IN_DIGITS = "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th"
ORDINALS: Final = {
    word: value
    for listed in (_ORDINALS_IN_WORDS, _ORDINALS_IN_DIGITS)
    for value, word in enumerate(listed.split(), start=1)
}
MAX_DIGITS: Final = 9
"""Longer digit strings are article or phone numbers, not amounts."""

_DIGITS = re.compile(r"(\d+(?:[.,]\d+)*)(k?)")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")


def parse_digits(text: str) -> Decimal | None:
    """The number that digits with dots and commas name, as English or continental writers use them; None if none.

    "1,299.00" and "1.299,00" are 1299, "12,50" is 12.5; a single group of three ("1.299") is thousands.
    """
    if sum(character.isdigit() for character in text) > MAX_DIGITS or not text.isascii():
        return None
    if _THOUSANDS.fullmatch(text):
        return Decimal(text.replace(",", "").replace(".", ""))
    decimal_mark = max(text.rfind("."), text.rfind(","))
    if decimal_mark < 0:
        return Decimal(text)
    whole, fraction = text[:decimal_mark], text[decimal_mark + 1 :]
    if whole.isdigit():
        return Decimal(f"{whole}.{fraction}")
    if text[decimal_mark] in whole or not _THOUSANDS.fullmatch(whole):
        return None
    return Decimal(f"{whole.replace(',', '').replace('.', '')}.{fraction}")


def read_number(sheet: Sheet, at: int) -> tuple[Decimal, int] | None:
    """The number that starts at token `at`, in digits ("1.5k") or in words ("two hundred and fifty"), and its end."""
    key = sheet.key(at)
    digits = _DIGITS.fullmatch(key)
    if digits:
        number = parse_digits(digits[1])
        if number is None:
            return None
        if digits[2]:
            return number * 1000, at + 1
        scale = _SCALES.get(sheet.key(at + 1))
        return (number * scale, at + 2) if scale else (number, at + 1)
    return _in_words(sheet, at)


def _in_words(sheet: Sheet, at: int) -> tuple[Decimal, int] | None:
    read = _below_thousand(sheet, at)
    if read is None:
        return None
    total, end = read
    if sheet.key(end) in _THOUSAND:
        total, end = total * 1000, end + 1
        rest = _below_thousand(sheet, end + (sheet.key(end) == "and"))
        # "two thousand five hundred", but not "between a thousand and two thousand".
        if rest and sheet.key(rest[1]) not in _THOUSAND:
            total, end = total + rest[0], rest[1]
    return Decimal(total), end


def _below_thousand(sheet: Sheet, at: int) -> tuple[int, int] | None:
    if sheet.key(at) in ("a", "an") and sheet.key(at + 1) in _SCALES:
        small, end = 1, at + 1
    elif read := _below_hundred(sheet, at):
        small, end = read
    else:
        return None
    if sheet.key(end) not in _HUNDRED:
        return small, end
    total, end = small * 100, end + 1
    rest = _below_hundred(sheet, end + (sheet.key(end) == "and"))
    if rest and sheet.key(rest[1]) not in _SCALES:
        return total + rest[0], rest[1]
    return total, end


def _below_hundred(sheet: Sheet, at: int) -> tuple[int, int] | None:
    key = sheet.key(at)
    if key in _UNITS:
        return _UNITS[key], at + 1
    if key not in _TENS:
        return None
    after = at + 1 + (sheet.key(at + 1) == "-")
    unit = _UNITS.get(sheet.key(after), 0)
    return (_TENS[key] + unit, after + 1) if 0 < unit < 10 else (_TENS[key], at + 1)


def read_count(sheet: Sheet, at: int) -> tuple[int, int] | None:
    """A whole number from 1 to 99 at token `at`, and its end."""
    number = read_number(sheet, at)
    if number is None or number[0] != int(number[0]) or not 1 <= number[0] <= 99:
        return None
    return int(number[0]), number[1]
