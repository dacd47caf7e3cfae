"""What can an encoder learn from product texts that nobody has graded?"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerFast

__all__ = ["MaskedWords", "same_text"]

TEMPERATURE: Final = 0.05

_MASKED_SHARE: Final = 0.15
_NOT_PREDICTED: Final = -100


class MaskedWords(nn.Module):
    """Predicts the words that were hidden from a text (BERT, Devlin and others, NAACL 2019).

    A sentence encoder has lost the head that BERT was trained with. This one is new: a layer that begins as the
    identity, and the encoder's own word vectors as the output, which are not trained through it.
    """

    def __init__(self, transformer: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> None:
        super().__init__()
        words = transformer.get_input_embeddings()
        assert isinstance(words, nn.Embedding)
        self._words = [words]  # in a list, so that it does not become a part of this module
        width = words.embedding_dim
        self.transform = nn.Linear(width, width)
        nn.init.eye_(self.transform.weight)
        nn.init.zeros_(self.transform.bias)
        self.norm = nn.LayerNorm(width)
        self._mask_id = int(tokenizer.mask_token_id)
        self.special: Tensor
        self.register_buffer("special", torch.tensor(sorted(tokenizer.all_special_ids)), persistent=False)

    def hide(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """The texts with 15 % of their words hidden, and the words to predict: both (texts, tokens)."""
        special = torch.isin(ids, self.special)
        hidden = (torch.rand(ids.shape, device=ids.device) < _MASKED_SHARE) & ~special
        wanted = torch.where(hidden, ids, torch.full_like(ids, _NOT_PREDICTED))
        return torch.where(hidden, torch.full_like(ids, self._mask_id), ids), wanted

    def forward(self, states: Tensor, wanted: Tensor) -> Tensor:
        """The mean cross-entropy of the hidden words, given the token states (texts, tokens, width)."""
        at = wanted != _NOT_PREDICTED
        if not at.any():
            return states.sum() * 0.0
        guesses = self.norm(nn.functional.gelu(self.transform(states[at])) + states[at])
        return nn.functional.cross_entropy(guesses @ self._words[0].weight.detach().T, wanted[at])


def same_text(first: Tensor, second: Tensor, others: Tensor) -> Tensor:
    """How well two views of each text are told from the views of other texts (SimCSE, Gao and others, EMNLP 2021).

    Args:
        first: unit vectors of the texts, (texts, dimension); dropout makes each view a little different.
        second: unit vectors of the same texts, read once more.
        others: unit vectors of further texts that are none of these, (others, dimension).
    """
    cosines = first @ torch.cat((second, others)).T / TEMPERATURE
    return nn.functional.cross_entropy(cosines, torch.arange(len(first), device=first.device))
