"""Where is a run, for whoever watches: a terminal, the review console, a log?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

from recommender.clock import Clock

__all__ = ["Progress", "RunFolder", "Silent"]


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


class RunFolder:
    """The folder of one run: its state, its TensorBoard logs, its checkpoint and in the end its card."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def name(self) -> str:
        """By what the run is called."""
        return self.folder.name

    def write_state(self, state: str, **more: Any) -> None:
        """Say in `state.json` where the run is: running, stopped, promoted, refused or failed."""
        self._write("state.json", {"state": state, "at": self._clock.now().isoformat(), **more})

    def write_card(self, card: dict[str, Any]) -> None:
        """Write the run card: data, split, settings, measures, what got better and worse."""
        self._write("card.json", card)

    def read(self, name: str) -> dict[str, Any]:
        """What `state.json` or `card.json` says; nothing where there is none."""
        try:
            found: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def _write(self, name: str, content: dict[str, Any]) -> None:
        temporary = self.folder / f".{name}"
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(self.folder / name)
