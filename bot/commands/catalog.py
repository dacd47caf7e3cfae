"""How does a shop bring its catalogue in from the command line?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from recommender.catalogue.feed.importer import Progress
    from recommender.catalogue.feed.report import ImportReport

from bot.commands.engine import NICENESS, Engine
from recommender.catalogue.feed.source import FeedFormat

__all__ = ["app"]

IndexStep = Callable[[int, int], None]

app = typer.Typer(no_args_is_help=True, help="The catalogue: what the shop sells.")


@app.callback()
def _group() -> None:
    """The catalogue: what the shop sells."""


@app.command("import", epilog="Example: shoptalk catalog import products.csv --map price=price/100 --prune")
def import_file(
    file: Annotated[Path, typer.Argument(help="The feed: CSV, TSV, JSONL, Google Merchant XML or TSV, Shopify CSV.")],
    feed_format: Annotated[
        FeedFormat, typer.Option("--format", help="The feed's format; `auto` goes by its content.")
    ] = FeedFormat.AUTO,
    mappings: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN[/NUMBER]", help="Fill a field from a column, divided by a number."),
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Delete the products that the feed does not name.")] = False,
    no_index: Annotated[
        bool, typer.Option("--no-index", help="Leave embedding to the running app or to `shoptalk catalog embed`.")
    ] = False,
) -> None:
    """Bring a product feed into the catalogue and index what changed.

    Run it again whenever the feed changes, or when it was interrupted: it only writes what is different.
    """
    from rich.console import Console

    from recommender.catalogue.feed.columns import parse_mappings
    from recommender.catalogue.feed.importer import import_feed
    from recommender.catalogue.feed.report import LineReport
    from recommender.catalogue.store import SqlCatalogue
    from recommender.clock import SystemClock
    from recommender.db import Database, upgrade
    from recommender.settings import Settings

    settings = Settings()
    columns = parse_mappings(mappings or [])
    clock = SystemClock()
    console = Console()
    lines = LineReport(settings.home / "reports" / f"import-{clock.now():%Y%m%dT%H%M%S}-{file.stem}.csv")
    database = Database(settings.sql_url)
    try:
        upgrade(database)
        with lines, _progress(console, file.name) as progress:
            report = import_feed(
                file,
                SqlCatalogue(database, clock),
                wanted=feed_format,
                columns=columns,
                currency=settings.currency,
                lines=lines,
                prune=prune,
                progress=progress,
            )
    finally:
        database.close()
    _print(console, file, report)
    if not no_index:
        from recommender.index.following import catch_up

        with _index_progress(console) as step:
            catch_up(settings, report=step)


@app.command(epilog="Example: shoptalk catalog embed --engine spark")
def embed(
    engine: Annotated[Engine, typer.Option(help="Where the encoder runs: here, or on Spark's workers.")] = Engine.LOCAL,
) -> None:
    """Embed what changed in the catalogue and publish its index.

    A running assistant does so by itself; this is for what was imported with --no-index. Spark is for catalogues that
    take hours here, and needs `make spark` and Java.
    """
    from rich.console import Console

    from recommender.index.following import catch_up
    from recommender.settings import Settings

    settings = Settings()
    console = Console()
    fill = None
    if engine is Engine.SPARK:
        from recommender.spark.embedding import filling

        os.nice(NICENESS)
        fill = filling(settings)
    with _index_progress(console) as step:
        catch_up(settings, report=step, fill=fill)
    console.print("The index is up to date.")


@contextmanager
def _progress(console: Console, name: str) -> Iterator[Progress]:
    """A bar by bytes with rows a second and the time left; nothing where the output is no terminal."""
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows, {task.fields[rate]:,.0f}/s"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(f"Reading {name}", total=None, rows=0, rate=0.0)

        def step(read: int, size: int, rows: int) -> None:
            rate = rows / max(bar.tasks[0].elapsed or 0.0, 0.001)
            bar.update(task, completed=read, total=size, rows=rows, rate=rate)

        yield step


@contextmanager
def _index_progress(console: Console) -> Iterator[IndexStep]:
    from rich.progress import MofNCompleteColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (*Bar.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("Indexing", total=None)

        def step(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield step


def _print(console: Console, file: Path, report: ImportReport) -> None:
    """The report as a person reads it; every count that can be zero and means trouble is left out when it is."""
    rate = report.read / max(report.seconds, 0.001)
    console.print(
        f"{file.name} ({report.written_as}): {report.read:,} read in {report.seconds:.1f} s ({rate:,.0f}/s).",
        markup=False,
        highlight=False,
    )
    counts = {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
    }
    troubles = {
        "of them repeated ids": report.repeated,
        "titles built": report.titles_built,
        "texts cut": report.truncated,
        "values dropped": report.values_dropped,
        "texts with unreadable characters": report.garbled,
        "pruned": report.pruned,
    }
    for name, count in (counts | {name: count for name, count in troubles.items() if count}).items():
        console.print(f"{count:>10,}  {name}", highlight=False)
    if report.not_pruned_because:
        console.print(f"Nothing was pruned: {report.not_pruned_because}.", markup=False, highlight=False)
    if report.lines:
        console.print(f"Line by line: {report.lines}", markup=False, highlight=False, soft_wrap=True)
