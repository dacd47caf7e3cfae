"""IA3: one learned factor for each key, value and inner activation."""

from __future__ import annotations

from peft import IA3Config, PeftModel
from transformers import PreTrainedModel

from feedback.training.methods.port import Tuning
from feedback.training.methods.wrapping import wrap
from recommender.errors import BadInputError

__all__ = ["Ia3"]


class Ia3(Tuning):
    """Rescales activations by learned factors: hardly any parameters at all (Liu and others, NeurIPS 2022)."""

    name = "ia3"
    learning_rate = 5e-3

    _peft: PeftModel

    def prepare(self, transformer: PreTrainedModel) -> None:
        """Put a factor of one at every key, value and feed-forward output."""
        try:
            self._peft = wrap(transformer, IA3Config())
        except ValueError as error:
            raise BadInputError(f"IA3 does not know this encoder's layers ({error}): use --method lora.") from error

    def merge(self) -> None:
        """Multiply the factors into the weights."""
        self._peft.merge_and_unload()
