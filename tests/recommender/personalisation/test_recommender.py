"""Are recommendations what the person would want, varied, honest about their causes, and never what they refused?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial

import numpy as np
import pytest
import scipy.sparse as sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.explanation.reason import ReasonKind
from recommender.personalisation.features import Features
from recommender.personalisation.history import THUMB_DOWN, THUMB_UP, Signal
from recommender.personalisation.items import Items
from recommender.personalisation.recommender import ListRules, PersonalRecommender, Recommended

CATEGORIES = ("jackets", "lamps", "laptops", "rugs", "shoes", "tents")
EACH = 12
IDS = sorted(f"{category}-{number:02d}" for category in CATEGORIES for number in range(EACH))


class Past:
    """A `History` in lists."""

    def __init__(self) -> None:
        self.of: dict[str, list[Signal]] = {}
        self.people: dict[str, float] = {}

    def signals(self, person_id: str) -> Sequence[Signal]:
        return self.of.get(person_id, [])

    def queries(self, person_id: str) -> Sequence[str]:
        return []

    def everybody(self) -> Iterator[tuple[str, Sequence[Signal]]]:
        return iter(sorted(self.of.items()))

    def popularity(self) -> Mapping[str, float]:
        return self.people

    def add(self, person_id: str, *signals: tuple[str, str]) -> None:
        self.of.setdefault(person_id, []).extend(Signal(item, kind) for item, kind in signals)


class Shop:
    """Six categories of twelve products; those of one category look alike, those of two do not."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        axes = np.eye(24, dtype=np.float32)
        vectors = np.stack([axes[CATEGORIES.index(item.split("-")[0])] for item in IDS])
        vectors += random.normal(0, 0.12, vectors.shape).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self.items = Items(
            IDS,
            {item: row for row, item in enumerate(IDS)},
            vectors,
            np.ones(len(IDS), dtype=np.bool_),
            np.full(len(IDS), 4.0),
            np.zeros(len(IDS), dtype=np.int64),
            lambda: Features(vectors, sparse.csr_matrix(vectors)),
        )
        self.past = Past()
        self.past.people = {item: float(row % EACH) for row, item in enumerate(IDS)}
        products = [Product(item, item, categories=("Shop", item.split("-")[0]), price=Decimal(10)) for item in IDS]
        self.catalogue = InMemoryCatalogue()
        self.catalogue.upsert(products)
        self.recommender = PersonalRecommender(lambda: self.items, self.catalogue, self.past)

    def recommend(self, person: str, limit: int = 10, exclude: Sequence[str] = ()) -> list[Recommended]:
        return list(self.recommender.recommend(person, limit=limit, exclude=exclude))


@pytest.fixture
def shop() -> Shop:
    return Shop()


def category_of(item_id: str) -> str:
    return item_id.split("-")[0]


def test_a_stranger_gets_what_is_popular_from_every_category(shop: Shop) -> None:
    shown = shop.recommend("stranger", 6)
    assert {category_of(one.item_id) for one in shown} == set(CATEGORIES)
    assert all(shop.past.people[one.item_id] == EACH - 1 for one in shown)
    assert all([reason.kind for reason in one.reasons] == [ReasonKind.POPULAR] for one in shown)


def test_one_category_that_everybody_wants_does_not_fill_a_strangers_list(shop: Shop) -> None:
    shop.past.people = {item: 1000.0 if item.startswith("lamps") else 1.0 for item in IDS}
    categories = Counter(category_of(one.item_id) for one in shop.recommend("stranger", 10))
    assert categories["lamps"] == max(categories.values())
    assert len(categories) >= 4


def test_a_shop_without_any_past_still_recommends(shop: Shop) -> None:
    shop.past.people = {}
    shown = shop.recommend("stranger", 10)
    assert len({one.item_id for one in shown}) == 10
    assert all(one.reasons == () for one in shown)


def test_somebody_who_buys_jackets_is_shown_jackets_first_and_not_only(shop: Shop) -> None:
    shop.past.add("ada", ("jackets-01", "purchase"), ("jackets-02", "purchase"), ("tents-01", "cart"))
    shown = shop.recommend("ada", 10)
    categories = Counter(category_of(one.item_id) for one in shown)
    assert category_of(shown[0].item_id) == "jackets"
    assert categories["jackets"] > categories["tents"] > 0
    assert not {"jackets-01", "jackets-02"} & {one.item_id for one in shown}


def test_a_thumb_down_takes_the_product_away_and_its_like_down(shop: Shop) -> None:
    shop.past.add("ada", ("lamps-03", "view"), ("rugs-03", "view"))
    before = {one.item_id: one.score for one in shop.recommend("ada", len(IDS))}
    shop.past.add("ada", ("lamps-05", THUMB_DOWN))
    after = {one.item_id: one.score for one in shop.recommend("ada", len(IDS))}
    assert set(before) - set(after) == {"lamps-05"}
    assert all(after[item] < before[item] for item in after if category_of(item) == "lamps")


def test_what_is_gone_or_out_of_stock_or_excluded_is_not_shown(shop: Shop) -> None:
    shop.items.available[shop.items.rows["lamps-11"]] = False
    shop.catalogue.delete(["rugs-11"])
    shown = {one.item_id for one in shop.recommend("stranger", len(IDS), exclude=["tents-11", "no-such-product"])}
    assert shown == set(IDS) - {"lamps-11", "rugs-11", "tents-11"}


def test_the_score_is_the_sum_of_its_parts(shop: Shop) -> None:
    shop.past.add("ada", ("lamps-03", "purchase"))
    for one in shop.recommend("ada", len(IDS)):
        assert one.score == pytest.approx(sum(one.parts.values()))


