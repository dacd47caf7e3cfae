from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from recommender.catalogue.product import Product
from recommender.index.lexical import LexicalBuilder, LexicalIndex, texts


def built(folder: Path, products: list[Product], order: list[int] | None = None) -> LexicalIndex:
    builder = LexicalBuilder()
    for product in products:
        builder.add(product)
    builder.write(folder / "lexical", np.array(order if order is not None else range(len(products)), dtype=np.intp))
    return LexicalIndex(folder / "lexical", len(products))


def test_the_score_is_bm25f_as_computed_by_hand(tmp_path: Path) -> None:
    index = built(tmp_path, [Product("a", "lamp"), Product("b", "lamp", description="lamp"), Product("c", "desk")])
    # Every title is as long as the average, so a title's term counts its weight, 4; b's description adds its own 1.
    rarity = math.log1p((3 - 2 + 0.5) / (2 + 0.5))
    expected = [rarity * 4 * 1.8 / (4 + 0.8), rarity * 5 * 1.8 / (5 + 0.8), 0]
    assert index.scores(["lamp"]) == pytest.approx(expected, rel=1e-6)


def test_no_score_exceeds_the_limit_and_much_of_a_word_comes_near_it(tmp_path: Path) -> None:
    index = built(tmp_path, [Product("a", "lamp " * 200), Product("b", "desk"), Product("c", "rug")])
    limit = index.limit(["lamp", "desk"])
    assert index.limit(["lamp"]) * 0.7 < index.scores(["lamp"])[0] < index.limit(["lamp"])
    assert all(score < limit for score in index.scores(["lamp", "desk"]))


def test_an_unknown_word_raises_the_limit_so_that_the_known_ones_count_for_less(tmp_path: Path) -> None:
    index = built(tmp_path, [Product("a", "lamp"), Product("b", "desk")])
    assert index.limit(["lamp", "zeppelin"]) == pytest.approx(index.limit(["lamp"]) + 1.8 * math.log1p(2.5 / 0.5))


def test_terms_add_up_and_unknown_ones_add_nothing(tmp_path: Path) -> None:
    index = built(tmp_path, [Product("a", "red lamp"), Product("b", "red desk")])
    together = index.scores(["red", "lamp", "zeppelin"])
    assert together == pytest.approx(index.scores(["red"]) + index.scores(["lamp"]))
    assert together.dtype == np.float32


def test_a_title_weighs_more_than_a_description_and_that_more_than_an_attribute(tmp_path: Path) -> None:
    index = built(
        tmp_path,
        [
            Product("a", "lamp", description="thing", attributes={"use": "thing"}),
            Product("b", "thing", description="lamp", attributes={"use": "thing"}),
            Product("c", "thing", description="thing", attributes={"use": "lamp"}),
        ],
    )
    title, description, attribute = index.scores(["lamp"])
    assert title > description > attribute > 0


def test_an_attribute_that_is_true_says_its_name_one_that_is_not_says_nothing() -> None:
    product = Product("a", "lamp", attributes={"water_proof": "Yes", "dimmable": "no", "fuel": "oil"})
    assert texts(product)[2].split() == ["water", "proof", "oil"]


def test_rows_follow_the_order_given(tmp_path: Path) -> None:
    index = built(tmp_path, [Product("b", "lamp"), Product("c", "desk"), Product("a", "lamp")], order=[2, 0, 1])
    assert index.rows("lamp").tolist() == [0, 1]
    assert index.scores(["desk"]).nonzero()[0].tolist() == [2]


def test_a_word_in_the_name_is_told_from_one_anywhere(tmp_path: Path) -> None:
    index = built(
        tmp_path,
        [
            Product("a", "lamp"),
            Product("b", "desk", brand="Lamp"),
            Product("c", "desk", categories=("Lamp",)),
            Product("d", "desk", description="goes with a lamp"),
        ],
    )
    assert index.rows("lamp").tolist() == [0, 1, 2, 3]
    assert index.rows("lamp", in_name=True).tolist() == [0, 1, 2]
    rows = np.array([3, 0, 3])
    assert index.holding(rows, "lamp").tolist() == [True, True, True]
    assert index.holding(rows, "lamp", in_name=True).tolist() == [False, True, False]
    assert not index.holding(rows, "zeppelin").any()


def test_an_empty_catalogue_has_no_scores(tmp_path: Path) -> None:
    index = built(tmp_path, [])
    assert index.scores(["lamp"]).shape == (0,)
    assert index.rows("lamp").shape == (0,)
