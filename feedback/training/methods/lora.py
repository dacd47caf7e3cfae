"""Low-rank adaptation: what is learned about a weight matrix is the product of two thin ones."""

from __future__ import annotations

from typing import Final

from peft import LoraConfig, PeftModel
from transformers import PreTrainedModel

from feedback.training.methods.port import Tuning
from feedback.training.methods.wrapping import wrap

__all__ = ["LINEAR", "Lora"]

LINEAR: Final = r".*(?<!pooler)\.dense|.*\.(query|key|value)|.*\.(q|k|v|o)|.*\.[qkvo]_proj|.*_lin|.*\.(Wqkv|Wo|Wi)"
"""The linear layers of the encoder families that sentence-transformers models are made of, without unused poolers."""

_RANK: Final = 8


class Lora(Tuning):
    """LoRA on every linear layer, merged into the weights in the end (Hu and others, ICLR 2022)."""

    name = "lora"
    learning_rate = 5e-4

    _peft: PeftModel

    def prepare(self, transformer: PreTrainedModel) -> None:
        """Put two thin matrices beside each weight matrix; their product is zero at first."""
        config = LoraConfig(r=_RANK, lora_alpha=2 * _RANK, lora_dropout=0.05, target_modules=LINEAR, bias="none")
        self._peft = wrap(transformer, config)

    def merge(self) -> None:
        """Add the products to the weights."""
        self._peft.merge_and_unload()
