"""Which indexes does nobody need any more? Those of encoder versions that are not kept warm."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

__all__ = ["KEPT_FOR", "remove_retired"]

KEPT_FOR: Final = timedelta(days=1)
"""A version is indexed before it is promoted: what was written to within this time may be on its way to be warm."""


def remove_retired(home: Path, warm: Collection[str], now: datetime) -> list[str]:
    """Remove the generations and the vectors of every encoder version that is neither warm nor new.

    Processes that still read such a generation have its files mapped and go on. The folders are opened by nobody who
    writes: only the holder of the indexer's lease may call this, and before it opens its own.

    Args:
        home: the shop's folder, with `index/<encoder version>` and `chroma/<encoder version>`.
        warm: encoder versions (`Encoder.version`) to keep: the one that serves, the one before it, one that is tried.
        now: the present moment.

    Returns:
        The versions of which something was removed.
    """
    removed = set()
    for kind in ("index", "chroma"):
        folders = [path for path in (home / kind).glob("*") if path.is_dir() and path.name not in warm]
        for folder in folders:
            if now - _last_written(folder) > KEPT_FOR:
                shutil.rmtree(folder, ignore_errors=True)
                removed.add(folder.name)
    return sorted(removed)


def _last_written(folder: Path) -> datetime:
    times = [path.stat().st_mtime for path in (folder, *folder.iterdir())]
    return datetime.fromtimestamp(max(times), UTC)