signals = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(["view", "cart", "purchase", THUMB_UP, THUMB_DOWN])), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(signals)
def test_taking_away_the_named_cause_lowers_the_score_by_what_was_said(history: list[tuple[str, str]]) -> None:
    shop = Shop()
    shop.past.add("ada", *history)
    for one in shop.recommend("ada", 5):
        for reason in one.reasons:
            other = Shop()
            if reason.kind is ReasonKind.HISTORY:
                other.past.add("ada", *((item, kind) for item, kind in history if item != reason.item_id))
            else:
                other.past.add("ada", *history)
                other.past.people[one.item_id] = 0.0
            scores = {again.item_id: again.score for again in other.recommend("ada", len(IDS))}
            assert scores[one.item_id] == pytest.approx(one.score - reason.effect, abs=1e-5)
            assert scores[one.item_id] < one.score


@settings(max_examples=40, deadline=None)
@given(signals)
def test_whatever_the_past_is_the_list_is_full_and_holds_nothing_bought_or_refused(
    history: list[tuple[str, str]],
) -> None:
    shop = Shop()
    shop.past.add("ada", *history)
    thumbs = {item: kind for item, kind in history if kind in (THUMB_UP, THUMB_DOWN)}
    shown = [one.item_id for one in shop.recommend("ada", 10)]
    assert len(set(shown)) == len(shown) == 10
    assert not {item for item, kind in thumbs.items() if kind == THUMB_DOWN} & set(shown)
    assert not {item for item, kind in history if kind == "purchase"} & set(shown)


def test_fifty_people_who_take_whatever_comes_first_do_not_end_in_one_category(shop: Shop) -> None:
    """A filter bubble: somebody accepts the first recommendation again and again."""
    shop.past.add("ada", ("jackets-01", "view"))
    for _ in range(50):
        first = shop.recommend("ada", 10)[0]
        shop.past.add("ada", (first.item_id, "purchase"))
    bought = Counter(category_of(signal.item_id) for signal in shop.past.of["ada"])
    share = np.array(list(bought.values())) / sum(bought.values())
    assert -(share * np.log2(share)).sum() > 1.5


def test_two_people_of_different_tastes_are_shown_different_things(shop: Shop) -> None:
    shop.past.add("ada", ("jackets-01", "purchase"), ("jackets-04", "cart"))
    shop.past.add("bob", ("laptops-01", "purchase"), ("laptops-04", "cart"))
    ada, bob = ({one.item_id for one in shop.recommend(person, 5)} for person in ("ada", "bob"))
    assert len(ada & bob) <= 1


def test_taste_is_near_for_what_is_like_the_past_and_its_cause_is_true(shop: Shop) -> None:
    shop.past.add("ada", ("jackets-01", "purchase"), ("lamps-04", "view"))
    asked = ["jackets-05", "rugs-05", "no-such-product"]
    tastes = shop.recommender.taste("ada", asked)
    assert set(tastes) == {"jackets-05", "rugs-05"}
    assert tastes["jackets-05"].nearness > tastes["rugs-05"].nearness
    cause = tastes["jackets-05"].cause
    assert cause is not None
    assert (cause.kind, cause.item_id, cause.signal) == (ReasonKind.TASTE, "jackets-01", "purchase")
    shop.past.of["ada"] = [signal for signal in shop.past.of["ada"] if signal.item_id != cause.item_id]
    without = shop.recommender.taste("ada", asked)["jackets-05"].nearness
    assert without == pytest.approx(tastes["jackets-05"].nearness - cause.effect, abs=1e-5)
    assert shop.recommender.taste("stranger", asked) == {}


def test_the_place_of_a_product_is_its_rank_among_all_that_could_be_recommended(shop: Shop) -> None:
    shop.past.add("ada", ("jackets-01", "purchase"), ("lamps-04", THUMB_DOWN))
    ranked = sorted(shop.recommend("ada", len(IDS)), key=lambda one: (-one.score, one.item_id))
    for rank in (1, 5, len(ranked)):
        place = shop.recommender.place("ada", ranked[rank - 1].item_id)
        assert place is not None
        assert (place.rank, place.of) == (rank, len(ranked))
        assert place.score == pytest.approx(ranked[rank - 1].score)
    for left_out in ("jackets-01", "lamps-04", "no-such-product"):
        assert shop.recommender.place("ada", left_out) is None


def entropies_of_accepting_everything(variety: float) -> list[float]:
    """Of nine people of each category, who buy all they are shown: the entropy of their last three lists, in bits."""
    found = []
    for category in CATEGORIES:
        for number in range(9):
            shop = Shop()
            rules = ListRules(variety)
            shop.recommender = PersonalRecommender(
                partial(getattr, shop, "items"), shop.catalogue, shop.past, rules=rules
            )
            shop.past.add("ada", (f"{category}-{number:02d}", "purchase"), (f"{category}-{number + 2:02d}", "purchase"))
            lists = []
            for _ in range(6):
                lists.append([one.item_id for one in shop.recommend("ada", 5)])
                shop.past.add("ada", *((item, "purchase") for item in lists[-1]))
            shown = Counter(category_of(item) for one in lists[-3:] for item in one)
            share = np.array(list(shown.values())) / shown.total()
            found.append(float(-(share * np.log2(share)).sum()))
    return found


def test_fifty_conversations_of_accepting_everything_do_not_collapse() -> None:
    without, varied = entropies_of_accepting_everything(0.0), entropies_of_accepting_everything(ListRules().variety)
    assert min(varied) > 0.9
    assert np.mean(varied) > 1.5 > np.mean(without)
