from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import BadInputError
from recommender.evaluation.trec import read_judgements, read_queries, read_run, write_run


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8")
    return path


def test_queries_keep_their_order_and_quotation_marks(tmp_path: Path) -> None:
    path = written(tmp_path, 'q2\t27" screen\n\nq1\tlampe à pied\n')
    assert list(read_queries(path).items()) == [("q2", '27" screen'), ("q1", "lampe à pied")]


def test_judgements_by_query_negative_grades_count_as_none(tmp_path: Path) -> None:
    path = written(tmp_path, "q1 0 a 3\nq1 0 b -1\nq2\t0\tc\t2\n")
    assert read_judgements(path) == {"q1": {"a": 3, "b": 0}, "q2": {"c": 2}}


def test_a_run_is_ordered_by_score(tmp_path: Path) -> None:
    path = written(tmp_path, "q1 Q0 a 1 0.5 x\nq1 Q0 b 2 0.75 x\n")
    assert read_run(path) == {"q1": ["b", "a"]}


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_queries, "q1 no tab\n"),
        (read_queries, "q1\ta\nq1\tb\n"),
        (read_queries, ""),
        (read_judgements, "q1 0 a\n"),
        (read_judgements, "q1 0 a high\n"),
        (read_judgements, "\n"),
        (read_run, "q1 a 1\n"),
        (read_run, ""),
    ],
)
def test_what_is_not_of_the_form_is_refused_with_its_place(tmp_path: Path, read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(BadInputError, match="file"):
        read(written(tmp_path, text))


def test_a_file_that_is_missing_or_not_utf8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="No such file"):
        read_queries(tmp_path / "missing")
    (tmp_path / "latin").write_bytes(b"q1\tcaf\xe9\n")
    with pytest.raises(BadInputError, match="not UTF-8"):
        read_queries(tmp_path / "latin")


@given(scores=st.lists(st.floats(0, 1), max_size=30).map(lambda values: sorted(values, reverse=True)))
def test_written_scores_strictly_decrease_and_keep_the_order(
    tmp_path_factory: pytest.TempPathFactory, scores: list[float]
) -> None:
    path = tmp_path_factory.mktemp("runs") / "run"
    ranking = [(f"d{number:02}", score) for number, score in enumerate(scores)]
    write_run(path, {"q": ranking}, tag="test")
    lines = [line.split() for line in path.read_text().splitlines()]
    assert [line[2] for line in lines] == [document for document, _ in ranking]
    assert [line[3] for line in lines] == [str(rank) for rank in range(1, len(lines) + 1)]
    assert all(float(above[4]) > float(below[4]) for above, below in pairwise(lines))
    if ranking:
        assert read_run(path) == {"q": [document for document, _ in ranking]}


def test_a_run_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be written"):
        write_run(tmp_path / "no folder" / "run", {"q": [("a", 1.0)]}, tag="test")


@pytest.mark.parametrize("rankings", [{"q": [("a b", 1.0)]}, {"q 1": [("a", 1.0)]}, {"": []}])
def test_ids_that_would_break_a_run_are_refused(tmp_path: Path, rankings: dict[str, list[tuple[str, float]]]) -> None:
    with pytest.raises(BadInputError, match="white space"):
        write_run(tmp_path / "run", rankings, tag="test")
    assert not (tmp_path / "run").exists()
