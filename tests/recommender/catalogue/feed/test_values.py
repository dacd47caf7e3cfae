"""Are amounts, availabilities and category paths read as people and programs write them?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from recommender.catalogue.feed.values import availability, category_path, number, price


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12.99", "12.99", None),
        ("12,99", "12.99", None),
        (".5", "0.5", None),
        ("12.", "12", None),
        ("0", "0", None),
        ("-0", "0", None),
        ("1e3", "1000", None),
        ("1299", "1299", None),
        ("1.299", "1.299", None),
        ("1.299 €", "1299", "EUR"),
        ("1,299", "1299", None),
        ("0,999", "0.999", None),
        ("12.99 USD", "12.99", "USD"),
        ("usd 12.99", "12.99", "USD"),
        ("12.99EUR", "12.99", "EUR"),
        ("1.299,00 €", "1299", "EUR"),
        ("€1.299", "1299", "EUR"),
        ("$1,299.00", "1299", None),
        ("US$ 5", "5", "USD"),
        ("£5.00", "5", "GBP"),
        ("1 299,00 zł", "1299", "PLN"),
        ("1\u202f299,00\u00a0€", "1299", "EUR"),
        ("CHF 1'299.-", "1299", "CHF"),
        ("12,-", "12", None),
        ("249 kr", "249", None),
        ("₹1,00,000.50", "100000.5", "INR"),
        ("1.234.567,89", "1234567.89", None),
        ("0.123456", "0.1235", None),
    ],
)
def test_reads_amounts(text: str, amount: str, currency: str | None) -> None:
    assert price(text) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-5", "negative"),
        ("$-5", "negative"),
        ("-$5", "negative"),
        ("-1.299,00 €", "negative"),
        ("", "no amount"),
        ("abc", "no amount"),
        ("Free", "no amount"),
        ("NaN", "no amount"),
        ("inf", "no amount"),
        ("12 99", "no amount"),
        ("10-20", "no amount"),
        ("12.345.6", "no amount"),
        ("12.99 bananas", "no amount"),
        ("5 USD 6", "no amount"),
        ("USD 5 EUR", "two currencies"),
        ("1e999", "too large"),
        ("9" * 400, "too large"),
    ],
)
def test_says_why_it_is_no_amount(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        price(text)


def test_divides_cents_exactly() -> None:
    assert price("4995", Decimal(100)) == (Decimal("49.95"), None)


def test_a_divisor_makes_no_amount_beyond_the_highest() -> None:
    with pytest.raises(ValueError, match="too large"):
        price("4995", Decimal("1e-20"))


def test_a_reason_holds_nothing_that_a_terminal_would_obey() -> None:
    with pytest.raises(ValueError, match="no amount") as caught:
        price("\x1b[31mred\ud800\u202e")
    assert str(caught.value).isprintable()


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(["USD", "EUR", "CHF", "PLN", "GBP"]),
    st.sampled_from(["en_US", "de_DE", "fr_FR", "de_CH", "pl_PL", "en_GB"]),
)
def test_reads_back_what_shops_of_many_countries_write(amount: Decimal, currency: str, locale: str) -> None:
    written = format_currency(amount, currency, locale=locale)
    assert price(written)[0] == amount
    assert price(written)[1] in (currency, None)


@given(st.text(max_size=60))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount, _ = price(text)
    except ValueError:
        return
    assert 0 <= amount <= 10**12


@pytest.mark.parametrize(
    "text", ["in stock", "In_Stock", "https://schema.org/InStock", "yes", "TRUE", "1", "17", "2.0"]
)
def test_available(text: str) -> None:
    assert availability(text) is True


@pytest.mark.parametrize(
    "text", ["out of stock", "out_of_stock", "http://schema.org/PreOrder", "preorder", "no", "0", "-3"]
)
def test_not_available_now(text: str) -> None:
    assert availability(text) is False


@pytest.mark.parametrize("text", ["call us", "NaN", "soon"])
def test_availability_that_is_not_understood(text: str) -> None:
    assert availability(text) is None


@pytest.mark.parametrize(
    ("value", "levels"),
    [
        ("'Home', 'Lamps', \"Women's\"", ["Home", "Lamps", "Women's"]),
        ("['Home', 'Pots, pans']", ["Home", "Pots, pans"]),
        ('["Home", "Lamps"]', ["Home", "Lamps"]),
        ("[['Home', 'Lamps'], ['Sale']]", ["Home", "Lamps"]),
        (r"'Don\'t'", ["Don't"]),
        (["Home", "Lamps"], ["Home", "Lamps"]),
        (["Home > Lamps", "Sale > Lamps"], ["Home", "Lamps"]),
        ([], []),
        ("Home > Lamps>Desk", ["Home", "Lamps", "Desk"]),
        ("Home | Lamps", ["Home", "Lamps"]),
        ("Home / Lamps", ["Home", "Lamps"]),
        ("Pots, pans", ["Pots, pans"]),
        ("Him/Her", ["Him/Her"]),
        ("", [""]),
    ],
)
def test_reads_category_paths(value: str | list[str], levels: list[str]) -> None:
    assert category_path(value) == levels


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1), min_size=2))
def test_reads_lists_as_python_writes_them(levels: list[str]) -> None:
    assert category_path(str(levels)) == levels
    assert category_path(str(levels)[1:-1]) == levels


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "abc", "", "1e999", "1,5"])
def test_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        number(text)
