"""How is an amount of money written for a person?"""

from __future__ import annotations

from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision, is_currency

from recommender.errors import BadInputError

__all__ = ["decimal_string", "format_money", "money_in_words"]


def decimal_string(amount: Decimal, currency: str) -> str:
    """`amount` for programs: "275.00", "1299" for yen; a finer price keeps all its digits."""
    coarsest = amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency.upper())))
    return format(coarsest if coarsest == amount else amount.normalize(), "f")


def format_money(amount: Decimal, currency: str, locale: str = "en_US", *, brief: bool = False) -> str:
    """`amount` as people of `locale` write it: "$1,299.00", "1.299,00 €", "￥1,299" (no cents where there are none).

    With `brief` a whole amount goes without decimals, as one writes a limit: "$150".

    Raises:
        BadInputError: the currency is no ISO 4217 code, or the locale is not known.
    """
    code = currency.upper()
    if not is_currency(code):
        raise BadInputError(f"'{currency}' is not a currency; give a three-letter ISO 4217 code such as EUR.")
    try:
        parsed = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        raise BadInputError(f"'{locale}' is not a known locale; give one such as en_US or de_DE.") from error
    if brief and amount == amount.to_integral_value():
        pattern = parsed.currency_formats["standard"].pattern.replace("0.00", "0")
        return format_currency(amount, code, format=pattern, locale=parsed, currency_digits=False)
    return format_currency(amount, code, locale=parsed)


def money_in_words(amount: Decimal, currency: str, locale: str = "en_US", *, brief: bool = False) -> str:
    """As `format_money`; an amount in a currency that nobody knows, as a feed may carry one, keeps its name."""
    try:
        return format_money(amount, currency, locale, brief=brief)
    except BadInputError:
        return f"{amount} {currency}"
