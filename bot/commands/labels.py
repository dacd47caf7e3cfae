"""How do labels leave and come in from the command line?"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.record import open_record
from feedback.selection.ways import Way, strategy_of

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

    with open_record() as database, database.reading() as session:
        lines = list(export_labels(session, {row.id: row.name for row in list_staff(session)}))
    _write(lines, out, "labels are")


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
    with open_record() as database, database.transaction() as session:
        imported = import_labels(session, lines, str(file))
        audit(session, None, "labels.import", SystemClock().now(), new=imported.new, same=imported.same)
    typer.echo(f"{imported.new:,} labels are new, {imported.same:,} were there already.")


class Asked(StrEnum):
    """Which queue."""

    JUDGEMENT = "judgement"
    MESSAGE = "message"
    SUSPECTS = "suspects"


@app.command(epilog="Example: shoptalk labels queue --rater Ada --out todo.jsonl")
def queue(
    rater: Annotated[str, typer.Option(help="Who is going to decide.")],
    kind: Annotated[Asked, typer.Option(help="Search results, messages, or labels that look wrong.")] = Asked.JUDGEMENT,
    limit: Annotated[int, typer.Option(min=1, help="So many, the most telling first.")] = 50,
    by: Annotated[Way, typer.Option(help="How search results are chosen.")] = Way.MIX,
    out: Annotated[Path | None, typer.Option(help="The file to write to, instead of the screen.")] = None,
) -> None:
    """Write what waits to be decided, each with why it was picked; fill in values, then `shoptalk labels import`."""
    from bot.staff.review.desk import product_texts
    from feedback.review.exchange import queue_lines
    from feedback.review.queues import queue as review_queue
    from feedback.review.subject import Kind
    from feedback.review.suspicion import suspicious
    from recommender.catalogue.store import SqlCatalogue
    from recommender.clock import SystemClock

    clock = SystemClock()
    with open_record() as database, database.reading() as session:
        catalogue = SqlCatalogue(database, clock)
        texts = product_texts(catalogue)
        if kind is Asked.SUSPECTS:
            items = suspicious(session, texts)[:limit]
        else:
            items = review_queue(
                session, Kind(kind.value), f"import:{rater}", texts, budget=limit, strategy=strategy_of(by)
            )
        titles = {
            id_: one.title for id_, one in catalogue.get([item.item_id for item in items if item.item_id]).items()
        }
        lines = list(queue_lines(items, rater, clock.now(), titles))
    _write(lines, out, "things wait")


@app.command(epilog="Example: shoptalk labels agreement")
def agreement() -> None:
    """Show how far raters agree (Krippendorff's alpha), and how often each is right by all of them together."""
    from feedback.review.agreeing import agreements

    with open_record() as database, database.reading() as session:
        found = agreements(session)
    for one in found:
        typer.echo(f"{one.kind.value}: {one.subjects:,} decided on, {one.shared:,} by two or more, "
                   f"{one.conflicts:,} differently; alpha ({one.metric}) {one.judgement}")  # fmt: skip
        for name, (count, reliability) in sorted(one.raters.items(), key=lambda rater: -rater[1][0]):
            typer.echo(f"  {name}: {count:,} decisions" + (f", right {reliability:.0%}" if one.shared else ""))


def _write(lines: Sequence[str], out: Path | None, what: str) -> None:
    from recommender.errors import BadInputError

    if out is None:
        typer.echo("\n".join(lines))
        return
    try:
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"{out} cannot be written: {error.strerror}.") from error
    typer.echo(f"{len(lines) - 1:,} {what} in {out}.")
