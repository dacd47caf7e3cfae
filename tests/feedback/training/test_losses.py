"""Do the parts of the loss reward what they should, with numbers that can be worked out by hand?"""

from __future__ import annotations

import math

import pytest
import torch
from sentence_transformers import SentenceTransformer

from feedback.training.methods.port import transformer_of
from feedback.training.ranking_loss import SCALE, cosent, robust
from feedback.training.self_supervision import MaskedWords, same_text

VALUES = torch.tensor([1.0, 0.0])
EVEN = torch.ones(2)


def test_one_pair_adds_the_logistic_of_its_margin() -> None:
    loss = cosent(torch.tensor([0.6, 0.5]), VALUES, EVEN)
    assert float(loss) == pytest.approx(math.log1p(math.exp(-SCALE * 0.1)), rel=1e-5)


def test_a_near_tie_pushes_less_than_a_clear_difference() -> None:
    cosines = torch.tensor([0.5, 0.6])
    clear = cosent(cosines, torch.tensor([1.0, 0.0]), EVEN)
    near = cosent(cosines, torch.tensor([0.4, 0.3]), EVEN)
    assert float(near) < float(clear)


@pytest.mark.parametrize("loss", [cosent, robust])
def test_what_has_no_order_has_no_loss(loss: object) -> None:
    cosines = torch.tensor([0.5, 0.6], requires_grad=True)
    value = loss(cosines, torch.tensor([1.0, 1.0]), EVEN)  # type: ignore[operator]
    value.backward()
    assert float(value.detach()) == 0.0
    assert cosines.grad is not None
    assert not cosines.grad.any()


def test_a_vote_that_nothing_supports_pulls_less_under_the_robust_loss() -> None:
    pulls = {}
    for name, loss in (("plain", cosent), ("robust", robust)):
        cosines = torch.tensor([0.1, 0.7], requires_grad=True)  # the "better" one is far behind: a flipped vote
        loss(cosines, VALUES, EVEN).backward()
        assert cosines.grad is not None
        pulls[name] = float(cosines.grad.abs().max())
    assert pulls["robust"] < 0.01 * pulls["plain"]


def test_two_views_of_a_text_are_told_from_another() -> None:
    first = torch.eye(3)[:2]
    assert float(same_text(first, first, torch.eye(3)[2:])) < 1e-6
    assert float(same_text(first, first.flip(0), torch.eye(3)[2:])) > 10


def test_words_are_hidden_but_never_special_ones(tiny: SentenceTransformer) -> None:
    torch.manual_seed(0)
    head = MaskedWords(transformer_of(tiny), tiny.tokenizer)
    ids = torch.tensor([[2, 5, 6, 7, 8, 3, 0, 0]] * 200)
    hidden, wanted = head.hide(ids)
    changed = hidden != ids
    assert changed[:, [0, 5, 6, 7]].sum() == 0
    assert 0.1 < changed[:, 1:5].float().mean() < 0.2
    assert torch.equal(wanted != -100, changed)
    assert torch.equal(wanted[changed], ids[changed])


def test_nothing_hidden_nothing_to_predict(tiny: SentenceTransformer) -> None:
    head = MaskedWords(transformer_of(tiny), tiny.tokenizer)
    assert float(head(torch.zeros(1, 3, 32), torch.full((1, 3), -100)).detach()) == 0.0
