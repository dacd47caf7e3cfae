"""What in a person's past moved a score, and by how much?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from recommender.explanation.reason import Reason, ReasonKind
from recommender.personalisation.items import Items
from recommender.personalisation.members.ensemble import Ensemble, total
from recommender.personalisation.past import Floats, Past, Rows
from recommender.personalisation.profile import Profile

__all__ = ["causes"]

_MOST_CAUSES: Final = 12


def causes(
    model: Ensemble, past: Past, profile: Profile, queries: Sequence[str], items: Items, rows: Rows
) -> Mapping[int, Reason]:
    """For each of `rows`, the liked product or the search without which it would lose most; none for a stranger.

    Each of them that counts much is taken out of the past, and the rows are scored again.

    Args:
        model: scores.
        past: what the person did and asked.
        profile: the same, by product.
        queries: the words of `past.asked`.
        items: the products.
        rows: what to explain.
    """
    liked = past.rows[past.strengths > 0][:_MOST_CAUSES]
    others = [past.without(row) for row in liked] + [past.unasked(place) for place in range(len(past.asked))]
    if not others or not len(rows):
        return {}
    whole = model.parts(model.fold_in(past), rows)
    lost = [_lost(model, whole, other, rows) for other in others]
    by_cause = np.stack([total(parts) for parts in lost])
    kinds = dict(zip(profile.item_ids, profile.kinds, strict=True))
    found = {}
    for place, row in enumerate(rows):
        strongest = int(by_cause[:, place].argmax())
        effect = float(by_cause[strongest, place])
        if strongest >= len(liked):
            found[int(row)] = Reason(ReasonKind.ASKED, effect, words=(queries[strongest - len(liked)],))
            continue
        cause = items.ids[liked[strongest]]
        saw_it = max(whole, key=lambda name: (lost[strongest][name][place], name))
        found[int(row)] = Reason(ReasonKind.HISTORY, effect, item_id=cause, signal=kinds[cause], model=saw_it)
    return found


def _lost(model: Ensemble, whole: Mapping[str, Floats], past: Past, rows: Rows) -> dict[str, Floats]:
    """By model, what `rows` lose with a past that has something less in it."""
    left = model.parts(model.fold_in(past), rows)
    return {name: part - left[name] for name, part in whole.items()}
