"""Where do the curves of a run go, for whoever compares runs?"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from feedback.training.trainer import Writer
from recommender.errors import ConfigurationError

__all__ = ["curves"]


@contextmanager
def curves(folder: Path, project: str | None = None, config: Mapping[str, Any] | None = None) -> Iterator[Writer]:
    """Write curves as TensorBoard logs under `folder`, and to a Weights & Biases project where one is named.

    Only numbers and settings are sent there: losses, rates and `config`. What is not set by `project` is left to
    wandb's own environment variables, such as WANDB_MODE=offline and WANDB_API_KEY.

    Args:
        folder: the run's folder; its name is the run's.
        project: the project at Weights & Biases, None for none: wandb is not even imported then.
        config: what the run was begun with.

    Raises:
        ConfigurationError: a project is named and wandb is missing, or refuses to begin.
    """
    from torch.utils.tensorboard import SummaryWriter

    with ExitStack() as stack:
        # First, so that no log is begun where it is refused.
        hosted = None if project is None else stack.enter_context(_hosted(folder, project, config or {}))
        board = SummaryWriter(str(folder / "tensorboard"))
        stack.callback(board.close)
        yield board if hosted is None else _Both(board, hosted)


class _Both:
    """Writes every point twice."""

    def __init__(self, board: Writer, run: Any) -> None:
        self._board = board
        self._run = run

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None:
        """See `Writer.add_scalar`."""
        self._board.add_scalar(tag, scalar_value, global_step)
        self._run.log({tag: scalar_value}, step=global_step)


@contextmanager
def _hosted(folder: Path, project: str, config: Mapping[str, Any]) -> Iterator[Any]:
    try:
        wandb = importlib.import_module("wandb")
    except ImportError as error:
        raise ConfigurationError(
            "SHOPTALK_WANDB_PROJECT is set and wandb is not installed: `pip install wandb`, or unset it."
        ) from error
    try:
        run = wandb.init(project=project, name=folder.name, dir=str(folder), config=dict(config))
    except Exception as error:  # wandb raises errors of its own and of the network's
        raise ConfigurationError(
            f"Weights & Biases does not take this run ({error}): set WANDB_API_KEY or WANDB_MODE=offline, or unset "
            "SHOPTALK_WANDB_PROJECT."
        ) from error
    try:
        yield run
    except BaseException:
        run.finish(exit_code=1)
        raise
    run.finish()
