"""The drafts for the shopper's last words, each under its key."""

from __future__ import annotations

from nicegui import ui

from bot.staff.agents.composer import Composer
from bot.staff.agents.desk import Desk
from bot.staff.console import View
from feedback.drafts import Suggested, drafts_for

__all__ = ["Suggestions"]

_SOURCES = {
    "passage": ("menu_book", "Shop's text"),
    "products": ("inventory_2", "Catalogue"),
    "order": ("local_shipping", "Order"),
    "answer": ("history", "Sent before"),
    "assistant": ("smart_toy", "Assistant"),
    "question": ("help_outline", "Question"),
}


class Suggestions:
    """Above the answer: at most three drafts. One is taken with its key and then changed; nothing is sent by itself."""

    def __init__(self, view: View, desk: Desk, composer: Composer) -> None:
        self._view = view
        self._desk = desk
        self._composer = composer
        self._drafts: list[Suggested] = []
        self.told = 0
        """How often drafts were shown that somebody else had made: what was read before the last of them is stale."""
        for place in (1, 2, 3):
            view.key(str(place), f"take draft {place} as the answer", lambda at=place: self.take(at))

    @ui.refreshable_method
    def build(self) -> None:
        """Put the drafts on the page."""
        for place, draft in enumerate(self._drafts, start=1):
            icon, source = _SOURCES.get(draft.source, ("edit", draft.source))
            take = self._view.handler(lambda at=place: self.take(at))
            with (
                ui.card()
                .props("flat bordered")
                .classes("w-full gap-0 cursor-pointer")
                .style("padding: 6px 10px")
                .on("click", take)
                .classes("shoptalk-draft")
                .mark("draft")
            ):
                with ui.row().classes("items-center no-wrap w-full gap-1"):
                    ui.badge(str(place), color="primary")
                    ui.icon(icon)
                    named = draft.title if draft.title.startswith(source) else f"{source}: {draft.title}"
                    ui.label(named).classes("text-caption ellipsis col").mark("source")
                    ui.label(f"{draft.confidence:.0%}").classes("text-caption").tooltip("How sure this draft is")
                ui.label(draft.text).classes("text-body2").style(
                    "display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; "
                    "white-space: pre-line; overflow-wrap: anywhere"
                )

    async def open(self, session_id: str, turn_id: str | None, told: int) -> None:
        """Show the drafts for this turn, once they are there; `told` is as it was when the turn was read."""
        drafts = [] if turn_id is None else await self._view.read(drafts_for, turn_id)
        if turn_id is not None and not drafts:
            # They are made when the shopper says it, if anybody is at the desk; who opens an older one waits for them.
            copilot = await self._view.work(self._desk.copilot)
            drafts = await self._view.work(copilot.suggest, session_id)
        if told == self.told:
            self._show(drafts)

    def tell(self, drafts: list[Suggested]) -> None:
        """Show the drafts for what was said just now."""
        self.told += 1
        self._show(drafts)

    def _show(self, drafts: list[Suggested]) -> None:
        if drafts != self._drafts:
            self._drafts = drafts
            self.build.refresh()

    async def take(self, place: int) -> None:
        """Make the draft at this place (from 1) the answer."""
        if place > len(self._drafts):
            return
        draft = self._drafts[place - 1]
        copilot = await self._view.work(self._desk.copilot)
        found = await self._view.work(copilot.services.catalogue.get, list(draft.item_ids))
        self._composer.insert_draft(draft, [found[one] for one in draft.item_ids if one in found])
