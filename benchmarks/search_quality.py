"""How good is search, what does each part of it add, and what does a trained ranker add in this and in another shop?

    python -m benchmarks.search_quality --shop electronics HOME QUERIES.tsv QRELS.txt [--shop general HOME …]

Homes hold an imported catalogue. Settings were chosen with all of these queries in view, by what holds in both shops;
queries kept back from this repository are what they have to hold on.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import save
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.evaluation.retrieval import compare
from recommender.evaluation.search import DEPTH, Measured, measure, rank
from recommender.evaluation.trec import Judgements, read_judgements, read_queries
from recommender.index.follower import CatalogueView, Snapshot
from recommender.index.lexical import LexicalBuilder, LexicalIndex
from recommender.index.scan import best
from recommender.index.terms import content_words, word_terms
from recommender.ranking.training import Found, cross_validate, find, fit, rerank
from recommender.search.engine import SearchEngine
from recommender.search.order import FEEDBACK_PRODUCTS, feedback
from recommender.settings import Settings

Floats = NDArray[np.float32]
Scores = Mapping[str, Floats]

RRF_K = 60
COMMAND = "python -m benchmarks.search_quality --shop NAME HOME QUERIES QRELS …"
MEASURE = "nDCG@10 with gain 2^grade - 1 and Recall@100 of grade 2 and up, over the whole catalogue."


@dataclass(frozen=True)
class Shop:
    """An imported catalogue with judged queries; `lexical` and `dense` are every product's score by one leg."""

    name: str
    snapshot: Snapshot
    products: Sequence[Product]
    engine: SearchEngine
    queries: Mapping[str, str]
    judgements: Judgements
    vectors: Scores
    lexical: Scores
    dense: Scores

    @classmethod
    def read(cls, name: str, home: Path, queries: Path, qrels: Path) -> Shop:
        """The shop whose home is `home`."""
        settings = Settings(home=home)
        encoder = OnnxEncoder.load(settings.build / "encoder", settings.precision)
        catalogue = SqlCatalogue(Database(settings.sql_url), SystemClock())
        view = CatalogueView(catalogue, home / "index", encoder.version)
        texts = read_queries(queries)
        by_id = {product.id: product for product in catalogue}
        generation = view.snapshot.generation
        vectors = {query_id: encoder.encode([text])[0] for query_id, text in texts.items()}
        return cls(
            name,
            view.snapshot,
            [by_id[item_id] for item_id in generation.ids],
            SearchEngine(view, encoder),
            texts,
            read_judgements(qrels),
            vectors,
            {query_id: _share(generation.lexical, text) for query_id, text in texts.items()},
            {query_id: np.maximum(generation.vectors @ vector, 0) for query_id, vector in vectors.items()},
        )

    @property
    def title(self) -> str:
        """What the shop is called above a table."""
        return f"{self.name}, {len(self.products):,} products, {len(self.queries)} queries"

    def measured(self, scores: Scores) -> Measured:
        """How good the order by these scores is; products that score nothing are not found."""
        ids = self.snapshot.generation.ids
        rankings = {
            query_id: [ids[row] for row in np.argsort(-values, kind="stable")[:DEPTH] if values[row] > 0]
            for query_id, values in scores.items()
        }
        return measure(rankings, self.queries, self.judgements)


