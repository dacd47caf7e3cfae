"""Who has an account, and what did they do?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nicegui import ui
from sqlalchemy.orm import Session

from bot.staff.console import Console, View
from feedback.staff.accounts import (
    add_staff,
    generate_password,
    hash_password,
    list_staff,
    set_disabled,
    set_password,
)
from feedback.staff.audit import audit, latest_actions
from feedback.staff.roles import Actor, Permission, Role

__all__ = ["register"]


@dataclass(frozen=True, slots=True)
class _Account:
    name: str
    role: str
    disabled: bool


def register(console: Console) -> None:
    """Add the admin's pages."""

    @console.page("/accounts", title="Accounts", icon="group", needs=Permission.MANAGE)
    async def accounts(view: View) -> None:
        await _Accounts(view).build()

    @console.page("/audit", title="Audit", icon="history", needs=Permission.MANAGE)
    async def actions(view: View) -> None:
        ui.label("Who did what").classes("text-h5")
        columns = [
            {"name": name, "label": name.capitalize(), "field": name, "align": "left"}
            for name in ("when", "who", "what", "details")
        ]
        ui.table(columns=columns, rows=await view.read(_actions), pagination=50).props("dense flat").classes("w-full")


class _Accounts:
    def __init__(self, view: View) -> None:
        self._view = view

    async def build(self) -> None:
        ui.label("Accounts").classes("text-h5")
        with ui.row().classes("items-center"):
            name = ui.input("Name").props("dense maxlength=60")
            role = ui.select([role.value for role in Role], value=Role.TRAINER.value, label="Role").props("dense")

            async def add() -> None:
                password = await self._view.work(generate_password)
                hashed = await self._view.work(hash_password, password)
                now = self._view.console.clock.now()
                added = await self._view.write(_add, name.value, Role(role.value), hashed, now)
                self._tell_password(added, password)
                name.value = ""
                await self._table.refresh()

            ui.button("Add", on_click=self._view.handler(add))
        await self._table()

    @ui.refreshable_method
    async def _table(self) -> None:
        with ui.grid(columns="auto auto auto auto").classes("items-center"):
            for account in await self._view.read(_accounts):
                ui.label(account.name)
                ui.label(account.role + (" (closed)" if account.disabled else ""))
                ui.button(
                    "Open" if account.disabled else "Close",
                    on_click=self._view.handler(lambda one=account: self._set_disabled(one)),
                ).props("flat dense no-caps")
                ui.button(
                    "New password", on_click=self._view.handler(lambda one=account: self._new_password(one))
                ).props("flat dense no-caps")

    async def _set_disabled(self, account: _Account) -> None:
        await self._view.write(_disable, account.name, not account.disabled, self._view.console.clock.now())
        await self._table.refresh()

    async def _new_password(self, account: _Account) -> None:
        password = await self._view.work(generate_password)
        hashed = await self._view.work(hash_password, password)
        await self._view.write(_password, account.name, hashed, self._view.console.clock.now())
        self._tell_password(account.name, password)

    def _tell_password(self, name: str, password: str) -> None:
        with self._view.dialog() as dialog, ui.card():
            ui.label(f"The password of {name}, shown this once:")
            ui.label(password).classes("text-h6").mark("password")
            ui.button("Done", on_click=dialog.close)


def _accounts(session: Session) -> list[_Account]:
    return [_Account(row.name, row.role, row.disabled) for row in list_staff(session)]


def _add(session: Session, actor: Actor, name: str, role: Role, password_hash: str, now: datetime) -> str:
    row = add_staff(session, name, role, password_hash, now)
    audit(session, actor, "staff.add", now, name=row.name, role=role.value)
    return row.name


def _disable(session: Session, actor: Actor, name: str, disabled: bool, now: datetime) -> None:
    set_disabled(session, name, disabled=disabled)
    audit(session, actor, "staff.disable" if disabled else "staff.enable", now, name=name)


def _password(session: Session, actor: Actor, name: str, password_hash: str, now: datetime) -> None:
    set_password(session, name, password_hash)
    audit(session, actor, "staff.password", now, name=name)


def _actions(session: Session) -> list[dict[str, str]]:
    return [
        {
            "id": str(row.id),
            "when": f"{row.at:%Y-%m-%d %H:%M:%S}",
            "who": row.staff_name,
            "what": row.action,
            "details": ", ".join(f"{name} {value}" for name, value in row.details.items()),
        }
        for row in latest_actions(session)
    ]
