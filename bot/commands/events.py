"""How does a shop bring in from the command line what its customers did before?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Past behaviour: who viewed, carted and bought what.")


@app.callback()
def _group() -> None:
    """Past behaviour: who viewed, carted and bought what."""


@app.command(
    "import", epilog="Example: shoptalk events import orders.csv --map user_id=customer --map timestamp=sold_at"
)
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, TSV or JSONL with user_id and item_id; event (else purchase), position or timestamp."
        ),
    ],
    mappings: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Read a field from a column of another name."),
    ] = None,
) -> None:
    """Add what customers did in the past; events of products the catalogue does not have are kept and counted.

    Users are the shop's own customer numbers. Run it again whenever there is more, or when it was interrupted: what is
    there already stays as it is.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from feedback.events_import import import_events
    from recommender.catalogue.feed.report import LineReport
    from recommender.clock import SystemClock
    from recommender.db import Database, upgrade
    from recommender.settings import Settings

    settings = Settings()
    clock = SystemClock()
    console = Console()
    lines = LineReport(settings.home / "reports" / f"events-{clock.now():%Y%m%dT%H%M%S}-{file.stem}.csv")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    database = Database(settings.sql_url)
    try:
        upgrade(database)
        with lines, Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
            task = bar.add_task(f"Reading {file.name}", total=None, rows=0)
            report = import_events(
                file,
                database,
                clock,
                mappings=mappings or [],
                lines=lines,
                progress=lambda done, size, rows: bar.update(task, completed=done, total=size, rows=rows),
            )
            rejected = lines.path
    finally:
        database.close()
    seconds = report.seconds
    rate = report.read / max(seconds, 0.001)
    console.print(
        f"{file.name}: {report.read:,} read in {seconds:.1f} s ({rate:,.0f}/s).", markup=False, highlight=False
    )
    counts = {"new": report.new, "there already": report.repeated, "rejected": report.rejected}
    for name, count in counts.items():
        console.print(f"{count:>10,}  {name}", highlight=False)
    if report.unknown_items:
        console.print(
            f"{report.unknown_items:>10,}  of products not in the catalogue, kept all the same", highlight=False
        )
    if rejected:
        console.print(f"Line by line: {rejected}", markup=False, highlight=False, soft_wrap=True)
