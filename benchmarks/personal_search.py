"""Does a person's taste help where a search leaves several results about as good?

`python -m benchmarks.personal_search --home HOME --held-out FILE`: a shop whose recommendation model was trained
without each customer's last purchase, and a file of those purchases (user_id and item_id, separated by tabs). Each
customer searches for the name of the category of what they bought next; how high does the search put that very product?
Margins are compared on one half of the customers; what the setting gains is told for the other.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final, NamedTuple

import numpy as np

from actions.services import Services, build
from benchmarks.held_out import REPORT, TUNE, last_purchases
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
    parser.add_argument("--people", type=int, default=2000, help="how many customers of each half")
    arguments = parser.parse_args()
    os.environ["SHOPTALK_HOME"] = str(arguments.home)
    settings = Settings()
    services = build(settings)
    table: list[dict[str, object]] = []
    looked_through: list[str] = []
    halves = last_purchases(arguments.held_out, arguments.people)
    for half, margins in ((REPORT, (0.0, settings.personal_search)), (TUNE, MARGINS)):
        found = list(purchases(services, halves[half]))
        table += [{"customers": half, **row} for row in compared(found, margins)]
        among = fmean(one.target in {hit.id for hit in one.result.hits} for one in found)
        looked_through.append(f"{half}: {len(found)} customers, {among:.1%}")
    save(
        "personal-search",
        "Taste between close calls of a search, on the beauty shop",
        f"python -m benchmarks.personal_search --home HOME --held-out FILE --people {arguments.people}",
        table,
        [
            (
                "Customers search for the category of what they bought next, which neither the model nor their past "
                f"has in it, and the share of these products among the {POOL} results looked through: "
                f"{'; '.join(looked_through)}."
            ),
            "Margin: by how much of a search's score, which is from 0 to 1, taste may move a result.",
            (
                "The margin of the settings was not chosen for the highest number: it is what a shopper would still "
                "call a tie, looked at on the tuning half."
            ),
        ],
    )


def compared(found: Sequence[Purchase], margins: Sequence[float]) -> Iterator[dict[str, object]]:
    """A row for each margin: how high the product came, and what that is more than without taste."""
    base = np.array([gain(one, 0.0) for one in found])
    drawn = np.random.default_rng(0).integers(0, len(found), (2000, len(found)))
    for margin in margins:
        gains = np.array([gain(one, margin) for one in found])
        low, high = np.percentile((gains - base)[drawn].mean(axis=1), (2.5, 97.5))
        row = {
            "margin": margin,
            f"NDCG@{DEPTH}": round(float(gains.mean()), 4),
            f"HR@{DEPTH}": round(fmean(gains > 0), 4),
            "more than without (95 %)": f"{(gains - base).mean():+.4f} ({low:+.4f} to {high:+.4f})",
        }
        print(row, flush=True)
        yield row


if __name__ == "__main__":
    main()
