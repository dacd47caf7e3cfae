"""Which models are there beside the search encoder, which of them serve, and what is the way back?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nicegui import ui

from bot.assistant.versions import AssistantVersion, AssistantVersions
from bot.staff.console import View
from bot.staff.review.confirmation import confirm
from bot.staff.review.training import Trainings, note
from feedback.training.lineage import Debt, Use, debts, forget_version, uses
from recommender.errors import ConflictError
from recommender.models.manifest import ModelManifest
from recommender.personalisation.store import FactorModels
from recommender.ranking.store import rankers

__all__ = ["OtherModels"]

Work = Callable[[], Awaitable[None]]

_OWN: Final = "the checkout's own"


@dataclass(frozen=True, slots=True)
class _State:
    rankers: Sequence[tuple[ModelManifest, bool]]
    factors: Sequence[tuple[ModelManifest, bool]]
    assistants: Sequence[AssistantVersion]
    assistant_is_own: bool
    debts: Mapping[str, Debt]
    uses: Mapping[str, Use]


class OtherModels:
    """Rankers, recommendation models and assistants, with the way back of each."""

    def __init__(self, view: View, trainings: Trainings) -> None:
        self._view = view
        self._trainings = trainings
        self._assistants = AssistantVersions(view.console.settings)
        self._rankers = rankers(view.console.settings.home)
        self._factors = FactorModels(view.console.settings.home)

    async def build(self) -> None:
        """The lists, and the keys of the ways back."""
        await self.lists()
        self._view.key("A", "back: let the assistant before answer again", self._roll_assistant_back)
        self._view.key("O", "back: let the order of results before serve again", self._roll_ranker_back)
        self._view.key("F", "back: let the recommendations before serve again", self._roll_factors_back)

    @ui.refreshable_method
    async def lists(self) -> None:
        """What there is now."""
        state = await self._view.work(self._read)
        self._heading("Order of results", "O", self._roll_ranker_back)
        for manifest, serves in reversed(state.rankers):
            measured = f"nDCG@10 {manifest.card['ndcg']:.4f}, {manifest.card['grades']:,} grades"
            self._line(manifest.version, measured, manifest, state, serves=serves, retire=self._rankers.retire)
        if not any(serves for _, serves in state.rankers):
            ui.label("Results are ordered by fused score.").classes("text-grey")
        self._heading("Recommendations", "F", self._roll_factors_back)
        for manifest, serves in reversed(state.factors):
            measured = f"{manifest.card['people']:,} people, {manifest.card['interactions']:,} interactions"
            self._line(manifest.version, measured, manifest, state, serves=serves, retire=self._factors.retire)
        if not state.factors:
            ui.label("None was trained yet.").classes("text-grey")
        self._heading("Assistants", "A", self._roll_assistant_back)
        for one in state.assistants:
            with ui.row().classes("items-center"):
                said = "passed" if one.passed else "refused"
                about = f"{one.corrections:,} corrections; gate {said}: {one.reason}"
                self._named(one.name, about, state, serves=one.serves)
                if not one.serves and one.fits:
                    promote = self._starter(f"Promote {one.name}", ("assistant", "promote", one.name))
                    ui.button("Promote", on_click=self._view.handler(promote)).props("no-caps flat dense")
                if not one.serves:
                    self._retire_button(one.name, self._assistants.retire)
        with ui.row().classes("items-center"):
            self._named(_OWN, "", state, serves=state.assistant_is_own)

    def _heading(self, title: str, key: str, work: Work) -> None:
        with ui.row().classes("items-center q-mt-md"):
            ui.label(title).classes("text-h6")
            ui.button(f"Roll back ({key})", on_click=self._view.handler(work)).props("no-caps outline dense")

    def _line(
        self, version: str, measured: str, manifest: ModelManifest, state: _State, *, serves: bool,
        retire: Callable[[str], None],
    ) -> None:  # fmt: skip
        with ui.row().classes("items-center"):
            self._named(version, f"{measured}, {manifest.made}", state, serves=serves)
            if not serves:
                self._retire_button(version, retire)

    def _named(self, version: str, about: str, state: _State, *, serves: bool) -> None:
        ui.label(version).classes("text-weight-bold")
        if serves:
            ui.badge("serves")
        used = state.uses.get(version)
        ui.label(about + (f", learned from {used.people:,} people" if used else "")).classes("text-grey")
        if debt := state.debts.get(version):
            ui.label(f"trained on {debt.people:,} people who were erased since").classes("text-weight-bold")

    def _retire_button(self, version: str, retire: Callable[[str], None]) -> None:
        async def remove() -> None:
            await self._note("models.retire", version)
            await self._view.work(retire, version)
            await self._view.work(forget_version, self._view.console.database, version)
            ui.notify(f"{version} is gone.")
            await self.lists.refresh()

        def ask() -> None:
            confirm(self._view, f"Retire {version}?", "It is removed for good.", "Retire it", remove)

        ui.button("Retire", on_click=self._view.handler(ask)).props("no-caps flat dense")

    def _read(self) -> _State:
        serving = self._rankers.serving()
        return _State(
            rankers=[(one, one.version == serving) for one in self._rankers.manifests()],
            factors=self._factors.versions(),
            assistants=self._assistants.versions(),
            assistant_is_own=self._assistants.serving().current is None,
            debts=debts(self._view.console.database),
            uses=uses(self._view.console.database),
        )

    def _starter(self, title: str, arguments: Sequence[str]) -> Work:
        return lambda: self._trainings.start(title, arguments)

    async def _roll_assistant_back(self) -> None:
        serving = await self._view.work(self._assistants.serving)
        await self._note("assistant.rollback", serving.current or _OWN)
        name, swapped = await self._view.work(self._assistants.rollback)
        await self._rolled_back(name, f"answers from {'now' if swapped else 'the next start'} on")

    async def _roll_ranker_back(self) -> None:
        await self._note("ranker.rollback", await self._view.work(self._rankers.serving))
        name = await self._view.work(self._rankers.rollback)
        await self._rolled_back(name or "fused score", "orders results again")

    async def _roll_factors_back(self) -> None:
        versions = await self._view.work(self._factors.versions)
        await self._note("factors.rollback", next((one.version for one, serves in versions if serves), None))
        name = await self._view.work(self._factors.rollback)
        if name is None:
            raise ConflictError("No recommendation model served before: there is no way back.")
        await self._rolled_back(name, "recommends again")

    async def _note(self, action: str, version: str | None) -> None:
        """Keep who does this to `version`, before it is done: who may no longer do it is refused here."""
        await self._view.write(note, action, self._view.console.clock.now(), (version or "",))

    async def _rolled_back(self, name: str, sentence: str) -> None:
        ui.notify(f"{name} {sentence}.")
        await self.lists.refresh()
