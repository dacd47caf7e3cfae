"""How do the results of benchmarks become the page docs/numbers.md? `scripts/generate_docs.py` writes it."""

from __future__ import annotations

from typing import Any

__all__ = ["render"]

HEADER = """# Numbers

Made by `scripts/generate_docs.py` from the files under `benchmarks/results/`; do not edit. Each table names the
command that measured it, the machine and the day. Machines differ: compare rows of one table, not tables.
"""


def render(records: list[dict[str, Any]]) -> str:
    """The page, in Markdown."""
    return "\n".join([HEADER, *(_section(record) for record in records)])


def _section(record: dict[str, Any]) -> str:
    columns = list(dict.fromkeys(key for row in record["rows"] for key in row))
    lines = [
        f"## {record.get('title', '')}",
        "",
        f"`{record.get('command', '')}` · {record['machine']} · {record['date']}",
        "",
        "| " + " | ".join(columns) + " |",
        "|" + " --- |" * len(columns),
        *("| " + " | ".join(_cell(row.get(column, "")) for column in columns) + " |" for row in record["rows"]),
        "",
    ]
    notes = [f"- {note}" for note in record.get("notes", [])]
    return "\n".join([*lines, *notes, ""] if notes else lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value).replace("|", "\\|")
