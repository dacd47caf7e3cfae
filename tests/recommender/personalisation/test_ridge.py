"""Are the weights of a regression those of the textbook?"""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sparse

from recommender.personalisation.ridge import regress

random = np.random.default_rng(0)
PAST = (random.random((200, 30)) < 0.2).astype(np.float32)
NEXT = (random.random((200, 30)) < 0.2).astype(np.float32)
GRAM = sparse.csr_matrix(PAST.T @ PAST)
MOMENTS = sparse.csr_matrix(PAST.T @ NEXT)


def test_with_targets_it_is_ridge_regression() -> None:
    expected = np.linalg.solve(PAST.T @ PAST + 5 * np.eye(30), PAST.T @ NEXT)
    assert regress(GRAM, MOMENTS, penalty=5, kept=30).toarray() == pytest.approx(expected, abs=1e-5)


def test_without_targets_each_product_is_regressed_on_the_others() -> None:
    weights = regress(GRAM, None, penalty=5, kept=30).toarray()
    for target in range(30):
        others = np.delete(np.arange(30), target)
        inputs = PAST[:, others]
        expected = np.linalg.solve(inputs.T @ inputs + 5 * np.eye(29), inputs.T @ PAST[:, target])
        assert weights[others, target] == pytest.approx(expected, abs=1e-5)
        assert weights[target, target] == 0


@pytest.mark.parametrize("moments", [None, MOMENTS])
def test_piece_by_piece_is_the_same_where_everything_is_near(moments: sparse.csr_matrix | None) -> None:
    whole = regress(GRAM, moments, penalty=5, kept=30).toarray()
    pieces = regress(GRAM, moments, penalty=5, kept=30, dense_products=0).toarray()
    shared = (GRAM if moments is None else moments).toarray() > 0
    assert pieces[shared] == pytest.approx(whole[shared], abs=0.02)


def test_of_every_row_the_largest_numbers_are_kept() -> None:
    whole, pruned = (regress(GRAM, None, penalty=5, kept=kept).toarray() for kept in (30, 4))
    for row in range(30):
        largest = np.argsort(-np.abs(whole[row]))[:4]
        assert set(np.flatnonzero(pruned[row])) == set(largest)
        assert pruned[row, largest] == pytest.approx(whole[row, largest])


def test_products_nobody_met_are_left_out_and_stay_in_their_place() -> None:
    grown = sparse.csr_matrix(np.pad(PAST.T @ PAST, ((0, 2), (0, 2))))
    weights = regress(grown, None, penalty=5, kept=32)
    assert weights.shape == (32, 32)
    assert weights[30:].nnz == 0
    assert weights[:30, :30].toarray() == pytest.approx(regress(GRAM, None, penalty=5, kept=30).toarray())


def test_a_matrix_larger_than_a_block_is_mirrored_right() -> None:
    many = (random.random((900, 1100)) < 0.05).astype(np.float32)
    weights = regress(sparse.csr_matrix(many.T @ many), None, penalty=50, kept=1100).toarray()
    inverse = np.linalg.inv((many.T @ many + 50 * np.eye(1100)).astype(np.float64))
    expected = inverse / -np.diag(inverse)
    np.fill_diagonal(expected, 0)
    assert weights == pytest.approx(expected, abs=1e-4)
