from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from recommender.search.filters import meeting
from recommender.understanding.query import Constraint, Facet, Op
from tests.recommender.search.conftest import SHOP, Shop

ALL = {product.id for product in SHOP}


def kept(shop: Shop, *constraints: Constraint) -> set[str]:
    snapshot = shop.view.snapshot
    mask = meeting(snapshot, constraints)
    return {item_id for item_id, meets in zip(snapshot.generation.ids, mask, strict=True) if meets}


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        (Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal("60")), {"coat-2", "lamp-1", "lamp-2"}),
        (Constraint(Facet.PRICE, Op.AT_LEAST, bound=Decimal("120")), {"coat-3", "sofa-1"}),
        (Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal("59.99999")), {"lamp-1", "lamp-2"}),
        (Constraint(Facet.PRICE, Op.AT_LEAST, bound=Decimal("120.00001")), {"sofa-1"}),
        (Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal(10) ** 30), ALL - {"coat-4"}),
        (Constraint(Facet.RATING, Op.AT_LEAST, bound=Decimal("4.1")), {"coat-1", "coat-2", "lamp-2"}),
        (Constraint(Facet.BRAND, Op.ANY_OF, ("norda", "orla")), {"coat-1", "coat-3", "lamp-1", "lamp-2"}),
        (Constraint(Facet.BRAND, Op.NONE_OF, ("norda",)), ALL - {"coat-1", "coat-3"}),
        (Constraint(Facet.CATEGORY, Op.ANY_OF, ("jacket",)), {"coat-1", "coat-2", "coat-3", "coat-4"}),
        (Constraint(Facet.COLOUR, Op.ANY_OF, ("red",)), {"coat-1", "coat-3", "lamp-1"}),
        (Constraint(Facet.COLOUR, Op.NONE_OF, ("red",)), ALL - {"coat-1", "coat-3", "lamp-1"}),
        (Constraint(Facet.MATERIAL, Op.NONE_OF, ("leather",)), ALL - {"coat-4"}),
        (Constraint(Facet.MATERIAL, Op.ANY_OF, ("silk",)), set()),
        (Constraint(Facet.IN_STOCK, Op.ANY_OF, ("true",)), ALL - {"coat-4"}),
        (Constraint(Facet.WORD, Op.ANY_OF, ("jacket hook",)), {"lamp-1"}),
        (Constraint(Facet.WORD, Op.NONE_OF, ("jackets",)), {"lamp-2", "sofa-1"}),
        (Constraint(Facet.WORD, Op.ANY_OF, ("!?",)), set()),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_each_constraint_keeps_exactly_what_meets_it(shop: Shop, constraint: Constraint, expected: set[str]) -> None:
    assert kept(shop, constraint) == expected


def test_all_constraints_hold_together(shop: Shop) -> None:
    red = Constraint(Facet.COLOUR, Op.ANY_OF, ("red",))
    cheap = Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal("100"))
    assert kept(shop, red, cheap) == {"coat-1", "lamp-1"}
    assert kept(shop) == ALL


def test_constraints_see_the_price_of_now(shop: Shop) -> None:
    cheap = Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal("100"))
    shop.catalogue.upsert([replace(SHOP[-1], price=Decimal("99"))])
    shop.catalogue.delete(["lamp-1"])
    shop.view.refresh()
    assert kept(shop, cheap) == {"coat-1", "coat-2", "lamp-2", "sofa-1"}


def test_what_was_edited_since_cannot_be_vouched_for(shop: Shop) -> None:
    shop.catalogue.upsert([replace(SHOP[0], title="Blue jacket")])
    shop.view.refresh()
    assert kept(shop, Constraint(Facet.COLOUR, Op.ANY_OF, ("red",))) == {"coat-3", "lamp-1"}
    assert "coat-1" in kept(shop, Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal("100")))


@pytest.mark.parametrize(
    "constraint",
    [Constraint(Facet.COLOUR, Op.AT_MOST, bound=Decimal(1)), Constraint(Facet.PRICE, Op.AT_MOST)],
    ids=["a colour has no order", "no bound"],
)
def test_a_constraint_without_sense_is_an_error(shop: Shop, constraint: Constraint) -> None:
    with pytest.raises(ValueError, match=r"no (bound|order)"):
        kept(shop, constraint)
