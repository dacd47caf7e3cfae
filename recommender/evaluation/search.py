"""What does search find for queries that people have judged, and how good is that?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from recommender.errors import BadInputError
from recommender.evaluation.retrieval import ndcg, recall
from recommender.evaluation.trec import Judgements
from recommender.search.port import Searcher
from recommender.understanding.query import Query

__all__ = ["DEPTH", "Measured", "measure", "rank"]

DEPTH: Final = 200
"""How many products are ranked for each query."""


@dataclass(frozen=True)
class Measured:
    """nDCG@10 and Recall@100 of every query that has any: one without a relevant product tells nothing."""

    ndcg: Mapping[str, float]
    recall: Mapping[str, float]

    @property
    def mean_ndcg(self) -> float:
        """The mean over the queries with a document of a positive grade."""
        return fmean(self.ndcg.values())

    @property
    def mean_recall(self) -> float:
        """The mean over the queries with a document of grade 2 or more, 0 where there is none."""
        return fmean(self.recall.values()) if self.recall else 0.0


def rank(searcher: Searcher, queries: Mapping[str, str]) -> dict[str, list[tuple[str, float]]]:
    """The best products for each raw text and their scores, as an anonymous visitor would get them.

    The text is not read for conditions: judges grade what is like the query, and a condition would leave out products
    they found good ("aa battery" is no size to wear).
    """
    return {
        query_id: [(hit.id, hit.score) for hit in searcher.search(Query(text), limit=DEPTH).hits]
        for query_id, text in queries.items()
    }


def measure(rankings: Mapping[str, Sequence[str]], queries: Mapping[str, str], judgements: Judgements) -> Measured:
    """Measure rankings of `queries`; a query that was not ranked counts as one that found nothing.

    Raises:
        BadInputError: no query has a judged product of a positive grade.
    """
    judged = {query_id: judgements[query_id] for query_id in queries if query_id in judgements}
    gains = {query_id: ndcg(rankings.get(query_id, ()), grades) for query_id, grades in judged.items()}
    shares = {query_id: recall(rankings.get(query_id, ()), grades) for query_id, grades in judged.items()}
    if not any(value is not None for value in gains.values()):
        raise BadInputError(
            "No query has a judged product with a grade above 0: do queries and judgements belong together?"
        )
    return Measured(
        {query_id: value for query_id, value in gains.items() if value is not None},
        {query_id: value for query_id, value in shares.items() if value is not None},
    )
