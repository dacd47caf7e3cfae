"""Which catalogue do tests use that need no database?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from recommender.catalogue.port import Change, Upserted
from recommender.catalogue.product import Product

__all__ = ["InMemoryCatalogue"]


class InMemoryCatalogue:
    """The `Catalogue` in memory, for tests; it keeps the same contract as the one in SQL."""

    def __init__(self, products: Iterable[Product] = ()) -> None:
        self._changes: dict[str, Change] = {}
        self._number = 0
        self.upsert(products)

    def get(self, ids: Sequence[str]) -> dict[str, Product]:
        """The products with these ids that exist, by id."""
        changes = (self._changes.get(item_id) for item_id in ids)
        return {change.id: change.product for change in changes if change is not None and change.product is not None}

    def upsert(self, products: Iterable[Product]) -> Upserted:
        """Write products by id; what changed gets the next change numbers."""
        new = text_changed = offer_changed = unchanged = 0
        for product in {product.id: product for product in products}.values():
            old = self._changes.get(product.id)
            if old is None or old.product is None:
                new += 1
            elif old.text_hash != product.text_hash:
                text_changed += 1
            elif old.product != product:
                offer_changed += 1
            else:
                unchanged += 1
                continue
            self._record(product.id, product, product.text_hash)
        return Upserted(new, text_changed, offer_changed, unchanged)

    def delete(self, ids: Sequence[str]) -> int:
        """Delete products; how many existed."""
        existing = sorted(self.get(ids))
        for item_id in existing:
            self._record(item_id, None, self._changes[item_id].text_hash)
        return len(existing)

    def changes_after(self, number: int, limit: int = 1000) -> Sequence[Change]:
        """The products that changed after change `number`, in order, each in its newest state."""
        changes = sorted(self._changes.values(), key=lambda change: change.number)
        return [change for change in changes if change.number > number][:limit]

    def last_change(self) -> int:
        """The number of the newest change, 0 for an empty catalogue."""
        return self._number

    def __iter__(self) -> Iterator[Product]:
        """Every product, by id."""
        products = self.get(list(self._changes))
        return iter([products[item_id] for item_id in sorted(products)])

    def __len__(self) -> int:
        """How many products there are."""
        return len(self.get(list(self._changes)))

    def _record(self, item_id: str, product: Product | None, text_hash: str) -> None:
        self._number += 1
        self._changes[item_id] = Change(self._number, item_id, product, text_hash)
