"""What would the candidate have shown, beside what was shown, for what shoppers asked lately?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Final

from nicegui import ui

from bot.staff.console import View
from bot.staff.review.model_pages import links
from feedback.training.shadow import ShadowSearch, shadow_searches, shadowed_versions
from recommender.catalogue.store import SqlCatalogue
from recommender.models.registry import Registry

__all__ = ["SideBySide"]

_DEEP: Final = 5


class SideBySide:
    """Live searches that a candidate answered unseen, one at a time, those first that differ most."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._registry = Registry.of(view.console.settings)
        self._catalogue = SqlCatalogue(view.console.database, view.console.clock)
        self._searches: Sequence[ShadowSearch] = ()
        self._titles: Mapping[str, str] = {}
        self._place = 0
        self._version = ""

    async def build(self) -> None:
        """The choice of a version, what its answers have in common with the live ones, and one search."""
        links(self._view)
        versions = await self._view.read(shadowed_versions)
        candidate = (await self._view.work(self._registry.serving)).candidate
        self._version = next((one for one in (candidate, *versions) if one in versions), "")
        if not self._version:
            ui.label(
                "No version has answered unseen yet: on the page Versions (V), choose one and press h. From then on it "
                "answers what shoppers ask, and nobody but you sees how."
            ).classes("q-mt-md")
            return
        with ui.row().classes("items-center q-mt-md"):
            self._choice = ui.select(list(versions), value=self._version, label="Version").props("dense")
            self._choice.classes("w-64").on_value_change(self._view.handler(self._load))
            for title, work in (("Next (n)", self._next), ("Back (p)", self._back), ("Look again (r)", self._load)):
                ui.button(title, on_click=self._view.handler(work)).props("flat dense no-caps")
        await self._load()
        for names, meaning, work in (
            (("n", "j", "ArrowRight"), "the next search", self._next),
            (("p", "k", "ArrowLeft"), "the search before", self._back),
            (("r",), "look again what there is", self._load),
        ):
            for name in names:
                self._view.key(name, meaning, work)
        self._pair()

    async def _load(self) -> None:
        self._version, self._place = str(self._choice.value), 0
        self._searches = await self._view.read(shadow_searches, self._version)
        ids = {item for one in self._searches for item in (*one.shown[:_DEEP], *one.unseen[:_DEEP])}
        products = await self._view.work(self._catalogue.get, sorted(ids))
        self._titles = {item: product.title for item, product in products.items()}
        self._pair.refresh()

    def _next(self) -> None:
        self._place = min(self._place + 1, max(len(self._searches) - 1, 0))
        self._pair.refresh()

    def _back(self) -> None:
        self._place = max(self._place - 1, 0)
        self._pair.refresh()

    @ui.refreshable_method
    def _pair(self) -> None:
        if not self._searches:
            return
        same = sum(list(one.shown[:_DEEP]) == list(one.unseen[:_DEEP]) for one in self._searches)
        common = fmean(one.overlap for one in self._searches)
        ui.label(
            f"{len(self._searches):,} searches: {same:,} with the same first {_DEEP}; on average {common:.0%} of what "
            "was shown would have been shown too."
        ).classes("text-grey").mark("common")
        one = self._searches[self._place]
        ui.label(f"{self._place + 1} of {len(self._searches)}, asked on {one.at:%d %b %H:%M}").classes("text-caption")
        ui.label(one.query).classes("text-h5").style("overflow-wrap: anywhere").mark("query")
        with ui.grid(columns=2).classes("w-full gap-4"):
            self._answers("Shown", one.shown, one.unseen)
            self._answers(f"Unseen: {one.version}", one.unseen, one.shown)

    def _answers(self, title: str, ids: Sequence[str], others: Sequence[str]) -> None:
        with ui.column().classes("gap-1").mark("answers"):
            ui.label(title).classes("text-subtitle1 text-weight-bold").style("overflow-wrap: anywhere")
            for place, item in enumerate(ids[:_DEEP], start=1):
                only = item not in others[:_DEEP]
                with ui.row().classes("no-wrap items-start"):
                    ui.label(str(place)).classes("text-grey")
                    ui.label(self._titles.get(item, item)).classes("text-weight-bold" if only else "").style(
                        "overflow-wrap: anywhere"
                    )
                    if only:
                        ui.badge("only here")
