"""Which trainings of the encoder were there, how far are they, and what did more feedback bring?"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from feedback.training.progress import CHECKPOINT, RunFolder
from recommender.clock import SystemClock
from recommender.errors import NotFoundError

__all__ = ["Learned", "Run", "find_run", "learning_curve", "runs"]

BROKEN_OFF: Final = "broken off"
"""Its process is gone and never said how it ended: killed, or the machine went down."""


@dataclass(frozen=True, slots=True)
class Run:
    """One training. `stage`, `done` and `total` say how far it is while it runs; a total of 0 where nobody knows."""

    name: str
    state: str
    at: str
    method: str = ""
    source: str = ""
    version: str = ""
    reason: str = ""
    stage: str = ""
    done: int = 0
    total: int = 0
    resumable: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """What a run came to: on how many grades it was trained, and nDCG@10 on held-out queries, its own and before."""

    run: str
    version: str
    grades: int
    queries: int
    ndcg: float
    ndcg_before: float
    passed: bool


def runs(home: Path) -> list[Run]:
    """Every run in the shop's home, newest first."""
    return [_read(folder) for folder in sorted(_folders(home), reverse=True)]


def find_run(home: Path, name: str) -> tuple[Run, RunFolder]:
    """The run of this name and its folder.

    Raises:
        NotFoundError: there is none.
    """
    folder = home / "runs" / name
    if folder not in _folders(home):
        raise NotFoundError(f"There is no run {name!r}; `shoptalk models runs` shows those there are.")
    return _read(folder), RunFolder(folder, SystemClock())


def learning_curve(home: Path) -> list[Learned]:
    """What each finished run learned from how much, oldest first."""
    found = []
    for folder in sorted(_folders(home)):
        card = RunFolder(folder, SystemClock()).read("card.json")
        try:
            found.append(_learned(folder.name, card))
        except (KeyError, TypeError):
            continue  # not finished, or of a program whose cards were other ones
    return found


def _learned(name: str, card: Mapping[str, Any]) -> Learned:
    verdict, train = card["verdict"], card["split"]["train"]
    version, against = verdict["version"], verdict["against"]
    ndcg: Mapping[str, float] = verdict["ndcg"]
    return Learned(
        name, version, int(train["grades"]), int(train["queries"]), ndcg[version], ndcg[against], verdict["passed"]
    )


def _folders(home: Path) -> Sequence[Path]:
    return [path.parent for path in (home / "runs").glob("*/state.json")]


def _read(path: Path) -> Run:
    folder = RunFolder(path, SystemClock())
    said, progress = folder.read("state.json"), folder.read("progress.json")
    state = str(said.get("state", BROKEN_OFF))
    if state == "running" and not _lives(said.get("pid")):
        state = BROKEN_OFF
    return Run(
        name=path.name,
        state=state,
        at=str(said.get("at", "")),
        method=str(said.get("method", "")),
        source=str(said.get("source", "")),
        version=str(said.get("version") or ""),
        reason=str(said.get("reason") or ""),
        stage=str(progress.get("stage", "")),
        done=int(progress.get("done", 0)),
        total=int(progress.get("total", 0)),
        resumable=state in ("stopped", BROKEN_OFF) and (path / CHECKPOINT).is_file(),
    )


def _lives(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, but there
    return True
