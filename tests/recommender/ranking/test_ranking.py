"""Are a candidate's features right, does a ranker only reorder, and is one that learned nothing never let serve?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.errors import BadInputError, ConfigurationError, ConflictError
from recommender.index.follower import CatalogueView, Snapshot
from recommender.index.generation import Generation
from recommender.models.manifest import ModelManifest
from recommender.ranking.features import FEATURES, RISING, features
from recommender.ranking.model import MODEL_FILE, LambdaRanker
from recommender.ranking.store import rankers
from recommender.ranking.training import cross_validate, find, fit
from recommender.search.engine import SearchEngine
from recommender.understanding.query import Constraint, Facet, Op, Query

WORDS = ("lamp", "chair", "table", "shelf", "clock", "rug", "vase", "bowl")
COLOURS = ("red", "blue", "green", "white", "black")


class ConstantEncoder:
    """Finds everything alike, so that words alone tell products apart."""

    version = "constant-1"
    dimension = 2

    def encode(self, texts: list[str]) -> NDArray[np.float32]:
        return np.tile(np.array([1.0, 0.0], dtype=np.float32), (len(texts), 1))


class Reversing:
    """Prefers what the fused score likes least."""

    version = "reversing"
    encoder_version = ConstantEncoder.version

    def judge(
        self,
        snapshot: Snapshot,
        text: str,
        rows: NDArray[np.intp],
        fused: NDArray[np.float32],
        legs: Mapping[str, NDArray[np.float32]],
    ) -> NDArray[np.float32]:
        return -fused[rows]


def shop(tmp_path: Path) -> CatalogueView:
    """For each word and colour a product that many rated, and a stand for it that nobody did, with the shorter name."""
    products = []
    for word in WORDS:
        for colour in COLOURS:
            name = f"{colour}-{word}"
            products.append(Product(f"{name}-2", f"{word} {colour} handmade oak", rating=4.5, rating_count=500))
            products.append(Product(f"{name}-1", f"{word} {colour}", brand="Norda", price=Decimal("9")))
    catalogue = InMemoryCatalogue(products)
    vectors = ConstantEncoder().encode([product.title for product in products])
    number = catalogue.last_change()
    Generation.build(tmp_path, products, vectors, encoder_version="constant-1", change_number=number)
    return CatalogueView(catalogue, tmp_path, "constant-1")


@pytest.fixture
def view(tmp_path: Path) -> CatalogueView:
    return shop(tmp_path / "index")


def test_features_say_what_their_names_say(view: CatalogueView) -> None:
    snapshot, rows, fused, legs = SearchEngine(view, ConstantEncoder()).candidates("norda lamp red", 10)
    table = features(snapshot, "norda lamp red", rows, fused, legs)
    assert table.shape == (10, len(FEATURES))
    assert table.dtype == np.float32
    first = dict(zip(FEATURES, table[0].tolist(), strict=True))
    assert snapshot.generation.ids[rows[0]] == "red-lamp-1"
    assert first["fused"] == pytest.approx(fused[rows[0]])
    assert (first["fused_gap"], first["lexical_gap"], first["lexical_place"]) == (0, 0, 1)
    assert (first["in_name"], first["in_text"]) == (pytest.approx(1), pytest.approx(1))
    assert (first["all_in_name"], first["name_covered"], first["brand_named"]) == (1, 1, 1)
    assert first["query_words"] == 3
    assert (first["rating"], first["rating_count"]) == (4.5, 0)
    handmade = dict(
        zip(FEATURES, table[list(rows).index(snapshot.generation.rows["red-lamp-2"])].tolist(), strict=True)
    )
    assert handmade["brand_named"] == 0
    assert 0 < handmade["in_name"] < 1
    assert handmade["rating_count"] == pytest.approx(np.log(501), abs=1e-5)
    assert set(FEATURES) >= RISING


@pytest.mark.parametrize("text", ["", "zzz", "the"])
def test_features_of_a_query_that_says_nothing_are_numbers(view: CatalogueView, text: str) -> None:
    table = features(view.snapshot, text, np.arange(5), np.zeros(80, dtype=np.float32), {})
    assert np.isfinite(table).all()


def test_a_ranker_only_puts_the_best_in_another_order(view: CatalogueView) -> None:
    plain = SearchEngine(view, ConstantEncoder())
    ranked = SearchEngine(view, ConstantEncoder(), Reversing)
    red = Constraint(Facet.WORD, Op.ANY_OF, ("red",))
    before = plain.search(Query("lamp", (red,)), limit=50)
    after = ranked.search(Query("lamp", (red,)), limit=50)
    assert {hit.id for hit in after.hits} == {hit.id for hit in before.hits}
    assert [hit.id for hit in after.hits] != [hit.id for hit in before.hits]
    assert [hit.score for hit in after.hits] == pytest.approx([hit.score for hit in before.hits])
    assert after.versions["ranker"] == "reversing"
    for hit in after.hits:
        assert hit.score == pytest.approx(sum(after.weights[leg] * share for leg, share in hit.legs.items()), abs=1e-6)
    pages = [hit.id for at in range(0, 50, 7) for hit in ranked.search(Query("lamp", (red,)), limit=7, offset=at).hits]
    assert pages == [hit.id for hit in after.hits]


def test_without_the_encoder_it_was_trained_with_a_ranker_says_nothing(view: CatalogueView) -> None:
    assert "ranker" not in SearchEngine(view, None, Reversing).search(Query("lamp")).versions
    other = Reversing()
    other.encoder_version = "another"
    assert "ranker" not in SearchEngine(view, ConstantEncoder(), lambda: other).search(Query("lamp")).versions


QUERIES = {f"{colour} {word}": f"{word} {colour}" for word in WORDS for colour in COLOURS}


def graded(preferred: str) -> dict[str, dict[str, int]]:
    """What is asked for is good; the one of the two that is preferred is perfect."""
    return {
        key: {f"{key.replace(' ', '-')}-{kind}": 3 if kind == preferred else 1 for kind in ("1", "2")}
        for key in QUERIES
    }


def test_what_holds_for_unseen_queries_is_learned(view: CatalogueView) -> None:
    grades = graded("2")
    found = find(SearchEngine(view, ConstantEncoder()), QUERIES, grades)
    measured = cross_validate(found, QUERIES, grades)
    assert measured.passed
    assert measured.ranked.mean_ndcg > measured.fused.mean_ndcg + 0.05
    assert "one-sided" in measured.detail
    ranker = LambdaRanker(fit(found), "r", ConstantEncoder.version)
    best = SearchEngine(view, ConstantEncoder(), lambda: ranker).search(Query("clock green"), limit=1)
    assert best.hits[0].id == "green-clock-2"


def test_what_search_does_already_passes_no_gate(view: CatalogueView) -> None:
    grades = graded("1")
    found = find(SearchEngine(view, ConstantEncoder()), QUERIES, grades)
    assert not cross_validate(found, QUERIES, grades).passed


def test_training_twice_gives_the_same_model(view: CatalogueView) -> None:
    found = find(SearchEngine(view, ConstantEncoder()), QUERIES, graded("2"))
    assert fit(found).model_to_string() == fit(found).model_to_string()


def test_too_little_to_learn_from_is_said(view: CatalogueView) -> None:
    engine = SearchEngine(view, ConstantEncoder())
    few = dict(list(QUERIES.items())[:5])
    grades = graded("2")
    with pytest.raises(BadInputError, match="5 judged queries"):
        cross_validate(find(engine, few, grades), few, grades)
    nothing = {key: {"unknown": 3} for key in few}
    with pytest.raises(BadInputError, match="nothing can be learned"):
        fit(find(engine, few, nothing))


def manifest() -> ModelManifest:
    return ModelManifest("", None, "lambdamart", "data", "", "2026-01-01T00:00:00", {"encoder_version": "constant-1"})


def test_versions_come_and_go(tmp_path: Path, view: CatalogueView) -> None:
    found = find(SearchEngine(view, ConstantEncoder()), QUERIES, graded("2"))
    kept = rankers(tmp_path)
    assert kept.current() is None
    with pytest.raises(ConflictError):
        kept.rollback()
    first = kept.add(LambdaRanker(fit(found), "", "").save, manifest())
    assert kept.current() is None  # it was not promoted yet
    kept.promote(first.version)
    second = kept.add(LambdaRanker(fit(found[:20]), "", "").save, manifest())
    assert second.parent == first.version
    kept.promote(second.version)
    assert {one.version for one in kept.manifests()} == {first.version, second.version}
    assert kept.rollback() == first.version
    serving = kept.current()
    assert serving is not None
    assert (serving.version, serving.encoder_version) == (first.version, "constant-1")


def test_before_the_first_ranker_there_was_none(tmp_path: Path, view: CatalogueView) -> None:
    found = find(SearchEngine(view, ConstantEncoder()), QUERIES, graded("2"))
    kept = rankers(tmp_path)
    kept.promote(kept.add(LambdaRanker(fit(found), "", "").save, manifest()).version)
    assert kept.rollback() is None
    assert kept.current() is None


def test_a_damaged_ranker_is_not_served(tmp_path: Path, view: CatalogueView) -> None:
    found = find(SearchEngine(view, ConstantEncoder()), QUERIES, graded("2"))
    kept = rankers(tmp_path)
    version = kept.add(LambdaRanker(fit(found), "", "").save, manifest()).version
    kept.promote(version)
    (kept.folder / version / MODEL_FILE).write_text("tree")
    assert rankers(tmp_path).current() is None
    with pytest.raises(ConfigurationError, match="train ranker"):
        LambdaRanker.load(kept.folder / version, version, "constant-1")
