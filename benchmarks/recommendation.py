"""How good is every recommendation model, alone and together, on the last purchase of everybody in a shop?

    SHOPTALK_HOME=var python -m benchmarks.recommendation --name beauty --work /tmp/beauty

Every person's last purchase is held out, all products are ranked, what the person had before is left out. The weights
of the ensemble are learned on the purchase before that. implicit's own ALS and BPR are trained in the same run.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.machine import save
from feedback.history import FeedbackHistory
from feedback.sql import SqlFeedbackStore
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.evaluation.lists import Measured, measure
from recommender.index.follower import CatalogueView
from recommender.personalisation.blending import Choices, learn_blend
from recommender.personalisation.items import Items
from recommender.personalisation.members import MEMBERS, Content, Words
from recommender.personalisation.model import Recommender, best
from recommender.personalisation.past import HeldOut, Interactions
from recommender.personalisation.profile import Profile
from recommender.settings import Settings

DEPTH = 20
FEW_EVENTS = 5
FEW_BUYERS = 5
WEIGHED = 4_000
AT_ONCE = 256
SEED = 0

TEXTLESS = [name for name in MEMBERS if name not in (Content.name, Words.name)]
BLENDS = {
    "ease + transitions": ["ease", "transitions"],
    "ease + transitions + words": ["ease", "transitions", "words"],
    "ease + transitions + words + content": ["ease", "transitions", "words", "content"],
    "ensemble without texts": TEXTLESS,
    "ensemble": list(MEMBERS),
}

Members = Mapping[str, Recommender[Any]]
Cost = tuple[float, float]


def main() -> None:
    """Measure and keep the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True, help="what the shop is called in the tables")
    parser.add_argument("--work", type=Path, required=True, help="folder for fitted models: a run that ended goes on")
    parser.add_argument("--people", type=int, help="measure on so many people, drawn evenly; else on all")
    options = parser.parse_args()
    interactions = shop_interactions(Settings())
    before, held_out = interactions.hold_out_last()
    tested = _draw(held_out, options.people or len(held_out))
    with threadpool_limits(1):
        choices = _choices(before, options.work)
        blends = {name: _blend(choices, members) for name, members in BLENDS.items()}
        members, costs = _members(before, options.work)
        lists = _lists(members, blends, tested) | _peers(before, tested, costs)
    targets, support = np.array([one.target for one in tested]), before.support
    shop = f"{options.name}, {len(interactions.ids):,} products, {len(tested):,} people"
    command = f"python -m benchmarks.recommendation --name {options.name} --work …"
    weights = ", ".join(f"{name} {weight:.3g}" for name, weight in blends["ensemble"].items() if weight > 0)
    save(
        f"recommendation-{options.name}",
        f"Recommendation: {shop}",
        command,
        [_row(name, measure(found, targets, support), costs.get(name)) for name, found in lists.items()],
        [
            "The last purchase of everybody, all products ranked, what they had before left out; one thread.",
            "Coverage: share of the products that are in any list of 20.",
            "Novelty: mean of -log2 of the share of all interactions that are with a recommended product.",
            "Popularity: mean number of people who had a recommended product.",
            "Gini: how unequally products are shown, from 0 (alike).",
            f"Weights of the ensemble, learned on the purchase before: {weights}.",
            "The memory is the whole process's peak while fitting, with the shop's data and the other models in it.",
        ],
    )
    save(
        f"recommendation-{options.name}-cold",
        f"Recommendation where little is known: {shop}",
        command,
        list(_cold(lists, tested, support)),
        ["HR@20. Buyers are counted before the purchase that was held out."],
    )


def shop_interactions(settings: Settings) -> Interactions:
    """What everybody did in a shop."""
    database, clock = Database(settings.sql_url), SystemClock()
    view = CatalogueView(SqlCatalogue(database, clock), settings.home / "index", None)
    items = Items.of(view.snapshot)
    history = FeedbackHistory(SqlFeedbackStore(database, clock), database, clock)
    profiles = (Profile.of(signals) for _, signals in history.everybody())
    return Interactions.of(list(items.ids), items.features(), profiles)


def _draw(held_out: Sequence[HeldOut], count: int) -> list[HeldOut]:
    chosen = np.random.default_rng(SEED).permutation(len(held_out))[:count]
    return [held_out[place] for place in sorted(chosen)]


def _choices(before: Interactions, work: Path) -> Choices:
    """How models that know nothing of the last two purchases see the last but one."""
    path = work / "choices.npz"
    if not path.is_file():
        earlier, held_out = before.hold_out_last()
        members, _ = _members(earlier, work / "earlier")
        made = Choices.of(members, _draw(held_out, WEIGHED))
        np.savez(path, starts=made.starts, scores=made.scores)
    kept = np.load(path)
    return Choices(tuple(MEMBERS), kept["starts"], kept["scores"])


