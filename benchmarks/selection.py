"""How many labels does each way of choosing what to ask need, to reach what chance reaches with all of them?

    SHOPTALK_HOME=… python -m benchmarks.selection --name general --queries … --qrels …

on a home into which the shop's catalogue was imported. What learns from the labels is the ranker of `shoptalk train
ranker`, over features that are computed once; the labels are the grades of the products that search finds for the
queries that may be trained on, asked for a tenth at a time.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, Final

import numpy as np

from benchmarks.machine import save
from feedback.selection.pool_based import STRATEGIES
from feedback.selection.port import Candidate, Strategy
from feedback.selection.ways import Way, strategy_of
from feedback.training.given import from_files
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.errors import BadInputError
from recommender.evaluation.retrieval import ndcg
from recommender.evaluation.trec import Judgements
from recommender.index.follower import CatalogueView
from recommender.ranking.features import FEATURES
from recommender.ranking.model import BASE_WEIGHT
from recommender.ranking.training import Found, find, fit
from recommender.search.engine import SearchEngine
from recommender.settings import Settings

SHARES: Final = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
BEGIN: Final = 0.02
"""The first labels are chosen by chance, so that every strategy has something to go by."""
UNJUDGED: Final = 0.5
"""As surely as training takes what nobody judged for grade 0."""
SEEDS: Final = 5
_T: Final = 2.776
"""Student's t for 95 % and five values."""

Key = tuple[int, int]


class Asked:
    """The pool of graded products, and what a ranker learns from some of them."""

    def __init__(
        self, train: Sequence[Found], train_grades: Judgements, test: Sequence[Found], test_grades: Judgements
    ):
        """`train` and `test` are the candidates of queries that may be labelled, and of those measured on."""
        self.train = train
        self.test = test
        self.test_grades = test_grades
        self.keys: dict[str, Key] = {}
        self.grades: dict[str, float] = {}
        items = []
        places = [list(FEATURES).index(name) for name in ("fused", "lexical", "dense")]
        for number, one in enumerate(train):
            for row, item in enumerate(one.ids):
                if item in train_grades[one.query_id]:
                    key = f"{one.query_id}\0{item}"
                    fused, lexical, dense = (float(one.table[row, place]) for place in places)
                    legs = {"lexical": lexical, "dense": dense}
                    items.append(Candidate(key, one.query_id, item, score=fused, legs=legs))
                    self.keys[key] = (number, row)
                    self.grades[key] = float(one.grades[row])
        self.items: Sequence[Candidate] = items

    def learned(self, labels: Mapping[str, float]) -> float:
        """The mean nDCG@10 on the queries measured on, of a ranker that knows just these labels."""
        rows: dict[int, list[int]] = {}
        for key in self.items:
            if key.key in labels:
                number, row = self.keys[key.key]
                rows.setdefault(number, []).append(row)
        part = [self._known(number, chosen) for number, chosen in rows.items()]
        try:
            booster = fit(part)
        except BadInputError:
            booster = None
        gains = []
        for one in self.test:
            scores = BASE_WEIGHT * one.table[:, 0] + (booster.predict(one.table, num_threads=1) if booster else 0.0)
            ranked = [one.ids[row] for row in np.argsort(-scores, kind="stable")]
            gain = ndcg(ranked, self.test_grades[one.query_id])
            if gain is not None:
                gains.append(gain)
        return fmean(gains)

    def _known(self, number: int, rows: Sequence[int]) -> Found:
        """What training sees of a query of which these rows are labelled: the others count as in `find`, unjudged."""
        found = self.train[number]
        grades, weights = np.zeros_like(found.grades), np.full(len(found.ids), UNJUDGED)
        grades[rows], weights[rows] = found.grades[rows], 1.0
        return replace(found, grades=grades, weights=weights)

    def curve(self, strategy: Strategy, seed: int) -> list[float]:
        """What is reached at each of `SHARES`."""
        total = len(self.items)
        first = STRATEGIES["random"](seed).select(self.items, {}, max(2, round(BEGIN * total)))
        labels = {pick.key: self.grades[pick.key] for pick in first}
        reached = []
        for share in SHARES:
            picks = strategy.select(self.items, labels, max(0, round(share * total) - len(labels)))
            labels |= {pick.key: self.grades[pick.key] for pick in picks}
            if len(labels) < round(share * total):
                rest = STRATEGIES["random"](seed).select(self.items, labels, round(share * total) - len(labels))
                labels |= {pick.key: self.grades[pick.key] for pick in rest}
            reached.append(self.learned(labels))
        return reached


def strategies(seed: int) -> dict[str, Strategy]:
    """Every way of choosing, by name."""
    return {way.value: strategy_of(way, seed) for way in Way}


def main() -> None:
    """Draw the curves and save them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="what the shop is called in the tables")
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--qrels", type=Path, required=True)
    options = parser.parse_args()
    settings = Settings()
    encoder = OnnxEncoder.load(settings.build / "encoder", settings.precision)
    catalogue = SqlCatalogue(Database(settings.sql_url), SystemClock())
    engine = SearchEngine(CatalogueView(catalogue, settings.home / "index", encoder.version), encoder)
    parts = [(part.queries, part.judgements()) for part in from_files(options.queries, options.qrels).split()]
    train, test = ((find(engine, queries, grades), grades) for queries, grades in parts)
    asked = Asked(*train, *test)
    curves = {name: [asked.curve(strategies(seed)[name], seed) for seed in range(SEEDS)] for name in strategies(0)}
    goal = fmean(curve[-1] for curve in curves["random"])
    nothing = asked.learned({})
    rows: list[dict[str, Any]] = []
    for name, found in curves.items():
        means = [fmean(at) for at in zip(*found, strict=True)]
        row: dict[str, Any] = {"chosen by": name}
        for share, at in zip(SHARES, zip(*found, strict=True), strict=True):
            row[f"{share:.0%}"] = f"{fmean(at):.4f} ± {_T * stdev(at) / SEEDS**0.5:.4f}"
        enough = next((share for share, mean in zip(SHARES, means, strict=True) if mean >= goal), None)
        row["labels needed"] = "all" if enough is None else f"{enough:.0%}"
        rows.append(row)
        print(row, flush=True)
    note = (
        f"{len(asked.items):,} graded products of {len(asked.train)} queries could be asked about; without any label "
        f"{nothing:.4f}, with all of them {goal:.4f}. Means of {SEEDS} seeds, with 95 % confidence of the "
        "mean over seeds (not over queries). Labels needed: the first share whose mean reaches what all labels reach. "
        "What is not labelled counts as grade 0, half as surely, as in training: few labels can do worse than none."
    )
    save(
        f"selection-{options.name}",
        f"What to ask: nDCG@10 by the share of labels, {options.name}, {len(asked.test)} held-out queries",
        f"python -m benchmarks.selection --name {options.name} --queries … --qrels …",
        rows,
        [note],
    )


if __name__ == "__main__":
    main()
