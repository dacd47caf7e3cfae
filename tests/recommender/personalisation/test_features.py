"""Do the words of products say what their texts say, rare words most?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse

from recommender.catalogue.product import Product
from recommender.index.generation import Generation
from recommender.personalisation.features import Features, name_words

PRODUCTS = [
    Product("a", "Rose hand cream", brand="Orla", categories=("Beauty", "Creams")),
    Product("b", "Rose night cream", brand="Orla", categories=("Beauty", "Creams")),
    Product("c", "Steel comb", brand="Norda", categories=("Beauty", "Combs")),
    Product("d", "Wooden comb", categories=("Beauty", "Combs")),
    Product("e", ""),
]


@pytest.fixture
def features(tmp_path: Path) -> Features:
    vectors = np.eye(len(PRODUCTS), dtype=np.float32)
    return Features.of(Generation.build(tmp_path, PRODUCTS, vectors, encoder_version="v1", change_number=1))


def test_rows_are_unit_long_and_a_product_without_shared_words_is_empty(features: Features) -> None:
    length = np.sqrt(features.words.multiply(features.words).sum(axis=1).A1)
    assert length == pytest.approx([1, 1, 1, 1, 0], abs=1e-6)
    assert features.words.dtype == np.float32


def test_products_of_one_line_are_nearer_than_those_that_share_a_shelf(features: Features) -> None:
    likeness = (features.words @ features.words.T).toarray()
    assert likeness[0, 1] > likeness[0, 2] > 0
    assert likeness[2, 3] > likeness[0, 2]


def test_of_two_shared_words_the_rarer_weighs_more() -> None:
    said = sparse.csr_matrix(np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1]], dtype=np.float32))
    words = name_words(said).toarray()
    assert words.shape == (4, 2)
    assert words[0, 1] > words[0, 0] > 0


def test_some_products_have_the_same_texts_in_another_order(features: Features) -> None:
    some = features.of_rows([3, 0])
    assert (some.vectors == features.vectors[[3, 0]]).all()
    assert (some.words != features.words[[3, 0]]).nnz == 0
