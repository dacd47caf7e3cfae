"""What was a version made from, what are its figures, and what happened to it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from bot.staff.console import View
from bot.staff.review.model_pages import links
from bot.staff.review.runs import show_figures
from bot.staff.review.table import show_table
from bot.staff.review.verdict import show_verdict
from feedback.review.live_votes import votes_by_version, votes_of
from feedback.training.lineage import Debt, Use, debts, uses
from recommender.models.manifest import ModelManifest
from recommender.models.registry import Registry

__all__ = ["VersionPage"]

_MOVES_SHOWN: Final = 20


class VersionPage:
    """One encoder version."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._registry = Registry.of(view.console.settings)

    async def build(self) -> None:
        """Put everything on the page.

        Raises:
            NotFoundError: there is no such version.
        """
        links(self._view)
        version = self._view.parameters["version"]
        manifest = await self._view.work(self._registry.manifest, version)
        chain = await self._view.work(self._chain, manifest)
        used = (await self._view.work(uses, self._view.console.database)).get(version)
        debt = (await self._view.work(debts, self._view.console.database)).get(version)
        verdict = await self._view.work(self._registry.verdict, version)
        votes = await self._view.read(votes_by_version)
        with ui.row().classes("items-center q-mt-md"):
            ui.label(version).classes("text-h6")
            if said := (await self._view.work(self._registry.serving)).role_of(version):
                ui.badge(said)
        ui.label("Lineage").classes("text-subtitle1 q-mt-md")
        _lineage(manifest, chain, used, debt)
        ui.label("Live thumbs").classes("text-subtitle1 q-mt-md")
        for one in (manifest, *chain):
            ui.label(f"{one.version}: {votes_of(votes, one.version)}").style("overflow-wrap: anywhere")
        _exports(manifest.card.get("exports", ()))
        if verdict is not None:
            show_verdict(verdict, opened=True)
        ui.label("What happened to it").classes("text-subtitle1 q-mt-md")
        for move in [one for one in await self._view.work(self._registry.moves) if one["version"] == version][
            -_MOVES_SHOWN:
        ]:
            ui.label(f"{str(move['at'])[:16].replace('T', ' ')}  {move['what']}  {move.get('reason', '')}").style(
                "overflow-wrap: anywhere"
            )

    def _chain(self, manifest: ModelManifest) -> list[ModelManifest]:
        """What it was trained from, and that from, as far as it is still there."""
        known = {one.version: one for one in self._registry.versions()}
        chain: list[ModelManifest] = []
        while manifest.parent in known and known[manifest.parent] not in chain:
            manifest = known[manifest.parent]
            chain.append(manifest)
        return chain


def _lineage(manifest: ModelManifest, chain: Sequence[ModelManifest], used: Use | None, debt: Debt | None) -> None:
    card = manifest.card
    with ui.row().classes("items-center"):
        for place, one in enumerate([*reversed(chain), manifest]):
            if place:
                ui.label("→")
            ui.link(one.version, f"/models/version/{one.version}")
    figures = {"Method": manifest.method}
    if "grades" in card:
        figures["Trained on"] = f"{card['grades']:,} grades of {card['queries']:,} queries (data {manifest.data_hash})"
        figures["Of"] = (
            "nobody's votes: grades of trainers or of a file"
            if used is None
            else f"{used.votes:,} votes of {used.people:,} people, {used.most:,} of one person at most"
        )
    if debt is not None:
        figures["Erased since"] = f"{debt.people:,} people with {debt.votes:,} votes: retire it, or train again"
    if "trained_parameters" in card:
        figures["Trained parameters"] = f"{card['trained_parameters']:,} ({card['share_trained']:.2%})"
        figures["Time"] = f"{card['seconds']:,.0f} s, {card['steps']:,} steps, {card['peak_mb']:,} MB at most"
    figures |= {"Program": manifest.code_version, "Made": manifest.made}
    show_figures({name: value for name, value in figures.items() if value})
    if run := card.get("run"):
        ui.link(f"The run {run}", f"/models/runs/{run}")


def _exports(exports: Sequence[Mapping[str, Any]]) -> None:
    if not exports:
        return
    ui.label("Size, speed and quality").classes("text-subtitle1 q-mt-md")
    names = ("precision", "mb", "ms_a_query", "ndcg_in_pool")
    rows = ([str(export.get(name, "")) for name in names] for export in exports)
    show_table(("Precision", "MB", "ms a query", "nDCG@10 in the pool"), rows)
