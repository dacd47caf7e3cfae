"""How is one training run set up?"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a run; the defaults are those that were measured (docs/learning.md).

    `budget_s` is the time that the steps may take; a run that would take longer makes fewer steps. `max_tokens` cuts
    texts while training: what names a product comes first. A step reads `batch` graded pairs and `unlabelled` ungraded
    texts; the loss is that of the grades plus `similarity_weight` times that of telling texts apart plus `words_weight`
    times that of hidden words. Products of other queries in the batch count as grade 0 at `other_query_weight`.
    `learning_rate` None means the method's own; `robust` bounds what one wrong grade can do; `dimensions` also trains
    the first so many numbers of a vector to do on their own.
    """

    method: str = "lora"
    epochs: float = 2.0
    batch: int = 16
    max_tokens: int = 64
    budget_s: float = 420.0
    unlabelled: int = 4
    similarity_weight: float = 0.1
    words_weight: float = 0.05
    other_query_weight: float = 0.1
    learning_rate: float | None = None
    robust: bool = False
    dimensions: int | None = None
    seed: int = 0
