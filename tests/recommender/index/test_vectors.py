"""Does every vector store keep the promises of the port?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.errors import ConfigurationError
from recommender.index.chroma import ChromaVectorStore
from recommender.index.vectors import InMemoryVectorStore, VectorStore

DIMENSION = 8


def unit(*directions: int) -> NDArray[np.float32]:
    """Rows of the identity: each is at a right angle to every other."""
    return np.eye(DIMENSION, dtype=np.float32)[list(directions)]


class VectorStoreContract:
    """What holds of every `VectorStore`; a subclass says which with a fixture."""

    @pytest.fixture
    def store(self) -> VectorStore | Iterator[VectorStore]:
        raise NotImplementedError

    def test_what_was_written_is_read_back_exactly(self, store: VectorStore) -> None:
        vectors = np.random.default_rng(0).standard_normal((5, DIMENSION)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        store.upsert(["a", "b", "c", "d", "e"], vectors, ["1", "2", "3", "4", "5"])
        found = store.get(["e", "a", "nothing"])
        assert dict(zip(found.ids, found.text_hashes, strict=True)) == {"a": "1", "e": "5"}
        for item_id, vector in zip(found.ids, found.vectors, strict=True):
            np.testing.assert_array_equal(vector, vectors["abcde".index(item_id)])

    def test_the_last_write_of_an_id_wins(self, store: VectorStore) -> None:
        store.upsert(["a", "b"], unit(0, 1), ["old", "same"])
        store.upsert(["a"], unit(2), ["new"])
        found = store.get(["a"])
        assert (list(found.ids), list(found.text_hashes), len(store)) == (["a"], ["new"], 2)
        np.testing.assert_array_equal(found.vectors, unit(2))

    def test_what_was_deleted_is_gone_and_may_be_deleted_again(self, store: VectorStore) -> None:
        store.upsert(["a", "b"], unit(0, 1), ["1", "2"])
        store.delete(["a", "never there"])
        store.delete(["a"])
        store.delete([])
        assert sorted(store.ids()) == ["b"]
        assert list(store.get(["a", "b"]).ids) == ["b"]

    def test_an_empty_store_finds_nothing(self, store: VectorStore) -> None:
        assert list(store.ids()) == []
        assert store.get(["a"]).vectors.shape == (0, DIMENSION)
        assert store.get([]).vectors.shape == (0, DIMENSION)
        store.upsert([], np.empty((0, DIMENSION), dtype=np.float32), [])
        assert len(store) == 0

    def test_any_text_can_be_an_id(self, store: VectorStore) -> None:
        ids = ["a b/c", "Ü-1", "'; drop table", "x" * 200]
        store.upsert(ids, unit(0, 1, 2, 3), ["h"] * 4)
        assert sorted(store.ids()) == sorted(ids)
        assert sorted(store.get(ids).ids) == sorted(ids)

    def test_many_are_kept_as_well_as_few(self, store: VectorStore) -> None:
        ids = [f"p{number}" for number in range(2500)]
        vectors = np.tile(unit(0), (2500, 1))
        store.upsert(ids, vectors, ["h"] * 2500)
        assert sorted(store.ids()) == sorted(store.get(ids).ids) == sorted(ids)
        store.delete(ids[:1500])
        assert len(store) == 1000

    def test_what_does_not_line_up_is_refused(self, store: VectorStore) -> None:
        with pytest.raises(ValueError, match="do not make rows"):
            store.upsert(["a"], unit(0, 1), ["1"])
        with pytest.raises(ValueError, match="do not make rows"):
            store.upsert(["a"], np.ones((1, DIMENSION + 1), dtype=np.float32), ["1"])
        with pytest.raises(ValueError, match="do not make rows"):
            store.upsert(["a", "a"], unit(0, 1), ["1", "2"])
        assert len(store) == 0


class TestInMemoryVectorStore(VectorStoreContract):
    @pytest.fixture
    def store(self) -> VectorStore:
        return InMemoryVectorStore(DIMENSION)


class TestChromaVectorStore(VectorStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[VectorStore]:
        with ChromaVectorStore(tmp_path / "chroma", "v1", DIMENSION) as store:
            yield store


def test_vectors_outlive_the_store(tmp_path: Path) -> None:
    with ChromaVectorStore(tmp_path, "v1", DIMENSION) as store:
        store.upsert(["a"], unit(0), ["1"])
    with ChromaVectorStore(tmp_path, "v1", DIMENSION) as store:
        assert list(store.ids()) == ["a"]


def test_encoder_versions_never_meet(tmp_path: Path) -> None:
    with ChromaVectorStore(tmp_path, "v1", DIMENSION) as store:
        store.upsert(["a"], unit(0), ["1"])
    with ChromaVectorStore(tmp_path, "v2", 2 * DIMENSION) as other:
        assert len(other) == 0


def test_another_dimension_under_the_same_version_is_refused(tmp_path: Path) -> None:
    ChromaVectorStore(tmp_path, "v1", DIMENSION).close()
    with pytest.raises(ConfigurationError, match="dimension 8, the encoder gives 16"):
        ChromaVectorStore(tmp_path, "v1", 16)
    ChromaVectorStore(tmp_path, "v1", DIMENSION).close()


def test_a_second_process_is_refused_while_one_has_the_folder(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from recommender.index.chroma import ChromaVectorStore\n"
        "from recommender.errors import ConflictError\n"
        "try: ChromaVectorStore(Path(sys.argv[1]), 'v1', 8)\n"
        "except ConflictError as error: print(error)"
    )
    with ChromaVectorStore(tmp_path, "v1", DIMENSION):
        command = [sys.executable, "-c", program, str(tmp_path)]
        other = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "another process" in other.stdout
