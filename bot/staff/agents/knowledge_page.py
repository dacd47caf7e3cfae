"""What does the shop answer from, what was asked that it does not answer, and where is that changed?"""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

from nicegui import ui
from sqlalchemy.orm import Session

from actions.shop.knowledge import FAQ_FILE, POLICIES, Knowledge, parse_faq, parse_policy
from bot.staff.agents.desk import Desk
from bot.staff.console import View
from feedback.knowledge_edits import change_file, changes_of
from feedback.staff.audit import audit
from feedback.staff.roles import Actor, Permission, authorize
from feedback.unanswered import settle_unanswered, unanswered_questions

__all__ = ["KnowledgePage"]

_NEW_FAQ = "entries:\n  - topic: shipping\n    question: How long does delivery take?\n    answer: …\n"


class KnowledgePage:
    """Search over the texts as shoppers get it; for admins, the files themselves with their history."""

    def __init__(self, view: View, desk: Desk) -> None:
        self._view = view
        self._desk = desk
        self._folder = view.console.settings.shop_dir
        self._may_edit = view.actor.may(Permission.MANAGE)
        self._file = FAQ_FILE
        self._seen = ""

    async def build(self) -> None:
        """Put everything on the page."""
        self._knowledge: Knowledge = (await self._view.work(self._desk.copilot)).services.knowledge
        with ui.row().classes("w-full no-wrap items-start"):
            with ui.column().classes("col gap-1"):
                ui.label("Ask as a shopper would").classes("text-h6").props('role="heading" aria-level="1"')
                self._question = (
                    ui.input("Question", on_change=self._view.handler(self._found.refresh))
                    .props("outlined dense debounce=200")
                    .classes("w-full")
                )
                await self._found()
                ui.label("Asked, and not answered by these texts").classes("text-h6 q-mt-md")
                await self._unanswered()
            with ui.column().classes("col gap-1"):
                await self._files()
        self._view.key("/", "ask as a shopper would", lambda: self._question.run_method("focus"))

    @ui.refreshable_method
    async def _found(self) -> None:
        asked = self._question.value or ""
        if not asked.strip():
            return
        for one in await self._view.work(self._knowledge.search, asked, 5):
            with ui.card().props("flat bordered").classes("w-full gap-0").style("padding: 6px 10px").mark("passage"):
                ui.label(f"{one.score:.0%} · {one.passage.title} ({one.passage.file})").classes("text-weight-medium")
                ui.label(one.passage.text).style("white-space: pre-wrap; overflow-wrap: anywhere")

    @ui.refreshable_method
    async def _unanswered(self) -> None:
        rows = await self._view.read(unanswered_questions)
        if not rows:
            ui.label("Nothing is open.").classes("text-grey")
        for row in rows:
            with ui.row().classes("w-full items-center no-wrap gap-1"):
                ui.link(row.text[:200], f"/agents?c={row.session_id}").classes("col").style("overflow-wrap: anywhere")
                ui.label(f"{row.at:%d %b}").classes("text-caption")
                ui.button("Settled", on_click=self._view.handler(lambda at=row.id: self._settle(at))).props(
                    "flat dense no-caps"
                )

    async def _settle(self, id_: int) -> None:
        now = self._view.console.clock.now()
        await self._view.write(lambda session, _actor: settle_unanswered(session, id_, now))
        await self._unanswered.refresh()

    @ui.refreshable_method
    async def _files(self) -> None:
        ui.label("Files").classes("text-h6")
        names = [path.relative_to(self._folder).as_posix() for path in self._knowledge.files()]
        with ui.row().classes("gap-1"):
            for name in dict.fromkeys([FAQ_FILE, *names, self._file]):
                ui.button(name, on_click=self._view.handler(lambda one=name: self._choose(one))).props(
                    f"dense no-caps {'' if name == self._file else 'outline'}"
                )
            if self._may_edit:
                new = ui.input("New policy").props("dense outlined maxlength=60").style("width: 10em")
                new.on("keydown.enter", self._view.handler(lambda: self._choose(f"{POLICIES}/{new.value.strip()}.md")))
        self._seen = await self._view.work(_read, self._folder / self._file)
        start = _NEW_FAQ if self._file == FAQ_FILE and not self._seen else self._seen
        self._text = (
            ui.textarea(self._file, value=start)
            .props(f"outlined autogrow {'' if self._may_edit else 'readonly'} input-style='font-family: monospace'")
            .classes("w-full")
            .mark("file")
        )
        if self._may_edit:
            ui.button("Save: live at once", on_click=self._view.handler(self._save)).props("no-caps").mark("save")
        else:
            ui.label("Only an admin changes these.").classes("text-grey")
        await self._history()

    async def _history(self) -> None:
        changes = await self._view.read(changes_of, self._file)
        for change in changes:
            with ui.expansion(f"{change.at:%d %b %Y %H:%M}, {change.staff_name}").classes("w-full").props("dense"):
                difference = unified_diff(
                    change.before.splitlines(), change.after.splitlines(), "before", "after", lineterm="", n=1
                )
                ui.label("\n".join(difference)).style("white-space: pre-wrap; font-family: monospace; font-size: 12px")
                if self._may_edit:
                    ui.button(
                        "Back to what it was before", on_click=lambda _, text=change.before: self._text.set_value(text)
                    ).props("flat dense no-caps")

    async def _choose(self, name: str) -> None:
        self._file = name
        await self._files.refresh()

    async def _save(self) -> None:
        name, text, seen, now = self._file, self._text.value or "", self._seen, self._view.console.clock.now()
        folder = self._folder

        def save(session: Session, actor: Actor) -> None:
            authorize(actor, Permission.MANAGE)
            change_file(
                session, folder, name, seen=seen, text=text, staff_id=actor.id, staff_name=actor.name, now=now,
                check=lambda new: parse_faq(new) if name == FAQ_FILE else parse_policy(new, name),
            )  # fmt: skip
            audit(session, actor, "knowledge.save", now, file=name)

        await self._view.write(save)
        ui.notify("Saved; shoppers are answered from it now.", type="positive")
        await self._files.refresh()
        await self._found.refresh()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
