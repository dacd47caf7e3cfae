"""Does search still find what people mean? Floors under its quality on the demo shop, graded by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.encoder.onnx import OnnxEncoder
from recommender.evaluation.search import Measured, measure, rank
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.search.engine import SearchEngine
from recommender.settings import PROJECT_ROOT, Settings
from recommender.understanding.synonyms import ShopWords, read_synonyms

EVERY = 8
"""Every eighth product of the demo shop, so that embedding takes seconds."""
JUDGED = yaml.safe_load((Path(__file__).parent / "judged.yml").read_text(encoding="utf-8"))
SYNONYMS = read_synonyms(PROJECT_ROOT / "data" / "demo" / "shop" / "synonyms.yml")
QUERIES = {f"q{number}": str(one["query"]) for number, one in enumerate(JUDGED)}


def demo_products(folder: Path) -> Iterator[Product]:
    script = PROJECT_ROOT / "data" / "demo" / "generate.py"
    subprocess.run([sys.executable, str(script), str(folder)], check=True)
    for line in (folder / "products.jsonl").read_text(encoding="utf-8").splitlines()[::EVERY]:
        read = json.loads(line)
        yield Product(
            read["id"],
            read["title"],
            description=read["description"],
            brand=read["brand"],
            categories=tuple(read["categories"]),
            price=Decimal(read["price"]) if read["price"] else None,
            attributes=read["attributes"],
        )


def grade(product: Product, rules: Mapping[int, Mapping[str, Any]]) -> int:
    said = {"kind": product.categories[-1], **product.attributes}
    return max((number for number, rule in rules.items() if meets(said, rule)), default=0)


def meets(said: Mapping[str, str], rule: Mapping[str, Any]) -> bool:
    return all(said.get(name) in (value if isinstance(value, list) else [value]) for name, value in rule.items())


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measured]:
    """How good words alone, meaning alone and search as served are."""
    encoders = Settings().build / "encoder"
    if not (encoders / "manifest.json").is_file():
        pytest.skip("needs the exported encoder: run `python -m recommender.encoder.export`")
    encoder = OnnxEncoder.load(encoders)
    products = list(demo_products(tmp_path_factory.mktemp("demo")))
    catalogue = InMemoryCatalogue(products)
    vectors = encoder.encode([product.text for product in products])
    index = tmp_path_factory.mktemp("index")
    number = catalogue.last_change()
    Generation.build(index, products, vectors, encoder_version=encoder.version, change_number=number)
    view = CatalogueView(catalogue, index, encoder.version)
    judgements = {
        query: {product.id: grade(product, one["grades"]) for product in products}
        for query, one in zip(QUERIES, JUDGED, strict=True)
    }

    def shop_words() -> ShopWords:
        return SYNONYMS

    def found(rankings: Mapping[str, Sequence[tuple[str, float]]]) -> Measured:
        ids = {query: [item for item, _ in hits] for query, hits in rankings.items()}
        return measure(ids, QUERIES, judgements)

    ids = view.snapshot.generation.ids
    near = {query: view.snapshot.generation.vectors @ encoder.encode([text])[0] for query, text in QUERIES.items()}
    meaning = {
        query: [(ids[row], float(cosine[row])) for row in np.argsort(-cosine)[:200]] for query, cosine in near.items()
    }
    return {
        "words": found(rank(SearchEngine(view, None), QUERIES)),
        "words and synonyms": found(rank(SearchEngine(view, None, shop_words=shop_words), QUERIES)),
        "meaning": found(meaning),
        "as served": found(rank(SearchEngine(view, encoder, shop_words=shop_words), QUERIES)),
    }


def test_every_query_has_what_was_asked_for(measured: dict[str, Measured]) -> None:
    assert len(measured["as served"].ndcg) == len(QUERIES) >= 50


@pytest.mark.parametrize(
    ("system", "ndcg", "recall"),
    [
        ("words", 0.58, 0.75),
        ("words and synonyms", 0.75, 0.91),
        ("meaning", 0.795, 0.99),
        ("as served", 0.855, 0.99),
    ],
)
def test_search_is_as_good_as_it_was(measured: dict[str, Measured], system: str, ndcg: float, recall: float) -> None:
    assert measured[system].mean_ndcg >= ndcg
    assert measured[system].mean_recall >= recall


def test_together_they_are_better_than_either(measured: dict[str, Measured]) -> None:
    served = measured["as served"].mean_ndcg
    assert served > max(measured["words and synonyms"].mean_ndcg, measured["meaning"].mean_ndcg)


def test_the_shops_synonyms_help_words(measured: dict[str, Measured]) -> None:
    assert measured["words and synonyms"].mean_ndcg > measured["words"].mean_ndcg + 0.01
