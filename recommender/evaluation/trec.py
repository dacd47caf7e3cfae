"""How are queries, judgements and rankings read and written, in TREC's formats?"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from recommender.errors import BadInputError

__all__ = ["Judgements", "Run", "read_judgements", "read_queries", "read_run", "write_run"]

Judgements = dict[str, dict[str, int]]
"""The grade of each judged document, by query."""

Run = dict[str, list[str]]
"""The ranked documents of each query, best first."""


def read_queries(path: Path) -> dict[str, str]:
    """The text of each query by its id, in the file's order, from tab-separated lines `id, text`.

    Raises:
        BadInputError: the file cannot be read, a line has no two fields, or an id comes twice.
    """
    queries: dict[str, str] = {}
    for number, fields in _lines(path, "\t"):
        if len(fields) != 2 or not fields[0].strip():
            raise BadInputError(f"{path}, line {number}: expected a query's id, a tab and its text.")
        query_id, text = fields
        if query_id in queries:
            raise BadInputError(f"{path}, line {number}: the query id {query_id!r} comes twice.")
        queries[query_id] = text
    if not queries:
        raise BadInputError(f"{path} holds no queries.")
    return queries


def read_judgements(path: Path) -> Judgements:
    """The judgements in a TREC qrels file: `query iteration document grade`; a negative grade counts as 0.

    Raises:
        BadInputError: the file cannot be read, is empty, or a line is not of that form.
    """
    judgements: Judgements = {}
    for number, fields in _lines(path, None):
        try:
            query_id, _, document, grade = fields
            judgements.setdefault(query_id, {})[document] = max(int(grade), 0)
        except ValueError:
            raise BadInputError(
                f"{path}, line {number}: expected `query 0 document grade` with a whole number as the grade."
            ) from None
    if not judgements:
        raise BadInputError(f"{path} holds no judgements.")
    return judgements


def read_run(path: Path) -> Run:
    """The rankings in a TREC run file, ordered as TREC does: by score, descending, whatever the ranks say.

    Raises:
        BadInputError: the file cannot be read, is empty, or a line is not `query Q0 document rank score tag`.
    """
    scored: dict[str, list[tuple[float, str]]] = {}
    for number, fields in _lines(path, None):
        try:
            query_id, _, document, _, score, _ = fields
            scored.setdefault(query_id, []).append((-float(score), document))
        except ValueError:
            raise BadInputError(f"{path}, line {number}: expected `query Q0 document rank score tag`.") from None
    if not scored:
        raise BadInputError(f"{path} holds no rankings.")
    return {query_id: [document for _, document in sorted(hits)] for query_id, hits in scored.items()}


def write_run(path: Path, rankings: Mapping[str, Sequence[tuple[str, float]]], tag: str) -> None:
    """Write ranked (document, score) pairs as a TREC run whose scores strictly decrease within a query.

    Tools that read a run sort it by score, so an equal score is written as the next lower number: the order stays.

    Raises:
        BadInputError: the file cannot be written, or an id is empty or holds white space, which parts a run's fields.
    """
    for name in chain(rankings, (document for ranking in rankings.values() for document, _ in ranking)):
        if len(name.split()) != 1:
            raise BadInputError(
                f"The id {name!r} is empty or holds white space, so {path} cannot be a TREC run: rename it."
            )
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            for query_id, ranking in rankings.items():
                for rank, (document, score) in enumerate(_strictly_decreasing(ranking), start=1):
                    file.write(f"{query_id} Q0 {document} {rank} {score!r} {tag}\n")
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}.") from error


def _strictly_decreasing(ranking: Iterable[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    last = math.inf
    for document, score in ranking:
        # Steps of a millionth stay apart even where a reader keeps single precision.
        last = round(min(score, last - 1e-6), 6)
        yield document, last


def _lines(path: Path, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """The fields of every line that is not blank, with its number; without a delimiter, fields part at white space."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if delimiter is None:
                rows: Iterable[list[str]] = (line.split() for line in file)
            else:
                rows = csv.reader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE)
            for number, fields in enumerate(rows, start=1):
                if any(field.strip() for field in fields):
                    yield number, fields
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInputError(f"{path} is not UTF-8 (byte {error.start}).") from error
