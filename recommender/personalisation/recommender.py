"""What should this person be shown when they did not say what they look for?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.port import Catalogue
from recommender.clock import Clock, SystemClock
from recommender.encoder.port import Encoder
from recommender.errors import ShoptalkError, UnavailableError
from recommender.explanation.reason import Reason, ReasonKind
from recommender.personalisation.causes import causes
from recommender.personalisation.exploration import explore
from recommender.personalisation.history import History
from recommender.personalisation.items import Items
from recommender.personalisation.lists import varied
from recommender.personalisation.members import Content, Popularity
from recommender.personalisation.members.ensemble import FIRST_WEIGHTS, Ensemble, total
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Floats, Past, Rows
from recommender.personalisation.profile import Profile
from recommender.personalisation.repeats import Usual
from recommender.personalisation.replenishment import Replenishment, with_due
from recommender.personalisation.store import FactorModels, TrainedModel
from recommender.understanding.query import Facet

__all__ = ["UNTRAINED", "ListRules", "PersonalRecommender", "Place", "Recommended", "Taste"]

UNTRAINED: Final = "taste-2"
"""What scores are made by in a shop that has not trained a model: likeness and popularity."""

_CANDIDATES: Final = 200
# Who is drawn by lot comes from so many that follow the list.
_EXPLORED: Final = 50
# Of what was shown before, so many of the last are kept clear of.
_BEFORE: Final = 20
# Below it a product is not popular enough to say so.
_POPULAR: Final = 0.5
# A cause is worth naming from this share of the score on.
_TELLING: Final = 0.2
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
    propensity: float = 1.0
    """How likely the product was to be on its place."""


@dataclass(frozen=True, slots=True)
class Place:
    """The rank of a product, from 1, among how many, and its score."""

    rank: int
    of: int
    score: float


class Taste(NamedTuple):
    """How near a product is to what a person likes, from 0 to 1, and what of their past it would lose most without."""

    nearness: float
    cause: Reason | None


@dataclass(frozen=True, slots=True)
class ListRules:
    """What a shop decides about lists.

    `variety` is the knob of `varied`; `exploration` the share of places that are drawn by lot; `consumables` the keys
    of the categories whose products are used up and bought again, None where that is learned.
    """

    variety: float = 0.3
    exploration: float = 0.0
    consumables: frozenset[str] | None = None


class _Person(NamedTuple):
    profile: Profile
    past: Past
    queries: Sequence[str]


class PersonalRecommender:
    """Recommends by the trained models together, and in a shop without any by likeness and popularity.

    A person is folded in at every call, so what they did a moment ago counts. The list is put in order so that it is
    varied (`lists.varied`). Scores are those of the models, so they need not fall from place to place.
    """

    def __init__(
        self,
        items: Callable[[], Items],
        catalogue: Catalogue,
        history: History,
        models: FactorModels | None = None,
        encoder: Callable[[], Encoder | None] = lambda: None,
        rules: ListRules = ListRules(),
        clock: Clock | None = None,
    ) -> None:
        """Put together from what the shop has.

        Args:
            items: the products as they are now.
            catalogue: their records.
            history: what people did.
            models: the trained models; None or an empty folder means that there is none.
            encoder: what reads a person's queries, None while there is none.
            rules: what the shop decides about lists.
            clock: says how long ago something was bought; the machine's when left out.
        """
        self._items = items
        self._catalogue = catalogue
        self._history = history
        self._models = models
        self._encoder = encoder
        self._rules = rules
        self._replenishment = Replenishment(rules.consumables, clock or SystemClock())
        self._moving = threading.Lock()
        self._moved: tuple[tuple[str, str], Ensemble] | None = None
        self._read = lru_cache(_QUERIES_REMEMBERED)(self._encode)

    def recommend(
        self,
        person_id: str,
        *,
        limit: int = 10,
        exclude: Collection[str] = (),
        shown: Sequence[str] = (),
        without: Collection[tuple[Facet, str]] = (),
        personal: bool = True,
        seed: str = "",
    ) -> Sequence[Recommended]:
        """The best products for a person, in stock, without what they gave a thumb down, and without what they bought
        unless it is used up and bought again.

        A stranger gets what is popular. Fewer than `limit` only where there are no more.

        Args:
            person_id: whom it is for.
            limit: how many.
            exclude: products to leave out.
            shown: what the list comes after, oldest first: left out, and nothing like the last of it comes first.
            without: what is said of products that the person wants less of, such as brands.
            personal: whether what is known of the person decides, or what everybody likes.
            seed: decides which places are explored; the same seed gives the same list.

        Raises:
            UnavailableError: nothing has been indexed yet.
        """
        items, model, version = self.serving()
        person = self._person(person_id, items, personal=personal)
        learned = self._learned()
        due = self._replenishment.due(person.profile.owned, items, learned)
        parts = with_due(model.parts(model.fold_in(person.past)), due if personal else {}, items.rows)
        score = total(parts)
        open_rows = self._open(items, person.profile, due, [*exclude, *shown], without)
        candidates = self._in_catalogue(items, _best(np.flatnonzero(open_rows), score, max(_CANDIDATES, 2 * limit)))
        before = [items.rows[one] for one in shown[-_BEFORE:] if one in items.rows]
        order = varied(
            score[candidates], items.vectors[candidates], limit, self._rules.variety, shown=items.vectors[before]
        )
        chosen = [int(row) for row in candidates[order]]
        others = [row for row in candidates.tolist() if row not in set(chosen)][:_EXPLORED]
        slots = explore(chosen, others, self._rules.exploration, seed)
        found = causes(
            model,
            person.past,
            person.profile,
            person.queries,
            items,
            np.array([one.row for one in slots], dtype=np.intp),
        )
        versions = {"recommender": version, **items.versions}
        popular = model.weights.get(Popularity.name, 0.0)
        recommended = []
        for slot in slots:
            value = float(score[slot.row])
            item_id = items.ids[slot.row]
            cause = _met_before(found.get(slot.row), item_id)
            if personal and due.get(item_id):
                cause = self._replenishment.reason(item_id, person.profile.owned[item_id], learned[item_id])
            reasons = _reasons(cause, value, parts, slot.row, popular)
            if slot.explored:
                reasons = (Reason(ReasonKind.EXPLORED),)
            recommended.append(
                Recommended(
                    item_id,
                    value,
                    {name: float(part[slot.row]) for name, part in parts.items()},
                    reasons,
                    versions,
                    slot.propensity,
                )
            )
        return recommended

    def place(
        self,
        person_id: str,
        item_id: str,
        *,
        exclude: Collection[str] = (),
        without: Collection[tuple[Facet, str]] = (),
        personal: bool = True,
    ) -> Place | None:
        """Where a product stands for a person among all that could be recommended, by score alone.

        None where it could not be: it is new to the index, out of stock, or left out as in `recommend`.

        Raises:
            UnavailableError: nothing has been indexed yet.
        """
        items, model, _ = self.serving()
        person = self._person(person_id, items, personal=personal)
        row = items.rows.get(item_id)
        due = self._replenishment.due(person.profile.owned, items, self._learned())
        open_rows = self._open(items, person.profile, due, exclude, without)
        if row is None or not open_rows[row]:
            return None
        parts = with_due(model.parts(model.fold_in(person.past)), due if personal else {}, items.rows)
        score = total(parts)
        better = (score > score[row]) | ((score == score[row]) & (np.arange(len(score)) < row))
        return Place(int((better & open_rows).sum()) + 1, int(open_rows.sum()), float(score[row]))

    def taste(self, person_id: str, item_ids: Sequence[str]) -> Mapping[str, Taste]:
        """How near each product is to what a person did, from 0 to 1; their best product of all is about 1.

        Products that are not in the index, and everything for a person of whom nothing is known, are left out. What
        everybody likes has no part in it, nor has what the person searched for: a search says that itself.

        Raises:
            UnavailableError: nothing has been indexed yet.
        """
        items = self._items()
        profile = Profile.of(self._history.signals(person_id))
        past = Past.of(profile, items.rows)
        rows = np.array([items.rows[one] for one in item_ids if one in items.rows], dtype=np.intp)
        # Every search asks, and most who search have done nothing yet: no model is looked at for them.
        if not len(rows) or not (past.strengths > 0).any():
            return {}
        model, _ = self._model(items)
        own = Ensemble({name: one for name, one in model.members.items() if name != Popularity.name}, model.weights)
        score = own.score(own.fold_in(past), rows)
        found = causes(own, past, profile, (), items, rows)
        tastes = {}
        for row, value in zip(rows.tolist(), score.tolist(), strict=True):
            near, without = min(max(value, 0.0), 1.0), min(max(value - found[row].effect, 0.0), 1.0)
            cause = replace(found[row], kind=ReasonKind.TASTE, effect=near - without)
            tastes[items.ids[row]] = Taste(near, cause if near > without else None)
        return tastes

    def serving(self) -> tuple[Items, Ensemble, str]:
        """The products as they are now, the model that serves, over their rows, and its version.

        Raises:
            UnavailableError: nothing has been indexed yet.
        """
        items = self._items()
        return items, *self._model(items)

    def _model(self, items: Items) -> tuple[Ensemble, str]:
        trained = self._models.current() if self._models else None
        if trained is None:
            popularity = Popularity(items.popularity(self._history.popularity()))
            members: dict[str, Recommender[Any]] = {Content.name: Content(items.vectors), Popularity.name: popularity}
            return Ensemble(members, FIRST_WEIGHTS), UNTRAINED
        key = (trained.manifest.version, items.versions.get("index", ""))
        with self._moving:
            if self._moved is None or self._moved[0] != key:
                self._moved = key, _onto(trained, items)
            return self._moved[1], trained.manifest.version

    def _person(self, person_id: str, items: Items, *, personal: bool) -> _Person:
        """What is known of a person; for a list that is not personal only what they refused and own."""
        profile = Profile.of(self._history.signals(person_id))
        if not personal:
            return _Person(profile, Past.of(Profile((), (), ()), items.rows), ())
        queries, asked = self._asked(person_id, items)
        return _Person(profile, Past.of(profile, items.rows, asked), queries)

    def bought_again(self, item_id: str) -> Usual | None:
        """How people buy this product again, as far as that was learned and the shop does not say otherwise."""
        return self._replenishment.usual(item_id, self._items(), self._learned())

    def _learned(self) -> Mapping[str, Usual]:
        """By product, how it is bought again."""
        trained = self._models.current() if self._models else None
        return {} if trained is None else trained.again

    def _open(
        self,
        items: Items,
        profile: Profile,
        due: Collection[str],
        exclude: Collection[str],
        without: Collection[tuple[Facet, str]],
    ) -> NDArray[np.bool_]:
        """Which rows may be recommended."""
        owned = [one for one in profile.owned if one not in due]
        rows = items.available.copy()
        rows[[items.rows[one] for one in {*exclude, *profile.rejected, *owned} if one in items.rows]] = False
        for facet, value in without:
            rows[items.stating(facet, value)] = False
        return rows

    def _in_catalogue(self, items: Items, rows: Rows) -> Rows:
        """Those of `rows` that the catalogue still has."""
        products = self._catalogue.get([items.ids[row] for row in rows])
        return rows[np.array([items.ids[row] in products for row in rows], dtype=np.bool_)]

    def _asked(self, person_id: str, items: Items) -> tuple[Sequence[str], Floats | None]:
        """What the person searched for, and its vectors; nothing where no encoder made the products' vectors."""
        encoder = self._encoder()
        if encoder is None or encoder.version != items.versions.get("encoder"):
            return (), None
        queries = self._history.queries(person_id)
        try:
            read = [self._read(encoder.version, query) for query in queries]
        except ShoptalkError:  # what was asked only adds to what was done
            return (), None
        return (queries, np.stack(read)) if queries else ((), None)

    def _encode(self, version: str, query: str) -> Floats:
        encoder = self._encoder()
        if encoder is None or encoder.version != version:
            raise UnavailableError(f"The encoder {version} is gone.")
        vector: Floats = encoder.encode([query])[0]
        return vector


