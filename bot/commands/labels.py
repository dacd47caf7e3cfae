"""How do labels leave and come in from the command line?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from recommender.db import Database

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="What the trainers decided: take it out, bring it in.")


@app.callback()
def _group() -> None:
    """What the trainers decided: take it out, bring it in."""


@app.command("export", epilog="Example: shoptalk labels export --out labels.jsonl")
def export_file(
    out: Annotated[Path | None, typer.Option(help="The file to write to, instead of the screen.")] = None,
) -> None:
    """Write every label as JSON Lines: what was judged, by whom, how; never who said it."""
    from feedback.review.exchange import export_labels
    from feedback.staff.accounts import list_staff
    from recommender.errors import BadInputError

    with _database() as database, database.reading() as session:
        lines = list(export_labels(session, {row.id: row.name for row in list_staff(session)}))
    if out is None:
        typer.echo("\n".join(lines))
        return
    try:
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"{out} cannot be written: {error.strerror}.") from error
    typer.echo(f"{len(lines) - 1:,} labels are in {out}.")


@app.command("import", epilog="Example: shoptalk labels import labels.jsonl")
def import_file(file: Annotated[Path, typer.Argument(help="A file that `shoptalk labels export` wrote.")]) -> None:
    """Bring labels in, all or none; what is there already stays as it is."""
    from feedback.review.exchange import import_labels
    from feedback.staff.audit import audit
    from recommender.clock import SystemClock
    from recommender.errors import BadInputError

    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")  # not at what else ends a line: a text may hold that
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{file} is not UTF-8 (byte {error.start}).") from error
    with _database() as database, database.transaction() as session:
        imported = import_labels(session, lines, str(file))
        audit(session, None, "labels.import", SystemClock().now(), new=imported.new, same=imported.same)
    typer.echo(f"{imported.new:,} labels are new, {imported.same:,} were there already.")


@contextmanager
def _database() -> Iterator[Database]:
    from recommender.db import Database, upgrade
    from recommender.settings import Settings

    database = Database(Settings().sql_url)
    try:
        upgrade(database)
        yield database
    finally:
        database.close()
