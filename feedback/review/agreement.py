"""How far do raters agree, beyond what chance would give?

Krippendorff's alpha: one less the observed disagreement over the disagreement to be expected if the same values were
dealt out at random. 1 is perfect, 0 is chance, below 0 worse than chance; from .8 on labels are usually relied upon,
from .667 on for tentative conclusions.

K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), with its coincidence matrix and metrics; the tests
check the values published there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

__all__ = ["Metric", "krippendorff_alpha"]

Metric = Literal["nominal", "ordinal", "interval"]
"""How different two values are: only whether (intents), by rank (grades), or by how much."""

Distance = Callable[[float, float], float]


def krippendorff_alpha(units: Iterable[Sequence[float]], metric: Metric = "nominal") -> float | None:
    """Alpha over `units`, each the values that its raters gave; any number of raters, and values may be missing.

    None where no unit has two values, or where all values are the same, so that nothing could have differed.
    """
    coincidences: dict[tuple[float, float], float] = defaultdict(float)
    for values in units:
        if len(values) < 2:
            continue
        for place, one in enumerate(values):
            for other in (*values[:place], *values[place + 1 :]):
                coincidences[one, other] += 1 / (len(values) - 1)
    totals: dict[float, float] = defaultdict(float)
    for (one, _), count in coincidences.items():
        totals[one] += count
    if len(totals) < 2:
        return None
    distance = _distance(metric, totals)
    n = sum(totals.values())
    observed = sum(count * distance(one, other) for (one, other), count in coincidences.items())
    expected = sum(
        totals[one] * (totals[other] - (one == other)) * distance(one, other) for one in totals for other in totals
    ) / (n - 1)
    return 1 - observed / expected


def _distance(metric: Metric, totals: Mapping[float, float]) -> Distance:
    if metric == "nominal":
        return lambda one, other: float(one != other)
    if metric == "interval":
        return lambda one, other: (one - other) ** 2
    ranked = sorted(totals)

    def ordinal(one: float, other: float) -> float:
        low, high = min(one, other), max(one, other)
        between = sum(totals[value] for value in ranked if low <= value <= high)
        return (between - (totals[low] + totals[high]) / 2) ** 2

    return ordinal
