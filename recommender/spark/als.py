"""How are the hidden tastes of ALS found on Spark?"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from recommender.personalisation.members.als import ImplicitAls
from recommender.personalisation.past import Floats, Interactions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["SparkAls"]

_ROWS_AT_ONCE: Final = 1_000_000
_SEED: Final = 0


class SparkAls(ImplicitAls):
    """`ImplicitAls` whose alternations are those of MLlib, distributed over the people and the products.

    Both minimise the same squared error, Σ c (p - x·y)²: where `implicit` takes the confidence c of what was taken,
    MLlib takes c - 1. Their penalties differ: that of MLlib grows with how much somebody took (ALS-WR: Zhou et al.,
    AAIM 2008), that of `implicit` is the same for everybody, so `spread_penalty` is a number of its own. What was
    learned is saved, loaded and asked as an `ImplicitAls`, without Spark.
    """

    def __init__(self, spark: SparkSession, folder: Path, *, spread_penalty: float = 0.1, **options: Any) -> None:
        """Learn on `spark`.

        Args:
            spark: where.
            folder: a folder that this process and every worker can reach; Parquet is exchanged there and removed.
            spread_penalty: what a squared number costs, for each product of a person and each person of a product.
            options: as for `ImplicitAls`.
        """
        super().__init__(**options)
        self._spark = spark
        self._folder = folder
        self._spread_penalty = spread_penalty

    def fit(self, interactions: Interactions) -> Self:
        """Alternate on Spark."""
        self._folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=self._folder, prefix="als-")).resolve()
        try:
            _write(interactions, self._confidence, work / "interactions.parquet")
            self._alternate(work)
            return self._with(_read(work / "factors.parquet", (len(interactions.ids), self._count)))
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _alternate(self, work: Path) -> None:
        from pyspark.ml.recommendation import ALS

        # Without a place for checkpoints every alternation carries the plan of all before it, until Java's stack ends.
        self._spark.sparkContext.setCheckpointDir((work / "checkpoints").as_uri())
        blocks = max(self._spark.sparkContext.defaultParallelism, 1)
        model = ALS(
            rank=self._count,
            maxIter=self._iterations,
            regParam=self._spread_penalty,
            implicitPrefs=True,
            alpha=1.0,
            userCol="person",
            itemCol="product",
            ratingCol="surplus",
            numUserBlocks=blocks,
            numItemBlocks=blocks,
            seed=_SEED,
        ).fit(self._spark.read.parquet((work / "interactions.parquet").as_uri()))
        model.itemFactors.write.parquet((work / "factors.parquet").as_uri())


def _write(interactions: Interactions, confidence: float, path: Path) -> None:
    """Rows of (person, product, what their confidence has above 1): people are numbers, and nobody's name is in it."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    schema = pa.schema([("person", pa.int32()), ("product", pa.int32()), ("surplus", pa.float32())])
    people = np.repeat(np.arange(interactions.people, dtype=np.int32), np.diff(interactions.starts))
    with parquet.ParquetWriter(path, schema) as writer:
        for start in range(0, len(people), _ROWS_AT_ONCE):
            there = slice(start, start + _ROWS_AT_ONCE)
            surplus = np.maximum(np.float32(confidence) * interactions.strengths[there] - 1, np.float32(1e-3))
            columns = [people[there], interactions.rows[there], surplus.astype(np.float32)]
            writer.write_table(pa.table(columns, schema=schema))


def _read(folder: Path, shape: tuple[int, int]) -> Floats:
    """The products' vectors; 0 for those that nobody met."""
    import pyarrow.dataset as dataset

    factors = np.zeros(shape, dtype=np.float32)
    for batch in dataset.dataset(folder, format="parquet").to_batches(columns=["id", "features"]):
        if len(batch):
            flat = batch.column("features").flatten().to_numpy(zero_copy_only=False)
            factors[batch.column("id").to_numpy()] = flat.reshape(len(batch), shape[1])
    return factors