def main() -> None:
    """Measure and keep the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", nargs=4, action="append", required=True, metavar=("NAME", "HOME", "QUERIES", "QRELS"))
    shops = [Shop.read(name, *map(Path, paths)) for name, *paths in parser.parse_args().shop]
    for shop in shops:
        served = rank(shop.engine, shop.queries)
        measured = measure(
            {query_id: [item for item, _ in hits] for query_id, hits in served.items()}, shop.queries, shop.judgements
        )
        _keep_quality(shop, measured)
        _keep_ablation(shop, measured)
    _keep_ranker(shops)


def _keep_quality(shop: Shop, served: Measured) -> None:
    fusion = shop.measured(_each(shop, _rrf))
    systems = {
        "words (BM25F)": shop.measured(shop.lexical),
        "meaning (MiniLM)": shop.measured(shop.dense),
        "equal-weight sum, each scaled to 0-1": shop.measured(_each(shop, lambda words, near: _01(words) + _01(near))),
        "reciprocal rank fusion": fusion,
        "search as served": served,
    }
    rows = []
    for name, measured in systems.items():
        row: dict[str, Any] = {"ranking": name}
        for half, chosen in {"even": list(shop.queries)[::2], "odd": list(shop.queries)[1::2]}.items():
            row[f"nDCG@10 {half}"] = float(np.mean([measured.ndcg[one] for one in chosen if one in measured.ndcg]))
        rows.append(row | _against(measured, fusion, "reciprocal rank fusion"))
    notes = [MEASURE, "Even and odd by position in the file; p by a paired randomisation test, two-sided."]
    _print_and_save(f"search-quality-{shop.name}", f"Search quality: {shop.title}", rows, notes)


def _keep_ablation(shop: Shop, served: Measured) -> None:
    parts: dict[str, Callable[[], Scores]] = {
        "without feedback (reciprocal rank fusion)": lambda: _each(shop, _rrf),
        "without fusion by rank (sum of squared words and meaning), with feedback": lambda: _fed_back(shop, _sum),
        "without fusion by rank and without feedback": lambda: _each(shop, _sum),
        "without meaning": lambda: shop.lexical,
        "without words": lambda: shop.dense,
        "without descriptions' words": lambda: _fed_back(_reworded(shop, description=""), _rrf),
        "without attributes' words": lambda: _fed_back(_reworded(shop, attributes={}), _rrf),
    }
    rows: list[dict[str, Any]] = [{"search": "as served", **_against(served, served, "as served")}]
    rows += [
        {"search": name, **_against(shop.measured(scores()), served, "as served")} for name, scores in parts.items()
    ]
    notes = [MEASURE, "Rows are computed over the whole catalogue, search as served over a pool of the best."]
    _print_and_save(f"search-ablation-{shop.name}", f"What each part of search adds: {shop.title}", rows, notes)


def _keep_ranker(shops: Sequence[Shop]) -> None:
    found = {shop.name: find(shop.engine, shop.queries, shop.judgements) for shop in shops}
    rows = []
    for shop in shops:
        result = cross_validate(found[shop.name], shop.queries, shop.judgements)
        row = {"trained on": f"{shop.name}, other queries", "tested on": shop.name}
        rows.append(row | _against(result.ranked, result.fused, "no ranker"))
    for one, other in permutations(shops, 2):
        booster = fit(found[one.name])
        rankings = {query.query_id: rerank(booster, query) for query in found[other.name]}
        row = {"trained on": one.name, "tested on": other.name}
        untrained = _order_of(found[other.name], other)
        rows.append(row | _against(measure(rankings, other.queries, other.judgements), untrained, "no ranker"))
    notes = [MEASURE, "The ranker puts the best 100 in a new order, so Recall@100 stays.", "Five-fold over queries."]
    _print_and_save("search-ranker", "The learned ranker, in its own shop and in one that it never saw", rows, notes)


def _order_of(found: Sequence[Found], shop: Shop) -> Measured:
    return measure({query.query_id: list(query.ids) for query in found}, shop.queries, shop.judgements)


def _against(measured: Measured, other: Measured, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"nDCG@10": measured.mean_ndcg, "Recall@100": measured.mean_recall}
    if measured is not other:
        compared = compare(measured.ndcg, other.ndcg)
        row |= {f"nDCG@10 more than {name}": f"{compared.mean_difference:+.4f}", "p": round(compared.p_value, 4)}
    return row


def _share(index: LexicalIndex, text: str) -> Floats:
    wanted = [term for word in content_words(text) for term in word_terms(word)]
    return np.asarray(index.scores(wanted) / np.float32(index.limit(wanted)))


def _each(shop: Shop, fuse: Callable[[Floats, Floats], Floats]) -> Scores:
    return {query_id: fuse(shop.lexical[query_id], shop.dense[query_id]) for query_id in shop.queries}


def _fed_back(shop: Shop, fuse: Callable[[Floats, Floats], Floats]) -> Scores:
    """As `_each`, with the cosine of the query that has listened to the best products."""
    vectors = shop.snapshot.generation.vectors
    scores = {}
    for query_id, vector in shop.vectors.items():
        words = shop.lexical[query_id]
        told = best(None, _sum(words, shop.dense[query_id]), FEEDBACK_PRODUCTS)
        scores[query_id] = fuse(words, np.maximum(vectors @ feedback(vector, vectors[told]), 0))
    return scores


def _reworded(shop: Shop, **without: Any) -> Shop:
    """The shop with another lexical index, in which the products lack something."""
    builder = LexicalBuilder()
    for product in shop.products:
        builder.add(replace(product, **without))
    with tempfile.TemporaryDirectory() as parent:
        builder.write(Path(parent) / "lexical", np.arange(len(shop.products)))
        index = LexicalIndex(Path(parent) / "lexical", len(shop.products))
        return replace(shop, lexical={query_id: _share(index, text) for query_id, text in shop.queries.items()})


def _rrf(words: Floats, near: Floats) -> Floats:
    return np.asarray(1 / (RRF_K + 1 + _ranks(words)) + 1 / (RRF_K + 1 + _ranks(near)))


def _sum(words: Floats, near: Floats) -> Floats:
    return np.asarray(0.5 * np.square(words) + 0.5 * near)


def _01(scores: Floats) -> Floats:
    return np.asarray((scores - scores.min()) / max(float(np.ptp(scores)), 1e-9))


def _ranks(scores: Floats) -> NDArray[np.intp]:
    ranks = np.empty(len(scores), dtype=np.intp)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def _print_and_save(name: str, title: str, rows: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> None:
    save(name, title, COMMAND, rows, notes)
    print(title, *(str(dict(row)) for row in _lines(rows)), sep="\n")


def _lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


if __name__ == "__main__":
    main()
