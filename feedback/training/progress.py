"""Where is a run, for whoever watches: a terminal, the review console, a log?"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from recommender.clock import Clock

__all__ = ["CHECKPOINT", "FollowedProgress", "Progress", "RunFolder", "Silent"]

CHECKPOINT: Final = "checkpoint.pt"
"""The file in a run's folder from which a training goes on."""

_WRITTEN_EVERY_S: Final = 1.0
_POINTS: Final = 200
"""A curve is kept in so many points at most."""


class Progress(Protocol):
    """Told what is being done, and how far it is."""

    def stage(self, name: str) -> None:
        """Another part of the work begins."""
        ...

    def step(self, done: int, total: int) -> None:
        """`done` of `total` steps of this part are made."""
        ...


class Silent:
    """Tells nobody."""

    def stage(self, name: str) -> None:
        """See `Progress.stage`."""

    def step(self, done: int, total: int) -> None:
        """See `Progress.step`."""


class FollowedProgress:
    """Tells whoever started the run, and the run's folder, once a second at most."""

    def __init__(self, run: RunFolder, inner: Progress) -> None:
        self._run = run
        self._inner = inner
        self._stage = ""
        self._written_at = 0.0

    def stage(self, name: str) -> None:
        """See `Progress.stage`."""
        self._stage = name
        self._inner.stage(name)
        self._run.write_progress(name, 0, 0)

    def step(self, done: int, total: int) -> None:
        """See `Progress.step`."""
        self._inner.step(done, total)
        now = time.monotonic()
        if now - self._written_at >= _WRITTEN_EVERY_S or done == total:
            self._written_at = now
            self._run.write_progress(self._stage, done, total)


class RunFolder:
    """The folder of one run: its state and progress, its TensorBoard logs, its checkpoint and in the end its card."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def name(self) -> str:
        """By what the run is called."""
        return self.folder.name

    def write_begun(self, **settings: Any) -> None:
        """Keep in `begun.json` what the run was begun with, for going on with it."""
        self._write("begun.json", settings)

    def write_state(self, state: str, **more: Any) -> None:
        """Say in `state.json` where the run is: running, stopped, promoted, refused or failed; and in which process."""
        self._write("state.json", {"state": state, "at": self._clock.now().isoformat(), "pid": os.getpid(), **more})

    def write_progress(self, stage: str, done: int, total: int) -> None:
        """Say in `progress.json` how far the run is; a total of 0 where nobody knows."""
        self._write("progress.json", {"stage": stage, "done": done, "total": total})

    def write_losses(self, losses: Sequence[float]) -> None:
        """Keep the curve of the loss in `losses.json`, as means over stretches of the steps."""
        stretch = max(1, -(-len(losses) // _POINTS))
        parts = [losses[start : start + stretch] for start in range(0, len(losses), stretch)]
        points = [[min((place + 1) * stretch, len(losses)), sum(part) / len(part)] for place, part in enumerate(parts)]
        self._write("losses.json", {"points": points})

    def write_card(self, card: dict[str, Any]) -> None:
        """Write the run card: data, split, settings, measures, what got better and worse."""
        self._write("card.json", card)

    def read(self, name: str) -> dict[str, Any]:
        """What one of the run's JSON files says; nothing where there is none."""
        try:
            found: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def _write(self, name: str, content: dict[str, Any]) -> None:
        temporary = self.folder / f".{name}"
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(self.folder / name)
