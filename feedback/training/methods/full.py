"""Training every weight: the yardstick that the frugal methods are measured by."""

from __future__ import annotations

from transformers import PreTrainedModel

from feedback.training.methods.port import Tuning

__all__ = ["Full"]


class Full(Tuning):
    """Every parameter of the transformer is trained, but for parts that its sentence vector never passes through."""

    name = "full"
    learning_rate = 2e-5

    def prepare(self, transformer: PreTrainedModel) -> None:
        """Let everything be trained."""
        for name, parameter in transformer.named_parameters():
            parameter.requires_grad_("pooler" not in name)

    def merge(self) -> None:
        """What was trained is the model itself."""
        return
