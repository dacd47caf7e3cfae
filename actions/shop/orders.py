"""What became of an order, for somebody who knows both its number and the e-mail address it was placed with?"""

from __future__ import annotations

import csv
import hmac
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from recommender.errors import ConfigurationError

__all__ = ["CsvOrders", "NoOrders", "Order", "Orders", "find_email", "find_order_number"]

_COLUMNS = ("order_number", "email", "status", "carrier", "tracking", "placed_on", "expected_on")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# "order 10234", "#A-1042", "DS10042": a number is named as one, or is long and holds digits.
_NAMED_NUMBER = re.compile(
    r"(?:\border(?:\s+(?:number|no\.?|nr\.?|id))?\s*(?:is\s*)?[:#]?|#)\s*((?=[\w-]*\d)[\w-]{3,30})", re.I
)
_BARE_NUMBER = re.compile(r"(?<![\w@.+-])((?=(?:[\w-]*\d){4})[A-Za-z0-9-]{4,30})(?![\w@+-])")


@dataclass(frozen=True, slots=True)
class Order:
    """What the shop's system says of an order, as text; "" where it says nothing."""

    number: str
    status: str
    carrier: str = ""
    tracking: str = ""
    placed_on: str = ""
    expected_on: str = ""


class Orders(Protocol):
    """The shop's orders."""

    def find(self, number: str, email: str) -> Order | None:
        """The order with this number, placed with this address; None whichever of the two is wrong.

        Raises:
            UnavailableError: the shop's system does not answer.
            ConfigurationError: it is not set up right.
        """
        ...


class NoOrders:
    """A shop without orders that could be looked up."""

    def find(self, number: str, email: str) -> Order | None:  # noqa: ARG002
        """None, for every number."""
        return None


class CsvOrders:
    """Orders from a CSV file that the shop's system writes; read anew for each question, so never stale."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, number: str, email: str) -> Order | None:
        """The order with this number, placed with this address."""
        wanted = f"{_number_key(number)}\n{email.strip().casefold()}".encode()
        found = None
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                missing = [column for column in _COLUMNS if column not in (rows.fieldnames or ())]
                if missing:
                    raise ConfigurationError(f"{self._path} lacks the column {missing[0]!r}: add it to the header.")
                for row in rows:
                    key = f"{_number_key(row['order_number'] or '')}\n{(row['email'] or '').strip().casefold()}"
                    # All rows are read, each compared as a whole: the time taken does not tell which was wrong.
                    if hmac.compare_digest(key.encode(), wanted):
                        found = Order(
                            (row["order_number"] or "").strip(),
                            *((row[column] or "").strip() for column in ("status", *_COLUMNS[3:])),
                        )
        except OSError as error:
            raise ConfigurationError(f"The orders in {self._path} cannot be read: {error.strerror}.") from error
        return found


def find_email(text: str) -> str | None:
    """The first e-mail address in `text`."""
    found = _EMAIL.search(text)
    return found[0] if found else None


def find_order_number(text: str) -> str | None:
    """What looks like an order's number in `text`, e-mail addresses aside."""
    rest = _EMAIL.sub(" ", text)
    found = _NAMED_NUMBER.search(rest) or _BARE_NUMBER.search(rest)
    return found[1] if found else None


def _number_key(number: str) -> str:
    return re.sub(r"[^a-z0-9]", "", number.casefold())
