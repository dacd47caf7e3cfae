"""Bottleneck adapters: small networks inserted into every layer, the layer itself left as it is."""

from __future__ import annotations

import re
from typing import Final

from torch import Tensor, nn
from transformers import PreTrainedModel

from feedback.training.methods.port import Tuning
from recommender.errors import BadInputError

__all__ = ["Adapters", "Bottleneck"]

_WIDTH: Final = 24
_OUTPUTS: Final = re.compile(r"(.*\.)?(attention\.output\.dense|output\.dense|out_lin|lin2|o_proj|down_proj)")


class Bottleneck(nn.Module):
    """Down to few dimensions, through a GELU, up again, added to what came in; at first it changes nothing."""

    def __init__(self, width: int, bottleneck: int) -> None:
        super().__init__()
        self.down = nn.Linear(width, bottleneck)
        self.up = nn.Linear(bottleneck, width)
        nn.init.normal_(self.down.weight, std=0.02)
        nn.init.zeros_(self.down.bias)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """The hidden states (…, width) and what the bottleneck makes of them."""
        correction: Tensor = self.up(nn.functional.gelu(self.down(hidden)))
        return hidden + correction


class Adapters(Tuning):
    """A bottleneck after the projections of attention and of the feed-forward part (Houlsby and others, ICML 2019).

    They cannot be merged into the weights, so they stay in the exported graph and cost a little time at every query.
    """

    name = "adapter"
    learning_rate = 1e-3

    def prepare(self, transformer: PreTrainedModel) -> None:
        """Put a bottleneck behind every output projection, before the residual connection."""
        places = [
            (name, module)
            for name, module in transformer.named_modules()
            if isinstance(module, nn.Linear) and _OUTPUTS.fullmatch(name)
        ]
        if not places:
            raise BadInputError("Adapters do not know this encoder's layers: use --method lora.")
        for name, linear in places:
            parent, _, own = name.rpartition(".")
            bottleneck = Bottleneck(linear.out_features, min(_WIDTH, linear.out_features)).to(linear.weight.device)
            setattr(transformer.get_submodule(parent), own, nn.Sequential(linear, bottleneck))

    def merge(self) -> None:
        """Nothing to do: the adapters are part of the graph."""
        return
