"""How fast is search, under which conditions, how does it grow, and what do changes to the catalogue cost it?

    python -m benchmarks.search_speed chroma --name electronics --home HOME --queries QUERIES.tsv
    python -m benchmarks.search_speed growth --work FOLDER --sizes 10000 40000 100000 1000000
    python -m benchmarks.search_speed updates --work FOLDER --size 40000

The first runs on an imported catalogue, beside Chroma; the others on made-up ones (benchmarks/synthetic.py), which they
build under FOLDER where they are not there yet. One thread; no query is asked twice, so nothing comes from a cache.
Processor times are those of the thread that asks: on a busy machine they tell more than the clock.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks import synthetic
from benchmarks.apart import apart
from benchmarks.machine import save
from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.evaluation.trec import read_queries
from recommender.index.columns import NO_PRICE, price_units
from recommender.index.follower import CatalogueView, Snapshot
from recommender.index.generation import Generation, current
from recommender.search.engine import SearchEngine
from recommender.search.filters import meeting
from recommender.settings import Settings
from recommender.understanding.query import Constraint, Facet, Op, Query

T = TypeVar("T")

COMMAND: Final = "python -m benchmarks.search_speed"
CHROMA_BATCH: Final = 5000
QUERIES: Final = 200
DEPTH: Final = 50
PRICES_A_SECOND: Final = 1000
NEW_A_SECOND: Final = 100
TICK_S: Final = 0.1


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = parser.add_subparsers(dest="what", required=True)
    chroma = what.add_parser("chroma")
    chroma.add_argument("--name", required=True)
    chroma.add_argument("--home", type=Path, required=True)
    chroma.add_argument("--queries", type=Path, required=True)
    growth = what.add_parser("growth")
    growth.add_argument("--sizes", type=int, nargs="+", required=True)
    updates = what.add_parser("updates")
    updates.add_argument("--size", type=int, default=40_000)
    for one in (growth, updates):
        one.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    if options.what == "chroma":
        _keep_chroma(options.name, options.home, list(read_queries(options.queries).values()))
    elif options.what == "growth":
        _keep_growth(options.work, options.sizes)
    else:
        _keep_updates(options.work, options.size)


def _keep_chroma(name: str, home: Path, texts: Sequence[str]) -> None:
    settings = Settings(home=home)
    encoder = _encoder()
    view = CatalogueView(SqlCatalogue(Database(settings.sql_url), SystemClock()), home / "index", encoder.version)
    snapshot = view.snapshot
    generation = snapshot.generation
    vectors = [encoder.encode([text])[0] for text in texts]
    rows = [
        _times(f"whole retrieval, {said}", SearchEngine(view, encoder).search, [Query(text, within) for text in texts])
        for said, within in _conditions(snapshot).items()
    ]
    rows.append(_times("encoder alone", lambda text: encoder.encode([text]), texts))
    rows.append(_times("scan of the vectors alone", generation.scan.cosines, vectors))
    rows.append(_times("exact scan of the vectors alone", generation.vectors.__matmul__, vectors))
    with tempfile.TemporaryDirectory() as folder:
        ask = _chroma(Path(folder), snapshot)
        for said, within in _conditions(snapshot).items():
            rows.append(_times(f"Chroma's query alone, {said}", partial(ask, within), vectors))
    _keep(
        f"search-speed-{name}",
        f"Search speed beside Chroma: {name}, {len(generation.ids):,} products",
        f"{COMMAND} chroma --name {name} …",
        rows,
        [f"The scan's nearest {DEPTH} hold {_recall(generation, vectors):.4f} of those of the exact scan."],
    )


def _keep_growth(work: Path, sizes: Sequence[int]) -> None:
    rows = []
    for size in sizes:
        _built(work, size)
        rows += apart(_grown, work, size).value
    notes = [
        "Made-up products with 20 words and a vector each; the whole retrieval with reading the query, one thread.",
        "Start: from a process that has the program loaded to the first answer. Memory: the process's peak.",
        f"Recall@{DEPTH}: of the nearest by the scan, against an exact scan of all vectors.",
    ]
    _keep("search-growth", "How search grows with the catalogue", f"{COMMAND} growth …", rows, notes)


def _grown(work: Path, size: int) -> list[dict[str, Any]]:
    encoder = _encoder()
    started = time.perf_counter()
    view = CatalogueView(InMemoryCatalogue(), work / str(size) / "index", encoder.version)
    SearchEngine(view, encoder).search(Query(synthetic.queries(1)[0]))
    start_s = time.perf_counter() - started
    texts = synthetic.queries(QUERIES)
    rows = []
    for said, within in _conditions(view.snapshot).items():
        times = _times(said, SearchEngine(view, encoder).search, [Query(text, within) for text in texts])
        rows.append({"products": f"{size:,}", "condition": times.pop("what"), **times})
    memory = _resident_mb()
    generation = view.snapshot.generation
    recall = _recall(generation, [encoder.encode([text])[0] for text in texts[:20]])
    disk = sum(path.stat().st_size for path in generation.folder.rglob("*") if path.is_file()) / 1e6
    rows[0] |= {"start s": round(start_s, 2), "memory MB": round(memory), "disk MB": round(disk)}
    rows[0] |= {f"recall@{DEPTH}": recall}
    return rows


def _keep_updates(work: Path, size: int) -> None:
    _built(work, size)
    encoder = _encoder()
    catalogue = InMemoryCatalogue()
    known = list(synthetic.products(size))
    view = CatalogueView(catalogue, work / str(size) / "index", encoder.version)
    queries = [Query(text) for text in synthetic.queries(QUERIES)]
    rows = [_times("nothing changes", SearchEngine(view, encoder).search, queries)]
    ended = threading.Event()
    writing = threading.Thread(target=_write, args=(catalogue, known, ended))
    with view:
        writing.start()
        said = f"{PRICES_A_SECOND:,} prices and {NEW_A_SECOND} products a second"
        rows.append(_times(said, SearchEngine(view, encoder).search, queries))
        ended.set()
        writing.join()
    changed = catalogue.last_change()
    rows[1]["changes followed"] = f"{view.snapshot.change_number:,} of {changed:,}"
    notes = ["Changes are made and followed in the same process, so that they compete for its one interpreter."]
    title = f"Search while the catalogue changes, {size:,} products"
    _keep("search-updates", title, f"{COMMAND} updates …", rows, notes)


def _write(catalogue: InMemoryCatalogue, known: Sequence[Product], ended: threading.Event) -> None:
    tick, prices, new = 0, int(PRICES_A_SECOND * TICK_S), int(NEW_A_SECOND * TICK_S)
    while not ended.wait(TICK_S):
        chosen = [known[(tick * prices + at) % len(known)] for at in range(prices)]
        catalogue.upsert([replace(product, price=Decimal(tick % 100 + 1)) for product in chosen])
        catalogue.upsert([replace(known[at], id=f"new-{tick}-{at}") for at in range(new)])
        tick += 1


def _built(work: Path, size: int) -> None:
    index = work / str(size) / "index"
    version = _encoder().version
    if current(index, version) is None:
        index.mkdir(parents=True)
        path = work / str(size) / "vectors.npy"
        shape = (size, synthetic.DIMENSION)
        vectors = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
        start = 0
        for part in synthetic.vectors(size):
            vectors[start : start + len(part)] = part
            start += len(part)
        Generation.build(index, synthetic.products(size), vectors, encoder_version=version, change_number=0)
        path.unlink()


def _conditions(snapshot: Snapshot) -> dict[str, tuple[Constraint, ...]]:
    """No condition, and price limits that half and a fiftieth of the priced products meet, with how many do."""
    found: dict[str, tuple[Constraint, ...]] = {"no condition": ()}
    prices = snapshot.price[snapshot.price != NO_PRICE]
    for name, percent in {"half of the prices": 50, "one in fifty": 2}.items():
        if len(prices):
            bound = Decimal(int(np.percentile(prices, percent))) / 10_000
            within = (Constraint(Facet.PRICE, Op.AT_MOST, bound=bound),)
            found[f"{name} ({int(meeting(snapshot, within).sum()):,})"] = within
    return found


def _chroma(folder: Path, snapshot: Snapshot) -> Callable[[Sequence[Constraint], NDArray[np.float32]], object]:
    """The generation's vectors in a Chroma of its own, with prices to filter by; what asks it for the nearest ten."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    client = chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
    collection = client.create_collection("benchmark", embedding_function=None, configuration={"hnsw": {"space": "ip"}})
    ids = snapshot.generation.ids
    for start in range(0, len(ids), CHROMA_BATCH):
        part = slice(start, start + CHROMA_BATCH)
        prices: list[Mapping[str, Any]] = [{"price": int(price)} for price in snapshot.price[part]]
        collection.add(ids=ids[part], embeddings=np.asarray(snapshot.generation.vectors[part]), metadatas=prices)

    def ask(within: Sequence[Constraint], vector: NDArray[np.float32]) -> object:
        limits: list[Any] = [{"price": {"$lte": price_units(one.bound)}} for one in within]
        where: Any = {"$and": [{"price": {"$gte": 0}}, *limits]} if limits else None
        return collection.query(query_embeddings=vector[np.newaxis], n_results=10, where=where, include=["distances"])

    return ask


