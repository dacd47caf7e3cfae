"""How do memory and time grow with people, events and products, on one machine?

    python -m benchmarks.scale als|regression|catalogue|record

Everything is made up: popularity falls with the rank (Zipf), vectors are random. So the tables tell of time and memory
and nothing of quality. Every row is measured in a process of its own, on one thread; times of the catalogue and of the
record are the processor's, which another load on the machine hardly changes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.sparse as sparse

from benchmarks.apart import apart
from benchmarks.machine import save
from feedback.events_import import import_events
from feedback.history import FeedbackHistory
from feedback.people import SHOP_CHANNEL, people_for
from feedback.sql import SqlFeedbackStore
from recommender.catalogue.feed.report import LineReport
from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.clock import SystemClock
from recommender.db import Database, upgrade
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.personalisation.features import Features
from recommender.personalisation.items import Items
from recommender.personalisation.members import Content, Ease, Ensemble, ImplicitAls, Popularity, Transitions, Words
from recommender.personalisation.members.item_item import KEPT
from recommender.personalisation.past import Floats, Interactions, Past
from recommender.personalisation.profile import Profile
from recommender.personalisation.ridge import DENSE_PRODUCTS
from recommender.search.engine import SearchEngine
from recommender.understanding.query import Query

SKEW: Final = 0.8
A_PERSON: Final = 10
DIMENSION: Final = 384
VOCABULARY: Final = 20_000
ASKED: Final = 50
ENCODER: Final = "made-up"

ALS_EVENTS: Final = (1_000_000, 3_000_000, 10_000_000)
ALS_PRODUCTS: Final = 100_000
WHOLE: Final = (2_000, 4_000, 8_000, DENSE_PRODUCTS)
PIECES: Final = (DENSE_PRODUCTS, 50_000, 100_000)
CATALOGUES: Final = (5_000, 20_000)
RECORDS: Final = (30_000, 100_000)


def main() -> None:
    """Measure one part and keep its table."""
    # Read by the linear algebra of the processes that are begun below.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts: dict[str, tuple[str, Callable[[], Iterator[dict[str, Any]]], list[str]]] = {
        "als": (
            f"Scale: training ALS by the number of events, {ALS_PRODUCTS:,} products",
            _als,
            [f"One thread, {A_PERSON} events a person; made-up events, so this is of time and memory alone."],
        ),
        "regression": (
            "Scale: training EASE and transitions by the number of products",
            _regression,
            [
                f"One thread, {2 * A_PERSON} events a product, {A_PERSON} a person, all made up.",
                (
                    f"whole: one inverse of products by products, taken up to {DENSE_PRODUCTS:,} products; pieces: "
                    "each product regressed on the hundred it shares most with, taken beyond."
                ),
            ],
        ),
        "catalogue": (
            "Scale: searching and recommending by the number of products",
            _catalogue,
            [
                f"Processor times. Made-up texts of thirty words, vectors of {DIMENSION} numbers already made.",
                (
                    "A search is by words and meaning without encoding the query; a recommendation folds twenty "
                    f"products in and scores all, by two models of {KEPT} neighbours a product, words, content and "
                    "popularity."
                ),
                "The index and the models are files that are mapped: processes of one machine share them.",
            ],
        ),
        "record": (
            "Scale: the record by the number of events, on SQLite",
            _record,
            [f"Processor times, {A_PERSON} events a person. Reading for training is what `train factors` does first."],
        ),
    }
    parser.add_argument("part", choices=parts)
    part = parser.parse_args().part
    title, measure, notes = parts[part]
    rows = []
    for row in measure():
        print(row, flush=True)
        rows.append(row)
    save(f"scale-{part}", title, f"python -m benchmarks.scale {part}", rows, notes)


def _als() -> Iterator[dict[str, Any]]:
    for events in ALS_EVENTS:
        made = apart(_fit_als, events)
        yield {
            "events": f"{events:,}",
            "people": f"{events // A_PERSON:,}",
            "fit s": round(made.value),
            "memory MB": round(made.peak_mb),
        }


def _fit_als(events: int) -> float:
    shop = _interactions(ALS_PRODUCTS, events)
    started = time.perf_counter()
    ImplicitAls().fit(shop)
    return time.perf_counter() - started


def _regression() -> Iterator[dict[str, Any]]:
    for how, sizes in (("whole", WHOLE), ("pieces", PIECES)):
        for products in sizes:
            made = apart(_fit_regressions, products, how == "whole")
            ease, transitions = made.value
            yield {
                "products": f"{products:,}",
                "by": how,
                "ease s": round(ease, 1),
                "transitions s": round(transitions, 1),
                "memory MB": round(made.peak_mb),
            }


def _fit_regressions(products: int, whole: bool) -> tuple[float, float]:
    shop = _interactions(products, 2 * A_PERSON * products)
    most = products if whole else 0
    started = time.perf_counter()
    Ease(dense_products=most).fit(shop)
    between = time.perf_counter()
    Transitions(dense_products=most).fit(shop)
    return between - started, time.perf_counter() - between


def _catalogue() -> Iterator[dict[str, Any]]:
    for products in CATALOGUES:
        with tempfile.TemporaryDirectory() as folder:
            built = apart(_build, products, folder)
            used = apart(_ask, products, folder)
            on_disk = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
            yield {
                "products": f"{products:,}",
                "index built in s": round(built.processor_seconds),
                "building MB": round(built.peak_mb),
                "on disk MB": round(on_disk / 2**20),
                "serving MB": round(used.peak_mb),
                **{name: round(value, 1) for name, value in used.value.items()},
            }


def _build(products: int, folder: str) -> None:
    random = np.random.default_rng(0)
    words = _zipf(VOCABULARY, (products, 30), random)
    made = (
        Product(
            f"p{number:07d}",
            " ".join(f"w{word}" for word in line[:6]),
            " ".join(f"w{word}" for word in line[6:]),
            brand=f"Brand {line[0] % 500}",
            categories=(f"Category {line[1] % 200}",),
        )
        for number, line in enumerate(words)
    )
    Generation.build(Path(folder), made, _unit(products, random), encoder_version=ENCODER, change_number=1)
    for name, seed in (("ease", 1), ("transitions", 2)):
        _neighbours(products, seed).save(Path(folder) / name)


def _neighbours(products: int, seed: int) -> Ease:
    """A model as large as a trained one."""
    random = np.random.default_rng(seed)
    model = Ease()
    kept = min(KEPT, products)
    columns = np.sort(random.integers(0, products, (products, kept), dtype=np.int32), axis=1)
    values = random.random(products * kept, dtype=np.float32)
    starts = np.arange(products + 1, dtype=np.int64) * kept
    model.goes_with = sparse.csr_matrix((values, columns.ravel(), starts), shape=(products, products))
    return model


def _ask(products: int, folder: str) -> dict[str, float]:
    random = np.random.default_rng(3)
    view = CatalogueView(InMemoryCatalogue(), Path(folder), ENCODER)
    engine = SearchEngine(view, _MadeUpEncoder())
    queries = [Query(" ".join(f"w{word}" for word in line)) for line in _zipf(VOCABULARY, (ASKED, 3), random)]
    items = Items.of(view.snapshot)
    started = time.process_time()
    features = items.features()
    every = np.arange(products)
    members: dict[str, Any] = {
        name: Ease.load(Path(folder) / name).onto(every, features) for name in ("ease", "transitions")
    }
    members |= {"words": Words(features.words), "content": Content(features.vectors)}
    members["popularity"] = Popularity(np.ones(products, dtype=np.float32))
    ensemble = Ensemble(members, dict.fromkeys(members, 1.0))
    taken_up = time.process_time() - started
    pasts = [Past(random.integers(0, products, 20), np.ones(20, dtype=np.float32)) for _ in range(ASKED)]
    searched = _times(engine.search, queries)
    recommended = _times(lambda past: ensemble.score(ensemble.fold_in(past)), pasts)
    return {
        "models taken up in s": taken_up,
        "search p50 ms": float(np.percentile(searched, 50)),
        "search p95 ms": float(np.percentile(searched, 95)),
        "fold in and score p50 ms": float(np.percentile(recommended, 50)),
        "fold in and score p95 ms": float(np.percentile(recommended, 95)),
    }


class _MadeUpEncoder:
    """Any direction does where only time is looked at."""

    version = ENCODER
    dimension = DIMENSION

    def encode(self, texts: Sequence[str]) -> Floats:
        return _unit(len(texts), np.random.default_rng(len(texts[0])))


def _record() -> Iterator[dict[str, Any]]:
    for events in RECORDS:
        with tempfile.TemporaryDirectory() as folder:
            yield {"events": f"{events:,}", **apart(_keep, events, folder).value}


def _keep(events: int, folder: str) -> dict[str, float]:
    home = Path(folder)
    shop = _interactions(10_000, events)
    path = home / "events.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("user_id,item_id,position\n")
        for person in range(shop.people):
            for place in range(shop.starts[person], shop.starts[person + 1]):
                file.write(f"u{person},p{shop.rows[place]},{place - shop.starts[person]}\n")
    database, clock = Database(f"sqlite:///{home / 'shoptalk.db'}"), SystemClock()
    upgrade(database)
    started = time.process_time()
    with LineReport(home / "lines.csv") as lines:
        import_events(path, database, clock, lines=lines)
    imported = time.process_time() - started
    history = FeedbackHistory(SqlFeedbackStore(database, clock), database, clock)
    asked = [f"u{person}" for person in range(0, shop.people, shop.people // ASKED)][:ASKED]
    with database.transaction() as session:
        people = people_for(session, SHOP_CHANNEL, asked, clock.now())
    one = _times(history.signals, list(people.values()))
    started = time.process_time()
    profiles = (Profile.of(signals) for _, signals in history.everybody())
    ids = [f"p{number}" for number in range(10_000)]
    read = Interactions.of(ids, shop.features, profiles)
    seconds = time.process_time() - started
    held = read.starts.nbytes + read.rows.nbytes + read.strengths.nbytes
    counting = _times(lambda _: FeedbackHistory(SqlFeedbackStore(database, clock), database, clock).popularity(), [0])
    size = sum(path.stat().st_size for path in home.glob("shoptalk.db*"))
    database.close()
    return {
        "imported a s": round(events / imported),
        "bytes an event on disk": round(size / events),
        "one person's past p95 ms": round(float(np.percentile(one, 95)), 2),
        "reading for training s": round(seconds, 1),
        "bytes an interaction in memory": round(held / len(read.rows), 1),
        "counting popularity s": round(counting[0] / 1000, 2),
    }


def _interactions(products: int, events: int) -> Interactions:
    """People with ten events each, whose products are as popular as their rank says."""
    random = np.random.default_rng(0)
    features = Features(np.zeros((products, 1), np.float32), sparse.csr_matrix((products, 1), dtype=np.float32))
    return Interactions(
        range(products),  # type: ignore[arg-type]  # names nobody asks for
        features,
        np.arange(0, events + 1, A_PERSON),
        _zipf(products, (events,), random).astype(np.int32),
        np.ones(events, dtype=np.float32),
    )


def _zipf(size: int, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Ranks below `size`, each as likely as its place says."""
    likely = np.cumsum(1 / np.arange(1, size + 1) ** SKEW)
    return np.minimum(np.searchsorted(likely / likely[-1], random.random(shape)), size - 1)


def _unit(count: int, random: np.random.Generator) -> Floats:
    vectors = random.standard_normal((count, DIMENSION), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _times(call: Callable[[Any], object], inputs: Sequence[Any]) -> list[float]:
    """Milliseconds of the processor for each call."""
    taken = []
    for given in inputs:
        started = time.thread_time()
        call(given)
        taken.append((time.thread_time() - started) * 1000)
    return taken


if __name__ == "__main__":
    main()
