"""Does each method change what it should, and nothing else, and is what it learned in the exported model?"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer
from torch import nn

from feedback.training.batches import Batches
from feedback.training.methods import METHODS, tuning
from feedback.training.methods.adalora import AdaLora
from feedback.training.methods.adapter import Bottleneck
from feedback.training.methods.port import transformer_of
from feedback.training.plan import Plan
from feedback.training.supervision import Supervision
from feedback.training.trainer import Trainer
from recommender.errors import BadInputError
from tests.feedback.training.conftest import TEXTS

FRUGAL = sorted(METHODS.keys() - {"full"})
PLAN = Plan(epochs=2, batch=12, max_tokens=16, budget_s=1000)


def encode(model: SentenceTransformer) -> torch.Tensor:
    model.eval()
    return torch.as_tensor(model.encode(list(TEXTS.values())))


def train(model: SentenceTransformer, method: str, supervision: Supervision, folder: Path) -> Trainer:
    plan = Plan(method=method, epochs=2, batch=12, max_tokens=16, budget_s=1000)
    batches = Batches(supervision, TEXTS, list(TEXTS.values()), model.tokenizer, plan)
    trainer = Trainer(model, batches, plan, folder)
    trainer.run()
    return trainer


@pytest.mark.parametrize("method", sorted(METHODS))
def test_nothing_is_changed_before_the_first_step(tiny: SentenceTransformer, method: str) -> None:
    before = encode(tiny)
    tuning(method, tiny, steps=10)
    torch.testing.assert_close(encode(tiny), before, atol=1e-5, rtol=0)


@pytest.mark.parametrize("method", FRUGAL)
def test_only_what_the_method_added_is_trained(
    tiny: SentenceTransformer, method: str, supervision: Supervision, tmp_path: Path
) -> None:
    before = {name: value.clone() for name, value in transformer_of(tiny).state_dict().items()}
    tuned = tuning(method, tiny, steps=6)
    added = tuned.state()
    assert 0 < tuned.trained_parameters < tuned.size
    plan = Plan(method=method, batch=12, max_tokens=16)
    batches = Batches(supervision, TEXTS, list(TEXTS.values()), tiny.tokenizer, plan)
    trainer = Trainer(tiny, batches, plan, tmp_path)
    trainer.tuning = tuned
    _steps(trainer, tiny, batches, plan, 6)
    now = {_plain(name): value for name, value in transformer_of(tiny).state_dict().items()}
    for name, value in before.items():
        torch.testing.assert_close(now[name], value, atol=0, rtol=0)
    changed = [name for name, value in tuned.state().items() if not torch.equal(value, added[name])]
    assert len(changed) == len(added)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_what_was_learned_is_in_the_model_that_is_left(
    tiny: SentenceTransformer, method: str, supervision: Supervision, tmp_path: Path
) -> None:
    before = encode(tiny)
    trainer = train(tiny, method, supervision, tmp_path)
    after = encode(tiny)
    assert (after - before).abs().max() > 1e-4
    left = {type(module).__module__.split(".")[0] for module in tiny.modules()}
    assert "peft" not in left
    assert trainer.tuning.name == method


def test_adalora_moves_ranks(tiny: SentenceTransformer, supervision: Supervision, tmp_path: Path) -> None:
    ranks: list[list[int]] = []

    class Watched(AdaLora):
        def after_step(self, step: int) -> None:
            super().after_step(step)
            ranks.append(sorted(self.ranks().values()))

    tuned = Watched(tiny, steps=60)
    plan = Plan(method="adalora", batch=12, max_tokens=16)
    batches = Batches(supervision, TEXTS, list(TEXTS.values()), tiny.tokenizer, plan)
    trainer = Trainer(tiny, batches, plan, tmp_path)
    trainer.tuning = tuned
    _steps(trainer, tiny, batches, plan, 60)
    assert sum(ranks[-1]) < sum(ranks[10])
    assert len(set(ranks[-1])) > 1


def test_adapters_are_bottlenecks_after_attention_and_feed_forward(tiny: SentenceTransformer) -> None:
    tuning("adapter", tiny, steps=1)
    places = [name for name, module in transformer_of(tiny).named_modules() if isinstance(module, Bottleneck)]
    assert places == [
        f"encoder.layer.{layer}.{part}.dense.1" for layer in (0, 1) for part in ("attention.output", "output")
    ]
    widths = {(module.down.in_features, module.down.out_features) for module in tiny.modules()
              if isinstance(module, Bottleneck)}  # fmt: skip
    assert widths == {(32, 24)}


def test_full_training_leaves_out_what_the_vector_never_passes_through(tiny: SentenceTransformer) -> None:
    tuned = tuning("full", tiny, steps=1)
    assert not any("pooler" in name for name in tuned.trained())
    assert tuned.trained_parameters > 0.9 * (tuned.size - 32 * 33)


@pytest.mark.parametrize("method", ["adapter", "ia3"])
def test_an_encoder_with_unknown_layers_is_refused_in_one_sentence(tiny: SentenceTransformer, method: str) -> None:
    transformer = transformer_of(tiny)
    transformer.config.model_type = "unheard-of"
    transformer.encoder = nn.ModuleList()
    with pytest.raises(BadInputError, match="--method lora"):
        tuning(method, tiny, steps=1)


def _plain(name: str) -> str:
    return name.replace(".base_layer", "").replace("dense.0.", "dense.")


def _steps(trainer: Trainer, model: SentenceTransformer, batches: Batches, plan: Plan, steps: int) -> None:
    from feedback.training.objective import Objective

    model.train()
    objective = Objective(model, plan)
    trained = [*trainer.tuning.trained().values(), *objective.parameters()]
    optimiser = torch.optim.AdamW(trained, lr=1e-2, weight_decay=0.0)
    for step in range(steps):
        trainer._step(step, steps, objective, optimiser, trained)
