"""What does training gain on queries it has not seen, by method, by share of labels, with wrong votes and with fakes?

    SHOPTALK_HOME=… python -m benchmarks.learning --name general --queries … --qrels … --only methods:lora

on a home into which the shop's catalogue was imported. Every training is saved as it ends, so the tables grow run by
run; `--only` names what to run: methods:NAME, labels:PERCENT, noise:PERCENT, poison:PERCENT.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import numpy as np
import torch

from benchmarks.machine import RESULTS, save
from feedback.training.batches import Batches
from feedback.training.card import dense_ndcg
from feedback.training.defence import Cast, suspects
from feedback.training.given import from_files
from feedback.training.plan import Plan
from feedback.training.supervision import Grade, Supervision, query_key
from feedback.training.trainer import Outcome, Trainer
from feedback.training.votes import Shown, grades_of
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.export import export_model, load_model
from recommender.encoder.onnx import OnnxEncoder
from recommender.errors import BadInputError
from recommender.evaluation.retrieval import compare
from recommender.evaluation.search import measure, rank
from recommender.evaluation.trec import Judgements
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.search.engine import SearchEngine
from recommender.settings import Settings

GOOD: Final = 0.6
VOTERS: Final = 200
VOTES_A_PAIR: Final = 3
NEAREST: Final = 50
"""So many of the products nearest to each held-out query are told apart, beside the judged ones."""
START: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Trained:
    """A trained encoder and what it took."""

    encoder: OnnxEncoder
    outcome: Outcome
    mb: float


class Shop:
    """A catalogue with grades, part of whose queries no training sees."""

    def __init__(self, settings: Settings, supervision: Supervision, whole: bool, budget_s: float) -> None:
        self.settings = settings
        self.catalogue = SqlCatalogue(Database(settings.sql_url), SystemClock())
        self.products = list(self.catalogue)
        self.texts = {product.id: product.text for product in self.products}
        self.train, held_out = supervision.split()
        self.queries: dict[str, str] = held_out.queries
        self.judgements: Judgements = held_out.judgements()
        self.measured_on = self.texts if whole else self._judged_and_nearest()
        self.whole = whole
        self.budget_s = budget_s

    def _judged_and_nearest(self) -> dict[str, str]:
        """The judged products and those that the base encoder confuses with them: what any encoder has to tell apart.

        The base encoder's nDCG@10 over these is that over the whole catalogue (a sample of others would flatter it).
        """
        base = self.base()
        generation = CatalogueView(self.catalogue, self.settings.home / "index", base.version).snapshot.generation
        near = {
            generation.ids[row]
            for text in self.queries.values()
            for row in np.argsort(-generation.scan.cosines(base.encode([text])[0]))[:NEAREST]
        }
        judged = {item for grades in self.judgements.values() for item in grades}
        return {item: self.texts[item] for item in sorted((near | judged) & self.texts.keys())}

    def fit(self, supervision: Supervision, plan: Plan, folder: Path) -> Trained:
        """Train the base encoder and export it to `folder`."""
        model = load_model(self.settings.encoder)
        batches = Batches(supervision, self.texts, sorted(self.texts.values()), model.tokenizer, plan)
        outcome = Trainer(model, batches, replace(plan, budget_s=self.budget_s), folder).run()
        export_model(model, "tuned", folder / "encoder")
        size = (folder / "encoder" / f"model{'-int8' if self.settings.precision == 'int8' else ''}.onnx").stat().st_size
        return Trained(OnnxEncoder.load(folder / "encoder", self.settings.precision), outcome, size / 1e6)

    def base(self) -> OnnxEncoder:
        """The encoder as it comes."""
        return OnnxEncoder.load(self.settings.build / "encoder", self.settings.precision)

    def dense(self, encoder: OnnxEncoder) -> dict[str, float]:
        """nDCG@10 of each held-out query by cosine alone."""
        return dense_ndcg(encoder, self.queries, self.judgements, self.measured_on)

    def mixed(self, encoder: OnnxEncoder) -> float:
        """nDCG@10 of search as served, over the whole catalogue."""
        with tempfile.TemporaryDirectory() as folder:
            Generation.build(
                Path(folder),
                self.products,
                encoder.encode([product.text for product in self.products]),
                encoder_version=encoder.version,
                change_number=self.catalogue.last_change(),
            )
            engine = SearchEngine(CatalogueView(self.catalogue, Path(folder), encoder.version), encoder)
            rankings = {key: [item for item, _ in hits] for key, hits in rank(engine, self.queries).items()}
        return measure(rankings, self.queries, self.judgements).mean_ndcg


def methods(shop: Shop, method: str) -> dict[str, Any]:
    """One row of the table of methods."""
    if method == "base":
        encoder = shop.base()
        row: dict[str, Any] = {"method": method, "nDCG@10 dense": fmean(shop.dense(encoder).values())}
        return row | ({"nDCG@10 mixed": shop.mixed(encoder)} if shop.whole else {})
    with tempfile.TemporaryDirectory() as folder:
        made = shop.fit(shop.train, Plan(method=method), Path(folder))
        gained = shop.dense(made.encoder)
        comparison = compare(gained, shop.dense(shop.base()))
        return {
            "method": method,
            "nDCG@10 dense": fmean(gained.values()),
            "gain": comparison.mean_difference,
            "p": comparison.p_value,
            **({"nDCG@10 mixed": shop.mixed(made.encoder)} if shop.whole else {}),
            "trained": made.outcome.trained_parameters,
            "share trained": made.outcome.trained_parameters / made.outcome.parameters,
            "steps": made.outcome.steps,
            "of": made.outcome.total,
            "minutes": made.outcome.seconds / 60,
            "peak MB": made.outcome.peak_mb,
            "MB on disk": made.mb,
        }


def labels(shop: Shop, percent: float) -> list[dict[str, Any]]:
    """Two rows of the curve over the share of graded queries: with and without ungraded texts."""
    queries = sorted(shop.train.queries)
    chosen = set(random.Random(0).sample(queries, max(2, round(len(queries) * percent / 100))))
    part = Supervision(tuple(one for one in shop.train.grades if query_key(one.query) in chosen), "part")
    rows = []
    for texts in (Plan().unlabelled, 0):
        with tempfile.TemporaryDirectory() as folder:
            made = shop.fit(part, Plan(unlabelled=texts), Path(folder))
            rows.append(
                {
                    "labels %": percent,
                    "ungraded texts": "yes" if texts else "no",
                    "grades": len(part.grades),
                    "steps": made.outcome.steps,
                    "nDCG@10 dense": fmean(shop.dense(made.encoder).values()),
                }
            )
    return rows


def noise(shop: Shop, percent: float) -> list[dict[str, Any]]:
    """Two rows: votes of which some are flipped, learned as they are, and with reliabilities and a bounded loss."""
    shown = simulated_votes(shop.train, percent / 100)
    base = fmean(shop.dense(shop.base()).values())
    rows = []
    for name, supervision, plan in (
        ("as they are", believed(shown), Plan(robust=False)),
        ("reliability and robust loss", grades_of(shown), Plan(robust=True)),
    ):
        with tempfile.TemporaryDirectory() as folder:
            made = shop.fit(supervision, plan, Path(folder))
            reached = fmean(shop.dense(made.encoder).values())
            rows.append(
                {"flipped %": percent, "votes": name, "nDCG@10 dense": reached, "gain": reached - base,
                 "steps": made.outcome.steps}
            )  # fmt: skip
    return rows


def poison(shop: Shop, percent: float) -> list[dict[str, Any]]:
    """How far fake people push a wrong product up for a query, with and without the defences."""
    honest = simulated_votes(shop.train, 0.1)
    query = max(shop.train.queries.values(), key=lambda text: sum(one.query == text for one in shop.train.grades))
    wrong = min(one.item_id for one in shop.train.grades if one.query == query and one.value == 0)
    fakes = max(1, round(VOTERS * percent / 100))
    planted = [Shown(f"fake-{n}", f"fake-{n}", query, wrong, 1, 1, START + timedelta(minutes=n)) for n in range(fakes)]
    shown = honest + planted
    casts = [Cast(one.person_id, one.item_id, one.vote > 0, one.at or START) for one in shown]
    apart = suspects(casts)
    rows = [{"fakes %": percent, "defences": "not attacked", "rank": rank_of(shop, shop.base(), query, wrong)}]
    for name, supervision, plan in (
        ("none", believed(shown), Plan(robust=False)),
        ("all", grades_of([one for one in shown if one.person_id not in apart]), Plan(robust=True)),
    ):
        with tempfile.TemporaryDirectory() as folder:
            made = shop.fit(supervision, plan, Path(folder))
            rows.append(
                {"fakes %": percent, "defences": name, "rank": rank_of(shop, made.encoder, query, wrong),
                 "fakes found": f"{sum(one.startswith('fake') for one in apart)} of {fakes}",
                 "honest set aside": sum(not one.startswith("fake") for one in apart)}
            )  # fmt: skip
    return rows


def rank_of(shop: Shop, encoder: OnnxEncoder, query: str, item_id: str) -> int:
    """The place of a product among those measured on, by cosine."""
    texts = {**shop.measured_on, item_id: shop.texts[item_id]}
    scores = encoder.encode(list(texts.values())) @ encoder.encode([query])[0]
    return int((scores > scores[list(texts).index(item_id)]).sum()) + 1


def simulated_votes(supervision: Supervision, flipped: float) -> list[Shown]:
    """Thumbs of several people on every grade, up where it is good, some flipped; some people err more than others."""
    chance = random.Random(0)
    careless = [2 * flipped if voter % 2 else 0.0 for voter in range(VOTERS)]
    shown = []
    for number, grade in enumerate(supervision.grades):
        for voter in chance.sample(range(VOTERS), VOTES_A_PAIR):
            up = (grade.value >= GOOD) != (chance.random() < careless[voter])
            at = START + timedelta(minutes=37 * number + voter)
            shown.append(
                Shown(f"voter-{voter}", f"t{number}-{voter}", grade.query, grade.item_id, 1, 1 if up else -1, at)
            )
    return shown


def believed(shown: Sequence[Shown]) -> Supervision:
    """Every thumb taken as it is: the mean of the thumbs on a product."""
    thumbs: dict[tuple[str, str], list[int]] = {}
    for one in shown:
        thumbs.setdefault((one.query, one.item_id), []).append(one.vote)
    return Supervision(
        tuple(Grade(query, item, (fmean(votes) + 1) / 2) for (query, item), votes in thumbs.items()), "votes"
    )


SECTIONS: Final[Mapping[str, tuple[str, Any, Sequence[str]]]] = {
    "methods": ("Training the encoder, by method", lambda shop, what: [methods(shop, what)], ("method",)),
    "labels": ("Training on a share of the graded queries", lambda shop, what: labels(shop, float(what)),
               ("labels %", "ungraded texts")),
    "noise": ("Training on votes of which some are wrong", lambda shop, what: noise(shop, float(what)),
              ("flipped %", "votes")),
    "poison": ("Fake people push a wrong product", lambda shop, what: poison(shop, float(what)),
               ("fakes %", "defences")),
}  # fmt: skip


def keep(name: str, section: str, shop: Shop, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to the saved table, in place of earlier ones for the same thing."""
    subject, _, keys = SECTIONS[section]
    over = f"all {len(shop.texts):,} products" if shop.whole else f"{len(shop.measured_on):,} products, judged or near"
    title = f"{subject}: {name}, {len(shop.queries)} held-out queries over {over}"
    path = RESULTS / f"learning-{name}-{section}.json"
    saved = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    earlier = saved["rows"] if saved.get("title") == title else []  # of another measurement nothing is kept
    new = {tuple(row[key] for key in keys) for row in rows}
    kept = [row for row in earlier if tuple(row[key] for key in keys) not in new]
    note = (
        f"Trained on {len(shop.train.grades):,} grades of {len(shop.train.queries)} other queries, at most "
        f"{shop.budget_s:.0f} seconds of steps, one thread, {shop.settings.precision} vectors."
    )
    save(
        path.stem,
        title,
        f"python -m benchmarks.learning --name {name} --queries … --qrels … --only {section}:…",
        sorted([*kept, *rows], key=lambda row: [str(row[key]) for key in keys]),
        [note],
    )  # fmt: skip


def main() -> None:
    """Run what is asked for and save each row as it is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="what the shop is called in the tables")
    parser.add_argument("--queries", type=Path, required=True)
    parser.add_argument("--qrels", type=Path, required=True)
    parser.add_argument("--only", action="append", required=True, help="SECTION:WHAT, such as methods:lora")
    parser.add_argument("--budget", type=float, default=420.0, help="seconds that the steps of one training may take")
    parser.add_argument("--whole", action="store_true", help="measure over the whole catalogue instead of a pool")
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = Settings()
    shop = Shop(settings, from_files(options.queries, options.qrels), options.whole, options.budget)
    for wanted in options.only:
        section, _, what = wanted.partition(":")
        if section not in SECTIONS:
            raise BadInputError(f"--only {wanted}: expected one of {', '.join(SECTIONS)}, a colon and what.")
        started = time.monotonic()
        rows = SECTIONS[section][1](shop, what)
        keep(options.name, section, shop, rows)
        print(f"{wanted}: {rows} ({time.monotonic() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
