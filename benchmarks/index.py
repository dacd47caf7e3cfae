"""How fast are products embedded, beside sentence-transformers' own `encode`, and what does it cost in quality?

    python -m benchmarks.index --catalog products.jsonl --name electronics [--queries Q.tsv --qrels Q.txt]

Each encoder runs in a process of its own, one after the other. Speed is taken on evenly spaced products (`--sample`),
since sentence-transformers would take half an hour for a large shop; quality on all of them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import save
from recommender.catalogue.feed.columns import parse_mappings
from recommender.catalogue.feed.importer import import_feed
from recommender.catalogue.feed.report import LineReport
from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.encoder.export import source_folder
from recommender.encoder.onnx import OnnxEncoder
from recommender.evaluation.search import DEPTH, measure
from recommender.evaluation.trec import Judgements, read_judgements, read_queries
from recommender.settings import Settings

Floats = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Run:
    """The vectors of some texts, and what making them took: clock and processor seconds, peak memory in MB."""

    vectors: Floats
    seconds: float
    processor_seconds: float
    peak_mb: float


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--catalog", type=Path, default=Settings().build / "demo" / "products.jsonl")
    parser.add_argument("--map", action="append", default=[], help="as for `shoptalk catalog import`")
    parser.add_argument("--name", default="demo", help="what the catalogue is called in the table")
    parser.add_argument("--sample", type=int, default=1000, help="products on which speed is measured")
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--qrels", type=Path)
    options = parser.parse_args()
    products = _products(options.catalog, options.map)
    texts = [product.text for product in products]
    sample = texts[:: max(1, len(texts) // options.sample)]
    runs = {
        "sentence-transformers, default threads": _apart(_sentence_transformers, None, sample),
        "sentence-transformers, 1 thread": _apart(_sentence_transformers, 1, sample),
        "onnxruntime fp32, 1 thread": _apart(_onnx, "fp32", sample),
        "onnxruntime int8, 1 thread": _apart(_onnx, "int8", sample),
        "onnxruntime int8, every core, as the import does": _apart(_onnx_on_all_cores, "int8", sample),
    }
    reference = runs["sentence-transformers, default threads"]
    rows: list[dict[str, Any]] = [_row(name, run, reference) for name, run in runs.items()]
    if options.queries and options.qrels:
        queries, judgements = read_queries(options.queries), read_judgements(options.qrels)
        for row, precision in zip(rows[2:4], ("fp32", "int8"), strict=True):
            row["nDCG@10"] = _ndcg(products, precision, queries, judgements)
    save(
        f"index-{options.name}",
        f"Embedding a catalogue: {options.name}, {len(products):,} products, speed on {len(sample):,} of them",
        f"python -m benchmarks.index --name {options.name} --catalog … --queries … --qrels …",
        rows,
        [
            "Least cosine is against sentence-transformers, so the nDCG of fp32 is also that of sentence-transformers.",
            "nDCG@10 ranks all products by cosine alone, queries and products embedded in the same precision.",
        ],
    )
    for row in rows:
        print("  ".join(f"{key}: {value}" for key, value in row.items()))


def _products(path: Path, mappings: Sequence[str]) -> list[Product]:
    catalogue = InMemoryCatalogue()
    with tempfile.TemporaryDirectory() as folder, LineReport(Path(folder) / "lines.csv") as lines:
        import_feed(path, catalogue, columns=parse_mappings(mappings), currency="USD", lines=lines)
    return list(catalogue)


def _apart(make: Callable[[Any], Encode], argument: object, texts: Sequence[str]) -> Run:
    """Run an encoder in a fresh process, so that neither memory nor threads of another are counted with it."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_timed, make, argument, texts).result()


def _timed(make: Callable[[Any], Encode], argument: object, texts: Sequence[str]) -> Run:
    encode = make(argument)
    encode(texts[:8])
    started, processor = time.perf_counter(), time.process_time()
    vectors = encode(texts)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Run(vectors, seconds, processor, kilobytes / 1024)


def _sentence_transformers(threads: int | None) -> Encode:
    import torch
    from sentence_transformers import SentenceTransformer

    if threads:
        torch.set_num_threads(threads)
    model = SentenceTransformer(str(source_folder(Settings().encoder)), device="cpu")

    def encode(texts: Sequence[str]) -> Floats:
        return np.asarray(model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False))

    return encode


def _onnx(precision: str) -> Encode:
    return OnnxEncoder.load(Settings().build / "encoder", precision).encode


def _onnx_on_all_cores(precision: str) -> Encode:
    return OnnxEncoder.load(Settings().build / "encoder", precision, threads=os.cpu_count() or 1).encode


def _row(name: str, run: Run, reference: Run) -> dict[str, Any]:
    count = len(run.vectors)
    return {
        "encoder": name,
        "products/s": round(count / run.seconds, 1),
        "times as fast": round(reference.seconds / run.seconds, 2),
        "products per processor second": round(count / run.processor_seconds, 1),
        "peak MB": round(run.peak_mb),
        "least cosine": round(float((run.vectors * reference.vectors).sum(axis=1).min()), 4),
    }


def _ndcg(products: Sequence[Product], precision: str, queries: Mapping[str, str], judgements: Judgements) -> float:
    encode = _onnx(precision)
    vectors = encode([product.text for product in products])
    rankings = {}
    for query_id, text in queries.items():
        nearest = np.argsort(-(vectors @ encode([text])[0]), kind="stable")[:DEPTH]
        rankings[query_id] = [products[row].id for row in nearest]
    return round(measure(rankings, queries, judgements).mean_ndcg, 4)


if __name__ == "__main__":
    main()
