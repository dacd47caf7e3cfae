"""Which products meet a query's constraints, exactly and as of now?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np
from numpy.typing import NDArray

from recommender.db import Money
from recommender.index.columns import NO_PRICE, price_units
from recommender.index.follower import Snapshot
from recommender.index.generation import Generation
from recommender.index.terms import terms
from recommender.understanding.query import Constraint, Facet, Op

__all__ = ["holding", "meeting"]

Mask = NDArray[np.bool_]

_OF_TEXT = frozenset({Facet.BRAND, Facet.CATEGORY, Facet.COLOUR, Facet.MATERIAL, Facet.SIZE, Facet.WORD})


def meeting(snapshot: Snapshot, constraints: Iterable[Constraint]) -> Mask:
    """Which rows are for sale and meet every constraint: shape (products,), bool.

    A product that does not say (no price, no colour) fails ANY_OF, AT_LEAST and AT_MOST, and passes NONE_OF. Where the
    text was edited since the generation was built, nothing can be vouched for that was read from it, so such rows are
    left out while a constraint asks for it.

    Raises:
        ValueError: a constraint joins a facet and an operator that do not go together, such as a colour and AT_MOST.
    """
    mask = snapshot.alive.copy()
    for constraint in constraints:
        mask &= _meeting_one(snapshot, constraint)
        if constraint.facet in _OF_TEXT:
            mask &= ~snapshot.stale
    return mask


def _meeting_one(snapshot: Snapshot, constraint: Constraint) -> Mask:
    if constraint.op in (Op.AT_LEAST, Op.AT_MOST):
        return _within(snapshot, constraint)
    chosen = np.zeros(len(snapshot.alive), dtype=np.bool_)
    for value in constraint.values:
        chosen |= _having(snapshot, constraint.facet, value)
    return ~chosen if constraint.op is Op.NONE_OF else chosen


def _within(snapshot: Snapshot, constraint: Constraint) -> Mask:
    bound, at_least = constraint.bound, constraint.op is Op.AT_LEAST
    if bound is None:
        raise ValueError(f"{constraint} has no bound")
    if constraint.facet is Facet.PRICE:
        # A bound may be finer than the record's unit: the whole units inside it are those that meet it.
        inside = ROUND_CEILING if at_least else ROUND_FLOOR
        units = int((bound * Money.SCALE).to_integral_value(inside))
        priced = snapshot.price != NO_PRICE
        return np.asarray(priced & (snapshot.price >= units if at_least else snapshot.price <= units))
    if constraint.facet is Facet.RATING:
        # NaN, no rating, compares as False with everything.
        return np.asarray(snapshot.rating >= float(bound) if at_least else snapshot.rating <= float(bound))
    raise ValueError(f"{constraint.facet} has no order, so {constraint.op} cannot be asked of it")


def _having(snapshot: Snapshot, facet: Facet, value: str) -> Mask:
    if facet is Facet.IN_STOCK:
        return np.asarray(snapshot.in_stock == (value == "true"))
    if facet in (Facet.PRICE, Facet.RATING):
        number = Decimal(value)
        said, wanted = (
            (snapshot.price, price_units(number)) if facet is Facet.PRICE else (snapshot.rating, float(number))
        )
        return np.asarray(said == wanted)
    generation = snapshot.generation
    if facet is not Facet.WORD:
        return _mask(len(snapshot.alive), generation.columns.stating(facet, value))
    return holding(generation, terms(value))


def holding(generation: Generation, wanted: Sequence[str], *, in_name: bool = False) -> Mask:
    """Which rows hold every one of the terms, anywhere or in title, brand and categories; none hold no terms."""
    if not wanted:
        return np.zeros(len(generation.ids), dtype=np.bool_)
    held = np.ones(len(generation.ids), dtype=np.bool_)
    for term in wanted:
        held &= _mask(len(held), generation.lexical.rows(term, in_name=in_name))
    return held


def _mask(size: int, rows: NDArray[np.int32]) -> Mask:
    mask = np.zeros(size, dtype=np.bool_)
    mask[rows] = True
    return mask
