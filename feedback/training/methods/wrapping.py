"""How does peft come into an encoder?"""

from __future__ import annotations

import warnings

from peft import PeftConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

__all__ = ["wrap"]


def wrap(transformer: PreTrainedModel, config: PeftConfig) -> PeftModel:
    """Put peft's layers into `transformer`, in place; what is returned is the handle to take them out again."""
    with warnings.catch_warnings():
        # peft asks transformers by a name that transformers is about to drop.
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
        return get_peft_model(transformer, config)
