"""What does one step minimise? The order of graded products, and what ungraded texts teach, together."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from feedback.training.batches import Batch
from feedback.training.methods.port import transformer_of
from feedback.training.plan import Plan
from feedback.training.ranking_loss import cosent, robust
from feedback.training.self_supervision import MaskedWords, same_text

__all__ = ["Losses", "Objective"]


@dataclass(frozen=True, slots=True)
class Losses:
    """The parts of one step's loss, before their weights; zero where a part has nothing to work on."""

    total: Tensor
    order: float
    similarity: float
    words: float


class Objective(nn.Module):
    """The semi-supervised loss of a step: every part sees the same encoder, in the same step."""

    def __init__(self, model: SentenceTransformer, plan: Plan) -> None:
        super().__init__()
        self._model = [model]  # in a list: its parameters belong to the tuning, not to this module
        self._plan = plan
        self._pad = int(model.tokenizer.pad_token_id)
        with_words = plan.unlabelled > 0 and plan.words_weight > 0 and model.tokenizer.mask_token_id is not None
        self.words = MaskedWords(transformer_of(model), model.tokenizer) if with_words else None

    def forward(self, batch: Batch) -> Losses:
        """The loss of a batch."""
        queries, _ = self._read(batch.queries)
        products, _ = self._read(batch.products)
        order = self._order(queries, products, batch)
        total, similarity, words = order, order.new_zeros(()), order.new_zeros(())
        if batch.unlabelled is not None:
            first, _ = self._read(batch.unlabelled)
            hidden, wanted = (batch.unlabelled, None) if self.words is None else self.words.hide(batch.unlabelled)
            second, states = self._read(hidden)
            similarity = same_text(first, second, products)
            if self.words is not None and wanted is not None:
                words = self.words(states, wanted)
            total = order + self._plan.similarity_weight * similarity + self._plan.words_weight * words
        return Losses(total, float(order.detach()), float(similarity.detach()), float(words.detach()))

    def _order(self, queries: Tensor, products: Tensor, batch: Batch) -> Tensor:
        loss = robust if self._plan.robust else cosent
        sizes = [None] if self._plan.dimensions is None else [None, self._plan.dimensions]
        parts = []
        for size in sizes:
            # Matryoshka (Kusupati and others, NeurIPS 2022): the first numbers of a vector must do on their own.
            short = [nn.functional.normalize(one[:, :size], dim=1) for one in (queries, products)]
            cosines = short[0] @ short[1].T
            judged = cosines[batch.query_at, batch.product_at]
            values, weights = batch.values, batch.weights
            if self._plan.other_query_weight > 0:
                unjudged = torch.ones_like(cosines, dtype=torch.bool)
                unjudged[batch.query_at, batch.product_at] = False
                others = cosines[unjudged]
                # However many there are, together they count for as much as that many graded pairs would at the weight.
                share = self._plan.other_query_weight * len(judged) / max(len(others), 1)
                judged = torch.cat((judged, others))
                values = torch.cat((values, values.new_zeros(len(others))))
                weights = torch.cat((weights, weights.new_full((len(others),), share)))
            parts.append(loss(judged, values, weights))
        return torch.stack(parts).mean()

    def _read(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Unit vectors (texts, dimension) and token states (texts, tokens, width)."""
        features = {"input_ids": ids, "attention_mask": (ids != self._pad).long()}
        read = self._model[0](features)
        return nn.functional.normalize(read["sentence_embedding"], dim=1), read["token_embeddings"]
