"""What do four plain reasons to look closer pick, in turn?

Each reason gives every candidate a weight from 0 to 1; they take turns in picking, so that no reason crowds out the
others, and a candidate goes to the reason that speaks for it first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer

from feedback.selection.port import Candidate, Pick, Reason

__all__ = ["GOOD", "WorthAsking", "legs_apart"]

Floats = NDArray[np.float64]

GOOD: Final = 2.0
"""From this grade on a product answers the query."""
# Thumbs are few: with one vote nothing is certain, so a share is shrunk towards none by this many invisible thumbs up.
_PRIOR: Final = 1.0


class WorthAsking:
    """Thumbs down, legs that disagree, scores near where relevance ends, and texts unlike all that was labelled."""

    def select(self, items: Sequence[Candidate], labels: Mapping[str, float], budget: int) -> Sequence[Pick]:
        """At most `budget` picks, the reasons taking turns."""
        if not items or budget <= 0:
            return []
        open_rows = np.array([item.key not in labels for item in items])
        weights = {
            Reason.THUMBS_DOWN: _thumbs_down(items),
            Reason.DISAGREEMENT: legs_apart(items),
            Reason.BOUNDARY: _nearness(items, labels),
            Reason.UNUSUAL: _unlikeness(items, labels),
        }
        # Ties go by place, so that the newest of equals, which come first, are asked first.
        orders = {reason: iter(np.argsort(-weight, kind="stable")) for reason, weight in weights.items()}
        picks: list[Pick] = []
        taken: set[str] = set()
        while orders and len(picks) < budget:
            for reason in list(orders):
                row = next((row for row in orders[reason] if open_rows[row] and items[row].key not in taken), None)
                if row is None or weights[reason][row] <= 0:
                    del orders[reason]
                elif len(picks) < budget:
                    taken.add(items[row].key)
                    picks.append(Pick(items[row].key, reason, float(weights[reason][row])))
        return picks


def _thumbs_down(items: Sequence[Candidate]) -> Floats:
    return np.array([item.down / (item.up + item.down + _PRIOR) for item in items], dtype=np.float64)


def legs_apart(items: Sequence[Candidate]) -> Floats:
    """How far the widest two legs are apart, each leg from 0 (its worst for the query) to 1 (its best)."""
    by_query: dict[str, list[int]] = defaultdict(list)
    for row, item in enumerate(items):
        by_query[item.query].append(row)
    apart = np.zeros(len(items))
    for rows in by_query.values():
        legs = sorted({leg for row in rows for leg in items[row].legs})
        if len(legs) < 2 or len(rows) < 2:
            continue
        table = np.array([[items[row].legs.get(leg, 0.0) for leg in legs] for row in rows])
        low, high = table.min(axis=0), table.max(axis=0)
        placed = (table - low) / np.where(high > low, high - low, 1.0)
        apart[rows] = placed.max(axis=1) - placed.min(axis=1)
    return apart


def _nearness(items: Sequence[Candidate], labels: Mapping[str, float]) -> Floats:
    """How near the score is to the one where answers turn from bad to good; 0 as long as that is not known."""
    scores = np.array([item.score for item in items])
    good = [item.score for item in items if labels.get(item.key, -1.0) >= GOOD]
    bad = [item.score for item in items if 0 <= labels.get(item.key, -1.0) < GOOD]
    spread = scores.max() - scores.min()
    if not good or not bad or spread == 0:
        return np.zeros(len(items))
    boundary = (np.mean(good) + np.mean(bad)) / 2
    return np.asarray(1.0 - np.minimum(np.abs(scores - boundary) / spread, 1.0))


def _unlikeness(items: Sequence[Candidate], labels: Mapping[str, float]) -> Floats:
    """One less the cosine to the nearest thing that has a label; everything is unusual while nothing has."""
    known = [row for row, item in enumerate(items) if item.key in labels]
    if not known:
        return np.ones(len(items))
    if all(item.vector is not None for item in items):
        vectors = np.stack([item.vector for item in items if item.vector is not None])
        likeness = vectors @ vectors[known].T
    else:
        texts = [f"{item.query} {item.text}" for item in items]
        hashed = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 4), n_features=2**16).transform(texts)
        likeness = (hashed @ hashed[known].T).toarray()
    return np.asarray(np.clip(1.0 - likeness.max(axis=1), 0.0, 1.0), dtype=np.float64)
