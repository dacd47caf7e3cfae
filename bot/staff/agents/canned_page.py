"""Where are canned replies and macros written?"""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui
from sqlalchemy.orm import Session

from actions.copilot.fields import FIELDS
from bot.staff.console import View
from feedback.canned import (
    canned_replies,
    delete_canned,
    delete_macro,
    macros,
    parse_steps,
    save_canned,
    save_macro,
    steps_in_words,
)
from feedback.staff.audit import audit
from feedback.staff.roles import Actor

__all__ = ["CannedPage"]


@dataclass(frozen=True, slots=True)
class _Entry:
    shortcut: str
    title: str
    text: str
    is_macro: bool
    changed: str


class CannedPage:
    """Every canned reply and macro, and a form to write one."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._entries: list[_Entry] = []

    async def build(self) -> None:
        """Put everything on the page."""
        self._entries = await self._view.read(_entries)
        with ui.row().classes("w-full no-wrap items-start"):
            with ui.column().classes("col gap-1"):
                ui.label("Canned replies and macros").classes("text-h5").props('role="heading" aria-level="1"')
                self._list()
            with ui.column().classes("col gap-1"):
                self._form()
                ui.label("Fields, filled from the records of the conversation").classes("text-subtitle2 q-mt-md")
                with ui.grid(columns="auto 1fr").classes("gap-x-4 gap-y-0"):
                    for name, (meaning, _) in FIELDS.items():
                        ui.label("{" + name + "}").classes("text-weight-medium")
                        ui.label(meaning)

    def _form(self) -> None:
        ui.label("Write one").classes("text-h6")
        self._shortcut = ui.input("Shortcut, such as thanks").props("outlined dense maxlength=31").classes("w-full")
        self._title = ui.input("Title").props("outlined dense maxlength=80").classes("w-full")
        self._text = ui.textarea("Text of the reply").props("outlined dense autogrow maxlength=4000").classes("w-full")
        self._is_macro = ui.checkbox(
            "It is a macro: one step a line (reply SHORTCUT, tag TAG, note TEXT, hand_back, close)"
        )
        with ui.row():
            ui.button("Save", on_click=self._view.handler(self._save)).props("no-caps")
            ui.button("Empty the form", on_click=self._empty).props("no-caps flat")

    @ui.refreshable_method
    def _list(self) -> None:
        if not self._entries:
            ui.label("There are none yet.").classes("text-grey")
        for one in self._entries:
            with ui.card().props("flat bordered").classes("w-full gap-0").style("padding: 6px 10px").mark("canned"):
                with ui.row().classes("w-full items-center no-wrap gap-1"):
                    ui.label(f"/{one.shortcut}").classes("text-weight-bold")
                    ui.label(one.title + (" (macro)" if one.is_macro else "")).classes("col ellipsis")
                    ui.button(icon="edit", on_click=lambda _, one=one: self._edit(one)).props(
                        f'flat dense round aria-label="Change /{one.shortcut}"'
                    )
                    ui.button(icon="delete", on_click=self._view.handler(lambda one=one: self._delete(one))).props(
                        f'flat dense round aria-label="Delete /{one.shortcut}"'
                    )
                ui.label(one.text).style("white-space: pre-wrap; overflow-wrap: anywhere")
                ui.label(one.changed).classes("text-caption text-grey")

    def _edit(self, one: _Entry) -> None:
        self._shortcut.value, self._title.value, self._text.value = one.shortcut, one.title, one.text
        self._is_macro.value = one.is_macro

    def _empty(self) -> None:
        self._edit(_Entry("", "", "", is_macro=False, changed=""))

    async def _save(self) -> None:
        entry = _Entry(self._shortcut.value, self._title.value, self._text.value, bool(self._is_macro.value), "")
        now = self._view.console.clock.now()

        def save(session: Session, actor: Actor) -> None:
            if entry.is_macro:
                save_macro(session, entry.shortcut, entry.title, parse_steps(entry.text), actor.name, now)
            else:
                save_canned(session, entry.shortcut, entry.title, entry.text, actor.name, now)
            audit(session, actor, "canned.save", now, shortcut=entry.shortcut)

        await self._view.write(save)
        self._empty()
        await self._reload()

    async def _delete(self, one: _Entry) -> None:
        now = self._view.console.clock.now()

        def delete(session: Session, actor: Actor) -> None:
            (delete_macro if one.is_macro else delete_canned)(session, one.shortcut)
            audit(session, actor, "canned.delete", now, shortcut=one.shortcut)

        await self._view.write(delete)
        await self._reload()

    async def _reload(self) -> None:
        self._entries = await self._view.read(_entries)
        self._list.refresh()


def _entries(session: Session) -> list[_Entry]:
    found = [
        _Entry(row.shortcut, row.title, row.text, False, f"{row.updated_by}, {row.updated_at:%d %b %Y}")
        for row in canned_replies(session)
    ]
    found += [
        _Entry(row.shortcut, row.title, steps_in_words(row.steps), True, f"{row.updated_by}, {row.updated_at:%d %b %Y}")
        for row in macros(session)
    ]
    return found
