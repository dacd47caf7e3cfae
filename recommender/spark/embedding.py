"""How are the texts of a catalogue embedded by many machines?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.port import Catalogue
from recommender.encoder.onnx import OnnxEncoder
from recommender.index.following import Fill
from recommender.index.vectors import VectorStore
from recommender.settings import Settings
from recommender.spark.session import spark_folder, spark_session

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import SparkSession

__all__ = ["Embedded", "Text", "embed", "filling"]

_PAGE: Final = 1_000
_PIECES_A_CORE: Final = 4
_COLUMNS: Final = "id string, text_hash string, vector array<float>"


class Text(NamedTuple):
    """The text of a product, and the hash that a vector made of it is kept with."""

    id: str
    text_hash: str
    text: str


class Embedded(NamedTuple):
    """Some products and their unit vectors, row by row: float32, shape (products, dimension)."""

    ids: list[str]
    text_hashes: list[str]
    vectors: NDArray[np.float32]


def filling(settings: Settings) -> Fill:
    """What brings the vectors of every product whose text changed into the store, made on Spark."""

    def fill(catalogue: Catalogue, store: VectorStore, encoder: Path) -> None:
        # A session for each encoder: Spark brings a folder of one name to its workers once.
        with spark_session(settings.spark_master) as spark:
            for some in embed(spark, _stale(catalogue, store), encoder, settings.precision, spark_folder(settings)):
                store.upsert(some.ids, some.vectors, some.text_hashes)

    return fill


def _stale(catalogue: Catalogue, store: VectorStore) -> Iterator[Text]:
    """The texts of which the store has no vector."""
    products = iter(catalogue)
    while page := list(islice(products, _PAGE)):
        stored = store.get([product.id for product in page])
        hashes = dict(zip(stored.ids, stored.text_hashes, strict=True))
        for product in page:
            if hashes.get(product.id) != product.text_hash:
                yield Text(product.id, product.text_hash, product.text)


def embed(
    spark: SparkSession, texts: Iterable[Text], encoder: Path, precision: str, folder: Path
) -> Iterator[Embedded]:
    """The vectors of `texts`, in no certain order, the same as the encoder gives here.

    Every worker runs the exported encoder on one thread a core.

    Args:
        spark: where.
        texts: what to embed, read once and page by page.
        encoder: the folder of the exported encoder; Spark brings it to the workers.
        precision: "int8" or "fp32".
        folder: a folder that this process and every worker can reach; Parquet is exchanged there and removed.

    Raises:
        ConfigurationError: there is no such encoder.
    """
    OnnxEncoder.load(encoder, precision)
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=folder, prefix="embedding-")).resolve()
    try:
        if not _write(texts, work / "texts.parquet"):
            return
        spark.sparkContext.addFile(str(encoder.resolve()), recursive=True)
        pieces = spark.sparkContext.defaultParallelism * _PIECES_A_CORE
        read = spark.read.parquet((work / "texts.parquet").as_uri()).repartition(pieces)
        vectors = read.mapInPandas(_encoding(encoder.resolve().name, precision), _COLUMNS)
        vectors.write.parquet((work / "vectors.parquet").as_uri())
        yield from _read(work / "vectors.parquet")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _encoding(name: str, precision: str) -> Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]]:
    """What a worker does with the pages of its piece."""

    def encode(pages: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        from pyspark import SparkFiles

        encoder = _loaded(SparkFiles.get(name), precision)
        for page in pages:
            yield page[["id", "text_hash"]].assign(vector=list(encoder.encode(page["text"].tolist())))

    return encode


@cache
def _loaded(folder: str, precision: str) -> OnnxEncoder:
    """The encoder, read once by each process of a worker."""
    return OnnxEncoder.load(Path(folder), precision)


def _write(texts: Iterable[Text], path: Path) -> int:
    """Write the texts; how many there were."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    schema = pa.schema([(name, pa.string()) for name in Text._fields])
    count, page = 0, list[Text]()
    with parquet.ParquetWriter(path, schema) as writer:
        for text in texts:
            page.append(Text(*(part.encode("utf-8", errors="replace").decode("utf-8") for part in text)))
            if len(page) == _PAGE:
                writer.write_table(pa.table([*zip(*page, strict=True)], schema=schema))
                count, page = count + len(page), []
        if page:
            writer.write_table(pa.table([*zip(*page, strict=True)], schema=schema))
    return count + len(page)


def _read(folder: Path) -> Iterator[Embedded]:
    import pyarrow.dataset as dataset

    for batch in dataset.dataset(folder, format="parquet").to_batches(batch_size=_PAGE):
        if len(batch):
            flat = batch.column("vector").flatten().to_numpy(zero_copy_only=False)
            yield Embedded(
                batch.column("id").to_pylist(),
                batch.column("text_hash").to_pylist(),
                flat.astype(np.float32).reshape(len(batch), -1),
            )
