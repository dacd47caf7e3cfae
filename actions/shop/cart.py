"""What is in a person's cart, what does it cost today, and what did they save for later?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from actions.shop.tables import CartLineRow, SavedItemRow
from feedback.once import insert_missing
from feedback.tables import ImpressionRow
from recommender.catalogue.port import Catalogue
from recommender.catalogue.product import Product
from recommender.clock import Clock
from recommender.db import Database, JoinedDatabase
from recommender.errors import BadInputError

__all__ = ["MOST_OF_ONE", "CartLine", "Carts", "totals"]

MOST_OF_ONE = 99
"""How many of one product a cart holds at most: a typing error is likelier than an order of a hundred."""


@dataclass(frozen=True, slots=True)
class CartLine:
    """So many of one product, as the catalogue describes it now."""

    product: Product
    quantity: int

    @property
    def total(self) -> Decimal | None:
        """What the line costs; None when the catalogue names no price."""
        return None if self.product.price is None else self.product.price * self.quantity


def totals(lines: list[CartLine]) -> dict[str, Decimal]:
    """What the lines with a price cost together, by currency: amounts of two currencies are never added."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.total is not None:
            sums[line.product.currency] = sums.get(line.product.currency, Decimal(0)) + line.total
    return sums


class Carts:
    """Carts and saved items in SQL. Only ids and quantities are kept; the rest comes from the catalogue each time."""

    def __init__(self, database: Database | JoinedDatabase, catalogue: Catalogue, clock: Clock) -> None:
        self._database = database
        self._catalogue = catalogue
        self._clock = clock

    def within(self, session: Session) -> Carts:
        """The same carts inside a transaction that is under way: what changes is kept once that commits."""
        return Carts(JoinedDatabase(session), self._catalogue, self._clock)

    def lines(self, person_id: str) -> list[CartLine]:
        """The person's cart in the order it was filled; what the shop no longer sells is left out."""
        with self._database.reading() as session:
            quantities = {
                row.item_id: row.quantity
                for row in session.scalars(
                    select(CartLineRow)
                    .where(CartLineRow.person_id == person_id)
                    .order_by(CartLineRow.added_at, CartLineRow.item_id)
                )
            }
        products = self._catalogue.get(list(quantities))
        return [CartLine(products[id_], quantity) for id_, quantity in quantities.items() if id_ in products]

    def add(self, person_id: str, item_id: str, quantity: int) -> int:
        """Put `quantity` more of a product into the cart; how many of it are in there now.

        Raises:
            BadInputError: there would be fewer than 1 or more than `MOST_OF_ONE`; nothing was changed.
        """
        with self._database.transaction() as session:
            row = session.get(CartLineRow, (person_id, item_id))
            wanted = quantity + (row.quantity if row is not None else 0)
            _check(wanted)
            self._write(session, person_id, item_id, wanted)
        return wanted

    def set_quantity(self, person_id: str, item_id: str, quantity: int) -> None:
        """Make it exactly `quantity` of a product; 0 takes it out.

        Raises:
            BadInputError: more than `MOST_OF_ONE`, or fewer than 0; nothing was changed.
        """
        with self._database.transaction() as session:
            if quantity == 0:
                key = (CartLineRow.person_id == person_id, CartLineRow.item_id == item_id)
                session.execute(delete(CartLineRow).where(*key))
                return
            _check(quantity)
            self._write(session, person_id, item_id, quantity)

    def empty(self, person_id: str) -> None:
        """Take everything out of the cart."""
        with self._database.transaction() as session:
            session.execute(delete(CartLineRow).where(CartLineRow.person_id == person_id))

    def save_for_later(self, person_id: str, item_id: str) -> bool:
        """Keep a product for later; whether it was not kept already."""
        row = {"person_id": person_id, "item_id": item_id, "saved_at": self._clock.now()}
        with self._database.transaction() as session:
            return insert_missing(session, SavedItemRow, [row]) == 1

    def saved(self, person_id: str) -> list[Product]:
        """What the person saved, oldest first; what the shop no longer sells is left out."""
        with self._database.reading() as session:
            ids = list(
                session.scalars(
                    select(SavedItemRow.item_id)
                    .where(SavedItemRow.person_id == person_id)
                    .order_by(SavedItemRow.saved_at, SavedItemRow.item_id)
                )
            )
        products: Mapping[str, Product] = self._catalogue.get(ids)
        return [products[id_] for id_ in ids if id_ in products]

    def was_shown(self, session_id: str, item_id: str) -> bool:
        """Whether the product was shown in this conversation: the record says so, not the conversation."""
        shown = select(ImpressionRow.id).where(ImpressionRow.session_id == session_id, ImpressionRow.item_id == item_id)
        with self._database.reading() as session:
            return session.scalar(shown.limit(1)) is not None

    def _write(self, session: Session, person_id: str, item_id: str, quantity: int) -> None:
        row = session.get(CartLineRow, (person_id, item_id))
        if row is None:
            session.add(
                CartLineRow(person_id=person_id, item_id=item_id, quantity=quantity, added_at=self._clock.now())
            )
        else:
            row.quantity = quantity


def _check(quantity: int) -> None:
    if not 1 <= quantity <= MOST_OF_ONE:
        raise BadInputError(f"A cart holds 1 to {MOST_OF_ONE} of one product, not {quantity}; nothing was changed.")
