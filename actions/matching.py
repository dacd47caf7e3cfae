"""Does this one product, as the record describes it now, meet a condition?

The index answers that for all products at once. This is the same question for one record: to say what kept a product
out, and to check a result again at the moment it is shown.
"""

from __future__ import annotations

from decimal import Decimal

from recommender.catalogue.facets import brand_key, category_keys, facets
from recommender.catalogue.product import Product
from recommender.index.terms import terms
from recommender.understanding.query import Constraint, Facet, Op

__all__ = ["meets"]


def meets(product: Product, constraint: Constraint) -> bool:
    """Whether `product` meets `constraint`; one that does not say (no price, no colour) meets NONE_OF only."""
    if constraint.op in (Op.AT_LEAST, Op.AT_MOST):
        value = _number(product, constraint.facet)
        if value is None or constraint.bound is None:
            return False
        return value >= constraint.bound if constraint.op is Op.AT_LEAST else value <= constraint.bound
    stated = any(_states(product, constraint.facet, value) for value in constraint.values)
    return not stated if constraint.op is Op.NONE_OF else stated


def _number(product: Product, facet: Facet) -> Decimal | None:
    if facet is Facet.PRICE:
        return product.price
    return None if product.rating is None else Decimal(str(product.rating))


def _states(product: Product, facet: Facet, value: str) -> bool:
    if facet is Facet.IN_STOCK:
        return product.in_stock == (value == "true")
    if facet in (Facet.PRICE, Facet.RATING):
        return _number(product, facet) == Decimal(value)
    if facet is Facet.BRAND:
        return brand_key(product.brand) == value
    if facet is Facet.CATEGORY:
        return value in category_keys(product)
    if facet is Facet.WORD:
        wanted = terms(value)
        return bool(wanted) and set(wanted) <= set(terms(product.text))
    return value in facets(product).get(facet, frozenset())
