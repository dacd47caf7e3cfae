"""Does the tagger choose the likeliest sequence of tags, and learn what can be learned?"""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from recommender.understanding.slots.network import BUCKETS, TaggingNetwork, spelling
from recommender.understanding.slots.tagged import spans

TAGS = ["B-brand", "B-kind", "I-brand", "I-kind", "O"]


class Bare(nn.Module):
    """A body that sees nothing."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        return SimpleNamespace(last_hidden_state=torch.zeros(*input_ids.shape, 4))


@pytest.fixture
def network() -> TaggingNetwork:
    torch.manual_seed(0)
    made = TaggingNetwork(Bare(), 4, TAGS)
    with torch.no_grad():
        made.transitions.normal_()
        made.starts.normal_()
    return made.eval()


def value(network: TaggingNetwork, scores: Tensor, path: tuple[int, ...]) -> float:
    transitions, starts = network._moves()
    total = starts[path[0]] + scores[0, path[0]]
    for place in range(1, len(path)):
        total = total + transitions[path[place - 1], path[place]] + scores[place, path[place]]
    return float(total.detach())


def test_the_best_path_and_the_loss_agree_with_trying_every_path(network: TaggingNetwork) -> None:
    scores = torch.randn(3, len(TAGS))
    paths = list(product(range(len(TAGS)), repeat=3))
    values = torch.tensor([value(network, scores, path) for path in paths])
    best = paths[int(values.argmax())]
    assert tuple(network.best(scores)) == best
    loss = network.loss(scores[None], torch.tensor([best]), torch.ones(1, 3, dtype=torch.bool))
    assert float(loss.detach()) == pytest.approx(float(torch.logsumexp(values, 0) - values.max()), abs=1e-4)


def test_padding_changes_no_loss(network: TaggingNetwork) -> None:
    scores, tags = torch.randn(1, 2, len(TAGS)), torch.tensor([[1, 3]])
    short = network.loss(scores, tags, torch.ones(1, 2, dtype=torch.bool))
    padded = network.loss(
        torch.cat([scores, torch.randn(1, 2, len(TAGS))], dim=1),
        torch.tensor([[1, 3, 0, 0]]),
        torch.tensor([[True, True, False, False]]),
    )
    assert float(short.detach()) == pytest.approx(float(padded.detach()), abs=1e-5)


def test_no_span_begins_in_the_middle(network: TaggingNetwork) -> None:
    for seed in range(20):
        torch.manual_seed(seed)
        tags = [TAGS[number] for number in network.best(torch.randn(4, len(TAGS)) * 3)]
        begun = sum(tag.startswith("B-") for tag in tags)
        assert len(spans(tags)) == begun


def test_spelling_has_one_length_and_stays_within_bounds() -> None:
    for words in (["a"], ["WH-1000XM4", "", "kopfhörer"], ["耳机"]):
        for place in range(len(words)):
            seen = spelling(words, place)
            assert len(seen) == len(spelling(["x"], 0))
            assert all(0 <= one < BUCKETS for one in seen)
