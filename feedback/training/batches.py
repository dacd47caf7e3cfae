"""Which graded pairs and which ungraded texts does each step read?"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from feedback.training.plan import Plan
from feedback.training.supervision import Supervision, query_key

__all__ = ["Batch", "Batches"]


@dataclass(frozen=True)
class Batch:
    """One step's input. `query_at[i]` and `product_at[i]` are the rows of pair i; token ids are padded with `pad`."""

    queries: Tensor
    products: Tensor
    query_at: Tensor
    product_at: Tensor
    values: Tensor
    weights: Tensor
    unlabelled: Tensor | None

    def to(self, device: torch.device) -> Batch:
        """The same batch on `device`."""
        return Batch(
            self.queries.to(device),
            self.products.to(device),
            self.query_at.to(device),
            self.product_at.to(device),
            self.values.to(device),
            self.weights.to(device),
            None if self.unlabelled is None else self.unlabelled.to(device),
        )


class Batches:
    """The steps of a run, the same ones for the same seed, each by its number: a run can go on anywhere.

    Pairs of one query come together, a few queries a step, so that the loss compares what a ranking compares; each
    text is read once a step however often it is graded.
    """

    def __init__(
        self,
        supervision: Supervision,
        texts: Mapping[str, str],
        unlabelled: Sequence[str],
        tokenizer: PreTrainedTokenizerFast,
        plan: Plan,
    ) -> None:
        """Prepare `supervision`, leaving out grades of products without a text in `texts` (by product id)."""
        self._plan = plan
        self._pad = int(tokenizer.pad_token_id)
        self.grades = [grade for grade in supervision.grades if grade.item_id in texts]
        wanted = [
            *dict.fromkeys(grade.query for grade in self.grades),
            *dict.fromkeys(texts[grade.item_id] for grade in self.grades),
            *(unlabelled if plan.unlabelled else ()),
        ]
        ids = tokenizer(wanted, truncation=True, max_length=plan.max_tokens)["input_ids"] if wanted else []
        self._ids: dict[str, list[int]] = dict(zip(wanted, ids, strict=True))
        self._texts = texts
        self._unlabelled = list(unlabelled) if plan.unlabelled else []
        self._orders: dict[int, list[int]] = {}

    @property
    def per_epoch(self) -> int:
        """How many steps read every grade once."""
        return max(1, round(len(self.grades) / self._plan.batch))

    def __getitem__(self, step: int) -> Batch:
        """The batch of step number `step`, from 0."""
        epoch, place = divmod(step, self.per_epoch)
        order = self._order(epoch)
        start = place * len(order) // self.per_epoch
        chosen = [self.grades[at] for at in order[start : (place + 1) * len(order) // self.per_epoch]]
        queries = list(dict.fromkeys(grade.query for grade in chosen))
        products = list(dict.fromkeys(self._texts[grade.item_id] for grade in chosen))
        query_rows = {text: row for row, text in enumerate(queries)}
        product_rows = {text: row for row, text in enumerate(products)}
        return Batch(
            self._padded(queries),
            self._padded(products),
            torch.tensor([query_rows[grade.query] for grade in chosen]),
            torch.tensor([product_rows[self._texts[grade.item_id]] for grade in chosen]),
            torch.tensor([grade.value for grade in chosen], dtype=torch.float32),
            torch.tensor([grade.weight for grade in chosen], dtype=torch.float32),
            self._padded(self._some_unlabelled(step)) if self._unlabelled else None,
        )

    def _order(self, epoch: int) -> list[int]:
        """The grades of an epoch: queries shuffled, their grades cut into pieces of half a batch, pieces shuffled."""
        if epoch not in self._orders:
            shuffled = random.Random(f"{self._plan.seed} epoch {epoch}")  # noqa: S311 - an order, not a secret
            by_query: dict[str, list[int]] = {}
            for at, grade in enumerate(self.grades):
                by_query.setdefault(query_key(grade.query), []).append(at)
            piece = max(2, self._plan.batch // 2)
            pieces = []
            for places in by_query.values():
                shuffled.shuffle(places)
                pieces += [places[start : start + piece] for start in range(0, len(places), piece)]
            shuffled.shuffle(pieces)
            self._orders = {epoch: [at for one in pieces for at in one]}
        return self._orders[epoch]

    def _some_unlabelled(self, step: int) -> list[str]:
        chosen = random.Random(f"{self._plan.seed} texts {step}")  # noqa: S311 - an order, not a secret
        return chosen.sample(self._unlabelled, min(self._plan.unlabelled, len(self._unlabelled)))

    def _padded(self, texts: Sequence[str]) -> Tensor:
        ids = [self._ids[text] for text in texts]
        padded = torch.full((len(ids), max(map(len, ids))), self._pad, dtype=torch.long)
        for row, tokens in zip(padded, ids, strict=True):
            row[: len(tokens)] = torch.tensor(tokens)
        return padded
