"""Are spans read off tags as a strict scorer reads them, and files refused that are not of the form?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import BadInputError
from recommender.understanding.slots.tagged import Span, Tagged, micro_f1, read_tagged, read_tokens, spans, write_tagged

TAG = st.sampled_from(["O", "B-brand", "I-brand", "B-kind", "I-kind"])


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([], set()),
        (["O", "O"], set()),
        (["B-kind"], {Span(0, 1, "kind")}),
        (["B-kind", "I-kind", "O"], {Span(0, 2, "kind")}),
        (["B-kind", "B-kind"], {Span(0, 1, "kind"), Span(1, 2, "kind")}),
        (["B-kind", "I-brand"], {Span(0, 1, "kind"), Span(1, 2, "brand")}),
        (["O", "I-kind", "I-kind"], {Span(1, 3, "kind")}),
    ],
)
def test_spans(tags: list[str], expected: set[Span]) -> None:
    assert spans(tags) == expected


def test_half_a_span_is_no_span() -> None:
    assert micro_f1([["B-kind", "I-kind", "B-brand"]], [["B-kind", "O", "B-brand"]]) == 0.5
    assert micro_f1([["O"]], [["O"]]) == 0.0


@given(st.lists(TAG, max_size=8))
def test_spans_never_overlap_and_cover_every_tagged_word(tags: list[str]) -> None:
    covered = [place for span in spans(tags) for place in range(span.start, span.end)]
    assert sorted(covered) == [place for place, tag in enumerate(tags) if tag != "O"]


@given(st.lists(st.lists(TAG, max_size=5), min_size=1, max_size=4))
def test_the_truth_scores_one_wherever_there_is_a_span(truth: list[list[str]]) -> None:
    assert micro_f1(truth, truth) == (1.0 if any(spans(tags) for tags in truth) else 0.0)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    rows = [Tagged(("café", "crème\n"), ("B-kind", "O")), Tagged((), ())]
    path = tmp_path / "rows.jsonl"
    write_tagged(path, rows)
    assert read_tagged(path) == rows
    assert read_tokens(path) == [row.tokens for row in rows]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[1]", "no object with tokens"),
        ('{"tokens": "red", "tags": ["O"]}', "no list of words called 'tokens'"),
        ('{"tokens": [1], "tags": ["O"]}', "no list of words called 'tokens'"),
        ('{"tokens": ["red"]}', "no list of words called 'tags'"),
        ('{"tokens": ["red"], "tags": []}', "1 tokens and 0 tags"),
        ('{"tokens": ["red"], "tags": ["colour"]}', "neither O nor B-kind"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"tokens": ["a"], "tags": ["O"]}\n' + text + "\n")
    with pytest.raises(BadInputError, match=said) as raised:
        read_tagged(path)
    assert "line 2" in str(raised.value)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        read_tokens(tmp_path / "none.jsonl")
