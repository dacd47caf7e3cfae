"""How far do the trainers agree, how far can each be relied upon, and how do labels get out and in?"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from nicegui import events, ui
from sqlalchemy.orm import Session

from bot.staff.console import View
from feedback.review.agreeing import agreements
from feedback.review.exchange import Imported, export_labels, import_labels
from feedback.review.subject import Kind
from feedback.staff.accounts import list_staff
from feedback.staff.audit import audit
from feedback.staff.roles import Actor
from recommender.errors import BadInputError

__all__ = ["Quality"]

_NAMES: Final = {
    Kind.JUDGEMENT: "Search results",
    Kind.RECOMMENDATION: "Recommendations",
    Kind.MESSAGE: "Messages",
}
_LARGEST_FILE: Final = 20_000_000


class Quality:
    """The page about the labels themselves."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def build(self) -> None:
        """Agreement and raters by kind, then export and import."""
        for one in await self._view.read(agreements):
            ui.label(_NAMES[one.kind]).classes("text-h6")
            ui.label(f"{one.subjects:,} decided on, {one.shared:,} by two or more, {one.conflicts:,} differently. ")
            ui.label(f"Krippendorff's alpha ({one.metric}): {one.judgement}").mark(f"alpha-{one.kind.value}")
            with ui.grid(columns="auto auto auto").classes("gap-x-8"):
                for name, (count, reliability) in sorted(one.raters.items(), key=lambda rater: -rater[1][0]):
                    ui.label(name)
                    ui.label(f"{count:,} decisions")
                    ui.label(f"right {reliability:.0%} of the time, by all raters together" if one.shared else "")
        ui.separator()
        with ui.row().classes("items-center"):
            ui.button("Export labels", icon="download", on_click=self._view.handler(self._export)).props("no-caps")
            # The framework's own box for files has buttons without names.
            files = ui.upload(
                auto_upload=True, max_file_size=_LARGEST_FILE, on_upload=self._view.handler(self._import)
            ).props("accept=.jsonl").classes("hidden")  # fmt: skip
            choose = ui.button("Import labels (JSONL)", icon="upload").props("no-caps outline")
            choose.on("click", js_handler=f"() => getElement({files.id}).pickFiles()")

    async def _export(self) -> None:
        now = self._view.console.clock.now()
        lines = await self._view.write(_export, now)
        ui.download.content("\n".join(lines) + "\n", f"labels-{now:%Y-%m-%d}.jsonl", "application/jsonl")

    async def _import(self, event: events.UploadEventArguments) -> None:
        try:
            text = (await event.file.read()).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInputError(f"This file is not UTF-8 (byte {error.start}).") from error
        imported = await self._view.write(_import, text.split("\n"), self._view.console.clock.now())
        ui.notify(f"{imported.new:,} labels are new, {imported.same:,} were there already.")


def _export(session: Session, actor: Actor, now: datetime) -> list[str]:
    lines = list(export_labels(session, {row.id: row.name for row in list_staff(session)}))
    audit(session, actor, "labels.export", now, count=len(lines) - 1)
    return lines


def _import(session: Session, actor: Actor, lines: list[str], now: datetime) -> Imported:
    imported = import_labels(session, lines, "The file")
    audit(session, actor, "labels.import", now, new=imported.new, same=imported.same)
    return imported
