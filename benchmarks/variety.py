"""What does variety cost, and does a list stay varied for somebody who accepts everything?

    SHOPTALK_HOME=var python -m benchmarks.variety --name beauty --held-out last.tsv

The shop of SHOPTALK_HOME, with a model that was trained without each customer's last purchase; `last.tsv` has those
purchases (user_id and item_id, separated by tabs). Fifty customers begin with what they bought first and then buy every
product of every list, ten lists long. The knob is tried on one half of the customers; what the setting does is told for
the other.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

import numpy as np

from actions.services import Services, build
from benchmarks.held_out import REPORT, TUNE, last_purchases
from benchmarks.machine import save
from feedback.history import FeedbackHistory
from feedback.people import SHOP_CHANNEL, people_for
from recommender.personalisation.history import History, Signal
from recommender.personalisation.items import Items
from recommender.personalisation.lists import TWINS
from recommender.personalisation.recommender import ListRules, PersonalRecommender
from recommender.personalisation.store import FactorModels
from recommender.settings import Settings

KNOB: Final = (0.0, 0.1, 0.2, 0.3, 0.6)
CONVERSATIONS: Final = 50
LISTS: Final = 10
LENGTH: Final = 5
DEPTH: Final = 10
TESTED: Final = 1000


class Accepting:
    """A `History` in which customers may have lived on: what they did since takes the place of the record."""

    def __init__(self, record: History) -> None:
        self._record = record
        self.lived: dict[str, list[Signal]] = {}

    def signals(self, person_id: str) -> Sequence[Signal]:
        """What they did since, else what the record says."""
        return self.lived.get(person_id) or self._record.signals(person_id)

    def queries(self, person_id: str) -> Sequence[str]:  # noqa: ARG002
        """Nobody searches here."""
        return ()

    def everybody(self) -> Iterator[tuple[str, Sequence[Signal]]]:
        """Nothing is trained here."""
        return iter(())

    def popularity(self) -> Mapping[str, float]:
        """What everybody likes, as in the record."""
        return self._record.popularity()


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True, help="what the shop is called in the table")
    parser.add_argument("--held-out", type=Path, required=True)
    options = parser.parse_args()
    settings = Settings()
    services = build(settings)
    rows: list[dict[str, object]] = []
    halves = last_purchases(options.held_out, TESTED)
    for half, knob in ((REPORT, (0.0, settings.variety)), (TUNE, KNOB)):
        with services.database.transaction() as session:
            people = people_for(session, SHOP_CHANNEL, {user for user, _ in halves[half]}, services.clock.now())
        targets = {people[user]: item for user, item in halves[half]}
        for variety in knob:
            rows.append({"customers": half, "variety": variety, **_row(services, variety, targets)})
            print(rows[-1], flush=True)
    save(
        f"variety-{options.name}",
        f"Variety of recommendations: {options.name}",
        f"python -m benchmarks.variety --name {options.name} --held-out FILE",
        rows,
        [
            (
                f"HR@{DEPTH}: last purchases of {TESTED:,} customers of each half that neither the model nor their "
                "past has in it. The setting was chosen on the tuning half."
            ),
            (
                f"Likeness: the mean cosine of two products of a list of {DEPTH}; variants: lists with two products of "
                f"at least {TWINS}."
            ),
            (
                f"Entropy, in bits, of the categories of what {CONVERSATIONS} customers are shown who buy everything "
                f"they are shown: in their first and in their last three of {LISTS} lists of {LENGTH}; the mean over "
                "customers. A list that had collapsed into one category would have 0."
            ),
        ],
    )


def _row(services: Services, variety: float, targets: Mapping[str, str]) -> dict[str, float]:
    items, _, _ = services.recommender.serving()
    history = Accepting(FeedbackHistory(services.feedback, services.database, services.clock))
    recommender = PersonalRecommender(
        lambda: items, services.catalogue, history, FactorModels(services.settings.home), rules=ListRules(variety)
    )
    found, likeness, variants = [], [], []
    for person, target in targets.items():
        ids = [one.item_id for one in recommender.recommend(person, limit=DEPTH)]
        found.append(target in ids)
        cosines = _cosines(items, ids)
        likeness.append(float(cosines.mean()))
        variants.append(bool((cosines >= TWINS).any()))
    first, end = _accept_everything(services, recommender, history, list(targets)[:: len(targets) // CONVERSATIONS])
    return {
        f"HR@{DEPTH}": round(fmean(found), 4),
        "likeness": round(fmean(likeness), 3),
        "lists with variants": round(fmean(variants), 3),
        "entropy, first lists": round(first, 2),
        "entropy, last lists": round(end, 2),
    }


def _accept_everything(
    services: Services, recommender: PersonalRecommender, history: Accepting, people: Sequence[str]
) -> tuple[float, float]:
    """The mean entropy of the categories in the first and in the last three lists of each."""
    first, end = [], []
    for person in people[:CONVERSATIONS]:
        history.lived[person] = list(history.signals(person))[:1]
        shown = []
        for _ in range(LISTS):
            ids = [one.item_id for one in recommender.recommend(person, limit=LENGTH)]
            history.lived[person] += [Signal(item, "purchase") for item in ids]
            products = services.catalogue.get(ids)
            shown.append([products[one].categories[-1:] for one in ids if one in products])
        first.append(entropy([category for one in shown[:3] for category in one]))
        end.append(entropy([category for one in shown[-3:] for category in one]))
    return fmean(first), fmean(end)


def entropy(categories: Sequence[tuple[str, ...]]) -> float:
    """In bits: 0 where all are the same."""
    shares = np.array(list(Counter(categories).values())) / len(categories)
    return float(-(shares * np.log2(shares)).sum())


def _cosines(items: Items, ids: Sequence[str]) -> np.ndarray:
    vectors = items.vectors[[items.rows[one] for one in ids]]
    return np.asarray((vectors @ vectors.T)[np.triu_indices(len(ids), 1)])


if __name__ == "__main__":
    main()
