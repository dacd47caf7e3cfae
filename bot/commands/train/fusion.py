"""How are the weights of words and meaning moved by votes, from the command line?"""

from __future__ import annotations

import os

import typer

from bot.commands.engine import NICENESS

__all__ = ["fusion"]


def fusion() -> None:
    """Let votes move what words and meaning count for in searches by one small step, if that proves better.

    Everybody who voted has one voice; what few say, or what depends on one person, moves nothing. The step is measured
    on held-out queries by the gate of the encoder. Nothing does this by itself: run it when you like, or daily.
    """
    os.nice(NICENESS)
    os.environ["OMP_NUM_THREADS"] = "1"

    from bot.commands.record import open_record
    from feedback.training.fusion import train_fusion
    from recommender.clock import SystemClock
    from recommender.settings import Settings

    with open_record() as database:
        moved = train_fusion(Settings(), database, SystemClock(), lambda what: typer.echo(f"{what} …"))
    if moved.version is None:
        typer.secho(f"Nothing is moved: {moved.reason}.", fg="yellow")
    else:
        typer.echo(moved.reason)
        typer.secho(f"{moved.version} counts in every search now. Back: shoptalk models rollback --fusion", fg="green")
