"""How good and how fast is search, leg by leg, on an imported catalogue and judged queries?

    SHOPTALK_HOME=var python -m benchmarks.search --queries queries.tsv --qrels qrels.txt --name electronics

Weights of fields and legs were chosen on every other query ("even"); the rest ("odd") was looked at only to confirm.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings

from benchmarks.machine import save
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.encoder.port import Encoder
from recommender.evaluation.search import DEPTH, measure, rank
from recommender.evaluation.trec import Judgements, read_judgements, read_queries
from recommender.index.columns import NO_PRICE, price_units
from recommender.index.follower import CatalogueView, Snapshot
from recommender.index.terms import content_words, word_terms
from recommender.search.engine import SearchEngine
from recommender.search.filters import meeting
from recommender.settings import Settings
from recommender.understanding.query import Constraint, Facet, Op, Query

Rankings = dict[str, list[str]]
T = TypeVar("T")

REPETITIONS = 5
RRF_K = 60
CHROMA_BATCH = 5000


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--qrels", type=Path, required=True)
    parser.add_argument("--name", required=True, help="what the catalogue is called in the table")
    options = parser.parse_args()
    settings = Settings()
    encoder = OnnxEncoder.load(settings.build / "encoder", settings.precision)
    catalogue = SqlCatalogue(Database(settings.sql_url), SystemClock())
    view = CatalogueView(catalogue, settings.home / "index", encoder.version)
    queries, judgements = read_queries(options.queries), read_judgements(options.qrels)
    size = len(view.snapshot.generation.ids)
    save(
        f"search-{options.name}-quality",
        f"Search quality: {options.name}, {size:,} products, {len(queries)} queries",
        f"python -m benchmarks.search --name {options.name} --queries … --qrels …",
        list(_quality(view, encoder, queries, judgements)),
        ["nDCG@10 with gain 2^grade - 1 and Recall@100 of grade 2 and up, over the whole catalogue.", *_NOTE_ON_HALVES],
    )
    save(
        f"search-{options.name}-speed",
        f"Search speed: {options.name}, {size:,} products, one query at a time",
        f"python -m benchmarks.search --name {options.name} --queries … --qrels …",
        list(_speed(view, encoder, list(queries.values()))),
        ["Half the priced products meet the wide condition, one in fifty the narrow one."],
    )


_NOTE_ON_HALVES = ["Weights were chosen on the even queries, by position in the file, and confirmed on the odd ones."]


def _quality(
    view: CatalogueView, encoder: Encoder, queries: Mapping[str, str], judgements: Judgements
) -> Iterable[dict[str, Any]]:
    snapshot = view.snapshot
    lexical = {query_id: _lexical(snapshot, text) for query_id, text in queries.items()}
    dense = {query_id: snapshot.generation.vectors @ encoder.encode([text])[0] for query_id, text in queries.items()}
    both = {
        query_id: 1 / (RRF_K + 1 + _ranks(lexical[query_id])) + 1 / (RRF_K + 1 + _ranks(dense[query_id]))
        for query_id in queries
    }
    fused = rank(SearchEngine(view, encoder), queries)
    systems: dict[str, Rankings] = {
        "words (BM25F)": _rankings(snapshot, lexical),
        "meaning (MiniLM)": _rankings(snapshot, dense),
        "reciprocal rank fusion": _rankings(snapshot, both),
        "search as served": {query_id: [item for item, _ in hits] for query_id, hits in fused.items()},
    }
    halves = {"even": list(queries)[::2], "odd": list(queries)[1::2], "all": list(queries)}
    for name, rankings in systems.items():
        row: dict[str, Any] = {"ranking": name}
        for half, chosen in halves.items():
            measured = measure(rankings, {query_id: queries[query_id] for query_id in chosen}, judgements)
            row |= {f"nDCG@10 {half}": measured.mean_ndcg, f"Recall@100 {half}": measured.mean_recall}
        yield row


def _lexical(snapshot: Snapshot, text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    return snapshot.generation.lexical.scores([term for word in content_words(text) for term in word_terms(word)])


def _ranks(scores: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def _rankings(snapshot: Snapshot, scores: Mapping[str, np.ndarray[Any, Any]]) -> Rankings:
    ids = snapshot.generation.ids
    return {
        query_id: [ids[row] for row in np.argsort(-values, kind="stable")[:DEPTH] if values[row] > 0]
        for query_id, values in scores.items()
    }


def _speed(view: CatalogueView, encoder: Encoder, texts: Sequence[str]) -> Iterable[dict[str, Any]]:
    snapshot = view.snapshot
    engine = SearchEngine(view, encoder)
    conditions = _conditions(snapshot)
    vectors = [encoder.encode([text])[0] for text in texts]
    yield _times("search, no condition", engine.search, [Query(text) for text in texts])
    for name, condition in conditions.items():
        yield _times(f"search, {name}", engine.search, [Query(text, (condition,)) for text in texts])
    yield _times("encoder alone", lambda text: encoder.encode([text]), texts)
    yield _times("words alone", lambda text: _lexical(snapshot, text), texts)
    yield _times("exact scan of the vectors alone", snapshot.generation.vectors.__matmul__, vectors)
    with tempfile.TemporaryDirectory() as folder:
        collection = _chroma(Path(folder), snapshot)
        yield _times("Chroma's query alone, no condition", partial(_ask, collection, None), vectors)
        for name, condition in conditions.items():
            within = [{"price": {"$gte": 0}}, {"price": {"$lte": price_units(condition.bound)}}]
            yield _times(f"Chroma's query alone, {name}", partial(_ask, collection, {"$and": within}), vectors)


def _ask(collection: chromadb.Collection, where: Any, vector: Any) -> object:
    return collection.query(query_embeddings=vector[np.newaxis], n_results=10, where=where, include=["distances"])


def _conditions(snapshot: Snapshot) -> dict[str, Constraint]:
    """Price limits that half and a fiftieth of the priced products meet; none where nothing has a price."""
    prices = snapshot.price[snapshot.price != NO_PRICE]
    if not len(prices):
        return {}
    limits = {"half the products": 50, "one in fifty": 2}
    found = {}
    for name, percent in limits.items():
        bound = Decimal(int(np.percentile(prices, percent))) / 10_000
        constraint = Constraint(Facet.PRICE, Op.AT_MOST, bound=bound)
        found[f"{name} ({int(meeting(snapshot, [constraint]).sum()):,})"] = constraint
    return found


def _chroma(folder: Path, snapshot: Snapshot) -> chromadb.Collection:
    """The generation's vectors in a Chroma of its own, with prices to filter by."""
    client = chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
    collection = client.create_collection("benchmark", embedding_function=None, configuration={"hnsw": {"space": "ip"}})
    ids = snapshot.generation.ids
    for start in range(0, len(ids), CHROMA_BATCH):
        rows = slice(start, start + CHROMA_BATCH)
        collection.add(
            ids=ids[rows],
            embeddings=np.asarray(snapshot.generation.vectors[rows]),
            metadatas=[{"price": int(price)} for price in snapshot.price[rows]],
        )
    return collection


def _times(name: str, run: Callable[[T], object], inputs: Sequence[T]) -> dict[str, Any]:
    run(inputs[0])
    taken = []
    for given in [*inputs] * REPETITIONS:
        started = time.perf_counter()
        run(given)
        taken.append((time.perf_counter() - started) * 1000)
    return {"what": name, "p50 ms": float(np.percentile(taken, 50)), "p95 ms": float(np.percentile(taken, 95))}


if __name__ == "__main__":
    main()
