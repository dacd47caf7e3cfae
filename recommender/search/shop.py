"""How does a training search as the shop's shoppers do?"""

from __future__ import annotations

from collections.abc import Callable

from recommender.encoder.port import Encoder
from recommender.index.follower import CatalogueView
from recommender.ranking.model import Ranker
from recommender.search.engine import SearchEngine
from recommender.search.fusion import Fusion, fusions
from recommender.settings import Settings
from recommender.understanding.synonyms import SynonymFile

__all__ = ["shop_engine"]


def shop_engine(
    settings: Settings,
    view: CatalogueView,
    encoder: Encoder,
    *,
    ranker: Callable[[], Ranker | None] = lambda: None,
    fusion: Callable[[], Fusion | None] | None = None,
) -> SearchEngine:
    """Search with the shop's words and, unless `fusion` gives others, with the weights that are in force.

    Without `ranker` results come as a ranker gets them.
    """
    shop_words = SynonymFile(settings.shop_dir / "synonyms.yml")
    return SearchEngine(view, encoder, ranker, shop_words, fusion or fusions(settings.home).current)
