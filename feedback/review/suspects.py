"""Which labels are probably wrong, because what was learned from all the others says so?

Each label is predicted by a model that was fitted without it (cross-validation); a label whose own value got little
probability, while another got much, is worth a second look. The idea is confident learning's (C. Northcutt, L. Jiang
and I. Chuang, "Confident learning", JAIR 2021): compare with how sure the model is of that value where it is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

__all__ = ["Suspect", "suspects"]

_FOLDS: Final = 5
_FEATURES: Final = 2**16
_LEAST_PER_VALUE: Final = 5
"""A value given more seldom is not judged: every fold has to have seen it."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that looks wrong: its place, what it is, what it looks like, and how probable each is."""

    place: int
    value: str
    likely: str
    own_probability: float
    likely_probability: float


def suspects(texts: Sequence[str], values: Sequence[str], *, limit: int = 50) -> list[Suspect]:
    """The labels least to be believed, worst first; none while there are too few labels to learn from.

    Args:
        texts: what each label is about, in words.
        values: the labels.
        limit: how many at most.
    """
    common = {value for value, count in Counter(values).items() if count >= _LEAST_PER_VALUE}
    places = [place for place, value in enumerate(values) if value in common]
    if len(common) < 2:
        return []
    given = np.array([values[place] for place in places])
    words = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=_FEATURES)
    features = words.transform([texts[place] for place in places])
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    model = LogisticRegression(C=25.0, max_iter=1000)
    probabilities = cross_val_predict(model, features, given, cv=folds, method="predict_proba")
    classes = np.unique(given)
    own = probabilities[np.arange(len(given)), np.searchsorted(classes, given)]
    # How sure the model is of each value where it was given: some values are harder to tell than others.
    usual = np.array([probabilities[given == value, place].mean() for place, value in enumerate(classes)])
    best = np.argmax(np.where(probabilities >= usual, probabilities, 0.0), axis=1)
    found = [
        Suspect(
            places[row], str(given[row]), str(classes[best[row]]), float(own[row]), float(probabilities[row, best[row]])
        )
        for row in range(len(given))
        if classes[best[row]] != given[row] and probabilities[row, best[row]] >= usual[best[row]]
    ]
    return sorted(found, key=lambda one: (one.own_probability - one.likely_probability, one.place))[:limit]
