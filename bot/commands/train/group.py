"""Which commands make models?"""

from __future__ import annotations

import typer

from bot.commands.assistant import train_assistant
from bot.commands.train.encoder import encoder
from bot.commands.train.factors import factors
from bot.commands.train.fusion import fusion
from bot.commands.train.ranker import ranker
from bot.commands.train.suspects import release, suspects

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Make models from behaviour, votes, grades and corrected messages.")


@app.callback()
def _group() -> None:
    """Make models from behaviour, votes, grades and corrected messages."""


app.command("encoder", epilog="Example: shoptalk train encoder --queries queries.tsv --qrels qrels.txt")(encoder)
app.command("assistant", epilog="Example: shoptalk train assistant")(train_assistant)
app.command("ranker", epilog="Example: shoptalk train ranker --queries queries.tsv --qrels qrels.txt")(ranker)
app.command("fusion", epilog="Example: shoptalk train fusion")(fusion)
app.command("factors", epilog="Example: shoptalk train factors")(factors)
app.command("suspects", epilog="Example: shoptalk train suspects")(suspects)
app.command("release", epilog="Example: shoptalk train release 4f1c --by tess")(release)
