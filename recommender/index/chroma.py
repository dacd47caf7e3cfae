"""How does Chroma keep the vectors, and who may open it?

One process at a time. An experiment on chromadb 1.5.9, with one process that writes and one that reads, showed why: the
reader's ids and metadata come live from Chroma's SQLite file, but its graph of vectors is the one it loaded at first.
So it never finds what was added since, goes on finding what was deleted, and fails with "Error finding id" when asked
for a new vector; a second client in the same process shares the old graph, and loading the graph anew reads files that
the writer overwrites. A file lock therefore guards the folder, besides the indexer's lease, and everyone who searches
reads the published generation, which is one state of the catalogue (benchmarks/search_speed.py compares their speed).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import NotFoundError
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from recommender.errors import ConfigurationError, ConflictError
from recommender.index.vectors import StoredVectors, check_shape

__all__ = ["ChromaVectorStore"]

_PAGE: Final = 1000


class ChromaVectorStore(AbstractContextManager["ChromaVectorStore"]):
    """The `VectorStore` in Chroma, embedded: one collection an encoder version, compared by inner product.

    Chroma is given finished vectors and no embedding function; its telemetry is off, its server is never started.
    """

    def __init__(self, folder: Path, version: str, dimension: int) -> None:
        """Open the collection of encoder `version` in `folder`, made if it is not there.

        Raises:
            ConflictError: another process has the folder open.
            ConfigurationError: the collection's vectors have another dimension.
        """
        self.dimension = dimension
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / ".lock", timeout=0)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise ConflictError(
                f"The vectors in {folder} are being written by another process: try again later."
            ) from error
        try:
            self._client = cast(
                "Client", chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
            )
            self._collection = self._open(f"products-{version}", folder)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, name: str, folder: Path) -> chromadb.Collection:
        try:
            collection = self._client.get_collection(name, embedding_function=None)
        except NotFoundError:
            return self._client.create_collection(
                name,
                embedding_function=None,
                metadata={"dimension": self.dimension},
                configuration={"hnsw": {"space": "ip"}},
            )
        stored = (collection.metadata or {}).get("dimension")
        if stored != self.dimension:
            raise ConfigurationError(
                f"The vectors {name} in {folder} have dimension {stored}, the encoder gives {self.dimension}: "
                f"delete {folder} and import the catalogue again."
            )
        return collection

    def upsert(self, ids: Sequence[str], vectors: NDArray[np.float32], text_hashes: Sequence[str]) -> None:
        """Write the vector of each id and the hash of the text it was made from."""
        check_shape(ids, vectors, text_hashes, self.dimension)
        for start in range(0, len(ids), _PAGE):
            page = slice(start, start + _PAGE)
            self._collection.upsert(
                ids=list(ids[page]),
                embeddings=cast("Any", vectors[page]),
                metadatas=[{"text_hash": text_hash} for text_hash in text_hashes[page]],
            )

    def delete(self, ids: Sequence[str]) -> None:
        """Forget these ids."""
        for start in range(0, len(ids), _PAGE):
            self._collection.delete(ids=list(ids[start : start + _PAGE]))

    def get(self, ids: Sequence[str]) -> StoredVectors:
        """What is stored of these ids."""
        found: list[str] = []
        hashes: list[str] = []
        vectors = [np.empty((0, self.dimension), dtype=np.float32)]
        for start in range(0, len(ids), _PAGE):
            page = self._collection.get(ids=list(ids[start : start + _PAGE]), include=["embeddings", "metadatas"])
            if page["ids"]:
                found += page["ids"]
                hashes += [str(metadata["text_hash"]) for metadata in page["metadatas"] or ()]
                vectors.append(np.asarray(page["embeddings"], dtype=np.float32))
        return StoredVectors(found, np.concatenate(vectors), hashes)

    def ids(self) -> Iterator[str]:
        """Every id."""
        offset = 0
        while page := self._collection.get(limit=_PAGE, offset=offset, include=[])["ids"]:
            yield from page
            offset += len(page)

    def __len__(self) -> int:
        """How many vectors there are."""
        return self._collection.count()

    def close(self) -> None:
        """Give the folder back to other processes."""
        self._client.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
