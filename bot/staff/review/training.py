"""How is a training started from the browser, followed, stopped and gone on with?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from nicegui import ui
from sqlalchemy.orm import Session

from bot.staff.console import View
from bot.staff.review.jobs import Jobs
from feedback.staff.audit import audit
from feedback.staff.roles import Actor
from feedback.training.runs import Run, runs
from recommender.errors import ConflictError

__all__ = ["Trainings", "note"]

_TRAININGS: Final = {
    "t": ("Search encoder", ("train", "encoder")),
    "r": ("Order of results", ("train", "ranker")),
    "f": ("Recommendations", ("train", "factors")),
    "m": ("Assistant, on corrected messages", ("train", "assistant")),
}
_METHODS: Final = ("lora", "adalora", "adapter", "ia3", "full")
_LOOK_EVERY_S: Final = 1.0
_LINES_SHOWN: Final = 25


class Trainings:
    """The part of the page on which trainings are started, and the one that runs is seen.

    Args:
        view: the page.
        jobs: what runs the commands, for every page of this console.
        changed: called when a command has ended.
    """

    def __init__(self, view: View, jobs: Jobs, changed: Callable[[], Awaitable[None]]) -> None:
        self._view = view
        self._jobs = jobs
        self._changed = changed
        self._was_running = jobs.running
        self._run: Run | None = None

    async def build(self) -> None:
        """The buttons, what the encoder's training is given, and the progress."""
        self._run = await self._view.work(self._newest)
        with ui.row().classes("items-center gap-2"):
            ui.label("Train").classes("text-h6")
            for key, (title, arguments) in _TRAININGS.items():
                start = self._starter(title, arguments)
                ui.button(f"{title} ({key})", on_click=self._view.handler(start)).props("no-caps outline")
                self._view.key(key, f"train: {title}", start)
            self._method = ui.select(list(_METHODS), value=_METHODS[0], label="Encoder: method").props("dense")
            self._method.classes("w-28")
            self._minutes = ui.number("Minutes at most", value=7, min=0.1, max=600).props("dense").classes("w-28")
            ui.button("Stop (x)", on_click=self._view.handler(self._stop)).props("no-caps flat")
            ui.button("Go on (g)", on_click=self._view.handler(self._resume)).props("no-caps flat")
        self._view.key("x", "stop the training; what it has done is kept", self._stop)
        self._view.key("g", "go on with the encoder's training that was stopped", self._resume)
        self._progress()
        ui.timer(_LOOK_EVERY_S, self._look)

    async def start(self, title: str, arguments: Sequence[str]) -> None:
        """Run `shoptalk ARGUMENTS` aside.

        Raises:
            BusyError: something else runs.
        """
        await self._view.write(note, f"job.{'.'.join(arguments[:2])}", self._view.console.clock.now(), arguments)
        await self._jobs.start(title, arguments)
        self._was_running = True
        self._progress.refresh()

    def _starter(self, title: str, arguments: Sequence[str]) -> Callable[[], Awaitable[None]]:
        async def start() -> None:
            given: tuple[str, ...] = ()
            if arguments == ("train", "encoder"):
                given = ("--method", str(self._method.value), "--minutes", f"{self._minutes.value or 7:g}")
            await self.start(title, (*arguments, *given))

        return start

    async def _stop(self) -> None:
        await self._view.write(note, "job.stop", self._view.console.clock.now(), (self._jobs.title,))
        await self._jobs.stop()
        ui.notify("Asked to stop. Once more ends it at once.")

    async def _resume(self) -> None:
        found = await self._view.work(runs, self._view.console.settings.home)
        run = next((one for one in found if one.resumable), None)
        if run is None:
            raise ConflictError("There is no training of the encoder to go on with: none was stopped.")
        await self.start(f"Search encoder, {run.name} goes on", ("train", "encoder", "--resume", run.name))

    @ui.refreshable_method
    def _progress(self) -> None:
        run = self._run
        if run is not None and run.state == "running":
            with ui.row().classes("items-center w-full no-wrap"):
                ui.label(run.stage or "Beginning").mark("stage")
                share = run.done / run.total if run.total else None
                bar = ui.linear_progress(value=share or 0.0, show_value=False).props("rounded").classes("col")
                bar.props(f'aria-label="How far the training is" {"" if share is not None else "indeterminate"}')
                ui.label(f"{run.done:,} of {run.total:,}" if run.total else "")
        if not self._jobs.title:
            return
        state = "running" if self._jobs.running else "done" if self._jobs.code == 0 else f"ended with {self._jobs.code}"
        ui.label(f"{self._jobs.title}: {state}").classes("text-weight-bold").mark("job")
        with ui.column().classes("w-full gap-0 text-caption").style("font-family: monospace"):
            for line in list(self._jobs.lines)[-_LINES_SHOWN:]:
                ui.label(line).style("white-space: pre-wrap")

    async def _look(self) -> None:
        newest = await self._view.work(self._newest)
        if self._jobs.running or self._was_running or newest != self._run:
            self._run = newest
            self._progress.refresh()
        if self._was_running and not self._jobs.running:
            await self._changed()
        self._was_running = self._jobs.running

    def _newest(self) -> Run | None:
        """The newest run, also one that was started in a terminal."""
        return next(iter(runs(self._view.console.settings.home)), None)


def note(session: Session, actor: Actor, action: str, now: datetime, what: Sequence[str]) -> None:
    """Keep who did what with a model."""
    audit(session, actor, action, now, what=" ".join(what))
