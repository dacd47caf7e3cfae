"""Writes docs/cli.md, docs/settings.md and docs/numbers.md from the program; --check says whether they are true."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer.main
from typer.cli import get_docs_for_click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def pages() -> dict[str, str]:
    """Every generated page, by its path under docs/."""
    from benchmarks.machine import RESULTS
    from benchmarks.report import render
    from bot.cli import app
    from recommender.settings import Settings

    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="shoptalk")
    note = "Made by `scripts/generate_docs.py` from the program; do not edit.\n"
    cli = get_docs_for_click(obj=command, ctx=context, name="shoptalk", title="Commands")
    settings = [
        "# Settings\n",
        note,
        "In the environment or in `.env`; `shoptalk config show` prints those in force, secrets masked.\n",
        "| variable | default | meaning |",
        "| --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = str(default).replace(str(ROOT), ".") if default not in (None, []) else "(unset)"
        settings.append(
            f"| `{field.validation_alias or 'SHOPTALK_' + name.upper()}` | `{shown}` | {field.description} |"
        )
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    return {
        "cli.md": cli.replace("# Commands\n", f"# Commands\n\n{note}", 1).rstrip() + "\n",
        "settings.md": "\n".join(settings) + "\n",
        "numbers.md": render(records),
    }


def main() -> int:
    """Write the pages; with --check, name those that differ and return 1."""
    stale = []
    for name, text in pages().items():
        path = ROOT / "docs" / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv[1:]:
                path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv[1:]:
        print(f"stale: {', '.join(stale)}; run scripts/generate_docs.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
