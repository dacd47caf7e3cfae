"""`shoptalk config`: which settings are in force?"""

from __future__ import annotations

import typer
from sqlalchemy import make_url

from recommender.settings import Settings

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Look at the settings.")


@app.callback()
def _group() -> None:
    """Look at the settings."""


@app.command()
def show() -> None:
    """Print every setting, its value and its meaning; secrets are masked. Example: shoptalk config show"""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    settings = Settings()
    table = Table("Variable", "Value", "Meaning", show_lines=False)
    for name, field in Settings.model_fields.items():
        variable = field.validation_alias or f"SHOPTALK_{name.upper()}"
        # Values come from the environment: as plain text, never as rich's markup.
        table.add_row(str(variable), Text(_shown(name, getattr(settings, name))), field.description or "")
    Console().print(table)


def _shown(name: str, value: object) -> str:
    if value is None:
        return "(unset)"
    if name in {"database_url", "redis_url"}:
        return make_url(str(value)).render_as_string(hide_password=True)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value) or "(none)"
    return str(value)
