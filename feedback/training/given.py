"""How do judgements that somebody brings become supervision?"""

from __future__ import annotations

from pathlib import Path

from feedback.training.supervision import BEST_GRADE, Grade, Supervision
from recommender.errors import BadInputError
from recommender.evaluation.trec import read_judgements, read_queries

__all__ = ["from_files"]


def from_files(queries: Path, qrels: Path) -> Supervision:
    """The grades of a queries file and a TREC qrels file; grades above 3 are scaled so that the best becomes 3.

    Raises:
        BadInputError: a file cannot be read, or no query is judged.
    """
    texts, judgements = read_queries(queries), read_judgements(qrels)
    best = max(BEST_GRADE, *(grade for grades in judgements.values() for grade in grades.values()))
    grades = tuple(
        Grade(texts[query_id], item_id, grade / best)
        for query_id, judged in judgements.items()
        if query_id in texts
        for item_id, grade in judged.items()
    )
    if not grades:
        raise BadInputError(f"No query of {queries} is judged in {qrels}: do they belong together?")
    return Supervision(grades, f"grades of {qrels.name}")
