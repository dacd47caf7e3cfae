"""Does Spark give what this machine gives, and what does it cost where one machine would do?

    SHOPTALK_HOME=var python -m benchmarks.spark --name beauty

In local mode on this machine's cores: this tells whether the results agree and what Spark's own work costs, not how
fast a cluster is. The last purchase of everybody is held out.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.machine import save
from benchmarks.recommendation import DEPTH, shop_interactions
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.evaluation.lists import measure
from recommender.personalisation.members import ImplicitAls
from recommender.personalisation.model import Recommender, best
from recommender.personalisation.past import Interactions
from recommender.settings import Settings
from recommender.spark.als import SparkAls
from recommender.spark.embedding import Text, embed
from recommender.spark.session import spark_session

SAMPLE: Final = 2_000
AT_ONCE: Final = 256

T = TypeVar("T")


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True, help="what the shop is called in the table")
    options = parser.parse_args()
    settings = Settings()
    shop = shop_interactions(settings)
    with tempfile.TemporaryDirectory() as folder, spark_session(settings.spark_master) as spark, threadpool_limits(1):
        exchange = Path(folder)
        before, _ = shop.hold_out_last()
        here, here_s = _timed(lambda: ImplicitAls().fit(before))
        there, there_s = _timed(lambda: SparkAls(spark, exchange).fit(before))
        rows = [
            {"what": "ALS, implicit on one thread", "s": round(here_s, 1), **_quality(shop, here)},
            {"what": "ALS, MLlib", "s": round(there_s, 1), **_quality(shop, there)},
        ]
        texts = _texts(settings)
        encoder = settings.build / "encoder"
        wanted, here_s = _timed(
            lambda: OnnxEncoder.load(encoder, settings.precision).encode([one.text for one in texts])
        )
        vectors, there_s = _timed(
            lambda: {
                item_id: vector
                for some in embed(spark, texts, encoder, settings.precision, exchange)
                for item_id, vector in zip(some.ids, some.vectors, strict=True)
            }
        )
        cosines = [float(vectors[one.id] @ vector) for one, vector in zip(texts, wanted, strict=True)]
        rows.append({"what": f"embedding {len(texts):,} products on one thread", "s": round(here_s, 1)})
        rows.append(
            {
                "what": f"embedding {len(texts):,} products, mapInPandas",
                "s": round(there_s, 1),
                "least cosine to here": round(min(cosines), 6),
            }
        )
    save(
        f"spark-{options.name}",
        f"Apache Spark in local mode: {options.name}, {shop.people:,} people, {len(shop.rows):,} interactions",
        f"python -m benchmarks.spark --name {options.name}",
        rows,
        [
            f"Spark on {settings.spark_master} of {os.cpu_count()} cores, its own start not counted.",
            "Last purchases of everybody, all products ranked, what they had before left out.",
        ],
    )
    for row in rows:
        print(row)


def _quality(shop: Interactions, model: Recommender[Any]) -> dict[str, float]:
    before, held_out = shop.hold_out_last()
    found = np.full((len(held_out), DEPTH), -1, dtype=np.int64)
    for start in range(0, len(held_out), AT_ONCE):
        some = held_out[start : start + AT_ONCE]
        scores = np.array(model.score_many([model.fold_in(one.past) for one in some]))
        for place, (one, theirs) in enumerate(zip(some, scores, strict=True), start=start):
            theirs[one.past.rows] = -np.inf
            found[place] = best(theirs, DEPTH)
    measured = measure(found, np.array([one.target for one in held_out]), before.support)
    return {"HR@20": measured.hit_20, "NDCG@20": measured.ndcg_20}


def _texts(settings: Settings) -> list[Text]:
    database = Database(settings.sql_url)
    products = list(SqlCatalogue(database, SystemClock()))
    database.close()
    return [Text(one.id, one.text_hash, one.text) for one in products[:: max(1, len(products) // SAMPLE)]][:SAMPLE]


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    return call(), time.perf_counter() - started


if __name__ == "__main__":
    main()
