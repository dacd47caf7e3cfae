"""Adaptive low-rank adaptation: ranks are taken from matrices that gain little and left to those that gain much."""

from __future__ import annotations

from typing import Any, Final

import torch
from peft import AdaLoraConfig, PeftModel
from torch import Tensor, nn
from transformers import PreTrainedModel

from feedback.training.methods.lora import LINEAR
from feedback.training.methods.port import Tuning
from feedback.training.methods.wrapping import wrap

__all__ = ["AdaLora"]

_FIRST_RANK: Final = 10
_LAST_RANK: Final = 6
_ORTHOGONALITY: Final = 0.1
_WORTH: Final = ("ipt", "exp_avg_ipt", "exp_avg_unc")


class AdaLora(Tuning):
    """AdaLoRA on every linear layer (Zhang and others, ICLR 2023).

    peft only moves ranks when it is told to after every step. sentence-transformers does not tell it
    (huggingface/sentence-transformers#3842), so that AdaLoRA there is LoRA by another name: here `after_step` does, and
    `penalty` keeps the factors orthogonal, which peft would add to a loss that this model does not have.
    """

    name = "adalora"
    learning_rate = 3e-3

    _peft: PeftModel

    def prepare(self, transformer: PreTrainedModel) -> None:
        """Put three factors, as of a singular value decomposition, beside each weight matrix."""
        total = max(self.steps, 10)
        config = AdaLoraConfig(
            init_r=_FIRST_RANK,
            target_r=_LAST_RANK,
            tinit=total // 10,
            tfinal=max(total // 4, 1),
            deltaT=max(total // 50, 1),
            total_step=total,
            lora_alpha=2 * _FIRST_RANK,
            lora_dropout=0.05,
            orth_reg_weight=_ORTHOGONALITY,
            target_modules=LINEAR,
        )
        self._peft = wrap(transformer, config)
        # peft begins with short vectors at random, and the penalty would spend the first steps on making them a basis.
        for name, parameter in transformer.named_parameters():
            if "lora_A" in name or "lora_B" in name:
                nn.init.orthogonal_(parameter)

    def penalty(self) -> Tensor | None:
        """How far the left and right factors are from orthogonal, on average."""
        distances = []
        for name, parameter in self.model.named_parameters():
            if "lora_A" in name or "lora_B" in name:
                factor = parameter if "lora_A" in name else parameter.T
                gram = factor @ factor.T
                distances.append(torch.linalg.matrix_norm(gram - torch.eye(len(gram), device=gram.device)))
        return _ORTHOGONALITY * torch.stack(distances).mean()

    def after_step(self, step: int) -> None:
        """Weigh what each rank is worth, and take ranks away when it is time."""
        self._peft.base_model.update_and_allocate(step)

    def ranks(self) -> dict[str, int]:
        """How many ranks each matrix has left."""
        return {
            name: int((parameter.detach() != 0).sum())
            for name, parameter in self.model.named_parameters()
            if "lora_E" in name
        }

    def memory(self) -> dict[str, Any]:
        """What each rank has proved to be worth so far."""
        allocator = self._peft.base_model.rankallocator
        pattern = self._peft.peft_config["default"].rank_pattern
        return {"worth": {name: getattr(allocator, name) for name in _WORTH}, "pattern": pattern}

    def recall(self, memory: dict[str, Any]) -> None:
        """Go on from what each rank had proved to be worth."""
        allocator = self._peft.base_model.rankallocator
        for name, value in memory["worth"].items():
            setattr(allocator, name, value)
        self._peft.peft_config["default"].rank_pattern = memory["pattern"]

    def merge(self) -> None:
        """Add the products to the weights."""
        self._peft.merge_and_unload()
