"""Does a person's taste help where a search leaves several results about as good?

`python -m benchmarks.personal_search --home HOME --held-out FILE`: a shop whose recommendation model was trained
without each customer's last purchase, and a file of those purchases (user_id and item_id, separated by tabs). Each
customer searches for the name of the category of what they bought next; how high does the search put that very product?
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final, NamedTuple

import numpy as np

from actions.services import Services, build
from benchmarks.machine import save
from feedback.people import SHOP_CHANNEL, people_for
from recommender.personalisation.close_calls import POOL, reordered
from recommender.personalisation.recommender import Taste
from recommender.search.port import SearchResult
from recommender.settings import Settings

MARGINS: Final = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)
DEPTH: Final = 10


class Purchase(NamedTuple):
    """What somebody bought, and what a search for its category finds."""

    target: str
    result: SearchResult
    tastes: dict[str, Taste]


def purchases(services: Services, rows: Sequence[tuple[str, str]]) -> Iterator[Purchase]:
    """The search of each customer whose product has a category."""
    with services.database.transaction() as session:
        people = people_for(session, SHOP_CHANNEL, {user for user, _ in rows}, services.clock.now())
    products = services.catalogue.get([item for _, item in rows])
    for user, item in rows:
        product = products.get(item)
        if product is None or not product.categories:
            continue
        query = services.understander.understand(product.categories[-1]).query
        result = services.searcher.search(query, limit=POOL)
        tastes = services.recommender.taste(people[user], [hit.id for hit in result.hits])
        yield Purchase(item, result, dict(tastes))


def gain(purchase: Purchase, margin: float) -> float:
    """1 / log2(rank + 1) of what was bought, 0 beyond `DEPTH`: NDCG with one right answer."""
    result = reordered(purchase.result, purchase.tastes, margin, DEPTH) if margin else purchase.result
    ids = [hit.id for hit in result.hits[:DEPTH]]
    return 1 / float(np.log2(ids.index(purchase.target) + 2)) if purchase.target in ids else 0.0


def main() -> None:
    """Measure and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--held-out", type=Path, required=True)
    parser.add_argument("--people", type=int, default=2000, help="how many customers, taken evenly")
    arguments = parser.parse_args()
    os.environ["SHOPTALK_HOME"] = str(arguments.home)
    services = build(Settings())
    with arguments.held_out.open(encoding="utf-8", newline="") as file:
        every = [(row["user_id"], row["item_id"]) for row in csv.DictReader(file, delimiter="\t")]
    rows = every[:: max(1, len(every) // arguments.people)]
    found = list(purchases(services, rows))
    base = np.array([gain(one, 0.0) for one in found])
    table = []
    random = np.random.default_rng(0)
    for margin in MARGINS:
        gains = np.array([gain(one, margin) for one in found])
        drawn = random.integers(0, len(found), (2000, len(found)))
        low, high = np.percentile((gains - base)[drawn].mean(axis=1), (2.5, 97.5))
        table.append(
            {
                "margin": margin,
                f"NDCG@{DEPTH}": round(float(gains.mean()), 4),
                f"HR@{DEPTH}": round(fmean(gains > 0), 4),
                "more than without (95 %)": f"{(gains - base).mean():+.4f} ({low:+.4f} to {high:+.4f})",
            }
        )
        print(table[-1], flush=True)
    among = fmean(one.target in {hit.id for hit in one.result.hits} for one in found)
    save(
        "personal-search",
        "Taste between close calls of a search, on the beauty shop",
        f"python -m benchmarks.personal_search --home HOME --held-out FILE --people {arguments.people}",
        table,
        [
            (
                f"{len(found)} customers search for the category of what they bought next, which neither the model nor "
                f"their past has in it; {among:.1%} of these products are among the {POOL} results looked through."
            ),
            "Margin: by how much of a search's score, which is from 0 to 1, taste may move a result.",
        ],
    )


if __name__ == "__main__":
    main()
