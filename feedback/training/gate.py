"""May a version answer shoppers? Only if it is better on what it has not seen, and worse nowhere."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from statistics import fmean, median
from typing import Any, Final

from recommender.encoder.port import Encoder
from recommender.evaluation.retrieval import Comparison, compare
from recommender.evaluation.search import measure, rank
from recommender.evaluation.trec import Judgements
from recommender.search.port import Searcher
from recommender.understanding.query import Query

__all__ = ["Canary", "Check", "Contender", "Verdict", "judge"]

SIGNIFICANCE: Final = 0.05
"""How likely chance alone may do as well, one-sided, for a version to count as better."""

LEAST_QUERIES: Final = 8
"""Below this many held-out queries nothing can be told."""

SLICE_MARGIN: Final = 0.03
"""By how much nDCG@10 may fall on a slice of the queries, on average."""

LEAST_IN_SLICE: Final = 5
"""A slice of fewer queries says too little to refuse a version for it."""

SLOWER_BY: Final = 1.25
"""By what factor encoding a query may take longer."""

CANARY_DEPTH: Final = 10
_CANARIES_SUNK: Final = 0.02
_SPEED_QUERIES: Final = 30
_SHOWN: Final = 5


@dataclass(frozen=True)
class Contender:
    """A version that can be asked: search as it would be served, and the encoder alone."""

    version: str
    searcher: Searcher
    encoder: Encoder


@dataclass(frozen=True, slots=True)
class Canary:
    """A product that has to be found for a query: whoever loses it has broken something."""

    query: str
    item_id: str


@dataclass(frozen=True, slots=True)
class Check:
    """One condition, whether it is met, and the numbers."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Verdict:
    """What the gate says of `version` against `against`, check by check.

    `ndcg` are the means on the held-out queries; `better` and `worse` the queries that moved most, with by how much.
    """

    version: str
    against: str
    checks: tuple[Check, ...]
    ndcg: Mapping[str, float]
    queries: int
    better: Sequence[tuple[str, float]]
    worse: Sequence[tuple[str, float]]

    @property
    def passed(self) -> bool:
        """Whether every condition is met."""
        return all(check.passed for check in self.checks)

    @property
    def reason(self) -> str:
        """In one sentence why it passed or was refused."""
        said = [check for check in self.checks if check.passed == self.passed]
        return "; ".join(f"{check.name}: {check.detail}" for check in (said[:1] if self.passed else said))

    def as_dict(self) -> dict[str, Any]:
        """The verdict as plain data."""
        return {**asdict(self), "passed": self.passed, "reason": self.reason}


def judge(
    candidate: Contender,
    current: Contender,
    queries: Mapping[str, str],
    judgements: Judgements,
    slices: Mapping[str, Sequence[str]],
    canaries: Sequence[Canary],
) -> Verdict:
    """Compare two versions on queries that neither was trained on.

    Args:
        candidate: the version that asks to serve.
        current: the version that serves.
        queries: the held-out queries, by key.
        judgements: their grades.
        slices: which of them belong to each slice: a category, head or tail, a language.
        canaries: products that must go on being found.

    Raises:
        BadInputError: no held-out query has a product of a positive grade.
    """
    ours, theirs = (measure(_ids(one, queries), queries, judgements) for one in (candidate, current))
    comparison = compare(ours.ndcg, theirs.ndcg)
    better, worse = comparison.largest(_SHOWN)
    checks = (
        _is_better(comparison, ours.mean_ndcg, theirs.mean_ndcg),
        *_no_slice_worse(comparison, slices),
        _canaries_found(candidate, current, canaries),
        _fast_enough(candidate, current, list(queries.values())),
    )
    return Verdict(
        candidate.version,
        current.version,
        checks,
        {candidate.version: ours.mean_ndcg, current.version: theirs.mean_ndcg},
        len(comparison.differences),
        [(queries[key], difference) for key, difference in better],
        [(queries[key], difference) for key, difference in worse],
    )


def _ids(contender: Contender, queries: Mapping[str, str]) -> dict[str, list[str]]:
    ranked = rank(contender.searcher, queries)
    return {key: [item for item, _ in hits] for key, hits in ranked.items()}


def _is_better(comparison: Comparison, ours: float, theirs: float) -> Check:
    count = len(comparison.differences)
    name = "better on held-out queries"
    if count < LEAST_QUERIES:
        return Check(name, False, f"only {count} held-out queries have a relevant product, {LEAST_QUERIES} are needed")
    one_sided = comparison.p_value / 2
    passed = comparison.mean_difference > 0 and one_sided <= SIGNIFICANCE
    said = f"nDCG@10 {theirs:.4f} → {ours:.4f} on {count} queries ({comparison.mean_difference:+.4f})"
    if comparison.mean_difference <= 0:
        return Check(name, passed, f"{said}, which is no gain")
    return Check(name, passed, f"{said}, p = {one_sided:.3f}, at most {SIGNIFICANCE} is asked for")


def _no_slice_worse(comparison: Comparison, slices: Mapping[str, Sequence[str]]) -> list[Check]:
    checks = []
    for name, keys in sorted(slices.items()):
        differences = [comparison.differences[key] for key in keys if key in comparison.differences]
        if len(differences) < LEAST_IN_SLICE:
            continue
        mean = fmean(differences)
        checks.append(Check(f"no worse on {name}", mean >= -SLICE_MARGIN, f"{mean:+.4f} on {len(differences)} queries"))
    return checks


def _canaries_found(candidate: Contender, current: Contender, canaries: Sequence[Canary]) -> Check:
    found = {one.version: {canary for canary in canaries if _finds(one, canary)} for one in (candidate, current)}
    sunk = [canary for canary in canaries if canary in found[current.version] - found[candidate.version]]
    allowed = int(_CANARIES_SUNK * len(canaries))
    named = f", such as {sunk[0].item_id} for {sunk[0].query!r}" if sunk else ""
    detail = (
        f"{len(found[candidate.version])} of {len(canaries)} among the first {CANARY_DEPTH}, "
        f"{len(sunk)} of them lost ({allowed} may be){named}"
    )
    return Check("canary products found", len(sunk) <= allowed, detail)


def _finds(contender: Contender, canary: Canary) -> bool:
    hits = contender.searcher.search(Query(canary.query), limit=CANARY_DEPTH).hits
    return any(hit.id == canary.item_id for hit in hits)


def _fast_enough(candidate: Contender, current: Contender, texts: Sequence[str]) -> Check:
    times: dict[str, list[float]] = {candidate.version: [], current.version: []}
    for text in islice(cycle(texts), _SPEED_QUERIES):
        for one in (candidate, current):  # in turns, so that whatever else the machine does slows both
            started = time.perf_counter()
            one.encoder.encode([text])
            times[one.version].append((time.perf_counter() - started) * 1000)
    ours, theirs = median(times[candidate.version]), median(times[current.version])
    # A quick encoder is quick enough, however slow the other one was not.
    passed = ours <= max(SLOWER_BY * theirs, theirs + 1.0)
    return Check("fast enough", passed, f"{theirs:.1f} → {ours:.1f} ms a query")
