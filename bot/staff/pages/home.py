"""Where does somebody who has just logged in begin?"""

from __future__ import annotations

from nicegui import ui

from bot.staff.console import Console, View
from feedback.staff.roles import Permission

__all__ = ["register"]


def register(console: Console) -> None:
    """Add the first page."""

    @console.page("/", title="Home", icon="home", needs=Permission.ENTER, listed=False)
    async def home(view: View) -> None:
        ui.label(f"Hello {view.actor.name}").classes("text-h5")
        pages = console.pages_for(view.actor)
        with ui.row():
            for number, page in enumerate(pages, start=1):
                with ui.card(), ui.row().classes("items-center"):
                    ui.icon(page.icon, size="md")
                    ui.link(page.title, page.path).classes("text-h6")
                    ui.label(str(number)).classes("text-grey")
                view.key(str(number), f"open {page.title}", lambda path=page.path: ui.navigate.to(path))
        if not pages:
            ui.label("Nothing here is for your role yet.")
