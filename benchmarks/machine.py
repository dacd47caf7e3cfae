"""On what machine was a benchmark run, and how are its numbers kept for docs/numbers.md?"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["RESULTS", "machine", "save"]

RESULTS = Path(__file__).parent / "results"


def machine() -> str:
    """Processor, cores and Python of this machine in a line."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def save(name: str, title: str, command: str, rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> None:
    """Keep the table of one benchmark in benchmarks/results/NAME.json; docs/numbers.md is made from these files."""
    RESULTS.mkdir(exist_ok=True)
    record = {
        "title": title,
        "command": command,
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "rows": list(rows),
        "notes": list(notes),
    }
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
