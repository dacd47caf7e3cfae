"""What does everything else ask of the catalogue?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from recommender.catalogue.product import Product

__all__ = ["Catalogue", "Change", "Upserted"]


@dataclass(frozen=True, slots=True)
class Change:
    """A product as of `number`; `product` is None when it was deleted."""

    number: int
    id: str
    product: Product | None
    text_hash: str


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many products of one batch were new, changed in text, changed in price or stock only, or the same."""

    new: int = 0
    text_changed: int = 0
    offer_changed: int = 0
    unchanged: int = 0


class Catalogue(Protocol):
    """The record of what the shop sells. Deleted products are never returned, except as changes."""

    def get(self, ids: Sequence[str]) -> dict[str, Product]:
        """The products with these ids that exist, by id."""
        ...

    def upsert(self, products: Iterable[Product]) -> Upserted:
        """Write products by id in one transaction; what changed gets the next change numbers."""
        ...

    def delete(self, ids: Sequence[str]) -> int:
        """Delete products in one transaction; how many existed."""
        ...

    def changes_after(self, number: int, limit: int = 1000) -> Sequence[Change]:
        """The products that changed after change `number`, in order, each in its newest state."""
        ...

    def last_change(self) -> int:
        """The number of the newest change, 0 for an empty catalogue."""
        ...

    def __iter__(self) -> Iterator[Product]:
        """Every product, by id."""
        ...

    def __len__(self) -> int:
        """How many products there are."""
        ...
