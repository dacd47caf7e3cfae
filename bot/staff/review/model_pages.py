"""Which pages are there about models, and how does one get from one to another?"""

from __future__ import annotations

from typing import Final

from nicegui import ui

from bot.staff.console import View

__all__ = ["links"]

_PAGES: Final = {
    "V": ("Versions", "/models"),
    "U": ("Runs", "/models/runs"),
    "S": ("Side by side", "/models/shadow"),
    "Q": ("Votes set aside", "/models/voters"),
}


def links(view: View) -> None:
    """A row of links, and a key for each."""
    with ui.row().classes("items-center").props('role=navigation aria-label="About models"'):
        for key, (title, path) in _PAGES.items():
            here = view.page.path == path
            ui.button(f"{title} ({key})", on_click=lambda path=path: ui.navigate.to(path)).props(
                f"{'unelevated' if here else 'flat'} dense no-caps aria-current={'page' if here else 'false'}"
            )
            view.key(key, f"open {title}", lambda path=path: ui.navigate.to(path))
