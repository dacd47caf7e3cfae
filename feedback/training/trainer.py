"""How does a run go on step by step, within its time, and after it was stopped?"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from feedback.training.batches import Batches
from feedback.training.methods import Tuning, tuning
from feedback.training.objective import Objective
from feedback.training.plan import Plan
from feedback.training.progress import CHECKPOINT
from recommender.errors import BadInputError, ConfigurationError

__all__ = ["Outcome", "Step", "Trainer", "Writer", "steps_within"]

_WARM_UP: Final = 0.1
_CHECKPOINT_EVERY_S: Final = 60.0
_TRIED_STEPS: Final = 4
_LONGEST_GRADIENT: Final = 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is: step number `number` of `total` was made, with these parts of the loss."""

    number: int
    total: int
    order: float
    similarity: float
    words: float


@dataclass(frozen=True)
class Outcome:
    """What a run came to. `finished` is False where it was told to stop; a checkpoint is there then."""

    steps: int
    total: int
    seconds: float
    finished: bool
    trained_parameters: int
    parameters: int
    peak_mb: float
    losses: list[float] = field(default_factory=list)


class Writer(Protocol):
    """Where curves go: TensorBoard's SummaryWriter is one."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> object:
        """Add one point to the curve `tag`."""
        ...


def steps_within(plan: Plan, batches: Batches, step_s: float) -> int:
    """How many steps the plan makes: its epochs, or fewer where `step_s` seconds a step would exceed its time."""
    wanted = max(1, round(plan.epochs * batches.per_epoch))
    return max(1, min(wanted, int(plan.budget_s / max(step_s, 1e-9))))


class Trainer:
    """One run of training.

    Given the same plan and data, a run that is stopped and goes on ends with the weights of one that was never stopped.
    """

    def __init__(
        self,
        model: SentenceTransformer,
        batches: Batches,
        plan: Plan,
        folder: Path,
        *,
        report: Callable[[Step], None] = lambda _step: None,
        stopped: Callable[[], bool] = lambda: False,
        writer: Writer | None = None,
    ) -> None:
        """Train `model` in place on `batches`; `folder` keeps the checkpoint.

        Raises:
            BadInputError: there is nothing to train on, or the method does not know this model.
        """
        if len({grade.value for grade in batches.grades}) < 2:
            raise BadInputError(
                "There is nothing to learn an order from: the grades name fewer than two different values for products "
                "that this shop has."
            )
        self._model = model
        self._batches = batches
        self._plan = plan
        self._folder = folder
        self._report = report
        self._stopped = stopped
        self._writer = writer
        self._saved_at = 0.0
        self.tuning: Tuning

    def run(self) -> Outcome:
        """Train until the plan is fulfilled, its time is over, or it is told to stop."""
        torch.manual_seed(self._plan.seed)
        saved = self._saved()
        self._model.train()
        total = saved["total"] if saved else self._plan_steps()
        torch.manual_seed(self._plan.seed)
        self.tuning = tuning(self._plan.method, self._model, total)
        self._model.train()
        objective = Objective(self._model, self._plan).to(self._model.device)
        objective.train()
        trained = [*self.tuning.trained().values(), *objective.parameters()]
        optimiser = torch.optim.AdamW(trained, lr=self._rate, weight_decay=0.01)
        first, elapsed, losses = 0, 0.0, []
        if saved:
            self.tuning.load(saved["trained"])
            self.tuning.recall(saved["memory"])
            objective.load_state_dict(saved["objective"])
            optimiser.load_state_dict(saved["optimiser"])
            torch.set_rng_state(saved["rng"])
            first, elapsed, losses = saved["step"], saved["elapsed"], saved["losses"]
        started = self._saved_at = time.monotonic()
        step, finished = first, True
        for step in range(first, total):
            spent = elapsed + time.monotonic() - started
            if self._stopped():
                self._save(step, total, spent, losses, objective, optimiser)
                finished = False
                break
            if spent > self._plan.budget_s:
                break
            # Slower than planned, the rate still falls to nothing by the end of the time.
            self._set_rate(optimiser, max(step / total, spent / self._plan.budget_s if spent > 1 else 0.0), step, total)
            losses.append(self._step(step, total, objective, optimiser, trained))
            if time.monotonic() - self._saved_at > _CHECKPOINT_EVERY_S:
                self._save(step + 1, total, elapsed + time.monotonic() - started, losses, objective, optimiser)
        else:
            step = total
        self._model.eval()
        seconds = elapsed + time.monotonic() - started
        trained_parameters = self.tuning.trained_parameters
        if finished:
            self.tuning.merge()
            (self._folder / CHECKPOINT).unlink(missing_ok=True)
        return Outcome(step, total, seconds, finished, trained_parameters, self.tuning.size, _peak_mb(), losses)

    @property
    def _rate(self) -> float:
        return self._plan.learning_rate or self.tuning.learning_rate

    def _plan_steps(self) -> int:
        """Try a few steps on the plain model, whose parameters all get gradients, to see how long one takes."""
        objective = Objective(self._model, self._plan).to(self._model.device)
        times = []
        for step in range(_TRIED_STEPS):
            started = time.monotonic()
            objective(self._batches[step].to(self._model.device)).total.backward()
            times.append(time.monotonic() - started)
        self._model.zero_grad(set_to_none=True)
        return steps_within(self._plan, self._batches, sorted(times)[len(times) // 2])

    def _set_rate(self, optimiser: torch.optim.Optimizer, done: float, step: int, total: int) -> None:
        warm_up = max(1, round(_WARM_UP * total))
        share = (step + 1) / warm_up if step < warm_up else max(0.0, 1 - done) / (1 - _WARM_UP)
        for group in optimiser.param_groups:
            group["lr"] = self._rate * min(share, 1.0)

    def _step(
        self, step: int, total: int, objective: Objective, optimiser: torch.optim.Optimizer, trained: list[nn.Parameter]
    ) -> float:
        losses = objective(self._batches[step].to(self._model.device))
        loss: Tensor = losses.total
        penalty = self.tuning.penalty()
        (loss if penalty is None else loss + penalty).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trained, _LONGEST_GRADIENT)
        optimiser.step()
        self.tuning.after_step(step + 1)
        optimiser.zero_grad(set_to_none=True)
        if self._writer is not None:
            for name in ("order", "similarity", "words"):
                self._writer.add_scalar(f"loss/{name}", getattr(losses, name), step + 1)
            self._writer.add_scalar("rate", optimiser.param_groups[0]["lr"], step + 1)
        self._report(Step(step + 1, total, losses.order, losses.similarity, losses.words))
        return float(loss.detach())

    def _save(
        self,
        step: int,
        total: int,
        elapsed: float,
        losses: list[float],
        objective: Objective,
        optimiser: torch.optim.Optimizer,
    ) -> None:
        state: dict[str, Any] = {
            "plan": asdict(self._plan),
            "step": step,
            "total": total,
            "elapsed": elapsed,
            "losses": losses,
            "trained": self.tuning.state(),
            "memory": self.tuning.memory(),
            "objective": objective.state_dict(),
            "optimiser": optimiser.state_dict(),
            "rng": torch.get_rng_state(),
        }
        temporary = self._folder / f".{CHECKPOINT}"
        torch.save(state, temporary)
        temporary.replace(self._folder / CHECKPOINT)
        self._saved_at = time.monotonic()

    def _saved(self) -> dict[str, Any] | None:
        path = self._folder / CHECKPOINT
        if not path.is_file():
            return None
        try:
            saved: dict[str, Any] = torch.load(path, weights_only=True)
        except Exception as error:  # torch raises whatever pickle does
            raise ConfigurationError(f"The checkpoint {path} cannot be read: remove it to start anew.") from error
        if saved["plan"] != asdict(self._plan):
            raise BadInputError(f"The run in {self._folder} was started with other settings: start a new one.")
        return saved


def _peak_mb() -> float:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if os.uname().sysname == "Linux" else peak / 1024**2
