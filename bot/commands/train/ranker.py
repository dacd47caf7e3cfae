"""How is the ranker trained from the command line?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ranker"]

_NICENESS = 15


def ranker(
    queries: Annotated[Path | None, typer.Option(help="Tab-separated lines: query id, text.")] = None,
    qrels: Annotated[Path | None, typer.Option(help="TREC judgements: query 0 product grade.")] = None,
) -> None:
    """Learn from grades, or from this shop's votes, in which order to show what search finds.

    Every query is judged by a model that was trained on others. Only if that is better than the order without a ranker,
    and not by chance, the ranker serves; the command says which, and ends with 0 either way.
    """
    os.nice(_NICENESS)
    os.environ["OMP_NUM_THREADS"] = "1"

    from bot.commands.train.encoder import supervision_of
    from feedback.training.ranker import train_ranker
    from recommender.clock import SystemClock
    from recommender.db import Database, upgrade
    from recommender.errors import BadInputError
    from recommender.settings import Settings

    if (queries is None) != (qrels is None):
        raise BadInputError("Queries and their grades belong together: give both --queries and --qrels, or neither.")
    settings = Settings()
    database = Database(settings.sql_url)
    try:
        upgrade(database)
        given = supervision_of(database, queries, qrels)
        typer.echo(f"{len(given.grades):,} grades of {len(given.queries):,} queries")
        trained = train_ranker(settings, database, SystemClock(), given, lambda what: typer.echo(f"{what} …"))
    finally:
        database.close()
    if trained.version is None:
        typer.secho(f"No ranker serves from this: {trained.reason}", fg="yellow")
    else:
        typer.echo(trained.reason)
        typer.secho(
            f"{trained.version} passed and orders every search now. Back: shoptalk models rollback --ranker", fg="green"
        )
