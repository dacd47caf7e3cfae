"""What should this person be shown when they did not say what they look for?"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np

from recommender.catalogue.port import Catalogue
from recommender.encoder.port import Encoder
from recommender.errors import ShoptalkError, UnavailableError
from recommender.explanation.reason import Reason, ReasonKind
from recommender.personalisation.history import History
from recommender.personalisation.items import Items
from recommender.personalisation.members import Content, Popularity
from recommender.personalisation.members.ensemble import FIRST_WEIGHTS, Ensemble, total
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Floats, Past, Rows
from recommender.personalisation.profile import Profile
from recommender.personalisation.store import FactorModels, TrainedModel

__all__ = ["UNTRAINED", "PersonalRecommender", "Recommended"]

UNTRAINED: Final = "taste-2"
"""What scores are made by in a shop that has not trained a model: likeness and popularity."""

_REPETITION: Final = 0.05
"""How much the second product of a category has to be better than the first of another; the third by as much again.

The score of a known person's best product is about 1."""

_CANDIDATES: Final = 200
# Below it a product is not popular enough to say so.
_POPULAR: Final = 0.5
# A cause is worth naming from this share of the score on.
_TELLING: Final = 0.05
_MOST_CAUSES: Final = 12
_QUERIES_REMEMBERED: Final = 1024


@dataclass(frozen=True, slots=True)
class Recommended:
    """One recommendation. `score` is the sum of `parts`, which say what each model gave.

    `reasons` come strongest first, each a cause that moved the score. `versions` names what made it: the model, the
    index and its encoder.
    """

    item_id: str
    score: float
    parts: dict[str, float] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)


class PersonalRecommender:
    """Recommends by the trained models together, and in a shop without any by likeness and popularity.

    A person is folded in at every call, so what they did a moment ago counts. The list is put in order so that it is
    varied: a product competes at a growing handicap with those of categories that are in the list already. Scores are
    without the handicap, so they need not fall from place to place.
    """

    def __init__(
        self,
        items: Callable[[], Items],
        catalogue: Catalogue,
        history: History,
        models: FactorModels | None = None,
        encoder: Callable[[], Encoder | None] = lambda: None,
    ) -> None:
        """Put together from what the shop has.

        Args:
            items: the products as they are now.
            catalogue: their records.
            history: what people did.
            models: the trained models; None or an empty folder means that there is none.
            encoder: what reads a person's queries, None while there is none.
        """
        self._items = items
        self._catalogue = catalogue
        self._history = history
        self._models = models
        self._encoder = encoder
        self._moving = threading.Lock()
        self._moved: tuple[tuple[str, str], Ensemble] | None = None
        self._read = lru_cache(_QUERIES_REMEMBERED)(self._encode)

    def recommend(self, person_id: str, *, limit: int = 10, exclude: Collection[str] = ()) -> Sequence[Recommended]:
        """The best products for a person, in stock, without what they bought or gave a thumb down.

        A stranger gets what is popular. Fewer than `limit` only where there are no more.

        Raises:
            UnavailableError: nothing has been indexed yet.
        """
        items, model, version = self.serving()
        profile = Profile.of(self._history.signals(person_id))
        past = Past.of(profile, items.rows, self._asked(person_id, items))
        parts = model.parts(model.fold_in(past))
        score = total(parts)
        unwanted = {*exclude, *profile.rejected, *profile.owned}
        open_rows = items.available.copy()
        open_rows[[items.rows[one] for one in unwanted if one in items.rows]] = False
        candidates = _best(np.flatnonzero(open_rows), score, max(_CANDIDATES, limit))
        rows = self._varied(items, candidates, score, limit)
        causes = _causes(model, past, profile, items, np.array(rows, dtype=np.intp))
        versions = {"recommender": version, **items.versions}
        popular = model.weights.get(Popularity.name, 0.0)
        return [
            Recommended(
                items.ids[row],
                float(score[row]),
                {name: float(part[row]) for name, part in parts.items()},
                _reasons(causes.get(row), float(score[row]), parts, row, popular),
                versions,
            )
            for row in rows
        ]

    def serving(self) -> tuple[Items, Ensemble, str]:
        """The products as they are now, the model that serves, over their rows, and its version.

        Raises:
            UnavailableError: nothing has been indexed yet.
        """
        items = self._items()
        trained = self._models.current() if self._models else None
        if trained is None:
            popularity = Popularity(items.popularity(self._history.popularity()))
            members: dict[str, Recommender[Any]] = {Content.name: Content(items.vectors), Popularity.name: popularity}
            return items, Ensemble(members, FIRST_WEIGHTS), UNTRAINED
        key = (trained.manifest.version, items.versions.get("index", ""))
        with self._moving:
            if self._moved is None or self._moved[0] != key:
                self._moved = key, _onto(trained, items)
            return items, self._moved[1], trained.manifest.version

    def _asked(self, person_id: str, items: Items) -> Floats | None:
        """The vectors of what the person searched for; None where no encoder made the products' vectors."""
        encoder = self._encoder()
        if encoder is None or encoder.version != items.versions.get("encoder"):
            return None
        queries = self._history.queries(person_id)
        try:
            return np.stack([self._read(encoder.version, query) for query in queries]) if queries else None
        except ShoptalkError:  # what was asked only adds to what was done
            return None

    def _encode(self, version: str, query: str) -> Floats:
        encoder = self._encoder()
        if encoder is None or encoder.version != version:
            raise UnavailableError(f"The encoder {version} is gone.")
        vector: Floats = encoder.encode([query])[0]
        return vector

    def _varied(self, items: Items, candidates: Rows, score: Floats, limit: int) -> list[int]:
        """At most `limit` candidates that the catalogue still has, each chosen with the handicap of its category."""
        products = self._catalogue.get([items.ids[row] for row in candidates])
        category = {
            int(row): product.categories[-1:]
            for row in candidates
            if (product := products.get(items.ids[row])) is not None
        }
        shown: Counter[tuple[str, ...]] = Counter()
        chosen: list[int] = []
        while category and len(chosen) < limit:
            row = max(category, key=lambda row: (score[row] - _REPETITION * shown[category[row]], -row))
            shown[category.pop(row)] += 1
            chosen.append(row)
        return chosen


