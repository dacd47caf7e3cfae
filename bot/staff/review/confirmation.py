"""How is somebody asked whether they mean it, before what cannot be undone?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from bot.staff.console import View

__all__ = ["confirm"]


def confirm(view: View, question: str, more: str, yes: str, work: Callable[[], Awaitable[None]]) -> None:
    """A window with the question; `work` is done when `yes` is pressed, and nothing when it is left otherwise."""

    async def confirmed() -> None:
        dialog.close()
        await work()

    with view.dialog() as dialog, ui.card().props(f'role="dialog" aria-label="{yes}"'):
        ui.label(question).classes("text-h6")
        ui.label(more)
        with ui.row():
            ui.button(yes, on_click=view.handler(confirmed)).props("no-caps color=negative")
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps autofocus")
