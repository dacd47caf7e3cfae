"""How is an encoder's version promoted, tried, taken back or retired, by one key each?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nicegui import ui

from bot.staff.console import View
from bot.staff.review.confirmation import confirm
from bot.staff.review.training import Trainings, note
from bot.staff.review.verdict import show_verdict
from feedback.review.live_votes import VersionVotes, votes_by_version, votes_of
from feedback.training.lineage import Debt, Use, debts, forget_version, uses
from recommender.errors import ConflictError
from recommender.models.manifest import ModelManifest
from recommender.models.promotion import retire
from recommender.models.registry import Registry, Serving

__all__ = ["Encoders"]

_FIRST_SHARE: Final = 10


@dataclass(frozen=True, slots=True)
class _State:
    serving: Serving
    versions: Sequence[ModelManifest]
    verdicts: Mapping[str, dict[str, Any]]
    uses: Mapping[str, Use]
    debts: Mapping[str, Debt]
    trial: str


class Encoders:
    """The list of encoder versions, newest first; what the keys do is done to the one that is chosen."""

    def __init__(self, view: View, trainings: Trainings, changed: Callable[[], Awaitable[None]]) -> None:
        self._view = view
        self._trainings = trainings
        self._changed = changed
        self._registry = Registry.of(view.console.settings)
        self._chosen = 0
        self._state = _State(Serving(""), (), {}, {}, {}, "")

    async def build(self) -> None:
        """The heading with what can be done, and the versions."""
        with ui.row().classes("items-center q-mt-md gap-2"):
            ui.label("Search encoders").classes("text-h6")
            for title, work in (
                ("Promote (p)", self._promote), ("Try on a share (c)", self._try_out), ("Shadow (h)", self._shadow),
                ("End the trial (e)", self._end_trial), ("Roll back (B)", self._roll_back),
                ("Retire (D)", self._retire),
            ):  # fmt: skip
                ui.button(title, on_click=self._view.handler(work)).props("no-caps outline dense")
            self._share = ui.number("Share of sessions, %", value=_FIRST_SHARE, min=1, max=100).props("dense")
            self._share.classes("w-36")
        await self.versions()
        for names, meaning, work in (
            (("j", "ArrowDown"), "the next version", lambda: self._choose(self._chosen + 1)),
            (("k", "ArrowUp"), "the version before", lambda: self._choose(self._chosen - 1)),
            (("o", "Enter"), "open the version: what it was made from, its figures", self._open),
            (("p",), "promote the version: it answers every search", self._promote),
            (("c",), "let a share of the sessions try it", self._try_out),
            (("h",), "shadow: let it answer unseen", self._shadow),
            (("e",), "end the trial", self._end_trial),
            (("B",), "back: let the encoder version before serve again", self._roll_back),
            (("D",), "retire the version: remove it for good", self._retire),
        ):
            for name in names:
                self._view.key(name, meaning, work)

    @ui.refreshable_method
    async def versions(self) -> None:
        """The versions as they are now."""
        self._take(await self._view.work(self._read))
        votes = await self._view.read(votes_by_version)
        for place, manifest in enumerate(self._state.versions):
            self._version(place, manifest, votes)

    def _take(self, state: _State) -> None:
        """What there is now; the chosen version stays chosen, though a training may have put a newer one before it."""
        before, names = self._state.versions, [one.version for one in state.versions]
        if before and before[self._chosen].version in names:
            self._chosen = names.index(before[self._chosen].version)
        self._chosen = min(self._chosen, max(len(names) - 1, 0))
        self._state = state

    def _version(self, place: int, manifest: ModelManifest, votes: Mapping[str, VersionVotes]) -> None:
        state, version = self._state, manifest.version
        here = place == self._chosen
        card = ui.card().classes("w-full gap-1").props(f"flat bordered aria-current={'true' if here else 'false'}")
        card.mark("version").style("outline: 2px solid var(--q-primary)" if here else "")
        with card:
            with ui.row().classes("items-center w-full"):
                ui.button(version, on_click=self._view.handler(lambda: self._choose(place))).props(
                    "flat dense no-caps"
                ).classes("text-weight-bold")
                if said := state.serving.role_of(version):
                    ui.badge(said).mark("role")
                ui.label(_about(manifest, state.uses.get(version))).classes("text-grey")
                ui.space()
                ui.link("Open", f"/models/version/{version}")
            ui.label(f"Live: {votes_of(votes, version)}.").classes("text-caption").mark("thumbs")
            if version == state.serving.candidate and state.trial:
                ui.label(state.trial).classes("text-caption").mark("trial")
            if debt := state.debts.get(version):
                ui.label(
                    f"Trained on {debt.people:,} people who were erased since: retire it (D), or train again without "
                    "them (t)."
                ).classes("text-weight-bold").mark("debt")
            if (verdict := state.verdicts.get(version)) is not None:
                show_verdict(verdict)

    def _read(self) -> _State:
        versions = tuple(reversed(self._registry.versions()))
        database = self._view.console.database
        verdicts = {one.version: said for one in versions if (said := self._registry.verdict(one.version)) is not None}
        return _State(self._registry.serving(), versions, verdicts, uses(database), debts(database), self._trial())

    def _trial(self) -> str:
        from feedback.training.trial import LEAST_VOTES, look  # its statistics take a second to load

        trial = look(self._view.console.database, self._registry)
        if trial is None:
            return ""
        ours, theirs = trial.candidate, trial.current
        count = ours.up + ours.down
        return (
            f"Since the trial began: {ours.down} of {count} thumbs down, against {theirs.down} of "
            f"{theirs.up + theirs.down} on what serves (p = {trial.p_worse:.2f}). "
            f"It ends by itself when it is worse beyond chance, from {LEAST_VOTES} thumbs on."
        )

    def _version_chosen(self) -> str:
        if not self._state.versions:
            raise ConflictError("There is no version yet: train one (t).")
        return self._state.versions[self._chosen].version

    async def _choose(self, place: int) -> None:
        self._chosen = min(max(place, 0), max(len(self._state.versions) - 1, 0))
        await self.versions.refresh()

    def _open(self) -> None:
        ui.navigate.to(f"/models/version/{self._version_chosen()}")

    async def _promote(self) -> None:
        version = self._version_chosen()
        if version == self._state.serving.current:
            raise ConflictError(f"{version} already answers every search.")
        verdict = self._state.verdicts.get(version)
        if verdict is not None and not verdict["passed"]:
            confirm(
                self._view, f"The gate refused {version}.", str(verdict.get("reason", "")), "Promote it all the same",
                lambda: self._trainings.start(f"Promote {version}", ("models", "promote", version, "--force")),
            )  # fmt: skip
        else:
            await self._trainings.start(f"Promote {version}", ("models", "promote", version))

    async def _try_out(self) -> None:
        version, share = self._version_chosen(), min(max(float(self._share.value or 0), 0.0), 100.0)
        if version == self._state.serving.current:
            raise ConflictError(f"{version} already answers every search.")
        await self._trainings.start(
            f"Try {version} on {share:g} % of the sessions", ("models", "promote", version, "--share", f"{share / 100}")
        )

    async def _shadow(self) -> None:
        version = self._version_chosen()
        if version == self._state.serving.current:
            raise ConflictError(f"{version} already answers every search.")
        await self._trainings.start(f"Let {version} answer unseen", ("models", "promote", version, "--shadow"))

    async def _end_trial(self) -> None:
        candidate = self._state.serving.candidate
        if candidate is None:
            raise ConflictError("No version is on trial.")
        await self._view.write(note, "models.stop", self._view.console.clock.now(), (candidate,))
        await self._view.work(self._registry.stop_trial, f"ended in the console by {self._view.actor.name}")
        ui.notify(f"The trial of {candidate} has ended.")
        await self._changed()

    async def _roll_back(self) -> None:
        reason = f"rolled back in the console by {self._view.actor.name}"
        await self._view.write(note, "models.rollback", self._view.console.clock.now(), (self._state.serving.current,))
        moved = await self._view.work(self._registry.rollback, reason)
        ui.notify(f"{moved.current} answers every search again.")
        await self._changed()

    def _retire(self) -> None:
        version = self._version_chosen()

        async def remove() -> None:
            await self._view.write(note, "models.retire", self._view.console.clock.now(), (version,))
            reason = f"retired in the console by {self._view.actor.name}"
            await self._view.work(retire, self._view.console.settings, version, reason)
            await self._view.work(forget_version, self._view.console.database, version)
            ui.notify(f"{version} is gone.")
            await self._changed()

        confirm(self._view, f"Retire {version}?", "It is removed for good, with its index.", "Retire it", remove)


def _about(manifest: ModelManifest, use: Use | None) -> str:
    card = manifest.card
    parts = [
        manifest.method if manifest.parent else "the base encoder",
        f"from {manifest.parent}" if manifest.parent else "",
        f"{card['grades']:,} grades" if "grades" in card else "",
        f"votes of {use.people:,} people" if use else "",
        f"data {manifest.data_hash}" if manifest.data_hash else "",
        manifest.made,
    ]
    return ", ".join(part for part in parts if part)
