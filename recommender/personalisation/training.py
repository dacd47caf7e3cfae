"""How does a shop's past become a recommendation model?"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from recommender.clock import Clock
from recommender.errors import BadInputError
from recommender.models.manifest import ModelManifest, code_version
from recommender.personalisation.history import History
from recommender.personalisation.items import Items
from recommender.personalisation.members import MEMBERS, Ensemble
from recommender.personalisation.model import Recommender
from recommender.personalisation.past import Interactions
from recommender.personalisation.profile import Profile
from recommender.personalisation.repeats import Repeats
from recommender.personalisation.store import FactorModels

__all__ = ["train_factors"]


def train_factors(
    items: Items,
    history: History,
    models: FactorModels,
    clock: Clock,
    *,
    members: Mapping[str, Recommender[Any]] | None = None,
    categories: Mapping[str, str] = MappingProxyType({}),
    progress: Callable[[str], None] = lambda _what: None,
) -> ModelManifest:
    """Train every member and the ensemble on what everybody did, and let the result serve.

    The same past, products and program give the same version, whatever ids people have. People are not in it: of each
    nothing but sums is kept.

    Args:
        items: the products.
        history: what everybody did.
        models: where the version goes.
        clock: says when it was made.
        members: what the ensemble is made of; every model there is when left out.
        categories: the narrowest category of each product that has one: what is used up is learned by category.
        progress: told what is done next.

    Raises:
        BadInputError: nobody took an interest in any product of the catalogue.
    """
    started = time.perf_counter()
    progress("reading what everybody did")
    repeats = Repeats(categories)
    interactions = Interactions.of(list(items.ids), items.features(), _profiles(history, repeats))
    if not interactions.people:
        raise BadInputError(
            "There is nothing to learn from: no event is of a product in the catalogue. "
            "Import past behaviour with `shoptalk events import FILE` first."
        )
    ensemble = Ensemble(members or {name: member() for name, member in MEMBERS.items()}, progress=progress)
    ensemble.fit(interactions)
    progress("writing")
    manifest = ModelManifest(
        version="",
        parent=None,
        method="ensemble",
        data_hash=_data_hash(interactions),
        code_version=code_version(Path(__file__).parent),
        created_at=clock.now().isoformat(),
        card=_card(interactions, ensemble, items, time.perf_counter() - started),
    )
    return models.add(ensemble, list(items.ids), manifest, repeats.usual())


def _profiles(history: History, repeats: Repeats) -> Iterator[Profile]:
    """Everybody's profile; who buys what again is counted on the way."""
    for _, signals in history.everybody():
        repeats.add(signals)
        yield Profile.of(signals)


def _card(interactions: Interactions, ensemble: Ensemble, items: Items, seconds: float) -> dict[str, Any]:
    blend = ensemble.blend
    return {
        "people": interactions.people,
        "interactions": len(interactions.rows),
        "products": len(interactions.ids),
        "weights": ensemble.weights,
        # On last purchases that neither the members nor the weights had seen; None where too few people bought twice.
        "held_out_ndcg_at_20": None if blend is None else {"ensemble": blend.blended, **blend.alone},
        "index": items.versions,
        "seconds": round(seconds, 1),
    }


def _data_hash(interactions: Interactions) -> str:
    digest = hashlib.sha256("\0".join(interactions.ids).encode())
    for array in (interactions.starts, interactions.rows, interactions.strengths):
        digest.update(array.tobytes())
    return digest.hexdigest()[:16]
