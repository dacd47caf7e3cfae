"""Which event does a row of a file tell of?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from recommender.catalogue.feed.columns import fold_column, listed
from recommender.catalogue.feed.record import Value
from recommender.catalogue.feed.text import GARBLED
from recommender.errors import BadInputError

__all__ = ["EventColumns", "PastEvent"]

_ALIASES: dict[str, tuple[str, ...]] = {
    "user_id": ("user_id", "user", "customer_id", "shopper_id"),
    "item_id": ("item_id", "product_id", "sku", "asin"),
    "event": ("event", "event_type", "kind", "action"),
    "position": ("position",),
    "timestamp": ("timestamp", "time", "datetime", "date", "created_at", "at"),
}
_KINDS = {
    "click": "view",
    "pageview": "view",
    "add_to_cart": "cart",
    "addtocart": "cart",
    "buy": "purchase",
    "order": "purchase",
    "transaction": "purchase",
}
"""What other shops call the events known here; an event of any other name keeps it."""

_LONGEST_ID = 200
_LONGEST_KIND = 20
# Seconds since 1970 stay below this for three thousand years; milliseconds have been above it since 1973.
_FIRST_MILLISECONDS = 1e11


@dataclass(frozen=True, slots=True)
class PastEvent:
    """What the shop's customer `user_id` did, as a file tells it; `id` is the same whenever the same is told again."""

    user_id: str
    item_id: str
    kind: str
    at: datetime | None
    position: int | None

    @property
    def id(self) -> str:
        """A name made of the content alone, so that a repeated import changes nothing."""
        at = self.at.isoformat() if self.at else None
        content = json.dumps([self.user_id, self.item_id, self.kind, at, self.position])
        return hashlib.sha256(content.encode()).hexdigest()[:32]


class EventColumns:
    """Says which column of a file is which part of an event."""

    def __init__(self, mappings: Iterable[str] = ()) -> None:
        """Take the default names, except where a `FIELD=COLUMN` of `mappings` names another.

        Raises:
            BadInputError: a mapping is none, or names no part of an event.
        """
        self._names = dict(_ALIASES)
        self._mapped: dict[str, str] = {}
        for text in mappings:
            field, equals, column = (part.strip() for part in text.partition("="))
            if not (field and equals and column):
                raise BadInputError(f"--map {text}: write FIELD=COLUMN, such as user_id=customer.")
            if field not in _ALIASES:
                raise BadInputError(
                    f"--map {text}: '{field}' is no part of an event; use one of {', '.join(_ALIASES)}."
                )
            if field in self._mapped:
                raise BadInputError(f"--map {text}: {field} is mapped twice; keep one of the two.")
            self._mapped[field] = column
            self._names[field] = (fold_column(column),)

    def check(self, present: Iterable[str], file: str) -> None:
        """Refuse a file in which a column that was named, or the one for users or items, is missing.

        Raises:
            BadInputError: with the columns that are there.
        """
        columns = list(present)
        there = set(map(fold_column, columns))
        for field in ("user_id", "item_id", *self._mapped):
            if not there.intersection(self._names[field]):
                wanted = self._mapped.get(field, field)
                raise BadInputError(
                    f"{file} has no column '{wanted}'; it has: {listed(columns)}. "
                    f"Name the one that is with --map {field}=COLUMN."
                )

    def read(self, values: Mapping[str, Value]) -> PastEvent:
        """The event that a row tells of.

        Raises:
            ValueError: why it tells of none.
        """
        cells = {fold_column(name): _text(value) for name, value in values.items()}

        def cell(field: str) -> str:
            return next((cells[name] for name in self._names[field] if cells.get(name)), "")

        kind = cell("event").lower().replace(" ", "_").replace("-", "_") or "purchase"
        if len(kind) > _LONGEST_KIND:
            raise ValueError(f"the event's name is longer than {_LONGEST_KIND} characters")
        return PastEvent(
            user_id=_id("user", cell("user_id")),
            item_id=_id("item", cell("item_id")),
            kind=_KINDS.get(kind, kind),
            at=_moment(cell("timestamp")),
            position=_position(cell("position")),
        )


def _text(value: Value) -> str:
    return value.strip() if isinstance(value, str) else ", ".join(value)


def _id(whose: str, text: str) -> str:
    if not text:
        raise ValueError(f"the {whose} id is empty")
    if len(text) > _LONGEST_ID:
        raise ValueError(f"the {whose} id is longer than {_LONGEST_ID} characters")
    if not text.isprintable() or GARBLED in text:
        raise ValueError(f"the {whose} id holds unprintable characters")
    return text


def _position(text: str) -> int | None:
    if not text:
        return None
    try:
        position = int(float(text)) if "." in text else int(text)
    except (ValueError, OverflowError):
        raise ValueError("the position is no whole number") from None
    if not 0 <= position < 1 << 62:
        raise ValueError("the position is below 0 or beyond all measure")
    return position


def _moment(text: str) -> datetime | None:
    """ISO 8601 (UTC where it names no zone), or seconds or milliseconds since 1970."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = datetime.fromisoformat(text)
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueError("the timestamp is neither ISO 8601 nor seconds since 1970") from None
    try:
        return datetime.fromtimestamp(seconds / 1000 if abs(seconds) >= _FIRST_MILLISECONDS else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("the timestamp is no moment that ever was") from None
