"""Whose votes are set aside, and how are they let in again?"""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.record import open_record

__all__ = ["release", "suspects"]


def suspects() -> None:
    """Show whose votes no model is trained on, because they look as if somebody pushed or sank a product."""
    from rich.console import Console
    from rich.table import Table

    from feedback.training.quarantine import quarantined

    with open_record() as database, database.reading() as session:
        found = quarantined(session)
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

    with open_record() as database, database.transaction() as session:
        release_person(session, person, by)
    typer.echo(f"The votes of {person} count again.")
