"""What does search read? One immutable, memory-mapped picture of the catalogue as of one change number."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.product import Product
from recommender.checksums import sha256
from recommender.errors import ConfigurationError
from recommender.index.columns import ColumnBuilder, Columns
from recommender.index.lexical import LexicalBuilder, LexicalIndex
from recommender.index.scan import Scan

__all__ = ["FORMAT", "Generation", "current"]

FORMAT: Final = 2
"""Changes when the files or the terms in them do; a generation of another format is built anew."""

_MANIFEST = "manifest.json"
_POINTER = "current.json"
_KEPT = 2  # a process may still be opening the one before the newest
_COPY_ROWS = 10_000
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Generation:
    """The catalogue as of `change_number`: ids, vectors, columns and words, row by row, rows in order of id.

    `vectors` has shape (products, dimension), float32, unit rows, made by `encoder_version`; `scan` compares
    a query with all of them. Nothing in a generation
    ever changes: what happens to the catalogue later is laid over it by `follower.CatalogueView`.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.name = folder.name
        self.encoder_version: str = manifest["encoder_version"]
        self.change_number: int = manifest["change_number"]
        self.ids: list[str] = json.loads((folder / "ids.json").read_text(encoding="utf-8"))
        # As a plain array, since numpy's class for mapped ones costs time with every access.
        self.vectors: NDArray[np.float32] = np.load(folder / "vectors.npy", mmap_mode="r").view(np.ndarray)
        self.scan = Scan(folder, self.vectors)
        self.columns = Columns(folder / "columns")
        self.lexical = LexicalIndex(folder / "lexical", len(self.ids))

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of each product id."""
        return {item_id: row for row, item_id in enumerate(self.ids)}

    @cached_property
    def embedded(self) -> float:
        """The share of the products that have a vector; 1 where there are no products."""
        return float(self.vectors.any(axis=1).mean()) if len(self.ids) else 1.0

    @classmethod
    def build(
        cls,
        index: Path,
        products: Iterable[Product],
        vectors: NDArray[np.float32],
        *,
        encoder_version: str,
        change_number: int,
    ) -> Generation:
        """Write a generation under `index/<encoder_version>/` and make it the current one, all or nothing.

        Args:
            index: the folder of all generations (`home/index`).
            products: what the shop sells, each once, in any order; consumed one by one.
            vectors: row i belongs to the i-th product; shape (products, dimension).
            encoder_version: what made the vectors.
            change_number: a number that the catalogue had reached before `products` was read; later changes that
                happen to be in it already are laid over it once more, which changes nothing.

        Raises:
            ValueError: there are more or fewer products than vectors, or an id comes twice.
        """
        parent = _folder_of(index, encoder_version)
        parent.mkdir(parents=True, exist_ok=True)
        folder = parent / f"{change_number:012d}-{secrets.token_hex(4)}"
        work = parent / f".{folder.name}"
        work.mkdir()
        try:
            _write(work, products, vectors, encoder_version, change_number)
            work.rename(folder)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        _sync(parent)
        pointer = parent / f".{folder.name}.{_POINTER}"
        pointer.write_text(json.dumps({"generation": folder.name}), encoding="utf-8")
        _sync(pointer)
        pointer.replace(parent / _POINTER)
        _sync(parent)
        _remove_old(parent, folder.name)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> Generation:
        """Open the generation in `folder`.

        Raises:
            ConfigurationError: a file is missing or damaged, or it was written by another version of this program.
        """
        try:
            manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            if manifest["format"] != FORMAT:
                raise ConfigurationError(
                    f"The search index {folder} has format {manifest['format']}, this program reads {FORMAT}: "
                    "import the catalogue again to build it anew."
                )
            damaged = [name for name, checksum in manifest["files"].items() if sha256(folder / name) != checksum]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"The search index {folder} cannot be read ({error}): import the catalogue again."
            ) from error
        if damaged:
            raise ConfigurationError(
                f"The search index {folder} is damaged ({damaged[0]}): import the catalogue again."
            )
        return cls(folder, manifest)


def current(index: Path, encoder_version: str | None = None) -> Path | None:
    """The folder of the newest published generation of `encoder_version` under `index`, None if there is none.

    Without an encoder version, that of whichever version has followed the catalogue furthest.
    """
    if encoder_version is None:
        versions = [path.name for path in index.iterdir() if path.is_dir()] if index.is_dir() else []
        found = [folder for version in sorted(versions) if (folder := current(index, version))]
        return max(found, key=lambda folder: folder.name, default=None)
    parent = _folder_of(index, encoder_version)
    try:
        name: str = json.loads((parent / _POINTER).read_text(encoding="utf-8"))["generation"]
    except FileNotFoundError:
        return None
    return parent / name


def _folder_of(index: Path, encoder_version: str) -> Path:
    if not _VERSION.fullmatch(encoder_version):
        raise ConfigurationError(
            f"The encoder version {encoder_version!r} cannot name a folder: use letters, digits, dots, _ and -."
        )
    return index / encoder_version


def _write(
    folder: Path, products: Iterable[Product], vectors: NDArray[np.float32], encoder_version: str, change_number: int
) -> None:
    ids: list[str] = []
    columns, lexical = ColumnBuilder(), LexicalBuilder()
    for product in products:
        ids.append(product.id)
        columns.add(product)
        lexical.add(product)
    if len(ids) != len(vectors) or len(set(ids)) != len(ids):
        raise ValueError(f"{len(ids)} products ({len(set(ids))} different ids) do not match {len(vectors)} vectors")
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.intp)
    (folder / "ids.json").write_text(json.dumps([ids[at] for at in order], ensure_ascii=False), encoding="utf-8")
    _write_vectors(folder / "vectors.npy", vectors, order)
    Scan.write(folder, np.load(folder / "vectors.npy", mmap_mode="r"))
    columns.write(folder / "columns", order)
    lexical.write(folder / "lexical", order)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = {
        "format": FORMAT,
        "encoder_version": encoder_version,
        "change_number": change_number,
        "products": len(ids),
        "files": {path.relative_to(folder).as_posix(): sha256(path) for path in files},
    }
    (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for path in (*files, folder / _MANIFEST, folder / "columns", folder / "lexical", folder):
        _sync(path)


def _write_vectors(path: Path, vectors: NDArray[np.float32], order: NDArray[np.intp]) -> None:
    if not len(order):
        np.save(path, np.empty((0, vectors.shape[1] if vectors.ndim == 2 else 0), dtype=np.float32))
        return
    mapped = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=vectors.shape)
    for start in range(0, len(order), _COPY_ROWS):
        mapped[start : start + _COPY_ROWS] = vectors[order[start : start + _COPY_ROWS]]
    mapped.flush()


def _sync(path: Path) -> None:
    """Wait until the file or folder has reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_old(parent: Path, newest: str) -> None:
    """Remove generations before the previous one, and what killed builders left behind.

    Mapped files live on for the processes that have them open.
    """
    published = sorted(
        (path for path in parent.iterdir() if path.is_dir() and path.name != newest),
        key=lambda path: path.stat().st_mtime_ns,
    )
    for path in published[: -(_KEPT - 1)]:
        shutil.rmtree(path, ignore_errors=True)