def _recall(generation: Generation, vectors: Iterable[NDArray[np.float32]]) -> float:
    shares = []
    for vector in vectors:
        exact = np.argsort(-(generation.vectors @ vector))[:DEPTH]
        found = np.argsort(-generation.scan.cosines(vector))[:DEPTH]
        shares.append(len(np.intersect1d(exact, found)) / DEPTH)
    return float(np.mean(shares))


def _times(what: str, run: Callable[[T], object], inputs: Sequence[T]) -> dict[str, Any]:
    run(inputs[0])
    taken, worked = [], []
    for given in inputs:
        started, processor = time.perf_counter(), time.thread_time()
        run(given)
        taken.append((time.perf_counter() - started) * 1000)
        worked.append((time.thread_time() - processor) * 1000)
    row: dict[str, Any] = {"what": what}
    for name, times in (("", taken), ("processor ", worked)):
        row |= {f"{name}p{percent} ms": float(np.percentile(times, percent)) for percent in (50, 95)}
    return row


def _encoder() -> OnnxEncoder:
    settings = Settings()
    return OnnxEncoder.load(settings.build / "encoder", settings.precision)


def _resident_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _keep(name: str, title: str, command: str, rows: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> None:
    save(name, title, command, rows, notes)
    print(title, *rows, *notes, sep="\n")


if __name__ == "__main__":
    main()
