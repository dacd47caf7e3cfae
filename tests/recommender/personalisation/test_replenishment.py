"""Is what is used up learned from who buys the same again, and offered about when it is due?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.clock import FakeClock
from recommender.explanation.reason import ReasonKind
from recommender.personalisation.history import THUMB_DOWN, Signal
from recommender.personalisation.recommender import ListRules, PersonalRecommender, Recommended
from recommender.personalisation.repeats import Bought, Repeats, Usual, last_bought
from recommender.personalisation.store import FactorModels
from recommender.personalisation.training import train_factors
from recommender.understanding.query import Facet
from tests.recommender.personalisation.test_trained import IDS, Shop

START = datetime(2026, 1, 1, tzinfo=UTC)
COFFEE = {"beans": "coffee", "ground": "coffee", "lamp": "lamp", "rug": "rug"}


def bought(*items: str) -> list[Signal]:
    """Purchases in order, of which no times are known."""
    return [Signal(item, "purchase") for item in items]


def bought_on(**days: Sequence[float]) -> list[Signal]:
    """Purchases on days of a year, in the order of time."""
    signals = [
        Signal(item, "purchase", START + timedelta(days=day)) for item, its_days in days.items() for day in its_days
    ]
    return sorted(signals, key=lambda signal: signal.at or START)


def learned(people: Sequence[Sequence[Signal]], categories: Mapping[str, str] = COFFEE) -> dict[str, Usual]:
    repeats = Repeats(categories)
    for signals in people:
        repeats.add(signals)
    return repeats.usual()


def test_what_everybody_buys_every_thirty_days_is_used_up_with_its_whole_category() -> None:
    usual = learned([bought_on(beans=(0, 30, 60), lamp=(10,))] * 6)
    assert usual.keys() == {"beans", "ground"}
    assert usual["beans"] == usual["ground"]
    assert usual["beans"].days == 30
    assert usual["beans"].share == 1.0


def test_the_usual_interval_is_that_in_the_middle() -> None:
    people = [bought_on(beans=(0, days)) for days in (20, 25, 30, 35, 300)]
    assert learned(people)["beans"].days == 30


def test_without_times_it_is_counted_by_what_was_bought_in_between() -> None:
    usual = learned([bought("beans", "lamp", "rug", "beans")] * 5)
    assert usual["beans"] == Usual(share=1.0, days=None, purchases=2.0)


@pytest.mark.parametrize(
    "people",
    [
        [bought_on(beans=(0, 0.2))] * 9,
        [bought("beans", "beans")] * 9,
        [bought_on(beans=(0,), ground=(30,))] * 9,
        [bought_on(beans=(0, 30))] * 4,
        [bought_on(beans=(0, 30))] * 5 + [bought_on(beans=(0,))] * 46,
        [[Signal("beans", "view", START), Signal("beans", "view", START + timedelta(days=30))]] * 9,
    ],
    ids=["one order", "next to each other", "another product", "four people", "hardly anybody", "only looked at"],
)
def test_too_little_to_learn_from(people: list[list[Signal]]) -> None:
    assert learned(people) == {}


def test_a_product_without_a_category_is_counted_by_itself() -> None:
    assert learned([bought_on(refill=(0, 7))] * 5, {}).keys() == {"refill"}


def test_when_it_was_bought_last_and_how_many_purchases_ago() -> None:
    found = last_bought([*bought_on(beans=(0, 9), lamp=(3,)), Signal("beans", "view", START + timedelta(days=20))])
    assert found == {"beans": Bought(START + timedelta(days=9), 0), "lamp": Bought(START + timedelta(days=3), 1)}


@given(st.floats(1, 400), st.floats(0, 800), st.floats(0, 800))
def test_what_is_due_stays_due(days: float, passed: float, more: float) -> None:
    usual, then = Usual(0.5, days, 3), Bought(START, 0)
    if usual.is_due(then, START + timedelta(days=passed)):
        assert usual.is_due(then, START + timedelta(days=passed + more))


class Kitchen:
    """A shop in which everybody buys `item-00` every thirty days, and everything else once."""

    def __init__(self, home: Path) -> None:
        self.shop = Shop(home)
        self.clock = FakeClock(START)
        self.models = FactorModels(home)
        for signals in self.shop.past.of.values():
            times = (signal for signal in list(signals))
            signals[:] = [Signal(one.item_id, one.kind, START - timedelta(days=400)) for one in times]
        for number in range(8):
            self.shop.past.of[f"regular-{number}"] = bought_on(**{IDS[0]: (-90, -60, -30), IDS[number + 1]: (-20,)})
        train_factors(self.shop.items, self.shop.past, self.models, self.clock)

    def list_for(self, signals: list[Signal], consumables: frozenset[str] | None = None) -> dict[str, Recommended]:
        self.shop.past.of["ada"] = signals
        recommender = PersonalRecommender(
            lambda: self.shop.items,
            self.shop.catalogue,
            self.shop.past,
            self.models,
            rules=ListRules(variety=0.0, consumables=consumables),
            clock=self.clock,
        )
        return {one.item_id: one for one in recommender.recommend("ada", limit=len(IDS))}


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


def test_what_was_learned_is_in_the_trained_version(kitchen: Kitchen) -> None:
    trained = FactorModels(kitchen.models.folder.parent.parent).current()
    assert trained is not None
    assert trained.again.keys() == {IDS[0]}
    assert trained.again[IDS[0]].days == 30


@pytest.mark.parametrize(("ago", "offered"), [(5, False), (23, False), (24, True), (31, True), (200, True)])
def test_it_is_offered_again_about_when_it_is_due_and_says_why(kitchen: Kitchen, ago: int, offered: bool) -> None:
    found = kitchen.list_for(bought_on(**{IDS[0]: (-ago,), IDS[2]: (-ago - 1,)}))
    assert (IDS[0] in found) is offered
    assert IDS[2] not in found
    if offered:
        reason = found[IDS[0]].reasons[0]
        assert (reason.kind, reason.days, reason.usual_days) == (ReasonKind.AGAIN, ago, 30)
        assert found[IDS[0]].score == pytest.approx(sum(found[IDS[0]].parts.values()))
        assert found[IDS[0]].parts["again"] == pytest.approx(reason.effect)


def test_a_thumb_down_keeps_it_away_for_good(kitchen: Kitchen) -> None:
    assert IDS[0] not in kitchen.list_for([*bought_on(**{IDS[0]: (-40,)}), Signal(IDS[0], THUMB_DOWN, START)])


def _named(kitchen: Kitchen, *item_ids: str) -> frozenset[str]:
    """The products are stated to be of the category `tea`."""
    rows = [kitchen.shop.items.rows[one] for one in item_ids]

    def stating(facet: Facet, value: str) -> Iterator[int]:
        import numpy as np

        return np.array(rows if (facet, value) == (Facet.CATEGORY, "tea") else [], dtype=np.int32)

    object.__setattr__(kitchen.shop.items, "stating", stating)
    return frozenset({"tea"})


def test_what_the_shop_names_wins_over_what_was_learned(kitchen: Kitchen) -> None:
    tea = _named(kitchen, IDS[4])
    found = kitchen.list_for(bought_on(**{IDS[0]: (-40,), IDS[4]: (-1,)}), tea)
    assert IDS[0] not in found
    assert IDS[4] in found
    assert IDS[0] not in kitchen.list_for(bought_on(**{IDS[0]: (-40,)}), frozenset())


def test_what_the_shop_names_waits_until_it_is_due_where_that_is_known(kitchen: Kitchen) -> None:
    tea = _named(kitchen, IDS[0])
    assert IDS[0] not in kitchen.list_for(bought_on(**{IDS[0]: (-5,)}), tea)
    assert IDS[0] in kitchen.list_for(bought_on(**{IDS[0]: (-40,)}), tea)
