"""How soon does what somebody does count, and how long does a recommendation take?

    SHOPTALK_HOME=var python -m benchmarks.realtime --name beauty

The shop of SHOPTALK_HOME, with its trained model. A made-up customer views, puts into the cart and buys; after every
step the next list is asked for. They are erased at the end.
"""

from __future__ import annotations

import argparse
import os
import time
import uuid
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from actions.services import Services, build
from benchmarks.machine import save
from feedback.people import new_person
from feedback.privacy import erase
from feedback.store import Event
from recommender.errors import ConfigurationError
from recommender.personalisation.past import Past
from recommender.personalisation.recommender import UNTRAINED
from recommender.settings import Settings

Taken = tuple[float, float]

REPETITIONS = 200
PAST = 20


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True, help="what the shop is called in the table")
    options = parser.parse_args()
    services = build(Settings())
    _, _, version = services.recommender.serving()
    if version == UNTRAINED:
        raise ConfigurationError("This shop has no trained model: run `shoptalk train factors` first.")
    rows = [*_models(services), *_record(services)]
    items, ensemble, _ = services.recommender.serving()
    save(
        f"realtime-{options.name}",
        f"Recommendation at once: {options.name}, {len(items.ids):,} products",
        f"python -m benchmarks.realtime --name {options.name}",
        rows,
        [
            f"One thread; {REPETITIONS} times each. Models that count: {', '.join(ensemble.members)}.",
            "Folding in includes the scores of all products. Nothing is retrained.",
            (
                f"Load average when it ended: {os.getloadavg()[0]:.1f}; above the number of cores the machine was busy "
                "and the processor's time tells more than the clock's."
            ),
        ],
    )


def _models(services: Services) -> list[dict[str, Any]]:
    """What folding a person in costs, and what each model costs of it."""
    items, ensemble, _ = services.recommender.serving()
    random = np.random.default_rng(0)
    pasts = [
        Past(random.choice(len(items.ids), PAST, replace=False), np.ones(PAST, dtype=np.float32))
        for _ in range(REPETITIONS)
    ]
    rows = [_timed(f"fold in {PAST} products and score all", [_folded(ensemble, past) for past in pasts])]
    for name, member in ensemble.members.items():
        rows.append(_timed(f"of it: {name}", [_folded(member, past) for past in pasts]))
    return rows


def _folded(model: Any, past: Past) -> Callable[[], object]:
    return lambda: model.score(model.fold_in(past))


def _record(services: Services) -> list[dict[str, Any]]:
    """What a person waits for: what they did is kept, and the next list is made from everything they did."""
    items, _, _ = services.recommender.serving()
    random = np.random.default_rng(0)
    with services.database.transaction() as session:
        person_id = new_person(session, services.clock.now())
    try:
        steps = [items.ids[row] for row in random.choice(len(items.ids), REPETITIONS, replace=False)]
        kinds = ("view", "cart", "purchase")
        keep: list[Taken] = []
        ask: list[Taken] = []
        lists: list[list[str]] = []
        for number, item_id in enumerate(steps):
            event = Event(uuid.uuid4().hex, person_id, item_id, kinds[number % len(kinds)], services.clock.now())
            keep.append(_ms(partial(services.feedback.add_events, [event])))
            shown: list[str] = []
            ask.append(_ms(partial(_next_list, services, person_id, shown)))
            lists.append(shown)
        changed = sum(one != other for one, other in pairwise(lists))
    finally:
        erase(services.database, person_id)
    return [
        _row("keep an event", keep),
        _row("the next list of 10, with reasons, from the record", ask),
        {"what": "of the lists that followed an event, changed", "p50 ms": f"{changed} of {len(steps) - 1}"},
    ]


def _timed(name: str, calls: list[Callable[[], object]]) -> dict[str, Any]:
    calls[0]()
    return _row(name, [_ms(call) for call in calls])


def _next_list(services: Services, person_id: str, shown: list[str]) -> None:
    shown.extend(one.item_id for one in services.recommender.recommend(person_id, limit=10))


def _ms(call: Callable[[], object]) -> Taken:
    """Milliseconds on the clock and of the processor."""
    started, worked = time.perf_counter(), time.thread_time()
    call()
    return (time.perf_counter() - started) * 1000, (time.thread_time() - worked) * 1000


def _row(name: str, taken: list[Taken]) -> dict[str, Any]:
    clock, processor = zip(*taken, strict=True)
    return {
        "what": name,
        "p50 ms": float(np.percentile(clock, 50)),
        "p95 ms": float(np.percentile(clock, 95)),
        "p95 processor ms": float(np.percentile(processor, 95)),
    }


if __name__ == "__main__":
    main()
