"""How wrong is the order that the encoder puts graded products in?"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

__all__ = ["cosent", "robust"]

SCALE: Final = 20.0
"""How much a difference of cosines counts: 0.05 is a factor of e."""

_Q: Final = 0.7


def cosent(cosines: Tensor, values: Tensor, weights: Tensor) -> Tensor:
    """CoSENT: every pair in the batch whose better one does not come clearly first adds to the loss.

    log(1 + sum over pairs with value_i < value_j of w_ij exp(scale (cos_i - cos_j))), where w_ij is the product of the
    pair's weights and of the distance of their grades, so that a near tie is no reason to push. (Su and others,
    "CoSENT: Consistent sentence embedding via similarity ranking", TASLP 2024.)

    Args:
        cosines: of each graded query and product, shape (pairs,).
        values: their grades, 0 to 1.
        weights: how much each grade counts.
    """
    margins, pair_weights = _pairs(cosines, values, weights)
    if not len(margins):
        return cosines.sum() * 0.0
    logits = -SCALE * margins + torch.log(pair_weights)
    return torch.logsumexp(torch.cat((logits.new_zeros(1), logits)), dim=0)


def robust(cosines: Tensor, values: Tensor, weights: Tensor) -> Tensor:
    """The order's loss with a limit to what one pair can add, for votes of which some are wrong.

    The weighted mean of (1 - p^q) / q, where p = sigmoid(scale (cos_j - cos_i)) is how likely the better one comes
    first: near 0 error it is the logarithm, near 1 it no longer pushes, so a flipped vote is given up on rather than
    learned. (Zhang and Sabuncu, "Generalized cross entropy loss for training deep neural networks with noisy labels",
    NeurIPS 2018.)

    Args:
        cosines: of each graded query and product, shape (pairs,).
        values: their grades, 0 to 1.
        weights: how much each grade counts.
    """
    margins, pair_weights = _pairs(cosines, values, weights)
    if not len(margins):
        return cosines.sum() * 0.0
    losses = (1 - torch.sigmoid(SCALE * margins).pow(_Q)) / _Q
    return (pair_weights * losses).sum() / pair_weights.sum()


def _pairs(cosines: Tensor, values: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """By how much the better one of each pair comes first, and what the pair weighs."""
    gaps = values[:, None] - values[None, :]
    better, worse = torch.nonzero(gaps > 0, as_tuple=True)
    return cosines[better] - cosines[worse], gaps[better, worse] * weights[better] * weights[worse]
