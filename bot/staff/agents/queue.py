"""The list of conversations: who waits, how long, and until when they should have been answered?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from nicegui import ui
from sqlalchemy.orm import Session

from bot.staff.agents.desk import Desk, agent_of
from bot.staff.console import View
from feedback.desk import Colleague, at_the_desk
from feedback.remarks import all_tags
from feedback.waiting import FILTERS, AtDesk, Filter, conversations, waiting_ids

__all__ = ["Queue"]

_CHANNEL_ICONS = {"web": "language", "telegram": "send"}


class Queue:
    """The left column. `choose` opens a conversation."""

    def __init__(self, view: View, desk: Desk, choose: Callable[[str | None], Awaitable[None]]) -> None:
        self._view = view
        self._desk = desk
        self._choose = choose
        self.which: Filter = "open"
        self.words = ""
        self.tag: str | None = None
        self.chosen: str | None = None
        self.rows: list[AtDesk] = []
        self.waiting: list[str] = []
        self._colleagues: list[Colleague] = []
        self._tags: list[str] = []
        self._clocks: dict[str, ui.label] = {}

    async def build(self) -> None:
        """Put the column on the page."""
        await self.load()
        with ui.column().classes("w-full gap-1"):
            self._which = ui.select(dict(FILTERS), value=self.which, on_change=self._view.handler(self._filter)).props(
                'dense outlined options-dense aria-label="Which conversations"'
            )
            self._which.classes("w-full").mark("filter")
            self._search = (
                ui.input(placeholder="Search all that was said", on_change=self._view.handler(self._filter))
                .props('dense outlined clearable debounce=300 aria-label="Search conversations"')
                .classes("w-full")
                .mark("search")
            )
        self._people()
        self._list()

    async def load(self) -> None:
        """Read what is to be shown."""
        self.rows, self.waiting, self._colleagues, self._tags = await self._view.read(self._read)

    async def refresh(self) -> None:
        """Read again and show it."""
        await self.load()
        self._people.refresh()
        self._list.refresh()

    def tick(self) -> None:
        """Move the clocks on."""
        now = self._view.console.clock.now()
        for row in self.rows:
            label = self._clocks.get(row.session_id)
            if label is not None and not label.is_deleted:
                _show_clock(label, row, now)

    def step(self, by: int) -> str | None:
        """The conversation `by` places below the chosen one."""
        ids = [row.session_id for row in self.rows]
        if not ids:
            return None
        if self.chosen not in ids:
            return ids[0]
        return ids[min(max(ids.index(self.chosen) + by, 0), len(ids) - 1)]

    def first_waiting(self) -> str | None:
        """Who has waited longest, whatever the list shows."""
        return self.waiting[0] if self.waiting else None

    def focus_search(self) -> None:
        """Put the cursor into the search."""
        self._search.run_method("focus")

    def _read(self, session: Session) -> tuple[list[AtDesk], list[str], list[Colleague], list[str]]:
        settings, now = self._view.console.settings, self._view.console.clock.now()
        # Who searches looks for what was, unless they chose where.
        which: Filter = "all" if self.which == "open" and (self.words or self.tag) else self.which
        rows = conversations(
            session, which, agent_id=self._view.actor.id, now=now,
            service_level=timedelta(seconds=settings.service_level_s), words=self.words, tag=self.tag,
        )  # fmt: skip
        return rows, waiting_ids(session), at_the_desk(session, now), all_tags(session)

    async def _filter(self) -> None:
        self.which, self.words = self._which.value, (self._search.value or "").strip()
        await self.refresh()

    @ui.refreshable_method
    def _people(self) -> None:
        with ui.row().classes("items-center gap-1 w-full"):
            for one in self._colleagues:
                state = "" if one.available else " (away)"
                typing = " types" if one.typing else ""
                ui.badge(f"{one.agent.name}{state}{typing}", color="green-9" if one.available else "grey-8").mark(
                    "colleague"
                )
        with ui.row().classes("gap-1 w-full"):
            for tag in self._tags[:8]:
                chosen = tag == self.tag

                async def pick(tag: str = tag) -> None:
                    self.tag = None if tag == self.tag else tag
                    await self.refresh()

                ui.chip(tag, on_click=self._view.handler(pick), color="primary" if chosen else None).props(
                    "dense outline" if not chosen else "dense text-color=white"
                )

    @ui.refreshable_method
    def _list(self) -> None:
        self._clocks.clear()
        if not self.rows:
            ui.label("Nobody here." if not (self.words or self.tag) else "Nothing found.").classes("text-grey q-pa-md")
        with ui.list().props("separator dense").classes("w-full").mark("queue"):
            for row in self.rows:
                self._row(row)

    def _row(self, row: AtDesk) -> None:
        mine = row.agent_id == agent_of(self._view.actor).id
        classes = "bg-blue-1 text-black" if row.session_id == self.chosen else ""
        with ui.item(on_click=self._view.handler(lambda: self._choose(row.session_id))).classes(classes).mark("queued"):
            with ui.item_section().props("avatar"):
                ui.icon(_CHANNEL_ICONS.get(row.channel, "chat")).tooltip(row.channel)
            with ui.item_section():
                ui.item_label(row.last or "…").classes("ellipsis" + (" text-weight-bold" if row.unanswered else ""))
                holder = {
                    "queued": "waits for a person",
                    "human": "you" if mine else f"{row.agent_name}",
                    "bot": "the assistant",
                    "closed": "ended",
                }[row.speaker]
                details = [holder, *([f"answer to {row.contact_email}"] if row.contact_email else []), *row.tags]
                ui.item_label(" · ".join(details)).props("caption")
            with ui.item_section().props("side"):
                label = ui.label().classes("text-weight-medium").mark("clock")
                _show_clock(label, row, self._view.console.clock.now())
                self._clocks[row.session_id] = label


def _show_clock(label: ui.label, row: AtDesk, now: datetime) -> None:
    if row.waiting_since is None or row.due_at is None:
        text, colour = ("" if row.last_at is None else f"{row.last_at:%H:%M}"), "text-grey"
    else:
        left = (row.due_at - now).total_seconds()
        text = f"{_minutes(left)} left" if left >= 0 else f"{_minutes(-left)} late"
        colour = "text-negative" if left < 0 else ("text-orange-9" if left < 30 else "text-green-9")
    label.set_text(text)
    label.classes(replace=f"text-weight-medium {colour}")


def _minutes(seconds: float) -> str:
    whole = int(seconds)
    return (
        f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}" if whole >= 3600 else f"{whole // 60}:{whole % 60:02}"
    )
