"""How well do a product's words match a query's, and which products hold a word?

BM25F (Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004): the term
frequencies of a product's fields, each normalised by its own length and weighted, are summed before they saturate once.
Scores are computed when the index is built (as in Lù, "BM25S", 2024), so a query only adds up the rows of its terms.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommender.catalogue.product import Product
from recommender.index.postings import Postings, Rows
from recommender.index.terms import terms

__all__ = ["LexicalBuilder", "LexicalIndex", "texts"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Field:
    weight: float
    length_normalisation: float


# Chosen on every other query of two public catalogues and confirmed on the rest: see benchmarks/search_quality.py.
_NAME: Final = _Field(weight=4.0, length_normalisation=0.5)
_DESCRIPTION: Final = _Field(weight=1.0, length_normalisation=0.75)
_ATTRIBUTES: Final = _Field(weight=0.5, length_normalisation=0.75)
_SATURATION: Final = 0.8

_TRUE = frozenset({"true", "yes", "y"})
_UNTRUE = frozenset({"false", "no", "n", ""})


def texts(product: Product) -> tuple[str, str, str]:
    """What is matched by words: the name (title, brand, categories), the description, and what the attributes say.

    An attribute says its value; one that is merely true ("waterproof: yes") says its name, one that is untrue nothing.
    """
    said = (
        name.replace("_", " ") if value.casefold() in _TRUE else "" if value.casefold() in _UNTRUE else value
        for name, value in product.attributes.items()
    )
    return "\n".join((product.title, product.brand, *product.categories)), product.description, "\n".join(said)


class LexicalBuilder:
    """Takes products one by one and writes their lexical index to a folder."""

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}
        self._fields = [(_NAME, _Column()), (_DESCRIPTION, _Column()), (_ATTRIBUTES, _Column())]

    def add(self, product: Product) -> None:
        """Take the next product."""
        for (_, column), text in zip(self._fields, texts(product), strict=True):
            column.add([self._vocabulary.setdefault(term, len(self._vocabulary)) for term in terms(text)])

    def write(self, folder: Path, order: NDArray[np.intp]) -> None:
        """Write the index of the products so far; row i is the product that was added as number order[i]."""
        folder.mkdir()
        counts = [(field, column.matrix(len(self._vocabulary))[order]) for field, column in self._fields]
        scores = _bm25f(counts).T.tocsr()
        names = counts[0][1].T.tocsr()
        for matrix, name in ((scores, "scores"), (names, "names")):
            matrix.sort_indices()
            Postings.write(folder, name, matrix.indptr, matrix.indices)
        np.save(folder / "scores.npy", scores.data.astype(np.float32))
        (folder / "terms.json").write_text(json.dumps(list(self._vocabulary), ensure_ascii=False), encoding="utf-8")


class LexicalIndex:
    """A lexical index read from its folder; the arrays stay on disk until they are touched."""

    def __init__(self, folder: Path, size: int) -> None:
        self._size = size
        self._scores = np.load(folder / "scores.npy", mmap_mode="r")
        self._all = Postings(folder, "scores")
        self._names = Postings(folder, "names")
        listed = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        self._vocabulary: dict[str, int] = {term: number for number, term in enumerate(listed)}

    def scores(self, query_terms: Sequence[str]) -> Floats:
        """BM25F of every product for these terms: shape (products,), float32, 0 where no term occurs."""
        total = np.zeros(self._size, dtype=np.float32)
        for term in query_terms:
            number = self._vocabulary.get(term)
            if number is not None:
                # A row occurs once in a term's postings, so adding in place through the index is exact.
                total[self._all.rows(number)] += self._scores[self._all.span(number)]
        return total

    def limit(self, query_terms: Sequence[str]) -> float:
        """What no product's score for these terms can exceed: every term, unknown ones too, as often as can count."""
        held = (len(self.rows(term)) for term in query_terms)
        return float(sum((_SATURATION + 1) * _rarity(self._size, number) for number in held))

    def rarities(self, query_terms: Sequence[str]) -> Floats:
        """How much each term tells beside the others, by how few products hold it: shape (terms,), sums to 1."""
        found = np.array([_rarity(self._size, len(self.rows(term))) for term in query_terms], dtype=np.float32)
        return np.asarray(found / max(float(found.sum()), 1e-9), dtype=np.float32)

    @cached_property
    def name_lengths(self) -> NDArray[np.int64]:
        """How many different terms title, brand and categories of each product hold: shape (products,)."""
        return self._names.counts(self._size)

    def rows(self, term: str, *, in_name: bool = False) -> Rows:
        """The rows that hold `term`, ascending: anywhere, or in title, brand and categories only."""
        number = self._vocabulary.get(term)
        if number is None:
            return np.empty(0, dtype=np.int32)
        return (self._names if in_name else self._all).rows(number)

    def names(self) -> sp.csr_array:
        """Terms by products, 1 where a title, brand or category holds the term: shape (vocabulary, products)."""
        return self._names.matrix(self._size)

    def holding(self, rows: NDArray[np.intp], term: str, *, in_name: bool = False) -> NDArray[np.bool_]:
        """Which of the products in `rows` hold `term`: shape (rows,)."""
        held = self.rows(term, in_name=in_name)
        if not len(held):
            return np.zeros(len(rows), dtype=np.bool_)
        at = np.minimum(np.searchsorted(held, rows.astype(held.dtype)), len(held) - 1)
        return np.asarray(held[at] == rows)


class _Column:
    """The term numbers of one field of every product, end to end."""

    def __init__(self) -> None:
        self._numbers = array("i")
        self._ends = array("q", [0])

    def add(self, numbers: list[int]) -> None:
        self._numbers.extend(numbers)
        self._ends.append(len(self._numbers))

    def matrix(self, vocabulary: int) -> sp.csr_array:
        """How often each term occurs in each product: shape (products, vocabulary)."""
        columns = np.frombuffer(self._numbers, dtype=np.int32) if self._numbers else np.empty(0, dtype=np.int32)
        ends = np.frombuffer(self._ends, dtype=np.int64)
        ones = np.ones(len(columns), dtype=np.float32)
        counts = sp.csr_array((ones, columns, ends), shape=(len(ends) - 1, vocabulary))
        counts.sum_duplicates()
        return counts


def _bm25f(fields: Sequence[tuple[_Field, sp.csr_array]]) -> sp.csr_array:
    weighted = sum(_normalised(field, counts) for field, counts in fields).tocsr()
    products, vocabulary = weighted.shape
    frequency = np.bincount(weighted.indices, minlength=vocabulary)
    rarity = _rarity(products, frequency)
    weighted.data *= (_SATURATION + 1) / (_SATURATION + weighted.data) * rarity[weighted.indices]
    return weighted


def _rarity(products: int, holding: int | NDArray[np.int64]) -> NDArray[np.float64]:
    """The inverse document frequency of terms that `holding` of the products hold."""
    return np.asarray(np.log1p((products - holding + 0.5) / (holding + 0.5)))


def _normalised(field: _Field, counts: sp.csr_array) -> sp.csr_array:
    lengths = counts.sum(axis=1)
    filled = lengths[lengths > 0]
    average = filled.mean() if len(filled) else 1.0
    factor = field.weight / (1 - field.length_normalisation + field.length_normalisation * lengths / average)
    return sp.csr_array(
        (counts.data * np.repeat(factor, np.diff(counts.indptr)), counts.indices, counts.indptr), shape=counts.shape
    )
