"""What does one machine hold? Arithmetic on the tables that other benchmarks left.

python -m benchmarks.holds
"""

from __future__ import annotations

import json
from typing import Any, Final

from benchmarks.machine import RESULTS, save

AT_ONCE: Final = 8
A_TURN_EVERY_S: Final = 30
SEARCH_WITHIN_MS: Final = 100.0
NIGHT_S: Final = 8 * 3600

Row = dict[str, Any]


def main() -> None:
    """Reckon and keep the table."""
    largest = rows("scale-catalogue")[-1]
    products = number(largest["products"])
    a_thousand = products / 1000
    events = rows("scale-record")[-1]
    als = rows("scale-als")[-1]
    pieces = rows("scale-regression")[-1]
    embedded = next(row for row in rows("index-electronics") if row["encoder"] == "onnxruntime int8, 1 thread")
    busy = next(row for row in rows("turn") if row["series"] == f"Shoptalk, {AT_ONCE} at once, mixed")
    turns = AT_ONCE / (busy["p50 ms"] / 1000)
    searched = [row for row in rows("search-growth") if row["condition"] == "no condition"][-1]
    search_ms = searched["processor p95 ms"] / (number(searched["products"]) / 1000)
    score_ms = largest["fold in and score p95 ms"] / a_thousand
    a_night = NIGHT_S * embedded["products/s"]
    interactions_mb = events["bytes an interaction in memory"] / 2**20
    reading_s = events["reading for training s"] / number(events["events"])
    als_s = als["fit s"] / number(als["events"])
    pieces_s = (pieces["ease s"] + pieces["transitions s"]) / number(pieces["products"])
    made = [
        ("turns a second", f"{AT_ONCE} at once / their median", f"{turns:.0f}"),
        ("shoppers at a time", f"times {A_TURN_EVERY_S} s from turn to turn", f"{turns * A_TURN_EVERY_S:,.0f}"),
        ("products embedded in eight hours", "products a second of one thread", f"{a_night:,.0f}"),
        ("search, p95, a thousand products more", f"that of {searched['products']}", f"{search_ms:.2f} ms"),
        ("scoring all, p95, a thousand more", f"that of {products:,}", f"{score_ms:.2f} ms"),
        (
            f"products searched within {SEARCH_WITHIN_MS:.0f} ms, p95",
            "its time a thousand products",
            f"{SEARCH_WITHIN_MS / search_ms * 1000:,.0f}",
        ),
        (
            "serving memory a thousand products",
            f"that of {products:,}",
            f"{largest['serving MB'] / a_thousand:.1f} MB",
        ),
        (
            "events on disk, a million",
            "bytes an event",
            f"{events['bytes an event on disk'] * 1e6 / 2**20:,.0f} MB",
        ),
        (
            "everybody's past in memory while training, ten million interactions",
            "bytes an interaction",
            f"{interactions_mb * 1e7:,.0f} MB",
        ),
        (
            "training two regressions by pieces, a million products",
            "twice, for the weights and for good",
            f"{2 * pieces_s * 1e6 / 3600:.1f} h",
        ),
        (
            "reading and training ALS, a hundred million events",
            "read once, fitted twice",
            f"{(reading_s + 2 * als_s) * 1e8 / 3600:.1f} h",
        ),
    ]
    save(
        "scale-holds",
        "Scale: what one machine holds",
        "python -m benchmarks.holds",
        [{"what": what, "reckoned from": how, "result": result} for what, how, result in made],
        [
            (
                "Sums from the other tables of this page, for a machine like theirs; what goes beyond the largest row "
                "that was measured is a straight line drawn on."
            ),
        ],
    )


def rows(name: str) -> list[Row]:
    """The rows of a table."""
    found: list[Row] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["rows"]
    return found


def number(text: str) -> int:
    """A whole number as tables write it."""
    return int(text.replace(",", ""))


if __name__ == "__main__":
    main()
