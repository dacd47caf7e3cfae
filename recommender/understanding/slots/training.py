"""How does the shipped encoder learn, from tagged queries, to tag others?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from recommender.encoder.export import load_model
from recommender.errors import BadInputError
from recommender.understanding.slots.network import TaggingNetwork, spelling
from recommender.understanding.slots.tagged import OUTSIDE, Tagged

__all__ = ["BUDGET_S", "SlotTagger", "train_tagger"]

BUDGET_S: Final = 600.0
"""Time that the training steps may take: where the machine is too slow for every epoch, there are fewer."""

_EPOCHS: Final = 4
_BATCH: Final = 32
_RATE: Final = 2e-4
_HEAD_RATE: Final = 2e-3
_WIDE_RATE: Final = 1e-2
_WARM_UP: Final = 0.1
_LONGEST: Final = 96
"""Pieces of words that are read of a query; words beyond are tagged by their spelling alone."""


@dataclass(frozen=True)
class _Read:
    """A query as the network gets it: pieces, the first piece of every word, spellings, and tags by number."""

    pieces: list[int]
    first: list[int]
    spelling: list[list[int]]
    tags: list[int]


class SlotTagger:
    """A trained tagger."""

    def __init__(self, network: TaggingNetwork, tokenizer: Any, tags: Sequence[str]) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self._tags = tags

    def tag(self, queries: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
        """The tags of every query's words, in order; a query without words has none."""
        self._network.eval()
        found: list[tuple[str, ...]] = []
        with torch.inference_mode():
            for words in queries:
                if not words:
                    found.append(())
                    continue
                scores = self._network(_collate([_read(self._tokenizer, words, [])]))[0]
                found.append(tuple(self._tags[number] for number in self._network.best(scores)))
        return found


def train_tagger(
    rows: Sequence[Tagged],
    encoder: str,
    *,
    budget_s: float = BUDGET_S,
    progress: Callable[[int, int, float], None] = lambda *_: None,
    clock: Callable[[], float] = time.monotonic,
) -> SlotTagger:
    """Fine-tune the sentence-transformers model `encoder` on tagged queries.

    The learning rate rises over the first tenth and falls to 0 at the end of the last epoch or of the time, whichever
    comes first: a slow machine gets a shorter training, not a broken one. Word vectors stay as they are, so that words
    never seen in training keep their place beside those that were.

    Args:
        rows: tagged queries.
        encoder: its name or folder, as in the settings.
        budget_s: seconds that the steps may take.
        progress: told the steps done, the steps there are, and the loss.
        clock: seconds that only grow.

    Raises:
        BadInputError: no row has a word.
        ConfigurationError: the encoder cannot be loaded.
    """
    torch.manual_seed(0)
    chance = np.random.default_rng(0)
    model = load_model(encoder)
    body, tokenizer = model[0].auto_model, model.tokenizer
    tags = sorted({OUTSIDE, *(tag for row in rows for tag in row.tags)})
    numbers = {tag: number for number, tag in enumerate(tags)}
    read = [_read(tokenizer, row.tokens, [numbers[tag] for tag in row.tags]) for row in rows if row.tokens]
    if not read:
        raise BadInputError("There is no tagged query to learn from.")
    body.embeddings.word_embeddings.weight.requires_grad_(False)
    network = TaggingNetwork(body, body.config.hidden_size, tags)
    optimisers = _optimisers(network)
    total = _EPOCHS * -(-len(read) // _BATCH)
    started = clock()
    network.train()
    for step, batch in enumerate(_batches(read, chance)):
        done = max(step / total, (clock() - started) / budget_s)
        if done >= 1:
            break
        _set_rates(optimisers, min(1.0, (done + 1 / total) / _WARM_UP, (1 - done) / (1 - _WARM_UP)))
        loss = network.loss(network(batch), batch["tags"], batch["mask"])
        network.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for n, p in network.named_parameters() if not n.startswith("wide")], 1.0)
        for optimiser, _ in optimisers:
            optimiser.step()
        progress(step + 1, total, loss.item())
    return SlotTagger(network, tokenizer, tags)


Optimisers = list[tuple[torch.optim.Optimizer, list[float]]]


def _optimisers(network: TaggingNetwork) -> Optimisers:
    """Each with the highest rate of its groups."""
    new = [*network.head.parameters(), network.transitions, network.starts]
    old = [one for one in network.body.parameters() if one.requires_grad]
    deep = torch.optim.AdamW([{"params": old}, {"params": new}], weight_decay=0.01)
    return [(deep, [_RATE, _HEAD_RATE]), (torch.optim.SparseAdam(list(network.wide.parameters())), [_WIDE_RATE])]


def _set_rates(optimisers: Optimisers, share: float) -> None:
    for optimiser, highest in optimisers:
        for group, rate in zip(optimiser.param_groups, highest, strict=True):
            group["lr"] = rate * share


def _batches(read: Sequence[_Read], chance: np.random.Generator) -> Iterator[dict[str, Tensor]]:
    """Batches of every epoch; queries of like length together, so that little is padded."""
    for _ in range(_EPOCHS):
        order = chance.permutation(len(read)).tolist()
        stretches = [order[at : at + 20 * _BATCH] for at in range(0, len(order), 20 * _BATCH)]
        batches = []
        for stretch in stretches:
            stretch.sort(key=lambda at: len(read[at].pieces))
            batches += [stretch[at : at + _BATCH] for at in range(0, len(stretch), _BATCH)]
        for place in chance.permutation(len(batches)):
            yield _collate([read[at] for at in batches[place]])


def _read(tokenizer: Any, words: Sequence[str], tags: list[int]) -> _Read:
    encoded = tokenizer(list(words), is_split_into_words=True, truncation=True, max_length=_LONGEST)
    places = encoded.word_ids()
    # A word of characters that the tokenizer drops has no piece: it is read at the start of the query.
    first = [places.index(number) if number in places else 0 for number in range(len(words))]
    return _Read(encoded["input_ids"], first, [spelling(words, place) for place in range(len(words))], tags)


def _collate(batch: Sequence[_Read]) -> dict[str, Tensor]:
    pieces, words = max(len(one.pieces) for one in batch), max(len(one.first) for one in batch)
    seen = len(batch[0].spelling[0])
    return {
        "input_ids": torch.tensor([_padded(one.pieces, pieces, 0) for one in batch]),
        "attention_mask": torch.tensor([_padded([1] * len(one.pieces), pieces, 0) for one in batch]),
        "first": torch.tensor([_padded(one.first, words, 0) for one in batch]),
        "spelling": torch.tensor([_padded(one.spelling, words, [0] * seen) for one in batch]),
        "tags": torch.tensor([_padded(one.tags, words, 0) for one in batch]),
        "mask": torch.tensor([_padded([True] * len(one.first), words, False) for one in batch]),
    }


def _padded(values: list[Any], length: int, filler: Any) -> list[Any]:
    return [*values, *[filler] * (length - len(values))]
