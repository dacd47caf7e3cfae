"""What does each word of a query look like to the tagger, and which sequence of tags is likeliest?

Wide and deep (Cheng et al., 2016): the sentence encoder reads what words mean in this query, beside it a linear part
sees how they are spelt and what stands next to them; a linear-chain CRF over both (Lample et al., NAACL 2016) chooses
the tags of a query together, and never begins a span with "I-".
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

__all__ = ["BUCKETS", "TaggingNetwork", "spelling"]

BUCKETS: Final = 2**17
"""How many different spellings the linear part can tell apart."""

_FORBIDDEN: Final = -10_000.0


def spelling(words: Sequence[str], place: int) -> list[int]:
    """What the linear part sees of a word, as numbers below `BUCKETS`: its form, affixes, shape and neighbours."""
    padded = ["<", *(word.casefold() for word in words), ">"]
    before, word, after = padded[place : place + 3]
    seen = [
        f"w {word}",
        f"s {_shape(words[place])}",
        f"place {min(place, 3)} {min(len(words) - place, 3)}",
        f"b {before}",
        f"a {after}",
        f"bw {before} {word}",
        f"wa {word} {after}",
        f"be {before[-3:]}",
        f"ae {after[-3:]}",
        *(f"p {word[:size]}" for size in (2, 3, 4)),
        *(f"e {word[-size:]}" for size in (1, 2, 3, 4)),
    ]
    return [zlib.crc32(one.encode()) % BUCKETS for one in seen]


class TaggingNetwork(nn.Module):
    """Scores of tags for every word.

    Args:
        body: a transformers encoder, `last_hidden_state` of shape (queries, pieces, width).
        tags: the tags, in order.
    """

    def __init__(self, body: nn.Module, width: int, tags: Sequence[str]) -> None:
        super().__init__()
        self.body = body
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(width, len(tags))
        self.wide = nn.EmbeddingBag(BUCKETS, len(tags), mode="sum", sparse=True)
        nn.init.zeros_(self.wide.weight)
        self.transitions = nn.Parameter(torch.zeros(len(tags), len(tags)))
        self.starts = nn.Parameter(torch.zeros(len(tags)))
        inside = torch.tensor([tag.startswith("I-") for tag in tags])
        follows = torch.tensor([[tag[0] != "I" or before[1:] == tag[1:] for tag in tags] for before in tags])
        self.register_buffer("forbidden", torch.where(follows, 0.0, _FORBIDDEN))
        self.register_buffer("forbidden_first", torch.where(inside, _FORBIDDEN, 0.0))

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Scores of shape (queries, words, tags) for a batch as `training.collate` makes it."""
        hidden = self.body(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
        first = batch["first"]
        words = hidden.gather(1, first.unsqueeze(-1).expand(*first.shape, hidden.shape[-1]))
        queries, length, _ = words.shape
        wide = self.wide(batch["spelling"].reshape(queries * length, -1)).reshape(queries, length, -1)
        return self.head(self.dropout(words)) + wide  # type: ignore[no-any-return]

    def loss(self, scores: Tensor, tags: Tensor, mask: Tensor) -> Tensor:
        """Mean negative log-likelihood of `tags` (queries, words); `mask` is True where there is a word."""
        transitions, starts = self._moves()
        rows = torch.arange(len(tags))
        alpha = starts + scores[:, 0]
        gold = starts[tags[:, 0]] + scores[rows, 0, tags[:, 0]]
        for place in range(1, scores.shape[1]):
            here = mask[:, place]
            following = torch.logsumexp(alpha.unsqueeze(2) + transitions, dim=1) + scores[:, place]
            alpha = torch.where(here.unsqueeze(1), following, alpha)
            step = transitions[tags[:, place - 1], tags[:, place]] + scores[rows, place, tags[:, place]]
            gold = gold + torch.where(here, step, torch.zeros_like(step))
        return (torch.logsumexp(alpha, dim=1) - gold).mean()

    def best(self, scores: Tensor) -> list[int]:
        """The likeliest tags of one query, by number, from its scores (words, tags) (Viterbi)."""
        transitions, starts = self._moves()
        total = starts + scores[0]
        back = []
        for here in scores[1:]:
            total, came = (total.unsqueeze(1) + transitions).max(dim=0)
            total = total + here
            back.append(came)
        found = [int(total.argmax())]
        for came in reversed(back):
            found.append(int(came[found[-1]]))
        return found[::-1]

    def _moves(self) -> tuple[Tensor, Tensor]:
        forbidden: Any = self.forbidden
        first: Any = self.forbidden_first
        return self.transitions + forbidden, self.starts + first


def _shape(word: str) -> str:
    kinds = ["d" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c for c in word]
    return "".join(kind for place, kind in enumerate(kinds) if place == 0 or kind != kinds[place - 1])
