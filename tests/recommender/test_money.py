"""Is money written as people write it?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from recommender.errors import BadInputError
from recommender.money import decimal_string, format_money


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "expected"),
    [
        ("1299", "USD", "en_US", "$1,299.00"),
        ("1299.5", "EUR", "de_DE", "1.299,50\xa0€"),
        ("0.1", "gbp", "en-GB", "£0.10"),
        ("1299", "JPY", "en_US", "¥1,299"),
        ("0", "USD", "en_US", "$0.00"),
    ],
)
def test_money_is_written_in_the_locale(amount: str, currency: str, locale: str, expected: str) -> None:
    assert format_money(Decimal(amount), currency, locale) == expected


@pytest.mark.parametrize(("currency", "locale"), [("XYZW", "en_US"), ("", "en_US"), ("USD", "klingon"), ("USD", "")])
def test_what_is_unknown_is_named(currency: str, locale: str) -> None:
    with pytest.raises(BadInputError, match=r"is not a"):
        format_money(Decimal(1), currency, locale)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("275", "USD", "275.00"),
        ("9.5", "EUR", "9.50"),
        ("1299", "JPY", "1299"),
        ("0.125", "USD", "0.125"),
        ("1E+3", "USD", "1000.00"),
    ],
)
def test_an_amount_for_programs(amount: str, currency: str, written: str) -> None:
    assert decimal_string(Decimal(amount), currency) == written
