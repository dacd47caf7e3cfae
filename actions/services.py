"""Which parts make up the running assistant, and how are they put together?

This is the one composition root: nothing else builds state that a whole process shares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from actions.dialogue.store import DialogueStore
from actions.replies.phrases import Phrases, english
from actions.shop.cart import Carts
from actions.shop.knowledge import Knowledge
from actions.shop.orders import CsvOrders, NoOrders, Orders
from feedback.preferences import Preferences
from feedback.sql import SqlFeedbackStore
from recommender.catalogue.port import Catalogue
from recommender.clock import Clock, SystemClock
from recommender.db import Database
from recommender.encoder.port import Encoder
from recommender.search.port import Searcher
from recommender.settings import NO_CONSUMABLES, Settings

if TYPE_CHECKING:
    from actions.vocabulary import Understands
    from recommender.index.follower import CatalogueView
    from recommender.personalisation.recommender import PersonalRecommender
    from recommender.understanding.synonyms import ShopWords

__all__ = ["Services", "build", "current"]


@dataclass(frozen=True)
class Services:
    """Everything an action may call.

    `encoder` is the one that served when this was built, None where it is missing: search then goes by words alone.
    `searcher` follows the versions that are promoted later.
    """

    settings: Settings
    database: Database
    clock: Clock
    encoder: Encoder | None
    catalogue: Catalogue
    searcher: Searcher
    understander: Understands
    recommender: PersonalRecommender
    feedback: SqlFeedbackStore
    preferences: Preferences
    dialogues: DialogueStore
    carts: Carts
    knowledge: Knowledge
    orders: Orders
    phrases: Phrases

    @property
    def currency(self) -> str:
        """The currency that prices are compared in: that of most products, else the one in the settings."""
        return self.understander.currency or self.settings.currency


def build(settings: Settings) -> Services:
    """Put the parts together for the shop that `settings` describe.

    What is missing is left out and said, not waited for: without the encoder search goes by words alone, without an
    index every search says that there is none yet.
    """

    from actions.vocabulary import CurrentUnderstander
    from feedback.history import FeedbackHistory
    from feedback.training.shadow import recorder
    from recommender.catalogue.facets import category_key
    from recommender.catalogue.store import SqlCatalogue
    from recommender.models.registry import Registry
    from recommender.models.serving import ServedModels, ServedSearcher
    from recommender.personalisation.items import Items
    from recommender.personalisation.recommender import ListRules, PersonalRecommender
    from recommender.personalisation.store import FactorModels
    from recommender.understanding.synonyms import SynonymFile

    database, clock = Database(settings.sql_url), SystemClock()
    catalogue, feedback = SqlCatalogue(database, clock), SqlFeedbackStore(database, clock)
    shop_words = SynonymFile(settings.shop_dir / "synonyms.yml")
    models = ServedModels(
        Registry.of(settings), catalogue, settings.home / "index", _loader(settings), _engine(settings, shop_words)
    )
    return Services(
        settings=settings,
        database=database,
        clock=clock,
        encoder=models.current.encoder,
        catalogue=catalogue,
        searcher=ServedSearcher(models, recorder(database, clock)),
        understander=CurrentUnderstander(catalogue, models, shop_words),
        recommender=PersonalRecommender(
            lambda: Items.of(models.snapshot),
            catalogue,
            FeedbackHistory(feedback, database, clock),
            FactorModels(settings.home),
            lambda: models.current.encoder,
            ListRules(
                settings.variety,
                settings.exploration,
                frozenset(category_key(name) for name in settings.consumables if name.casefold() != NO_CONSUMABLES)
                if settings.consumables
                else None,
            ),
            clock,
        ),
        feedback=feedback,
        preferences=Preferences(database, clock),
        dialogues=DialogueStore(clock),
        carts=Carts(database, catalogue, clock),
        knowledge=Knowledge(settings.shop_dir, models.current.encoder),
        orders=_orders(settings),
        phrases=english(),
    )


@cache
def current() -> Services:
    """The services of this process, built on first use from its environment."""
    return build(Settings())


def _engine(
    settings: Settings, shop_words: Callable[[], ShopWords]
) -> Callable[[CatalogueView, Encoder | None], Searcher]:
    from recommender.ranking.store import rankers
    from recommender.search.engine import SearchEngine
    from recommender.search.fusion import fusions

    trained, fused = rankers(settings.home), fusions(settings.home)
    return lambda view, encoder: SearchEngine(view, encoder, trained.current, shop_words, fused.current)


def _loader(settings: Settings) -> Callable[[Path], Encoder]:
    from recommender.encoder.onnx import OnnxEncoder

    return lambda folder: OnnxEncoder.load(folder, settings.precision)


def _orders(settings: Settings) -> Orders:
    path = settings.shop_dir / "orders.csv"
    return CsvOrders(path) if path.is_file() else NoOrders()
