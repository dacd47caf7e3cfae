"""The `shoptalk` command: which subcommands are there, and how does an error end one?"""

from __future__ import annotations

import sys

import structlog
import typer
from pydantic import ValidationError

from bot.commands import (
    assistant,
    catalog,
    chat,
    config,
    evaluate,
    events,
    labels,
    models,
    privacy,
    search,
    staff,
    telegram,
    train,
    understand,
    up,
)
from recommender.errors import ConfigurationError, ShoptalkError

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A conversational shopping assistant a shop runs itself.",
)
app.add_typer(catalog.app, name="catalog")
app.add_typer(events.app, name="events")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(train.app, name="train")
app.add_typer(models.app, name="models")
app.add_typer(assistant.app, name="assistant")
app.add_typer(config.app, name="config")
app.add_typer(privacy.app, name="privacy")
app.add_typer(labels.app, name="labels")
app.add_typer(telegram.app, name="telegram")
app.add_typer(staff.app, name="staff")
app.command("search")(search.search)
app.command("understand")(understand.understand)
app.command("chat")(chat.chat)
app.command("up")(up.up)


def main() -> None:
    """Run `shoptalk`; an error a person can mend ends it with one sentence and the error's exit code."""
    # What a command prints is its result; the log goes beside it, to whatever stderr is by then.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        app()
    except ShoptalkError as error:
        typer.secho(f"shoptalk: {error}", err=True, fg="red")
        sys.exit(error.exit_code)
    except ValidationError as error:
        # Only Settings is validated before a command's own handling of its input begins.
        for wrong in error.errors():
            name = "_".join(str(part) for part in wrong["loc"][:1]).upper().removeprefix("SHOPTALK_")
            typer.secho(
                f"shoptalk: the setting SHOPTALK_{name} {wrong['msg'].removeprefix('Value error, ')}",
                err=True,
                fg="red",
            )
        sys.exit(ConfigurationError.exit_code)
