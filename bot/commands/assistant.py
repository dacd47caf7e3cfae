"""Which assistants has this shop trained on corrected messages, which one serves, and the way back?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.assistant.versions import AssistantVersions

__all__ = ["app", "train_assistant"]

app = typer.Typer(no_args_is_help=True, help="Assistants trained on corrected messages: list, promote, go back.")


@app.callback()
def _group() -> None:
    """Assistants trained on corrected messages: list, promote, go back."""


def train_assistant() -> None:
    """Teach the assistant the messages that were corrected in the review console.

    It is compared, on messages it did not learn from, with the one without them: on the corrected messages, on a tenth
    of the checkout's own examples, and on what shoppers said and it understood. If it understands more and nothing
    less, it takes over at once, also while people talk. Exit code 0 either way; the last line says which.
    """
    from bot.assistant.training import train_assistant as train
    from feedback.staff.audit import audit
    from recommender.clock import SystemClock
    from recommender.db import Database, upgrade
    from recommender.settings import Settings

    settings, clock = Settings(), SystemClock()
    database = Database(settings.sql_url)
    try:
        upgrade(database)
        trained = train(settings, database, clock, lambda line: typer.echo(line))
        with database.transaction() as session:
            audit(session, None, "assistant.train", clock.now(), version=trained.name, promoted=trained.promoted)
    finally:
        database.close()
    for name, counts in trained.verdict.numbers().items():
        typer.echo(f"  {name.replace('_', ' ')}: " + ", ".join(f"{what} {count}" for what, count in counts.items()))
    if not trained.promoted:
        typer.echo(f"{trained.name} was not promoted: {trained.verdict.reason}")
    elif trained.swapped:
        typer.echo(f"{trained.name} answers from now on. Back: shoptalk assistant rollback")
    else:
        typer.echo(f"{trained.name} answers from the next start on: Rasa does not run.")


@app.command("list", epilog="Example: shoptalk assistant list")
def list_versions() -> None:
    """Show every trained assistant: what it learned, what its gate said, whether it serves."""
    from rich.console import Console
    from rich.table import Table

    from bot.commands.record import open_record
    from feedback.training.lineage import debts

    versions = _versions()
    with open_record() as database:
        owed = debts(database)
    table = Table("Version", "Is", "Corrections", "Gate", "Made")
    for one in versions.versions():
        state = "serves" if one.serves else "" if one.fits else "outdated"
        gate = "passed" if one.passed else f"refused: {one.reason}"
        gate += f"; knows {owed[one.name].people} erased" if one.name in owed else ""
        table.add_row(one.name, state, f"{one.corrections:,}", gate, one.made_at[:16].replace("T", " "))
    table.add_row("the checkout's own", "" if versions.serving().current else "serves", "", "", "")
    Console().print(table)


@app.command(epilog="Example: shoptalk assistant promote shop-0123456789ab")
def promote(version: Annotated[str, typer.Argument(help="A version that `shoptalk assistant list` names.")]) -> None:
    """Let a trained assistant answer, whatever its gate said."""
    _tell(version, _versions().promote(version))


@app.command(epilog="Example: shoptalk assistant rollback")
def rollback() -> None:
    """Let the assistant that served before answer again."""
    _tell(*_versions().rollback())


def _tell(name: str, swapped: bool) -> None:
    typer.echo(f"{name} answers from {'now' if swapped else 'the next start'} on.")


def _versions() -> AssistantVersions:
    from bot.assistant.versions import AssistantVersions
    from recommender.settings import Settings

    return AssistantVersions(Settings())
