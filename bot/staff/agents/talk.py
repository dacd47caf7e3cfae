"""One conversation as it was said and shown, and who has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from nicegui import ui
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.copilot.talk import Talk, read_talk
from actions.services import Services
from bot.staff.console import View, outside_link
from feedback.conversations import Message
from feedback.desk import Colleague, Standing, at_the_desk, standing
from feedback.tables import ImpressionRow, VoteRow
from recommender.money import money_in_words

__all__ = ["Conversation"]

_SPEAKERS = {
    "bot": "The assistant answers here.",
    "queued": "The shopper waits for a person.",
    "human": "{agent} answers here.",
    "closed": "Ended; the assistant answers whatever is said next.",
}

_ASIDES = {"handoff": "", "chips": "Offered", "constraints": "Conditions"}


class Conversation:
    """The middle column: everything that was said, newest at the bottom. `highlight` marks one message."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.talk: Talk | None = None
        self.standing = Standing("bot")
        self._votes: Mapping[str, int] = {}
        self._colleagues: list[Colleague] = []
        self._rows: dict[int, ui.element] = {}
        self._day: date | None = None
        self._locale = view.console.settings.locale

    def build(self) -> None:
        """Put the column on the page."""
        self._who()
        self._area = ui.scroll_area().classes("w-full col").props('role="log" aria-label="Conversation" tabindex=0')
        with self._area:
            self._list = ui.column().classes("w-full gap-1")
        self._fill(())

    async def open(self, services: Services, session_id: str) -> None:
        """Show this conversation."""
        talk, self.standing, votes, self._colleagues = await self._view.read(self._read, services, session_id)
        before, self.talk = self.talk, talk
        self._who.refresh()
        if before is None or before.session_id != session_id or votes != self._votes:
            self._votes = votes
            self._fill(talk.messages)
        elif new := [one for one in talk.messages if one.id not in self._rows]:
            # What was said stays as it is: a long conversation is not drawn anew for every word.
            self._add(new)
        else:
            return
        self.to_bottom()

    def to_bottom(self) -> None:
        """Show what was said last."""
        # In the area, which stays: what was pressed may be gone from the page by now.
        with self._area:
            ui.timer(0.15, lambda: self._area.scroll_to(percent=1.0), once=True)

    def highlight(self, message_id: int) -> None:
        """Show the message and mark it for a moment."""
        row = self._rows.get(message_id)
        if row is not None:
            row.run_method("scrollIntoView", {"block": "center"})
            row.classes("shoptalk-cited")
            with self._area:
                ui.timer(2.5, lambda: row.classes(remove="shoptalk-cited"), once=True)

    def _read(
        self, session: Session, services: Services, session_id: str
    ) -> tuple[Talk, Standing, Mapping[str, int], list[Colleague]]:
        now = self._view.console.clock.now()
        votes = session.execute(
            select(VoteRow.impression_id, VoteRow.value)
            .join(ImpressionRow, ImpressionRow.id == VoteRow.impression_id)
            .where(ImpressionRow.session_id == session_id)
        )
        talk = read_talk(services, session, session_id)
        return (
            talk,
            standing(session, session_id, now),
            {str(key): int(value) for key, value in votes},
            at_the_desk(session, now),
        )

    @ui.refreshable_method
    def _who(self) -> None:
        if self.talk is None:
            ui.label("No conversation is open.").classes("text-weight-medium").props('role="heading" aria-level="1"')
            return
        text = _SPEAKERS[self.standing.speaker].format(agent=self.standing.agent)
        if self.standing.position is not None:
            text += f" Place {self.standing.position} in the queue."
        others = [
            f"{one.agent.name} {'types' if one.typing else 'looks at this too'}"
            for one in self._colleagues
            if one.looking_at == self.talk.session_id and one.agent.id != self._view.actor.id
        ]
        with ui.row().classes("w-full items-center no-wrap"):
            ui.label(text).classes("text-weight-medium").props('role="heading" aria-level="1"').mark("speaker")
            ui.label(" · ".join(others)).classes("text-orange-9").mark("others")

    def _fill(self, messages: Sequence[Message]) -> None:
        self._rows.clear()
        self._day = None
        self._list.clear()
        if self.talk is None:
            with self._list:
                ui.label("Choose a conversation: j and k move through the list, Enter opens.").classes("text-grey")
        self._add(messages)

    def _add(self, messages: Sequence[Message]) -> None:
        with self._list:
            for message in messages:
                if message.created_at.date() != self._day:
                    self._day = message.created_at.date()
                    ui.label(f"{self._day:%A, %d %B %Y}").classes("w-full text-center text-grey text-caption")
                self._rows[message.id] = self._message(message)

    def _message(self, message: Message) -> ui.element:
        body = message.body
        if body["type"] in _ASIDES:
            return self._remark(message)
        shopper = message.sender == "shopper"
        who = "Shopper" if shopper else message.agent or "Assistant"
        with ui.column().classes(f"w-full gap-0 {'items-start' if shopper else 'items-end'}").mark("message") as row:
            ui.label(f"{who} · {message.created_at:%H:%M}").classes("text-caption text-grey")
            colour = "bg-grey-3" if shopper else ("bg-blue-2" if message.sender == "human" else "bg-green-1")
            with ui.column().classes(f"{colour} text-black rounded-borders q-pa-sm gap-1").style("max-width: 88%"):
                if body.get("text"):
                    ui.label(str(body["text"])).style("white-space: pre-wrap; overflow-wrap: anywhere")
                for item in body.get("items", ()) if body["type"] in ("products", "comparison") else ():
                    self._product(item)
        return row

    def _remark(self, message: Message) -> ui.element:
        """What is not said but shown in passing: who speaks now, what may be pressed, which conditions are in force."""
        body = message.body
        if body["type"] == "handoff":
            text, classes = str(body["text"]), "w-full text-center text-italic"
        else:
            named = [str(one.get("title") or one.get("label")) for one in body["items"]]
            text, classes = f"{_ASIDES[body['type']]}: {' · '.join(named)}", "w-full text-right"
        row = ui.label(text).classes(f"{classes} text-caption text-grey").style("overflow-wrap: anywhere")
        return row.mark("message")

    def _product(self, item: Mapping[str, Any]) -> None:
        vote = self._votes.get(str(item.get("impression_id")), 0)
        with ui.row().classes("items-center gap-1"):
            if vote:
                ui.icon("thumb_up" if vote > 0 else "thumb_down").tooltip("The shopper's thumb")
            outside_link(str(item["title"]), item.get("url"))
            amount = item.get("price")
            price = money_in_words(Decimal(amount), str(item["currency"]), self._locale) if amount else "no price"
            stock = "in stock" if item.get("in_stock") else "out of stock"
            ui.label(f"{price}, {stock}").classes("text-caption")
