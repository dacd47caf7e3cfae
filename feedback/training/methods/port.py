"""What does training ask of a method?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from transformers import PreTrainedModel

__all__ = ["Tuning", "transformer_of"]


class Tuning(ABC):
    """One way of changing an encoder. Once made, exactly the parameters that it trains require a gradient."""

    name: str
    """What the command line calls it."""

    learning_rate: float
    """The rate that suits it: few parameters that start at nothing take larger steps."""

    def __init__(self, model: SentenceTransformer, steps: int) -> None:
        """Prepare `model`, in place, for `steps` steps of training.

        Raises:
            BadInputError: the method cannot work on this model.
        """
        self.model = model
        self.steps = steps
        self.size = sum(parameter.numel() for parameter in model.parameters())
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        self.prepare(transformer_of(model))

    @abstractmethod
    def prepare(self, transformer: PreTrainedModel) -> None:
        """Add what is trained, or let what is there be trained."""

    def penalty(self) -> Tensor | None:
        """What is added to the loss, if anything."""
        return None

    def after_step(self, step: int) -> None:  # noqa: ARG002 - most methods have nothing to do
        """Called after optimiser step number `step` (from 1), while the gradients are still there."""
        return

    @abstractmethod
    def merge(self) -> None:
        """Leave a model that can be exported, with what was learned in it."""

    def trained(self) -> dict[str, nn.Parameter]:
        """The parameters that are trained, by name."""
        return {name: parameter for name, parameter in self.model.named_parameters() if parameter.requires_grad}

    @property
    def trained_parameters(self) -> int:
        """How many numbers are trained."""
        return sum(parameter.numel() for parameter in self.trained().values())

    def state(self) -> dict[str, Tensor]:
        """A copy of the trained parameters."""
        return {name: parameter.detach().clone() for name, parameter in self.trained().items()}

    def load(self, state: dict[str, Tensor]) -> None:
        """Go on from a copy made by `state`."""
        trained = self.trained()
        with torch.no_grad():
            for name, value in state.items():
                trained[name].copy_(value)

    def memory(self) -> dict[str, Any]:
        """What the method remembers of the steps so far, beside the parameters."""
        return {}

    def recall(self, memory: dict[str, Any]) -> None:  # noqa: B027 - most methods remember nothing
        """Go on from what `memory` gave."""


def transformer_of(model: SentenceTransformer) -> PreTrainedModel:
    """The transformer inside a sentence-transformers model."""
    transformer: PreTrainedModel = model[0].auto_model
    return transformer
