"""Which numbers do people write?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from recommender.understanding.numbers import parse_digits, read_number
from recommender.understanding.tokens import Sheet


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30", "30"),
        ("30.5", "30.5"),
        ("12,50", "12.50"),
        ("1,299", "1299"),
        ("1.299", "1299"),
        ("0.125", "0.125"),
        ("1,299.00", "1299.00"),
        ("1.299,00", "1299.00"),
        ("1,299,000", "1299000"),
        ("1,2,3", None),
        ("1.2.3", None),
        ("1234567890", None),
        ("٣٤", None),
    ],
)
def test_digits(text: str, expected: str | None) -> None:
    assert parse_digits(text) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("text", "expected", "tokens"),
    [
        ("forty", 40, 1),
        ("twenty-five", 25, 3),
        ("twenty five", 25, 2),
        ("a hundred", 100, 2),
        ("one hundred and fifty", 150, 4),
        ("two thousand five hundred", 2500, 4),
        ("two thousand", 2000, 2),
        ("a hundred and two hundred", 100, 2),
        ("1.5k", 1500, 1),
        ("2 k", 2000, 2),
        ("2 grand", 2000, 2),
        ("nineteen", 19, 1),
    ],
)
def test_words(text: str, expected: int, tokens: int) -> None:
    assert read_number(Sheet(text), 0) == (Decimal(expected), tokens)


@pytest.mark.parametrize("text", ["", "jacket", "a jacket", "13in", "hundred", "x"])
def test_no_number(text: str) -> None:
    assert read_number(Sheet(text), 0) is None
