"""Writes docs/numbers.md from benchmarks/results/*.json; --check says whether it is up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.machine import RESULTS

__all__ = ["main", "render"]

TARGET = Path(__file__).parent.parent / "docs" / "numbers.md"
HEADER = """# Numbers

Made by `python -m benchmarks.report` from the files under `benchmarks/results/`; do not edit. Each table names the
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


def main() -> int:
    """Write the page, or (--check) return 1 when it differs from what it should be."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    page = render(records)
    if "--check" in sys.argv[1:]:
        return 0 if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == page else 1
    TARGET.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
