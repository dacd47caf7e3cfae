"""How does a trainer train, compare, promote and go back, without the terminal?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from nicegui import ui
from sqlalchemy.orm import Session

from bot.assistant.versions import AssistantVersion, AssistantVersions
from bot.staff.console import View
from bot.staff.review.jobs import Jobs
from feedback.review.live_votes import VersionVotes, votes_by_version
from feedback.staff.audit import audit
from feedback.staff.roles import Actor
from feedback.training.lineage import Debt, debts
from feedback.training.progress import RunFolder
from recommender.errors import ShoptalkError
from recommender.models.manifest import ModelManifest
from recommender.models.registry import Registry, Serving

__all__ = ["Models"]

_TRAININGS: Final = {
    "t": ("Search encoder", ("train", "encoder")),
    "f": ("Recommendation models", ("train", "factors")),
    "m": ("Assistant, on corrected messages", ("train", "assistant")),
}
_LOOK_EVERY_S: Final = 1.0
_LINES_SHOWN: Final = 25


@dataclass(frozen=True, slots=True)
class _State:
    serving: Serving
    versions: Sequence[ModelManifest]
    verdicts: Mapping[str, dict[str, Any]]
    debts: Mapping[str, Debt]
    runs: Sequence[tuple[str, dict[str, Any]]]
    assistants: Sequence[AssistantVersion]
    assistant_is_own: bool


class Models:
    """The page of models, runs and trainings."""

    def __init__(self, view: View, jobs: Jobs) -> None:
        self._view = view
        self._jobs = jobs
        self._was_running = jobs.running
        self._registry = Registry.of(view.console.settings)
        self._assistants = AssistantVersions(view.console.settings)

    async def build(self) -> None:
        """Trainings, then the encoder's versions with what live thumbs say, the runs, and the assistants."""
        with ui.row().classes("items-center"):
            ui.label("Train").classes("text-h6")
            for key, (title, arguments) in _TRAININGS.items():
                start = self._starter(title, arguments)
                ui.button(f"{title} ({key})", on_click=self._view.handler(start)).props("no-caps outline")
                self._view.key(key, f"train: {title}", start)
            ui.button("Stop (x)", on_click=self._view.handler(self._jobs.stop)).props("no-caps flat")
            self._view.key("x", "stop the training", self._jobs.stop)
        self._progress()
        await self._lists()
        self._view.key("B", "back: let the encoder version before serve again", self._roll_back)
        self._view.key("A", "back: let the assistant before answer again", self._roll_assistant_back)
        ui.timer(_LOOK_EVERY_S, self._look)

    @ui.refreshable_method
    def _progress(self) -> None:
        if not self._jobs.title:
            return
        state = "running" if self._jobs.running else "done" if self._jobs.code == 0 else f"ended with {self._jobs.code}"
        ui.label(f"{self._jobs.title}: {state}").classes("text-weight-bold").mark("job")
        with ui.column().classes("w-full gap-0 text-caption").style("font-family: monospace"):
            for line in list(self._jobs.lines)[-_LINES_SHOWN:]:
                ui.label(line).style("white-space: pre-wrap")

    @ui.refreshable_method
    async def _lists(self) -> None:
        try:
            state = await self._view.work(self._read)
        except ShoptalkError as error:
            ui.label(str(error))
            return
        votes = await self._view.read(votes_by_version)
        self._encoders(state, votes)
        self._runs(state)
        self._assistant_list(state)

    def _encoders(self, state: _State, votes: Mapping[str, VersionVotes]) -> None:
        with ui.row().classes("items-center q-mt-md"):
            ui.label("Search encoders").classes("text-h6")
            ui.button("Roll back (B)", on_click=self._view.handler(self._roll_back)).props("no-caps outline dense")
        for manifest in reversed(state.versions):
            verdict = state.verdicts.get(manifest.version)
            with ui.card().classes("w-full gap-1").props("flat bordered"):
                with ui.row().classes("items-center w-full"):
                    ui.label(manifest.version).classes("text-weight-bold")
                    if role := _role(manifest.version, state.serving):
                        ui.badge(role)
                    ui.label(_about(manifest)).classes("text-grey")
                    ui.space()
                    if manifest.version != state.serving.current:
                        self._moves(manifest.version)
                ui.label(_thumbs(votes, manifest.version)).classes("text-caption")
                if debt := state.debts.get(manifest.version):
                    ui.label(f"Trained on {debt.people} people who were erased since: retire it, or train again.")
                if verdict is not None:
                    _show_verdict(verdict)

    def _moves(self, version: str) -> None:
        for title, arguments in (
            ("Promote", ("models", "promote", version)),
            ("Try on 10 %", ("models", "promote", version, "--share", "0.1")),
            ("Shadow", ("models", "promote", version, "--shadow")),
        ):
            start = self._starter(f"{title} {version}", arguments)
            ui.button(title, on_click=self._view.handler(start)).props("no-caps flat dense")

    def _runs(self, state: _State) -> None:
        if state.runs:
            ui.label("Runs").classes("text-h6 q-mt-md")
        with ui.grid(columns="auto auto auto").classes("gap-x-8 gap-y-1"):
            for name, said in state.runs:
                ui.label(name)
                ui.label(str(said.get("state", "")))
                ui.label(str(said.get("reason") or said.get("at", ""))[:200])

    def _assistant_list(self, state: _State) -> None:
        with ui.row().classes("items-center q-mt-md"):
            ui.label("Assistants").classes("text-h6")
            ui.button("Roll back (A)", on_click=self._view.handler(self._roll_assistant_back)).props(
                "no-caps outline dense"
            )
        for one in state.assistants:
            with ui.row().classes("items-center"):
                ui.label(one.name).classes("text-weight-bold")
                if one.serves:
                    ui.badge("serves")
                ui.label(f"{one.corrections} corrections; {one.reason}").classes("text-grey")
                if not one.serves and one.fits:
                    promote = self._starter(f"Promote {one.name}", ("assistant", "promote", one.name))
                    ui.button("Promote", on_click=self._view.handler(promote)).props("no-caps flat dense")
        with ui.row().classes("items-center"):
            ui.label("the checkout's own").classes("text-weight-bold")
            if state.assistant_is_own:
                ui.badge("serves")

    def _read(self) -> _State:
        versions = self._registry.versions()
        folder = self._view.console.settings.home / "runs"
        runs = sorted(folder.glob("*/state.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        return _State(
            serving=self._registry.serving(),
            versions=versions,
            verdicts={
                one.version: verdict for one in versions if (verdict := self._registry.verdict(one.version)) is not None
            },
            debts=debts(self._view.console.database),
            runs=[
                (path.parent.name, RunFolder(path.parent, self._view.console.clock).read("state.json"))
                for path in runs[:20]
            ],
            assistants=self._assistants.versions(),
            assistant_is_own=self._assistants.serving().current is None,
        )

    def _starter(self, title: str, arguments: Sequence[str]) -> Callable[[], Any]:
        async def start() -> None:
            await self._view.write(_note, f"job.{'.'.join(arguments[:2])}", self._view.console.clock.now(), arguments)
            await self._jobs.start(title, arguments)
            self._progress.refresh()

        return start

    async def _roll_back(self) -> None:
        reason = f"rolled back in the console by {self._view.actor.name}"
        moved = await self._view.work(self._registry.rollback, reason)
        await self._view.write(_note, "models.rollback", self._view.console.clock.now(), (moved.current,))
        ui.notify(f"{moved.current} answers every search again.")
        await self._lists.refresh()

    async def _roll_assistant_back(self) -> None:
        name, swapped = await self._view.work(self._assistants.rollback)
        await self._view.write(_note, "assistant.rollback", self._view.console.clock.now(), (name,))
        ui.notify(f"{name} answers from {'now' if swapped else 'the next start'} on.")
        await self._lists.refresh()

    async def _look(self) -> None:
        if self._jobs.running or self._was_running:
            self._progress.refresh()
        if self._was_running and not self._jobs.running:
            await self._lists.refresh()
        self._was_running = self._jobs.running


def _note(session: Session, actor: Actor, action: str, now: datetime, what: Sequence[str]) -> None:
    audit(session, actor, action, now, what=" ".join(what))


def _role(version: str, serving: Serving) -> str:
    if version == serving.current:
        return "serves"
    if version == serving.candidate:
        return f"tried by {serving.share:.0%} of sessions" + (", shadow" if serving.shadow else "")
    return "way back" if version == serving.previous else ""


def _about(manifest: ModelManifest) -> str:
    card = manifest.card
    parts = [
        manifest.method if manifest.parent else "the base encoder",
        f"from {manifest.parent}" if manifest.parent else "",
        f"{card['grades']:,} grades" if "grades" in card else "",
        f"data {manifest.data_hash}" if manifest.data_hash else "",
        manifest.created_at[:16].replace("T", " "),
    ]
    return ", ".join(part for part in parts if part)


def _thumbs(votes: Mapping[str, VersionVotes], version: str) -> str:
    """What live thumbs say: impressions name the version with the precision it was served in."""
    found = [one for name, one in votes.items() if name.rpartition("-")[0] == version or name == version]
    shown, up, down = (sum(getattr(one, field) for one in found) for field in ("shown", "up", "down"))
    if not shown:
        return "Live: nothing shown yet."
    share = VersionVotes(shown, up, down).share_up
    told = "no thumbs yet" if share is None else f"{up} up, {down} down ({share:.0%} up)"
    return f"Live: shown {shown:,} products, {told}."


def _show_verdict(verdict: Mapping[str, Any]) -> None:
    with ui.expansion(f"Gate: {'passed' if verdict['passed'] else 'refused'}. {verdict.get('reason', '')}").classes(
        "w-full"
    ):
        for check in verdict.get("checks", ()):
            with ui.row().classes("items-center"):
                ui.icon("check" if check["passed"] else "close")
                ui.label(f"{check['name']}: {check['detail']}")
        for title in ("better", "worse"):
            for query, difference in verdict.get(title, ()):
                ui.label(f"{difference:+.3f}  {query}").classes("text-caption")
