"""What is around every page: where one can go, who one is, light or dark, and what the keys do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui
from sqlalchemy.orm import Session

from feedback.staff.logins import end_login
from feedback.staff.roles import Actor
from feedback.staff.tables import StaffRow

if TYPE_CHECKING:
    from bot.staff.console import View

__all__ = ["frame", "show_keys"]

_KEY_NAMES = {"ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓", " ": "space", "Escape": "esc"}


async def frame(view: View) -> None:
    """Put the header with the navigation on the page."""
    dark = ui.dark_mode(await view.read(_is_dark, view.actor))

    async def toggle() -> None:
        dark.value = await view.write(_turn_dark)

    async def log_out() -> None:
        await view.write(_log_out)
        ui.run_javascript("sessionStorage.clear()")
        ui.navigate.to("/login")

    # Light enough to be read on the dark page; the header, white on blue, keeps a blue of its own.
    # Among important rules the first layer wins, and the framework's own are in the last.
    ui.add_css(
        "@layer theme {"
        "body { --q-primary: #1d4ed8 !important; } body.body--dark { --q-primary: #7cb0ff !important; }"
        "body.body--dark .bg-primary { color: #000 !important; }"
        ".text-grey { color: #5c6166 !important; } body.body--dark .text-grey { color: #b4b9be !important; }"
        ".text-orange-9 { color: #9a4a00 !important; } body.body--dark .text-orange-9 { color: #ffb366 !important; }"
        ".nicegui-link:not(.text-white) { color: var(--q-primary) !important; }"
        "body .bg-blue-1 .text-grey, body.body--dark .bg-blue-1 .text-grey { color: #4a4f54 !important; }"
        "}"
    )
    with (
        ui.header().classes("items-center q-py-xs no-wrap bg-blue-10"),
        ui.row().classes("w-full items-center no-wrap"),
    ):
        ui.link(view.console.settings.shop_name, "/").classes("text-white text-weight-bold no-underline q-mr-md")
        with ui.element("nav").classes("row items-center").props('aria-label="Pages"'):
            for page in view.console.pages_for(view.actor):
                here = "true" if page is view.page else "false"
                ui.button(page.title, icon=page.icon, on_click=lambda path=page.path: ui.navigate.to(path)).props(
                    f"flat dense no-caps color=white aria-current={'page' if here == 'true' else 'false'}"
                ).classes("q-mr-sm" + (" bg-blue-8" if here == "true" else ""))
        ui.space()
        ui.button(icon="keyboard", on_click=lambda: show_keys(view)).props(
            'flat dense round color=white aria-label="Keys"'
        ).tooltip("Keys (?)")
        ui.button(icon="contrast", on_click=view.handler(toggle)).props(
            'flat dense round color=white aria-label="Dark or light"'
        ).tooltip("Dark or light")
        with ui.button(icon="account_circle").props('flat dense round color=white aria-label="Account"'), ui.menu():
            ui.item(f"{view.actor.name}, {view.actor.role.value}").props("dense disable")
            ui.menu_item("Log out", view.handler(log_out))


def show_keys(view: View) -> None:
    """Show what the keys of the page do, until any key or click."""
    with view.dialog(), ui.card().props('role="dialog" aria-label="Keys"').classes("q-pa-md"):
        ui.label("Keys").classes("text-h6")
        with ui.grid(columns="auto 1fr").classes("items-center"):
            for one in view.keys:
                shown = _KEY_NAMES.get(one.key, one.key)
                ui.label(shown).classes("text-weight-bold q-px-sm bg-grey-4 text-black")
                ui.label(one.meaning)


def _is_dark(session: Session, actor: Actor) -> bool | None:
    account = session.get(StaffRow, actor.id)
    return None if account is None else account.settings.get("dark")


def _turn_dark(session: Session, actor: Actor) -> bool:
    account = session.get_one(StaffRow, actor.id)
    dark = not account.settings.get("dark", False)
    account.settings = {**account.settings, "dark": dark}
    return dark


def _log_out(session: Session, actor: Actor) -> None:
    end_login(session, actor.login_id)