def _onto(trained: TrainedModel, items: Items) -> Ensemble:
    """The trained model over today's products."""
    known = {item_id: row for row, item_id in enumerate(trained.ids)}
    rows = np.array([known.get(item_id, -1) for item_id in items.ids], dtype=np.intp)
    return trained.ensemble.onto(rows, items.features())


def _best(rows: Rows, score: Floats, count: int) -> Rows:
    """The `count` rows with the best scores, best first; ties go by row, which is by id."""
    ordered: Rows = rows[np.lexsort((rows, -score[rows]))][:count]
    return ordered


def _causes(model: Ensemble, past: Past, profile: Profile, items: Items, rows: Rows) -> Mapping[int, Reason]:
    """For each of `rows`, the liked product without which it would lose most; none for a person who liked nothing.

    Each product that counts much in the past is taken out of it, and the rows are scored again.
    """
    kinds = dict(zip(profile.item_ids, profile.kinds, strict=True))
    liked = past.rows[past.strengths > 0][:_MOST_CAUSES]
    if not len(liked) or not len(rows):
        return {}
    whole = model.score(model.fold_in(past), rows)
    lost = np.stack([whole - model.score(model.fold_in(past.without(row)), rows) for row in liked])
    causes = {}
    for place, row in enumerate(rows):
        strongest = int(lost[:, place].argmax())
        cause = items.ids[liked[strongest]]
        causes[int(row)] = Reason(ReasonKind.HISTORY, float(lost[strongest, place]), item_id=cause, signal=kinds[cause])
    return causes


def _reasons(
    cause: Reason | None, score: float, parts: Mapping[str, Floats], row: int, popular: float
) -> tuple[Reason, ...]:
    """The cause in the person's past where it did much for the score, popularity where it is high; strongest first."""
    reasons = []
    if cause is not None and cause.effect >= _TELLING * score > 0:
        reasons.append(cause)
    popularity = float(parts[Popularity.name][row]) if Popularity.name in parts else 0.0
    if popularity >= _POPULAR * popular > 0:
        reasons.append(Reason(ReasonKind.POPULAR, popularity))
    return tuple(sorted(reasons, key=lambda reason: -reason.effect))
