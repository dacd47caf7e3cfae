"""What would everybody be recommended, and how good is that against what they took next?"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from recommender.errors import BadInputError
from recommender.personalisation.history import Signal
from recommender.personalisation.items import Items
from recommender.personalisation.model import Recommender, best
from recommender.personalisation.past import Past
from recommender.personalisation.profile import Profile

__all__ = ["COLUMNS", "recommended_to", "write_lists"]

COLUMNS: Final = ("user_id", "item_id", "rank")

_AT_ONCE: Final = 256


def recommended_to(
    people: Iterable[tuple[str, Sequence[Signal]]],
    names: Mapping[str, str],
    model: Recommender[Any],
    items: Items,
    k: int,
) -> Iterator[tuple[str, list[str]]]:
    """The name of everybody in `names` who did anything, and the `k` best products for them, best first.

    Scores alone decide: no variety, exploration or campaigns. Left out is everything they did anything with, and what
    cannot be bought now.

    Args:
        people: ids and what each did, oldest first.
        names: what each of them is called; who has no name is passed over.
        model: a model over the rows of `items`.
        items: the products.
        k: how long a list is.
    """
    known = ((names[person_id], signals) for person_id, signals in people if person_id in names)
    while some := list(islice(known, _AT_ONCE)):
        pasts = [Past.of(Profile.of(signals), items.rows) for _, signals in some]
        scores = model.score_many([model.fold_in(past) for past in pasts])
        scores[:, ~items.available] = -np.inf
        for (name, signals), theirs in zip(some, scores, strict=True):
            seen = {items.rows[signal.item_id] for signal in signals if signal.item_id in items.rows}
            theirs[list(seen)] = -np.inf
            rows = best(theirs, k)
            yield name, [items.ids[row] for row in rows[theirs[rows] > -np.inf]]


def write_lists(path: Path, lists: Iterable[tuple[str, Sequence[str]]]) -> tuple[int, int]:
    """Write lists as tab-separated rows `user_id, item_id, rank`, ranks from 1; how many people and rows there are.

    Raises:
        BadInputError: the file cannot be written.
    """
    people = rows = 0
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            writer.writerow(COLUMNS)
            for name, ids in lists:
                writer.writerows((name, item_id, rank) for rank, item_id in enumerate(ids, start=1))
                people, rows = people + 1, rows + len(ids)
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}.") from error
    return people, rows
