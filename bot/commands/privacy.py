"""How does a shop show or erase from the command line what it keeps of a customer?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from recommender.db import Database
    from recommender.settings import Settings

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="What is kept of a customer: show it, erase it.")

User = Annotated[
    str, typer.Argument(help="The shop's customer number, CHANNEL:NAME for another channel, or a person's id here.")
]


@app.callback()
def _group() -> None:
    """What is kept of a customer: show it, erase it."""


@app.command("export", epilog="Example: shoptalk privacy export 10042 --out 10042.json")
def export_person(
    user: User, out: Annotated[Path | None, typer.Option(help="The file to write to, instead of the screen.")] = None
) -> None:
    """Write everything that is kept of a customer, as JSON by table."""
    import json

    from feedback.privacy import export
    from recommender.errors import BadInputError

    with _database() as (_, database):
        kept = export(database, _find(database, user))
    text = json.dumps(kept, ensure_ascii=False, indent=2)
    if out is None:
        typer.echo(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"{out} cannot be written: {error.strerror}.") from error


@app.command("erase", epilog="Example: shoptalk privacy erase 10042")
def erase_person(user: User) -> None:
    """Erase everything that is kept of a customer, and print how much of what that was. It cannot be undone."""
    from bot.trackers import RasaTrackers, tracker_database
    from feedback.privacy import erase
    from recommender.errors import ConflictError

    with _database() as (settings, database):
        trackers = RasaTrackers(tracker_database(settings))
        receipt = erase(database, _find(database, user), trackers.forget)
    for store, count in receipt.erased.items():
        typer.echo(f"{count:>10,}  {store}")
    if not receipt.complete:
        left = ", ".join(f"{count:,} in {store}" for store, count in receipt.remaining.items())
        raise ConflictError(f"Something was added meanwhile and is left: {left}; erase {user} again.")
    typer.echo("Looked again: nothing is left.")
    if receipt.models:
        typer.echo(
            f"Models that were trained on this customer's votes: {', '.join(receipt.models)}. Train again without them "
            "(`shoptalk train encoder`), or retire them (`shoptalk models retire VERSION`)."
        )


@contextmanager
def _database() -> Iterator[tuple[Settings, Database]]:
    # The inventory reaches these tables by name, so they have to be declared.
    import actions.dialogue.tables
    import actions.shop.tables  # noqa: F401
    from recommender.db import Database, upgrade
    from recommender.settings import Settings

    settings = Settings()
    database = Database(settings.sql_url)
    try:
        upgrade(database)
        yield settings, database
    finally:
        database.close()


def _find(database: Database, user: str) -> str:
    """The person's id."""
    from feedback.people import SHOP_CHANNEL, find_person
    from feedback.tables import PersonRow
    from recommender.errors import NotFoundError

    with database.reading() as session:
        if session.get(PersonRow, user) is not None:
            return user
        try:
            return find_person(session, SHOP_CHANNEL, user)
        except NotFoundError:
            channel, colon, name = user.partition(":")
            if not colon:
                raise
            return find_person(session, channel, name)
