"""How are the recommendation models trained from the command line?"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.engine import NICENESS, Engine

if TYPE_CHECKING:
    from recommender.models.manifest import ModelManifest
    from recommender.settings import Settings

__all__ = ["factors", "train_here"]


def factors(
    threads: Annotated[int, typer.Option(min=1, help="Threads; more than one slows an assistant that runs.")] = 1,
    engine: Annotated[
        Engine, typer.Option(help="Where `als` is trained: here, or by Spark's MLlib; all else is trained here.")
    ] = Engine.LOCAL,
) -> None:
    """Train every recommendation model, and how much each counts, on the events and thumbs of this shop.

    A running shop takes the new version up by itself; the one before is kept. Spark needs `make spark` and Java.
    """
    from recommender.settings import Settings

    os.nice(NICENESS)
    train_here(Settings(), threads, engine)


def train_here(settings: Settings, threads: int, engine: Engine = Engine.LOCAL) -> ModelManifest:
    """Train in this process, telling what is done, and say how good the result is."""
    # The libraries read this when they are loaded, which is why nothing was imported before.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(threads)

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from feedback.history import FeedbackHistory
    from feedback.sql import SqlFeedbackStore
    from feedback.training.lineage import CountedHistory, record_use
    from recommender.catalogue.facets import category_key
    from recommender.catalogue.store import SqlCatalogue
    from recommender.clock import SystemClock
    from recommender.db import Database, upgrade
    from recommender.index.follower import CatalogueView
    from recommender.personalisation.items import Items
    from recommender.personalisation.members import MEMBERS
    from recommender.personalisation.store import FactorModels
    from recommender.personalisation.training import train_factors

    database, clock, console = Database(settings.sql_url), SystemClock(), Console()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        upgrade(database)
        catalogue = SqlCatalogue(database, clock)
        view = CatalogueView(catalogue, settings.home / "index", None)
        narrowest = {one.id: category_key(one.categories[-1]) for one in catalogue if one.categories}
        history = CountedHistory(FeedbackHistory(SqlFeedbackStore(database, clock), database, clock))
        members = {name: member() for name, member in MEMBERS.items()}
        with (
            ExitStack() as spark,
            Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown,
        ):
            if engine is Engine.SPARK:
                from recommender.spark.als import SparkAls
                from recommender.spark.session import spark_folder, spark_session

                session = spark.enter_context(spark_session(settings.spark_master))
                members[SparkAls.name] = SparkAls(session, spark_folder(settings))
            task = shown.add_task("")

            def progress(what: str) -> None:
                shown.update(task, description=what)
                if not console.is_terminal:
                    typer.echo(f"  {what}")

            items = Items.of(view.snapshot)
            made = train_factors(
                items,
                history,
                FactorModels(settings.home),
                clock,
                members=members,
                categories=narrowest,
                progress=progress,
            )
            record_use(database, made.version, history.people)
    finally:
        database.close()
    _say(made)
    return made


def _say(made: ModelManifest) -> None:
    card = made.card
    typer.echo(
        f"{made.version}: {card['people']:,} people, {card['interactions']:,} interactions, "
        f"{card['products']:,} products in {card['seconds']:.0f} s."
    )
    held_out = card["held_out_ndcg_at_20"]
    if held_out is None:
        typer.echo("Too few people bought more than once to learn what each model should count for.")
    for name, weight in sorted(card["weights"].items(), key=lambda one: -one[1]):
        measured = "" if held_out is None else f"   NDCG@20 alone {held_out[name]:.4f}"
        typer.echo(f"  {name:<12} weight {weight:8.3f}{measured}")
    if held_out is not None:
        typer.echo(f"  {'together':<12} {'':15}   NDCG@20       {held_out['ensemble']:.4f}, on purchases held out")
    typer.secho("It serves from now on.", fg="green")
