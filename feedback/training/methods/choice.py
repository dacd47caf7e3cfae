"""Which methods are there?"""

from __future__ import annotations

from typing import Final

from sentence_transformers import SentenceTransformer

from feedback.training.methods.adalora import AdaLora
from feedback.training.methods.adapter import Adapters
from feedback.training.methods.full import Full
from feedback.training.methods.ia3 import Ia3
from feedback.training.methods.lora import Lora
from feedback.training.methods.port import Tuning

__all__ = ["METHODS", "tuning"]

METHODS: Final[dict[str, type[Tuning]]] = {one.name: one for one in (Lora, AdaLora, Adapters, Ia3, Full)}
"""Every method, by what the command line calls it."""


def tuning(method: str, model: SentenceTransformer, steps: int) -> Tuning:
    """Prepare `model` for training by `method`, one of `METHODS`."""
    return METHODS[method](model, steps)
