"""Which products foretell another, by regression: in closed form where it fits into memory, else piece by piece?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import scipy.linalg
import scipy.sparse as sparse
from numpy.typing import NDArray

from recommender.personalisation.past import Floats

__all__ = ["DENSE_PRODUCTS", "regress"]

DENSE_PRODUCTS: Final = 16_000
"""Up to how many products the whole matrix is inverted: 16,000² numbers are 1 GB, and as much again while pruning."""

_NEIGHBOURS: Final = 100
_BLOCK: Final = 512

Progress = Callable[[float], None]


def regress(
    gram: sparse.csr_matrix,
    moments: sparse.csr_matrix | None,
    *,
    penalty: float,
    kept: int,
    dense_products: int = DENSE_PRODUCTS,
    progress: Progress = lambda _share: None,
) -> sparse.csr_matrix:
    """The weights W that foretell targets Y from inputs X best: min |Y - XW|² + penalty |W|².

    Up to `dense_products` products (only those with support count) this is the closed form. Beyond it each target is
    regressed on the inputs that it shares most with, as fsSLIM does (Ning and Karypis, ICDM 2011), with a ridge.

    Args:
        gram: XᵀX, products by products, float32.
        moments: XᵀY; None means that the targets are the inputs and no product may foretell itself, which is EASE
            (Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019).
        penalty: what a squared weight costs.
        kept: how many weights of a row are kept, those that are farthest from 0.
        dense_products: up to how many products the closed form is taken.
        progress: told the share that is done.

    Returns:
        W, products by products, float32: row j holds what product j says of every other.
    """
    met = np.flatnonzero(gram.diagonal() > 0)
    size = gram.shape[0]
    if not len(met):
        return sparse.csr_matrix((size, size), dtype=np.float32)
    inner = gram[met][:, met].tocsr()
    targets = None if moments is None else moments[met][:, met].tocsr()
    if len(met) <= dense_products:
        weights = _whole(inner, targets, penalty, kept, progress)
    else:
        weights = _piecewise(inner, targets, penalty, kept, progress)
    place = sparse.csr_matrix((np.ones(len(met), dtype=np.float32), (met, np.arange(len(met)))), shape=(size, len(met)))
    return (place @ weights @ place.T).tocsr()


def _whole(
    gram: sparse.csr_matrix, moments: sparse.csr_matrix | None, penalty: float, kept: int, progress: Progress
) -> sparse.csr_matrix:
    """The closed form: one inverse, in the memory of the matrix."""
    size = gram.shape[0]
    inverse = gram.astype(np.float32).toarray().T  # symmetric; the transpose has LAPACK's order without a copy
    inverse[np.diag_indices(size)] += np.float32(penalty)
    factor, failed = scipy.linalg.lapack.spotrf(inverse, lower=True, overwrite_a=True, clean=False)
    if not failed:
        progress(0.4)
        inverse, failed = scipy.linalg.lapack.spotri(factor, lower=True, overwrite_c=True)
    if failed:
        raise ValueError("the matrix is not positive definite: the penalty must be above 0")
    progress(0.8)
    _mirror(inverse)
    diagonal = inverse.diagonal().copy()
    pieces = []
    transposed = None if moments is None else moments.T.tocsr()
    for start in range(0, size, _BLOCK):
        # The inverse is symmetric, so its columns, which lie together in memory, are its rows.
        rows = inverse[:, start : start + _BLOCK].T
        if transposed is None:
            block = rows / -diagonal
            block[np.arange(len(block)), np.arange(start, start + len(block))] = 0.0
        else:
            block = (transposed @ rows.T).T
        pieces.append(_largest(block, kept))
    progress(1.0)
    return sparse.vstack(pieces, format="csr")


def _mirror(matrix: Floats) -> None:
    """Copy the lower triangle of a matrix in Fortran's order onto the upper one, block by block."""
    size = len(matrix)
    for start in range(0, size, _BLOCK):
        end = min(start + _BLOCK, size)
        corner = matrix[start:end, start:end]
        upper = np.triu_indices(end - start, 1)
        corner[upper] = corner.T[upper]
        matrix[start:end, end:] = matrix[end:, start:end].T


def _piecewise(
    gram: sparse.csr_matrix, moments: sparse.csr_matrix | None, penalty: float, kept: int, progress: Progress
) -> sparse.csr_matrix:
    """A small regression for each target."""
    size = gram.shape[0]
    by_target = (gram if moments is None else moments.T).tocsr()
    sources: list[NDArray[np.int32]] = []
    values: list[Floats] = []
    for target in range(size):
        there = slice(by_target.indptr[target], by_target.indptr[target + 1])
        inputs, shared = by_target.indices[there], by_target.data[there]
        if moments is None:
            inputs, shared = inputs[inputs != target], shared[inputs != target]
        nearest = np.sort(np.argsort(-shared, kind="stable")[:_NEIGHBOURS])
        inputs, shared = inputs[nearest], shared[nearest]
        within = gram[inputs][:, inputs].toarray()
        within[np.diag_indices(len(inputs))] += penalty
        values.append(np.linalg.solve(within, shared).astype(np.float32))
        sources.append(inputs)
        if target % _BLOCK == 0:
            progress(target / size)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in sources])])
    by_column = sparse.csr_matrix((np.concatenate(values), np.concatenate(sources), starts), shape=(size, size))
    weights = by_column.T.tocsr()
    pieces = [_largest(weights[start : start + _BLOCK].toarray(), kept) for start in range(0, size, _BLOCK)]
    return sparse.vstack(pieces, format="csr")


def _largest(block: Floats, kept: int) -> sparse.csr_matrix:
    """The `kept` numbers of each row that are farthest from 0."""
    if block.shape[1] <= kept:
        return sparse.csr_matrix(block.astype(np.float32))
    columns = np.argpartition(-np.abs(block), kept, axis=1)[:, :kept]
    values = np.take_along_axis(block, columns, axis=1)
    starts = np.arange(len(block) + 1) * kept
    found = sparse.csr_matrix((values.ravel().astype(np.float32), columns.ravel(), starts), shape=block.shape)
    found.eliminate_zeros()
    found.sort_indices()
    return found
