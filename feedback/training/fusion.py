"""Do votes say that words or meaning should count for more in searches, and is a step that way better?

Between trainings a bandit moves one number, the share of meaning, by one small step at a time. Its reward is people,
not votes: everybody whose thumbs say something has one voice, so nobody's zeal counts twice, and no step is taken that
would not be taken without any one of them.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from scipy.special import betaincinv
from sqlalchemy.orm import Session

from feedback.tables import ImpressionRow, VoteRow
from feedback.training.encoder import asked_counts
from feedback.training.gate import Contender, Verdict, judge
from feedback.training.lineage import record_use
from feedback.training.ranking_loss import SCALE
from feedback.training.slices import canaries, slices
from feedback.training.supervision import is_held_out, query_key
from feedback.training.votes import from_record, in_voted_turns, look_for_suspects
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import Clock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.index.follower import CatalogueView
from recommender.models.manifest import ModelManifest
from recommender.models.registry import Registry
from recommender.ranking.store import rankers
from recommender.search.fusion import EVEN, Fusion, fusions
from recommender.search.shop import shop_engine
from recommender.settings import Settings

__all__ = ["LEAST_PEOPLE", "Judged", "Moved", "Voices", "direction", "train_fusion", "voices"]

LEAST_PEOPLE: Final = 10
"""Fewer voices move nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A product that a person was shown in a turn, what each leg gave it, and their thumb: 1, -1 or 0 for none."""

    person_id: str
    turn_id: str
    query: str
    position: int
    legs: Mapping[str, float]
    vote: int


@dataclass(frozen=True, slots=True)
class Voices:
    """The people whose thumbs would be better served by more meaning, and those by more words, each with how many."""

    meaning: Mapping[str, int]
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Moved:
    """How it ended: `version` is the new weights', None with the `reason` why they stay as they are."""

    version: str | None
    reason: str
    verdict: Verdict | None = None


def voices(judged: Iterable[Judged], now: Fusion) -> Voices:
    """What each person's thumbs say, as one voice.

    A thumb up is compared with every thumb down of its turn, and with what stood above it without a thumb, which was
    passed over. The voice is the sign of the gradient of a pairwise logistic loss at the present weights: pairs that
    are in order already say little, and what both legs agree on says nothing.
    """
    lists: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for one in judged:
        if one.legs.keys() >= {"lexical", "dense"} and not is_held_out(query_key(one.query)):
            lists[one.person_id, one.turn_id].append(one)
    pulls: dict[str, float] = defaultdict(float)
    pairs: dict[str, int] = defaultdict(int)
    for (person_id, _), together in lists.items():
        for good in together:
            if good.vote <= 0:
                continue
            for other in together:
                if other.vote < 0 or (other.vote == 0 and other.position < good.position):
                    pulls[person_id] += _pull(good.legs, other.legs, now)
                    pairs[person_id] += 1
    return Voices(
        {person: pairs[person] for person, pull in pulls.items() if pull > 0},
        {person: pairs[person] for person, pull in pulls.items() if pull < 0},
    )


def direction(meaning: int, words: int, luck: float) -> int:
    """Where so many voices for meaning and for words lead: 1, -1, or 0 for nowhere.

    Thompson sampling (Thompson, Biometrika 1933; Chapelle and Li, NeurIPS 2011): of the Beta posterior of the share of
    people who want more meaning, the quantile `luck` (0 to 1, drawn by chance) is taken for true. What the draw decides
    has to be decided the same way without any one of the voices.
    """
    if meaning + words < LEAST_PEOPLE:
        return 0
    if meaning and betaincinv(meaning, 1 + words, luck) > 0.5:  # the posterior with one voice for meaning less
        return 1
    if words and betaincinv(1 + meaning, words, luck) < 0.5:
        return -1
    return 0


