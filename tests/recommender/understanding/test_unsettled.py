"""Which words of a wish are left to rank by, once its conditions are met?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from recommender.understanding.query import Constraint, Facet, Op, Query
from recommender.understanding.search_text import unsettled

BLACK = Constraint(Facet.COLOUR, Op.ANY_OF, ("black",))
HP = Constraint(Facet.BRAND, Op.ANY_OF, ("hp",))


@pytest.mark.parametrize(
    ("text", "constraints", "left"),
    [
        ("black hp laptop", (BLACK, HP), "laptop"),
        ("Black laptops by HP", (BLACK, HP), "laptops"),
        ("red or blue shoes", (Constraint(Facet.COLOUR, Op.ANY_OF, ("red", "blue")),), "shoes"),
        ("shoes in red or blue", (Constraint(Facet.COLOUR, Op.ANY_OF, ("red", "blue")),), "shoes"),
        ("north face face mask", (Constraint(Facet.BRAND, Op.ANY_OF, ("north face",)),), "face mask"),
        ("black hp", (BLACK, HP), "black hp"),
        ("black for the", (BLACK,), "black for the"),
        ("laptop", (BLACK,), "laptop"),
        ("not black laptop", (Constraint(Facet.COLOUR, Op.NONE_OF, ("black",)),), "not black laptop"),
        ("laptop 50", (Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal(50)),), "laptop 50"),
        ("dr martens boots", (Constraint(Facet.BRAND, Op.ANY_OF, ("dr martens",)),), "boots"),
        ("", (BLACK,), ""),
    ],
)
def test_what_conditions_settle_is_left_to_them(text: str, constraints: tuple[Constraint, ...], left: str) -> None:
    assert unsettled(Query(text, constraints)) == left
