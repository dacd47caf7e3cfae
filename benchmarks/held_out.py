"""Which customers is a setting chosen on, and on which others is it reported?"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Final

__all__ = ["REPORT", "TUNE", "last_purchases"]

TUNE: Final = "tuning"
REPORT: Final = "reporting"


def last_purchases(path: Path, count: int) -> dict[str, list[tuple[str, str]]]:
    """Customers and what they bought last, at most `count` for each half, drawn by a hash of their number.

    A customer is always in the same half, whatever the file has besides, so that nothing which was chosen on one half
    has seen the other.

    Args:
        path: user_id and item_id, separated by tabs.
        count: how many customers of each half.
    """
    halves: dict[str, list[tuple[str, str]]] = {TUNE: [], REPORT: []}
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["user_id"], row["item_id"]) for row in csv.DictReader(file, delimiter="\t")]
    for user, item in sorted(rows, key=lambda row: _hash(row[0])):
        halves[(TUNE, REPORT)[_hash(user)[-1] % 2]].append((user, item))
    return {half: theirs[:count] for half, theirs in halves.items()}


def _hash(user: str) -> bytes:
    return hashlib.sha256(user.encode()).digest()