def _blend(choices: Choices, members: Sequence[str]) -> dict[str, float]:
    """The weights that are learned where only some models take part."""
    columns = [choices.models.index(name) for name in members]
    part = Choices(tuple(members), choices.starts, np.ascontiguousarray(choices.scores[:, columns]))
    return learn_blend(part).weights


def _members(interactions: Interactions, work: Path) -> tuple[Members, dict[str, Cost]]:
    """Every model, fitted or, where an earlier run has done so, loaded; and what fitting cost."""
    members: dict[str, Recommender[Any]] = {}
    costs: dict[str, Cost] = {}
    everything = np.arange(len(interactions.ids))
    for name, kind in MEMBERS.items():
        told = work / name / "cost.json"
        if not told.is_file():
            model = kind()
            cost = _cost(partial(model.fit, interactions))
            model.save(work / name)
            told.write_text(json.dumps(cost), encoding="utf-8")
        members[name] = kind.load(work / name).onto(everything, interactions.features)
        seconds, memory = json.loads(told.read_text(encoding="utf-8"))
        costs[name] = seconds, memory
    return members, costs


def _cost(call: Callable[[], object]) -> Cost:
    """Processor seconds and peak memory in MB of a call."""
    _forget_peak()
    started = time.process_time()
    call()
    return time.process_time() - started, _peak_mb()


def _forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # Linux: the peak starts anew from here


def _peak_mb() -> float:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return float(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _lists(
    members: Members, blends: Mapping[str, Mapping[str, float]], tested: Sequence[HeldOut]
) -> dict[str, NDArray[np.int64]]:
    """The first 20 of every system for everybody, shape (people, 20)."""
    found = {name: np.full((len(tested), DEPTH), -1, dtype=np.int64) for name in (*members, *blends)}
    for start in range(0, len(tested), AT_ONCE):
        some = tested[start : start + AT_ONCE]
        scores = {
            name: member.score_many([member.fold_in(one.past) for one in some]) for name, member in members.items()
        }
        for name, weights in blends.items():
            weighted = [np.float32(weight) * scores[member] for member, weight in weights.items()]
            scores[name] = np.sum(weighted, axis=0, dtype=np.float32)
        for name, theirs in scores.items():
            for place, (one, score) in enumerate(zip(some, np.array(theirs), strict=True), start=start):
                score[one.past.rows] = -np.inf
                rows = best(score, DEPTH)
                found[name][place, : len(rows)] = rows
    return found


def _peers(before: Interactions, tested: Sequence[HeldOut], costs: dict[str, Cost]) -> dict[str, NDArray[np.int64]]:
    """The lists of implicit's own models with its own settings, for the people whom they were trained on."""
    matrix = before.matrix()
    models = {
        "implicit's ALS, 256 factors": AlternatingLeastSquares(256, num_threads=1, random_state=SEED),
        "implicit's BPR, 128 factors": BayesianPersonalizedRanking(128, num_threads=1, random_state=SEED),
    }
    found = {}
    people = np.array([one.person for one in tested])
    for name, model in models.items():
        costs[name] = _cost(partial(model.fit, matrix, show_progress=False))
        found[name], _ = model.recommend(people, matrix[people], N=DEPTH)
    return found


def _row(name: str, measured: Measured, cost: Cost | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "model": name,
        "HR@10": measured.hit_10,
        "NDCG@10": measured.ndcg_10,
        "HR@20": measured.hit_20,
        "NDCG@20": measured.ndcg_20,
        "coverage": measured.coverage,
        "novelty": measured.novelty,
        "popularity": measured.popularity,
        "Gini": measured.gini,
    }
    if cost is not None:
        row |= {"fit processor s": round(cost[0], 1), "memory MB": round(cost[1])}
    return row


def _cold(
    lists: Mapping[str, NDArray[np.int64]], tested: Sequence[HeldOut], support: NDArray[np.int64]
) -> Iterator[dict[str, Any]]:
    targets = np.array([one.target for one in tested])
    events, buyers = np.array([len(one.past.rows) for one in tested]), support[targets]
    slices = {
        f"people with at most {FEW_EVENTS} events": events <= FEW_EVENTS,
        "people with more": events > FEW_EVENTS,
        "products nobody bought": buyers == 0,
        f"products with 1 to {FEW_BUYERS} buyers": (buyers > 0) & (buyers <= FEW_BUYERS),
        "products with more": buyers > FEW_BUYERS,
    }
    for name, found in lists.items():
        hit = (found == targets[:, np.newaxis]).any(axis=1)
        yield {"model": name} | {
            f"{part} ({int(within.sum()):,})": float(hit[within].mean())
            for part, within in slices.items()
            if within.any()
        }


if __name__ == "__main__":
    main()
