"""Whose votes are set aside, and how are they let in again?"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["release", "suspects"]


def suspects() -> None:
    """Show whose votes no model is trained on, because they look as if somebody pushed or sank a product."""
    from rich.console import Console
    from rich.table import Table

    from feedback.training.quarantine import quarantined
    from recommender.db import Database, upgrade
    from recommender.settings import Settings

    database = Database(Settings().sql_url)
    try:
        upgrade(database)
        with database.reading() as session:
            found = quarantined(session)
    finally:
        database.close()
    if not found:
        typer.echo("Nobody's votes are set aside.")
        return
    table = Table("Person", "Looks like", "Because", "Since", "Released by")
    for one in found:
        table.add_row(one.person_id, one.kind, one.detail, f"{one.since:%Y-%m-%d %H:%M}", one.released_by or "")
    Console().print(table)


def release(
    person: Annotated[str, typer.Argument(help="A person's id, as `shoptalk train suspects` shows it.")],
    by: Annotated[str, typer.Option(help="Who looked at the votes.")],
) -> None:
    """Let the votes of a person count again, in the next training."""
    from feedback.training.quarantine import release as release_person
    from recommender.db import Database, upgrade
    from recommender.settings import Settings

    database = Database(Settings().sql_url)
    try:
        upgrade(database)
        with database.transaction() as session:
            release_person(session, person, by)
    finally:
        database.close()
    typer.echo(f"The votes of {person} count again.")
