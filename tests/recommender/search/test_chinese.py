"""Is a Chinese shop searchable by words, though the shipped encoder knows only English?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.search.engine import SearchEngine
from recommender.understanding.query import Query
from tests.recommender.search.chinese_shop import CHINESE_SHOP, KINDS
from tests.recommender.search.conftest import AxisEncoder


class EnglishEncoder(AxisEncoder):
    """Reads what is ASCII."""

    def reads(self, text: str) -> bool:
        return text.isascii()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    index: Path = tmp_path_factory.mktemp("chinese")
    catalogue, encoder = InMemoryCatalogue(CHINESE_SHOP), EnglishEncoder()
    vectors = np.tile(encoder.encode(["anything"]), (len(CHINESE_SHOP), 1))
    Generation.build(
        index, CHINESE_SHOP, vectors, encoder_version=encoder.version, change_number=catalogue.last_change()
    )
    return SearchEngine(CatalogueView(catalogue, index, encoder.version), encoder)


def test_the_catalogue_has_two_hundred_products() -> None:
    assert len({product.id for product in CHINESE_SHOP}) == 200


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_found_by_its_name(engine: SearchEngine, kind: str) -> None:
    titles = {product.id: product.title for product in CHINESE_SHOP}
    found = engine.search(Query(kind), limit=20)
    assert [kind in titles[hit.id] for hit in found.hits] == [True] * 20


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("我想要云山的红色台灯", "云山红色台灯"),
        ("青禾 黑色 羽绒服", "青禾黑色羽绒服"),
        ("晨星藍色", None),
        ("白色保温杯木棉", "木棉白色保温杯"),
    ],
)
def test_words_in_any_order_find_the_product(engine: SearchEngine, text: str, title: str | None) -> None:
    titles = {product.id: product.title for product in CHINESE_SHOP}
    best = titles[engine.search(Query(text), limit=1).hits[0].id]
    assert title is None or best == title


def test_the_encoder_is_not_asked_what_it_cannot_read(engine: SearchEngine) -> None:
    result = engine.search(Query("无线耳机"), limit=1)
    assert "off: " in result.versions["encoder"]
    assert set(result.hits[0].legs) == {"lexical"}
    assert engine.search(Query("red lamp"), limit=1).versions["encoder"] == EnglishEncoder.version
