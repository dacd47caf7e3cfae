"""What can a shopper ask of the catalogue, once the words are understood?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

__all__ = ["Constraint", "Facet", "Op", "Query", "Sort"]


class Facet(StrEnum):
    """What a constraint is about."""

    PRICE = "price"
    BRAND = "brand"
    CATEGORY = "category"
    COLOUR = "colour"
    MATERIAL = "material"
    SIZE = "size"
    RATING = "rating"
    IN_STOCK = "in_stock"
    WORD = "word"
    """A word that must (not) occur in the product's text, for wishes that are none of the other facets."""


class Op(StrEnum):
    """How a product's values have to stand to the constraint's."""

    ANY_OF = "any_of"
    NONE_OF = "none_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Sort(StrEnum):
    """In which order results come."""

    RELEVANCE = "relevance"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class Constraint:
    """One condition that every result meets. Values of ANY_OF and NONE_OF are folded words; bounds are one Decimal.

    A product that does not say (no price, no colour) fails ANY_OF, AT_LEAST and AT_MOST, and passes NONE_OF.
    """

    facet: Facet
    op: Op
    values: tuple[str, ...] = ()
    bound: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What to search by meaning and words (`text`), under which conditions, in which order.

    An empty `text` asks for everything that meets the constraints.
    """

    text: str = ""
    constraints: tuple[Constraint, ...] = field(default=())
    sort: Sort = Sort.RELEVANCE

    def with_constraints(self, constraints: tuple[Constraint, ...]) -> Query:
        """The same query under other conditions."""
        return replace(self, constraints=constraints)