def train_fusion(
    settings: Settings,
    database: Database,
    clock: Clock,
    say: Callable[[str], None] = lambda _: None,
    measured: Callable[[Fusion, Fusion], Verdict] | None = None,
) -> Moved:
    """Move the weights one step to where votes point, if the gate finds that better on queries that had no voice.

    Args:
        settings: the shop.
        database: its record.
        clock: tells when; the draw is that of the day.
        say: told what is done.
        measured: the gate: judges the first weights against the second; the search as it is served unless given.

    Raises:
        NotFoundError: nobody has said anything yet.
        BadInputError: nothing to measure on.
        ConfigurationError: the encoder is missing.
    """
    versions = fusions(settings.home)
    now = versions.current() or EVEN
    with database.transaction() as session:
        apart = look_for_suspects(session, clock.now())
        found = voices((one for one in _judged(session) if one.person_id not in apart), now)
    people = f"{len(found.meaning)} people are for more meaning, {len(found.words)} for more words"
    say(people)
    way = direction(len(found.meaning), len(found.words), _luck(clock.now()))
    moved = now.moved(way)
    if moved.dense == now.dense:
        why = "which decides nothing" if way == 0 else f"but {now.dense:g} is as far as it may go"
        return Moved(None, f"{people}, {why}")
    say(f"Measuring meaning at {moved.dense:g} against {now.dense:g} on held-out queries")
    verdict = (measured or _by_search(settings, database, clock))(moved, now)
    if not verdict.passed:
        return Moved(None, f"{people}; the gate refused {moved.dense:g}: {verdict.reason}", verdict)
    everybody = {**found.meaning, **found.words}
    card: dict[str, Any] = {
        "dense": moved.dense,
        "dense_before": now.dense,
        "meaning": len(found.meaning),
        "words": len(found.words),
        "verdict": verdict.as_dict(),
    }
    manifest = ModelManifest("", None, "thompson", _data_hash(everybody), "", clock.now().isoformat(), card)
    made = versions.add(moved.save, manifest)
    record_use(database, made.version, everybody)
    versions.promote(made.version)
    return Moved(made.version, f"{people}; meaning counts {moved.dense:g} from now on: {verdict.reason}", verdict)


def _by_search(settings: Settings, database: Database, clock: Clock) -> Callable[[Fusion, Fusion], Verdict]:
    """The gate of the encoder, between two weights of what serves now."""

    def measured(moved: Fusion, now: Fusion) -> Verdict:
        _, held_out = from_record(database, clock.now()).split()
        queries, judgements = held_out.queries, held_out.judgements()
        registry = Registry.of(settings)
        encoder = OnnxEncoder.load(registry.encoder_folder(registry.serving().current), settings.precision)
        catalogue = SqlCatalogue(database, clock)
        view = CatalogueView(catalogue, settings.home / "index", encoder.version)
        products = {product.id: product for product in catalogue}
        return judge(
            _contender(settings, view, encoder, moved),
            _contender(settings, view, encoder, now),
            queries,
            judgements,
            slices(queries, judgements, products, asked_counts(database)),
            canaries(settings.shop_dir, products.values()),
        )

    return measured


def _data_hash(people: Mapping[str, int]) -> str:
    return hashlib.sha256(repr(sorted(people.items())).encode()).hexdigest()[:16]


def _contender(settings: Settings, view: CatalogueView, encoder: OnnxEncoder, fusion: Fusion) -> Contender:
    engine = shop_engine(settings, view, encoder, ranker=rankers(settings.home).current, fusion=lambda: fusion)
    return Contender(f"meaning {fusion.dense:g}", engine, encoder)


def _pull(good: Mapping[str, float], other: Mapping[str, float], now: Fusion) -> float:
    """The gradient of log sigmoid(scale * margin) by the share of meaning."""
    gained = {leg: good[leg] - other[leg] for leg in ("lexical", "dense")}
    margin = sum(weight * gained[leg] for leg, weight in now.weights.items())
    return (gained["dense"] - gained["lexical"]) / (1 + math.exp(min(SCALE * margin, 700.0)))


def _luck(now: datetime) -> float:
    """Chance, the same all day: whoever repeats the command does not draw again, and no vote has a part in it."""
    return random.Random(f"fusion {now:%Y-%m-%d}").random()  # noqa: S311 - a draw, not a secret


def _judged(session: Session) -> Sequence[Judged]:
    rows = session.execute(
        in_voted_turns(
            ImpressionRow.person_id,
            ImpressionRow.turn_id,
            ImpressionRow.query,
            ImpressionRow.position,
            ImpressionRow.legs,
            VoteRow.value,
        )
    )
    return [Judged(person, turn, query, place, legs, value or 0) for person, turn, query, place, legs, value in rows]