def _onto(trained: TrainedModel, items: Items) -> Ensemble:
    """The trained model over today's products."""
    known = {item_id: row for row, item_id in enumerate(trained.ids)}
    rows = np.array([known.get(item_id, -1) for item_id in items.ids], dtype=np.intp)
    return trained.ensemble.onto(rows, items.features())


def _best(rows: Rows, score: Floats, count: int) -> Rows:
    """The `count` rows with the best scores, best first; ties go by row, which is by id."""
    ordered: Rows = rows[np.lexsort((rows, -score[rows]))][:count]
    return ordered


def _met_before(cause: Reason | None, item_id: str) -> Reason | None:
    """A product that is there because of itself: the person met it before."""
    met = cause is not None and cause.item_id == item_id
    return replace(cause, signal=f"again_{cause.signal}", model="") if cause is not None and met else cause


def _reasons(
    cause: Reason | None, score: float, parts: Mapping[str, Floats], row: int, popular: float
) -> tuple[Reason, ...]:
    """The cause in the person's past where it did much for the score, popularity where it is high; strongest first.

    That it is used up is always a cause: otherwise it would not be in the list.
    """
    reasons = []
    if cause is not None and (cause.kind is ReasonKind.AGAIN or cause.effect >= _TELLING * score > 0):
        reasons.append(cause)
    popularity = float(parts[Popularity.name][row]) if Popularity.name in parts else 0.0
    if popularity >= _POPULAR * popular > 0:
        reasons.append(Reason(ReasonKind.POPULAR, popularity))
    return tuple(sorted(reasons, key=lambda reason: -reason.effect))
