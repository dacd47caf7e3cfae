"""What does a query become when a later message changes it?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Final

from recommender.catalogue.facets import brand_key
from recommender.understanding.cues import Comparison, Cues
from recommender.understanding.query import Constraint, Facet, Op, Query
from recommender.understanding.reading import ShownItem

__all__ = ["changed", "compare", "joined", "other_than_shown", "price_compared_with"]

CENT: Final = Decimal("0.01")
_LETTER_SIZES = ("xs", "s", "m", "l", "xl", "xxl", "xxxl", "4xl")


def joined(constraints: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """The constraints of one message with the values of each facet and operator in one: "red or blue"."""
    merged: dict[tuple[Facet, Op], Constraint] = {}
    for constraint in constraints:
        before = merged.get((constraint.facet, constraint.op))
        if before and constraint.bound is None:
            values = tuple(dict.fromkeys((*before.values, *constraint.values)))
            constraint = Constraint(constraint.facet, constraint.op, values)
        merged[constraint.facet, constraint.op] = constraint
    return tuple(merged.values())


def changed(
    before: Sequence[Constraint], wanted: Iterable[Constraint], *, lifted: Collection[Facet] = (), also: bool = False
) -> tuple[Constraint, ...]:
    """The constraints after a change: what is wanted now replaces what contradicts it, the rest stays.

    A facet's ANY_OF is replaced, or with `also` extended; NONE_OF accumulates; a value is never wanted and unwanted at
    once, the later word counts; a price bound replaces its like, and an opposite one that it leaves no room for.
    """
    constraints = [constraint for constraint in before if constraint.facet not in lifted]
    for new in wanted:
        if new.bound is not None:
            constraints = [old for old in constraints if not _displaced(old, new)]
        else:
            constraints = _with_values(constraints, new, also=also)
            continue
        constraints.append(new)
    return tuple(constraints)


def _displaced(old: Constraint, new: Constraint) -> bool:
    if old.facet is not new.facet or old.bound is None or new.bound is None:
        return False
    return old.op is new.op or (old.bound > new.bound if new.op is Op.AT_MOST else old.bound < new.bound)


def _with_values(constraints: list[Constraint], new: Constraint, *, also: bool) -> list[Constraint]:
    kept: list[Constraint] = []
    values = new.values
    for old in constraints:
        if old.facet is not new.facet or old.bound is not None:
            kept.append(old)
        elif old.op is not new.op:
            rest = tuple(value for value in old.values if value not in new.values)
            if rest:
                kept.append(Constraint(old.facet, old.op, rest))
        elif also or new.op is Op.NONE_OF:
            values = tuple(dict.fromkeys((*old.values, *values)))
    return [*kept, Constraint(new.facet, new.op, values)]


def compare(comparison: Comparison | None, previous: Query, items: Sequence[ShownItem]) -> tuple[Constraint, ...]:
    """ "Cheaper" than all of `items`, "bigger" than the size that was asked for; nothing where there is no measure."""
    prices = [item.price for item in items if item.price is not None]
    if comparison is Comparison.CHEAPER and prices:
        return (Constraint(Facet.PRICE, Op.AT_MOST, bound=max(min(prices) - CENT, Decimal(0))),)
    if comparison is Comparison.DEARER and prices:
        return (Constraint(Facet.PRICE, Op.AT_LEAST, bound=max(prices) + CENT),)
    if comparison in (Comparison.BIGGER, Comparison.SMALLER):
        step = 1 if comparison is Comparison.BIGGER else -1
        sizes = [next_size for old in previous.constraints if (next_size := _next_size(old, step))]
        return tuple(Constraint(Facet.SIZE, Op.ANY_OF, (size,)) for size in sizes)
    return ()


def price_compared_with(limit: Constraint) -> Decimal:
    """The price that something was to be cheaper or dearer than, where `compare` made `limit` of it."""
    bound = limit.bound or Decimal(0)
    return bound + CENT if limit.op is Op.AT_MOST else bound - CENT


def _next_size(constraint: Constraint, step: int) -> str | None:
    if constraint.facet is not Facet.SIZE or constraint.op is not Op.ANY_OF or len(constraint.values) != 1:
        return None
    size = constraint.values[0]
    if size in _LETTER_SIZES:
        at = _LETTER_SIZES.index(size) + step
        return _LETTER_SIZES[at] if 0 <= at < len(_LETTER_SIZES) else None
    return str(int(size) + step) if size.isascii() and size.isdigit() and int(size) + step > 0 else None


def other_than_shown(cues: Cues, previous: Query, items: Sequence[ShownItem]) -> tuple[Constraint, ...]:
    """ "Another brand": none of the brands shown; "another colour": not the colour that was asked for."""
    found = []
    if Facet.BRAND in cues.another:
        brands = tuple(dict.fromkeys(brand_key(item.brand) for item in items if item.brand))
        if brands:
            found.append(Constraint(Facet.BRAND, Op.NONE_OF, brands))
    if Facet.COLOUR in cues.another:
        found.extend(
            Constraint(Facet.COLOUR, Op.NONE_OF, old.values)
            for old in previous.constraints
            if old.facet is Facet.COLOUR and old.op is Op.ANY_OF
        )
    return tuple(found)
