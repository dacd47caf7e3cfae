"""Does understanding hold for every text there is?"""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.understanding.query import Facet, Op, Query
from recommender.understanding.tokens import MAX_CHARACTERS
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary
from tests.recommender.understanding.small_shop import SHOWN, small_shop

UNDERSTANDER = Understander(Vocabulary.from_products(small_shop()))
_SHOPPING = """
    red blue navy cream leather wool sony bose simple nordfel gold toe jacket laptop shoes size xl 42 m in not no
    without except any colour brand price doesn't matter under over between and or to 30 40 $ € 1.5k 1,299.00 -5 2 for
    max cheap cheaper bigger instead also another the second one #2 last it that first at stars 4 + in stock , . - ?
    drop reset show me please forty a hundred thousand k x3 make is % 🙂 שלום 価格 \u202e anything but free non
"""
WORDS = _SHOPPING.split()
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
BEFORE = st.one_of(
    st.none(), st.sampled_from(["red jacket under 50", "sony headphones not black", "shirt size m", ""]).map(
        lambda text: UNDERSTANDER.understand(text).query
    )
)  # fmt: skip
HINTS = st.sampled_from([True, False, None])


@given(TEXTS, BEFORE, HINTS, st.booleans())
def test_a_reading_is_sound(text: str, previous: Query | None, hint: bool | None, with_shown: bool) -> None:
    shown = SHOWN if with_shown else ()
    reading = UNDERSTANDER.understand(text, previous=previous, shown=shown, amend=hint)
    for part in reading.parts:
        assert 0 <= part.start < part.end <= len(text)
        assert text[part.start : part.end].strip() == text[part.start : part.end]
    for constraint in reading.query.constraints:
        assert constraint.values or constraint.bound is not None
        assert constraint.bound is None or (constraint.bound.is_finite() and constraint.bound >= 0)
    kinds = [(constraint.facet, constraint.op) for constraint in reading.query.constraints]
    assert len(kinds) == len(set(kinds))
    assert set(reading.references) <= {item.id for item in shown}
    assert reading.quantity is None or 1 <= reading.quantity <= 99
    before = set(previous.constraints) if previous and reading.kind == "amend" else set()
    assert set(reading.query.constraints) == (before - set(reading.removed)) | set(reading.added)
    assert not set(reading.removed) & set(reading.query.constraints)


@given(TEXTS, BEFORE)
def test_prices_leave_room(text: str, previous: Query | None) -> None:
    query = UNDERSTANDER.understand(text, previous=previous).query
    bounds = {one.op: one.bound for one in query.constraints if one.facet is Facet.PRICE}
    low, high = bounds.get(Op.AT_LEAST), bounds.get(Op.AT_MOST)
    assert low is None or high is None or low <= high


@given(TEXTS, BEFORE)
def test_a_value_is_never_wanted_and_unwanted(text: str, previous: Query | None) -> None:
    query = UNDERSTANDER.understand(text, previous=previous).query
    wanted, unwanted = (
        {(one.facet, value) for one in query.constraints if one.op is op for value in one.values}
        for op in (Op.ANY_OF, Op.NONE_OF)
    )
    assert not wanted & unwanted


REPEATABLE = ["under 40", "in blue", "not leather", "only sony", "no, not sony", "any colour", "also in navy"]


@given(
    st.lists(st.sampled_from(REPEATABLE), min_size=1, max_size=2, unique=True).map(", ".join),
    BEFORE.filter(lambda query: query is not None),
)
def test_saying_it_again_changes_nothing(text: str, previous: Query) -> None:
    once = UNDERSTANDER.understand(text, previous=previous, shown=SHOWN, amend=True).query
    again = UNDERSTANDER.understand(text, previous=once, shown=SHOWN, amend=True).query
    assert (again.text, set(again.constraints), again.sort) == (once.text, set(once.constraints), once.sort)


@given(st.decimals(min_value=Decimal("0.01"), max_value=99_999, places=2))
def test_a_price_is_read_as_it_is_written(price: Decimal) -> None:
    for written in (f"{price}", f"{price:,}", f"{price:,}".translate(str.maketrans(",.", ".,"))):
        query = UNDERSTANDER.understand(f"jacket under ${written}").query
        assert [one.bound for one in query.constraints if one.facet is Facet.PRICE] == [price]


@pytest.mark.parametrize(
    "text",
    [
        "not " * 300_000,
        "9" * 1_000_000,
        "1,000" * 200_000,
        "🙂" * 1_000_000,
        "\u202e\u0000\ufffd" * 300_000,
        "e\u0301" * 500_000,
        "red or " * 150_000,
        "a-b.c'd" * 150_000,
        "the second " * 100_000,
        "twenty hundred and " * 60_000,
    ],
    ids=lambda text: repr(text[:10]),
)
def test_a_megabyte_takes_no_longer_than_what_is_read_of_it(text: str) -> None:
    assert len(text) > 100 * MAX_CHARACTERS
    started = time.process_time()
    reading = UNDERSTANDER.understand(text, previous=Query("jacket"), shown=SHOWN)
    assert time.process_time() - started < 0.5
    assert all(part.end <= MAX_CHARACTERS for part in reading.parts)
