"""What has to be remembered of a conversation so that the next turn, or the next process, can go on with it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from pydantic import TypeAdapter

from recommender.understanding.query import Constraint, Query
from recommender.understanding.reading import ShownItem

__all__ = [
    "DialogueState",
    "Listing",
    "Pending",
    "PendingKind",
    "Shown",
    "SizeLimit",
    "constraint_from_json",
    "constraint_to_json",
    "query_from_json",
    "query_to_json",
    "state_from_json",
    "state_to_json",
]

PendingKind = Literal["order", "empty_cart", "forget_me", "contact"]
Surface = Literal["search", "similar", "recommend", "details", "compare"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A product in front of the shopper, and the impression that recorded it (None for a line of their own
    cart). `position` counts what is in front."""

    id: str
    impression_id: str | None
    position: int
    title: str
    brand: str
    price: Decimal | None

    @property
    def item(self) -> ShownItem:
        """What understanding needs to know of it."""
        return ShownItem(self.id, self.position, self.title, self.brand, self.price)


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """Only what is stated to measure more (or less) than `value` of `unit`; `written` is how that was stated.

    `inclusive` also takes what measures just that.
    """

    unit: str
    value: float
    written: str
    above: bool
    inclusive: bool = False

    @property
    def side(self) -> Literal["above", "below", "at_least", "at_most"]:
        """On which side of `value`, by the word in the keys of sentences."""
        if self.inclusive:
            return "at_least" if self.above else "at_most"
        return "above" if self.above else "below"


@dataclass(frozen=True, slots=True)
class Listing:
    """The list that "more" goes on with: how it came about, and every product of it that was shown already.

    A list of what is similar to the product `anchor` has its own `constraints`; those of a search are in its query.
    `size` is what "bigger" asked of a search.

    Paging leaves out what was shown instead of counting an offset, so that a product that is voted down, sold out or
    imported in between neither makes the next page repeat one nor skip one.
    """

    surface: Surface = "search"
    anchor: str | None = None
    constraints: tuple[Constraint, ...] = ()
    shown_ids: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    size: SizeLimit | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A question the assistant asked and still wants answered; `digressions` counts turns that did not answer it."""

    kind: PendingKind
    order_number: str | None = None
    email: str | None = None
    digressions: int = 0


@dataclass(frozen=True, slots=True)
class DialogueState:
    """A conversation right now.

    `shown` is the page in front of the shopper, `focus` the product talked about last, `said` the sentences of the last
    answer (none of them is said again right away), `failed_orders` how often an order was asked for that was not found,
    `page` the product on whose page the shopper was last, `offered` what was recommended in this conversation, oldest
    first, `asked` the questions that were asked to narrow a list down, and of what.
    """

    query: Query | None = None
    listing: Listing | None = None
    shown: tuple[Shown, ...] = ()
    focus: str | None = None
    pending: Pending | None = None
    said: tuple[str, ...] = ()
    failed_orders: int = 0
    page: str | None = None
    offered: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def size(self) -> SizeLimit | None:
        """The size that the list in front of the shopper keeps to; None where it keeps to none."""
        return self.listing.size if self.listing else None


_STATE = TypeAdapter(DialogueState)
_CONSTRAINT = TypeAdapter(Constraint)
_QUERY = TypeAdapter(Query)


def state_to_json(state: DialogueState) -> dict[str, Any]:
    """The state as plain JSON values; money as decimal strings."""
    dumped: dict[str, Any] = _STATE.dump_python(state, mode="json")
    return dumped


def state_from_json(document: dict[str, Any]) -> DialogueState:
    """The state that `state_to_json` wrote.

    Raises:
        pydantic.ValidationError: the document is no such state.
    """
    return _STATE.validate_python(document)


def constraint_to_json(constraint: Constraint) -> dict[str, Any]:
    """A condition as plain JSON values, to be carried by a payload."""
    dumped: dict[str, Any] = _CONSTRAINT.dump_python(constraint, mode="json")
    return dumped


def constraint_from_json(document: dict[str, Any]) -> Constraint:
    """The condition that `constraint_to_json` wrote.

    Raises:
        pydantic.ValidationError: the document is no such condition.
    """
    return _CONSTRAINT.validate_python(document)


def query_to_json(query: Query) -> dict[str, Any]:
    """A query as plain JSON values, to be carried by a payload."""
    dumped: dict[str, Any] = _QUERY.dump_python(query, mode="json")
    return dumped


def query_from_json(document: dict[str, Any]) -> Query:
    """The query that `query_to_json` wrote.

    Raises:
        pydantic.ValidationError: the document is no such query.
    """
    return _QUERY.validate_python(document)
