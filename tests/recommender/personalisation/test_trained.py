"""Does a shop with a trained model recommend by it, at once, honestly, and also what the model never met?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.clock import FakeClock
from recommender.explanation.reason import ReasonKind
from recommender.personalisation.features import Features
from recommender.personalisation.history import THUMB_DOWN
from recommender.personalisation.items import Items
from recommender.personalisation.members import Content, Ease, Popularity, Transitions, Words
from recommender.personalisation.recommender import UNTRAINED, PersonalRecommender, Recommended
from recommender.personalisation.store import FactorModels
from recommender.personalisation.training import train_factors
from tests.recommender.personalisation.test_recommender import Past

SIZE = 24
IDS = [f"item-{row:02d}" for row in range(SIZE)]


def shelf(size: int = SIZE) -> Items:
    """Products whose even rows point one way and odd ones another; those from row 24 on are new."""
    vectors = np.zeros((size, 40), dtype=np.float32)
    vectors[np.arange(size), np.arange(size) % 2] = 1.0
    vectors[np.arange(size), 2 + np.arange(size)] = 0.3
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [f"item-{row:02d}" for row in range(size)]
    return Items(
        ids,
        {one: row for row, one in enumerate(ids)},
        vectors,
        np.ones(size, dtype=np.bool_),
        np.full(size, np.nan),
        np.zeros(size, dtype=np.int64),
        lambda: Features(vectors, sparse.csr_matrix(vectors)),
        {"index": f"index-{size}"},
    )


class Shop:
    """People with even numbers buy even products, those with odd numbers odd ones, round and round."""

    def __init__(self, home: Path) -> None:
        self.items = shelf()
        self.past = Past()
        for person in range(120):
            theirs = [(person + 2 * step) % SIZE for step in range(6)]
            self.past.add(f"p{person:03d}", *((IDS[row], "purchase") for row in theirs))
        self.catalogue = InMemoryCatalogue()
        self.catalogue.upsert([Product(one, one) for one in shelf(SIZE + 1).ids])
        self.models = FactorModels(home)
        self.recommender = PersonalRecommender(lambda: self.items, self.catalogue, self.past, FactorModels(home))

    def train(self) -> str:
        members = (Ease(penalty=1.0), Transitions(), Content(), Words(), Popularity())
        named = {member.name: member for member in members}
        return train_factors(self.items, self.past, self.models, FakeClock(), members=named).version

    def recommend(self, person: str, limit: int = 6) -> list[Recommended]:
        return list(self.recommender.recommend(person, limit=limit))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def ids(shown: Sequence[Recommended]) -> list[str]:
    return [one.item_id for one in shown]


def test_a_running_shop_takes_up_a_new_model_and_goes_back_with_it(shop: Shop) -> None:
    assert shop.recommend("p000")[0].versions["recommender"] == UNTRAINED
    first = shop.train()
    assert shop.recommend("p000")[0].versions["recommender"] == first
    shop.past.add("p000", (IDS[13], "purchase"))
    second = shop.train()
    assert shop.recommend("p000")[0].versions["recommender"] == second != first
    assert shop.models.rollback() == first
    assert shop.recommend("p000")[0].versions["recommender"] == first


def test_the_parts_name_the_models_and_sum_up_to_the_score(shop: Shop) -> None:
    shop.train()
    for one in shop.recommend("p003"):
        assert one.score == pytest.approx(sum(one.parts.values()), abs=1e-5)
        assert {"ease", "transitions", "content", "words"} & one.parts.keys()


def test_what_somebody_does_changes_the_next_list_without_training(shop: Shop) -> None:
    shop.train()
    shop.past.add("new", (IDS[2], "view"), (IDS[4], "view"))
    before = shop.recommend("new")
    assert int(ids(before)[0][-2:]) % 2 == 0
    shop.past.add("new", *((IDS[row], "purchase") for row in (1, 3, 5)))
    after = shop.recommend("new")
    assert int(ids(after)[0][-2:]) % 2 == 1
    assert ids(after) != ids(before)
    shop.past.add("new", (ids(after)[0], THUMB_DOWN))
    assert ids(after)[0] not in ids(shop.recommend("new", SIZE))


def test_a_product_the_model_never_met_is_recommended_by_its_text(shop: Shop) -> None:
    shop.train()
    shop.past.add("new", (IDS[2], "purchase"), (IDS[4], "purchase"))
    shop.items = shelf(SIZE + 1)
    found = {one.item_id: one for one in shop.recommend("new", SIZE + 1)}
    newcomer = found["item-24"]
    assert newcomer.parts["content"] > 0
    assert newcomer.score > found[IDS[1]].score


def test_the_named_cause_is_one_without_which_the_score_falls_by_what_was_said(shop: Shop) -> None:
    shop.train()
    history = [(IDS[2], "view"), (IDS[9], "cart"), (IDS[4], "purchase")]
    shop.past.add("ada", *history)
    named = [
        (one, reason) for one in shop.recommend("ada") for reason in one.reasons if reason.kind is ReasonKind.HISTORY
    ]
    assert named
    for one, reason in named:
        shop.past.of["ada"] = []
        shop.past.add("ada", *((item, kind) for item, kind in history if item != reason.item_id))
        scores = {again.item_id: again.score for again in shop.recommend("ada", SIZE)}
        assert scores[one.item_id] == pytest.approx(one.score - reason.effect, abs=1e-4)


def test_the_same_past_gives_the_same_version(shop: Shop) -> None:
    assert shop.train() == shop.train()


def test_the_manifest_tells_what_was_learned_from_and_how_good_it_is(shop: Shop) -> None:
    shop.train()
    serving = shop.models.current()
    assert serving is not None
    card = serving.manifest.card
    assert (card["people"], card["interactions"], card["products"]) == (120, 720, SIZE)
    assert card["held_out_ndcg_at_20"]["ensemble"] >= max(
        value for name, value in card["held_out_ndcg_at_20"].items() if name != "ensemble"
    )
    assert serving.manifest.data_hash
    assert serving.manifest.checksums
    assert not any("p000" in path.read_text(errors="ignore") for path in shop.models.folder.rglob("*.json"))
