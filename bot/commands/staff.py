"""How are the accounts of those who work in the console made and closed from the command line?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.record import open_record
from feedback.staff.roles import Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Accounts of the staff's console.")

Name = Annotated[str, typer.Argument(help="The name to log in with.")]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it once, instead of asking.")]


@app.callback()
def _group() -> None:
    """Accounts of the staff's console."""


@app.command(epilog="Example: shoptalk staff add Ada --role trainer --generate")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="trainer reviews feedback, agent answers shoppers, admin does all.")],
    generate: Generate = False,
) -> None:
    """Make an account."""
    from feedback.staff.accounts import add_staff, hash_password
    from feedback.staff.audit import audit

    password = _password(generate)
    password_hash, now = hash_password(password), _now()
    with _transaction() as session:
        row = add_staff(session, name, role, password_hash, now)
        audit(session, None, "staff.add", now, name=row.name, role=role.value)
    typer.echo(f"{row.name} can log in as {role.value}.")
    if generate:
        typer.echo(f"The password, shown this once: {password}")


@app.command("list", epilog="Example: shoptalk staff list")
def list_accounts() -> None:
    """List every account with its role."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from feedback.staff.accounts import list_staff

    with _transaction() as session:
        rows = list_staff(session)
    if not rows:
        typer.echo("Nobody has an account yet; make one with `shoptalk staff add`.")
        return
    table = Table("Name", "Role", "State", "Since")
    for row in rows:
        state = "closed" if row.disabled else "open"
        table.add_row(Text(row.name), row.role, state, f"{row.created_at:%Y-%m-%d}")
    Console().print(table)


@app.command(epilog="Example: shoptalk staff disable Ada")
def disable(name: Name) -> None:
    """Close an account at once, wherever it is logged in."""
    from feedback.staff.accounts import set_disabled
    from feedback.staff.audit import audit

    with _transaction() as session:
        row = set_disabled(session, name, disabled=True)
        audit(session, None, "staff.disable", _now(), name=row.name)
    typer.echo(f"{row.name} cannot log in any more; `shoptalk staff enable` opens the account again.")


@app.command(epilog="Example: shoptalk staff enable Ada")
def enable(name: Name) -> None:
    """Open a closed account again."""
    from feedback.staff.accounts import set_disabled
    from feedback.staff.audit import audit

    with _transaction() as session:
        row = set_disabled(session, name, disabled=False)
        audit(session, None, "staff.enable", _now(), name=row.name)
    typer.echo(f"{row.name} can log in again.")


@app.command(epilog="Example: shoptalk staff password Ada --generate")
def password(name: Name, generate: Generate = False) -> None:
    """Give an account another password; it is logged out everywhere."""
    from feedback.staff.accounts import find_staff, hash_password, set_password
    from feedback.staff.audit import audit

    with _transaction() as session:
        find_staff(session, name)  # before anybody thinks of a password
    chosen = _password(generate)
    password_hash = hash_password(chosen)
    with _transaction() as session:
        row = set_password(session, name, password_hash)
        audit(session, None, "staff.password", _now(), name=row.name)
    typer.echo(f"{row.name} has another password and is logged out everywhere.")
    if generate:
        typer.echo(f"The password, shown this once: {chosen}")


def _password(generate: bool) -> str:
    from feedback.staff.accounts import generate_password

    if generate:
        return generate_password()
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


@contextmanager
def _transaction() -> Iterator[Session]:
    with open_record() as database, database.transaction() as session:
        yield session


def _now() -> datetime:
    from recommender.clock import SystemClock

    return SystemClock().now()
