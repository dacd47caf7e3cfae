"""How is the encoder trained from the command line?"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from feedback.training.encoder import Result
    from feedback.training.supervision import Supervision
    from recommender.db import Database

__all__ = ["Method", "encoder", "supervision_of"]

_NICENESS = 15


class Method(StrEnum):
    """What of the encoder is trained."""

    LORA = "lora"
    ADALORA = "adalora"
    ADAPTER = "adapter"
    IA3 = "ia3"
    FULL = "full"


def encoder(
    method: Annotated[
        Method, typer.Option(help="What is trained: few parameters beside the weights, or all of them.")
    ] = Method.LORA,
    queries: Annotated[Path | None, typer.Option(help="Tab-separated lines: query id, text.")] = None,
    qrels: Annotated[Path | None, typer.Option(help="TREC judgements: query 0 product grade.")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="Time that the training steps may take.")] = 7.0,
    epochs: Annotated[float, typer.Option(min=0.01, help="How often every grade is read, if there is time.")] = 2.0,
    threads: Annotated[int, typer.Option(min=1, help="Threads; more than one slows an assistant that runs.")] = 1,
    dimensions: Annotated[
        int | None, typer.Option(min=16, help="Also make the first so many numbers of a vector do on their own.")
    ] = None,
    resume: Annotated[
        str | None, typer.Option(help="A run that was stopped, by its name: go on with it as it was begun.")
    ] = None,
) -> None:
    """Train the encoder on grades, or on this shop's votes, and let it serve if it proves better.

    Held-out queries decide: the command says whether the new version passed and serves, or why not, and ends with 0
    either way. Ctrl-C stops it so that it can go on later.
    """
    os.nice(_NICENESS)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"

    import torch

    from feedback.training.encoder import new_run, train_encoder
    from feedback.training.plan import Plan
    from feedback.training.runs import find_run
    from recommender.clock import SystemClock
    from recommender.db import Database, upgrade
    from recommender.errors import BadInputError
    from recommender.settings import Settings

    torch.set_num_threads(threads)
    settings, clock = Settings(), SystemClock()
    begun = find_run(settings.home, resume)[1].read("begun.json") if resume is not None else {}
    if begun and begun["queries"] is not None:
        queries, qrels = Path(begun["queries"]), Path(begun["qrels"])
    if (queries is None) != (qrels is None):
        raise BadInputError("Queries and their grades belong together: give both --queries and --qrels, or neither.")
    database = Database(settings.sql_url)
    try:
        upgrade(database)
        supervision = supervision_of(database, queries, qrels)
        plan = Plan(
            method=method.value,
            epochs=epochs,
            budget_s=minutes * 60,
            robust=supervision.noisy,
            dimensions=dimensions,
        )
        if begun:
            plan = Plan(**begun["plan"])
        run = new_run(settings, clock, method.value) if resume is None else find_run(settings.home, resume)[1]
        files = [None if path is None else str(path.resolve()) for path in (queries, qrels)]
        run.write_begun(plan=asdict(plan), queries=files[0], qrels=files[1])
        typer.echo(f"Run {run.name}: {len(supervision.grades):,} grades of {len(supervision.queries):,} queries")
        with _progress() as progress, _stop_on_signal() as stopped:
            result = train_encoder(settings, database, clock, supervision, plan, run, progress, stopped)
    finally:
        database.close()
    _say(result)


def supervision_of(database: Database, queries: Path | None, qrels: Path | None) -> Supervision:
    """The grades of the files where they are given, else what this shop's trainers and shoppers said."""
    from feedback.training.given import from_files
    from feedback.training.votes import from_record
    from recommender.clock import SystemClock

    if queries is not None and qrels is not None:
        return from_files(queries, qrels)
    return from_record(database, SystemClock().now())


def _say(result: Result) -> None:
    if result.verdict is None:
        typer.echo(f"Stopped. It goes on where it was with --resume {result.run}")
        return
    for check in result.verdict.checks:
        typer.echo(f"  {'passed ' if check.passed else 'REFUSED'}  {check.name}: {check.detail}")
    if result.verdict.passed:
        typer.secho(f"{result.version} passed and answers every search now. Back: shoptalk models rollback", fg="green")
    else:
        typer.secho(
            f"{result.version} was refused, {result.verdict.against} goes on serving. {result.verdict.reason}.",
            fg="yellow",
        )


class _Shown:
    """The run's progress as a bar, or as a line for each part where the output is no terminal."""

    def __init__(self, bar: Bar, *, on_terminal: bool) -> None:
        self._bar = bar
        self._on_terminal = on_terminal
        self._task: TaskID | None = None

    def stage(self, name: str) -> None:
        """See `Progress.stage`."""
        if not self._on_terminal:
            typer.echo(f"{name} …")
        if self._task is not None:
            self._bar.update(self._task, visible=False)
        self._task = self._bar.add_task(name, total=None)

    def step(self, done: int, total: int) -> None:
        """See `Progress.step`."""
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total)


@contextmanager
def _progress() -> Iterator[_Shown]:
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console()
    columns = (*Bar.get_default_columns()[:2], MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        yield _Shown(bar, on_terminal=console.is_terminal)


@contextmanager
def _stop_on_signal() -> Iterator[Callable[[], bool]]:
    """A callable that says whether Ctrl-C or SIGTERM came; a second one ends the command at once."""
    came: list[int] = []

    def note(number: int, _frame: object) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
