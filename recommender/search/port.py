"""What does everything else ask of search, and what does it get back?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from recommender.explanation.reason import Reason
from recommender.understanding.query import Constraint, Query

__all__ = ["CatalogueShape", "Hit", "SearchResult", "Searcher"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: its product, its score, and what each leg gave it ("lexical", "dense", later "popularity", …).

    The score is the weighted sum of `legs` (weights in the result), so removing a leg changes it by a known amount.
    `matched` are the query's words (as written) that occur in the product's text, title first. `taste` is what of a
    person's past moved it, where their taste decided between close calls; `propensity`, how likely the product was to
    be on its place, is below 1 where places are drawn by lot.
    """

    id: str
    score: float
    legs: dict[str, float] = field(default_factory=dict)
    matched: tuple[str, ...] = ()
    taste: Reason | None = None
    propensity: float = 1.0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits from `offset` on, how many products the pages run through, and the versions that made the scores.

    `total` counts what meets the constraints; sorted by price or rating, what the text names among that.
    """

    hits: Sequence[Hit]
    total: int
    versions: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    timing_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CatalogueShape:
    """Exact facts about the products that meet a query's constraints and are what its text names.

    Prices are in the currency of most products; `priced` counts those that have one in it.
    """

    total: int
    priced: int
    lowest: Decimal | None
    highest: Decimal | None
    brands: dict[str, int] = field(default_factory=dict)


class Searcher(Protocol):
    """Finds products. Everything returned exists, meets every constraint, and carries today's price and stock."""

    def search(self, query: Query, *, limit: int = 10, offset: int = 0, exclude: Collection[str] = ()) -> SearchResult:
        """The best products for `query`; a page that follows another never repeats nor skips (ties go by id)."""
        ...

    def similar(
        self, item_id: str, *, constraints: Sequence[Constraint] = (), limit: int = 10, exclude: Collection[str] = ()
    ) -> SearchResult:
        """The products nearest in meaning to `item_id` among those that meet the constraints, itself left out.

        Raises:
            NotFoundError: there is no such product.
        """
        ...

    def shape(self, query: Query) -> CatalogueShape:
        """Exact counts and prices over what `query` selects."""
        ...
