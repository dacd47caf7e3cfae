"""Beside a conversation: what happened in it, who the customer is, and what colleagues noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from babel import Locale, UnknownLocaleError
from nicegui import ui
from sqlalchemy.orm import Session

from actions.copilot.customer import Customer, customer_card
from actions.copilot.drafts import price_in_words
from actions.copilot.summary import HEADINGS, Summary, summarise
from actions.copilot.talk import Talk
from actions.services import Services
from bot.staff.agents.desk import agent_of
from bot.staff.console import View
from feedback.remarks import add_note, add_tag, notes_on, remove_tag, tags_on
from feedback.staff.audit import audit
from feedback.staff.roles import Actor
from recommender.money import money_in_words

__all__ = ["Aside"]


@dataclass(frozen=True, slots=True)
class _Note:
    author: str
    text: str
    at: datetime


class Aside:
    """The right column. `cite` shows the message that a statement of the summary rests on."""

    def __init__(self, view: View, cite: Callable[[int], None]) -> None:
        self._view = view
        self._cite = cite
        self._services: Services | None = None
        self._session_id: str | None = None
        self._summary: Summary | None = None
        self._customer: Customer | None = None
        self._notes: list[_Note] = []
        self._tags: list[str] = []

    def build(self) -> None:
        """Put the column on the page."""
        self._shown_summary()
        with (
            ui.expansion("Notes and tags", value=True).classes("w-full").props("dense"),
            ui.column().classes("gap-1 w-full"),
        ):
            self._shown_notes()
            with ui.row().classes("w-full no-wrap items-center"):
                self._note = (
                    ui.textarea(placeholder="A note for colleagues; shoppers never see it")
                    .props('dense outlined autogrow maxlength=4000 aria-label="Note"')
                    .classes("col")
                    .mark("note")
                )
                self._note.on("keydown.ctrl.enter", self._view.handler(self._add_note))
                ui.button(icon="add", on_click=self._view.handler(self._add_note)).props(
                    'flat dense round aria-label="Add the note"'
                )
            self._tag = (
                ui.input(placeholder="Tag, then Enter")
                .props('dense outlined maxlength=40 aria-label="Tag"')
                .mark("tag")
            )
            self._tag.on("keydown.enter", self._view.handler(self._add_tag))
        with ui.expansion("Customer", value=True).classes("w-full").props("dense"), ui.column().classes("gap-0 w-full"):
            self._shown_customer()

    async def open(self, services: Services, talk: Talk) -> None:
        """Show what belongs to this conversation."""
        self._services, self._session_id = services, talk.session_id
        self._summary, self._customer, self._notes, self._tags = await self._view.read(self._read, services, talk)
        self._shown_summary.refresh()
        self._shown_notes.refresh()
        self._shown_customer.refresh()

    def write_note(self) -> None:
        """Put the cursor into the note."""
        self._note.run_method("focus")

    def _read(
        self, session: Session, services: Services, talk: Talk
    ) -> tuple[Summary | None, Customer, list[_Note], list[str]]:
        notes = [_Note(one.agent_name, one.text, one.created_at) for one in notes_on(session, talk.session_id)]
        tags = tags_on(session, talk.session_id)
        return summarise(services, session, talk), customer_card(services, session, talk), notes, tags

    async def _add_note(self) -> None:
        text, session_id, now = self._note.value or "", self._session_id, self._view.console.clock.now()
        if session_id is None:
            return

        def keep(session: Session, actor: Actor) -> None:
            add_note(session, session_id, agent_of(actor), text, now)
            audit(session, actor, "talk.note", now, session_id=session_id)

        await self._view.write(keep)
        self._notes.append(_Note(self._view.actor.name, text.strip(), now))
        self._note.value = ""
        self._shown_notes.refresh()

    async def _add_tag(self) -> None:
        tag, session_id, now = self._tag.value or "", self._session_id, self._view.console.clock.now()
        if session_id is None:
            return
        kept = await self._view.write(lambda session, _actor: add_tag(session, session_id, tag, now))
        self._tags = sorted({*self._tags, kept})
        self._tag.value = ""
        self._shown_notes.refresh()

    async def _remove_tag(self, tag: str) -> None:
        session_id = self._session_id
        if session_id is not None:
            await self._view.write(lambda session, _actor: remove_tag(session, session_id, tag))
            self._tags.remove(tag)
            self._shown_notes.refresh()

    @ui.refreshable_method
    def _shown_summary(self) -> None:
        if self._session_id is None:
            return
        with (
            ui.expansion("Summary", value=True).classes("w-full").props("dense").mark("summary"),
            ui.column().classes("gap-0 w-full"),
        ):
            if self._summary is None:
                ui.label("Too short to need one.").classes("text-grey")
                return
            for heading in HEADINGS:
                statements = self._summary.parts[heading]
                ui.label(heading.capitalize()).classes("text-weight-bold")
                if not statements:
                    ui.label("nothing").classes("text-grey q-pl-sm")
                for one in statements:
                    ui.label(one.text).classes("q-pl-sm q-py-xs text-body2 cursor-pointer").style(
                        "overflow-wrap: anywhere"
                    ).props('role="link" tabindex=0').on("click", lambda _, at=one.message_id: self._cite(at)).on(
                        "keydown.enter", lambda _, at=one.message_id: self._cite(at)
                    ).tooltip("Show the message this rests on").mark("statement")

    @ui.refreshable_method
    def _shown_notes(self) -> None:
        with ui.row().classes("gap-1"):
            for tag in self._tags:
                chip = ui.chip(tag, removable=True).props("dense outline").mark("tagged")
                chip.on("remove", self._view.handler(lambda one=tag: self._remove_tag(one)))
        for note in self._notes:
            with ui.column().classes("bg-yellow-2 text-black rounded-borders q-pa-xs gap-0 w-full q-mb-xs"):
                ui.label(f"{note.author}, {note.at:%d %b %H:%M}").classes("text-caption")
                ui.label(note.text).style("white-space: pre-wrap; overflow-wrap: anywhere").mark("noted")

    @ui.refreshable_method
    def _shown_customer(self) -> None:
        one, services = self._customer, self._services
        if one is None or services is None:
            return
        for warning in one.warnings:
            with ui.row().classes("items-center no-wrap text-orange-9"):
                ui.icon("warning")
                ui.label(warning)
        locale = services.settings.locale
        cart = [
            f"{line.quantity} × {line.product.title}, {price_in_words(line.product, services)}" for line in one.cart
        ]
        totals = " + ".join(money_in_words(amount, currency, locale) for currency, amount in one.cart_totals.items())
        talks = (
            f"{one.conversations} conversation{'s' if one.conversations > 1 else ''} since {one.known_since:%d %b %Y}"
        )
        facts: list[tuple[str, list[str]]] = [
            ("Known as", [one.number] if one.number else ["nobody the shop has named"]),
            ("Language", [_language(one.language)] if one.language else []),
            ("Channels", [", ".join(one.channels), talks]),
            ("E-mail", [one.email] if one.email else []),
            ("Tastes", list(one.tastes)),
            ("Thumbs", [_thumb(thumb.value, thumb.title, thumb.reason) for thumb in one.thumbs]),
            ("Cart", [*cart, *([f"together {totals}"] if totals else [])]),
            ("Saved", [product.title for product in one.saved]),
            ("Orders named", list(one.orders)),
            ("Did", [f"{kind}: {count}" for kind, count in sorted(one.done.items())]),
            ("Rated us", [f"{rating} of 5" for rating in one.ratings]),
        ]
        for title, lines in facts:
            if lines:
                ui.label(title).classes("text-caption text-grey")
                for line in lines:
                    ui.label(line).classes("q-pl-sm text-body2").style("overflow-wrap: anywhere")
        if one.past:
            ui.label("Earlier conversations").classes("text-caption text-grey")
            for past in one.past:
                ui.link(
                    f"{past.last_seen_at:%d %b %Y %H:%M} on {past.channel}", f"/agents?c={past.session_id}"
                ).classes("q-pl-sm")


def _language(tag: str) -> str:
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (UnknownLocaleError, ValueError):
        return tag


def _thumb(value: int, title: str, reason: str | None) -> str:
    return f"{'liked' if value > 0 else 'disliked'} {title}" + (f" ({reason})" if reason else "")
