"""Does `shoptalk evaluate slots` learn from one file, tag another in its order, and refuse what it cannot use?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.commands import evaluate
from recommender.errors import BadInputError

COLOURS = ("red", "blue", "green", "white", "black")
KINDS = ("lamp", "sofa", "desk", "rug", "chair")


def run(*arguments: object) -> Result:
    app = typer.Typer()
    app.add_typer(evaluate.app, name="evaluate")
    return CliRunner().invoke(app, ["evaluate", "slots", *map(str, arguments)])


def write(path: Path, rows: list[dict[str, list[str]]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_colours_and_kinds_are_learned(tmp_path: Path) -> None:
    seen = [
        {"tokens": [colour, kind], "tags": ["B-colour", "B-kind"]}
        for colour in COLOURS
        for kind in KINDS
        if (colour, kind) != ("green", "rug")
    ]
    train = write(tmp_path / "train.jsonl", seen * 4)
    test = write(
        tmp_path / "test.jsonl",
        [
            {"tokens": ["green", "rug"], "tags": ["B-colour", "B-kind"]},
            {"tokens": [], "tags": []},
            {"tokens": ["red", "lamp"], "tags": ["B-colour", "B-kind"]},
        ],
    )
    out = tmp_path / "out.jsonl"
    result = run("--train", train, "--test", test, "--out", out)
    assert result.exit_code == 0, result.output
    assert [json.loads(line) for line in out.read_text().splitlines()] == [
        json.loads(line) for line in test.read_text().splitlines()
    ]
    assert "strict micro-F1 1.0000" in result.output


def test_a_file_that_is_not_of_the_form_is_refused_before_anything_is_learned(tmp_path: Path) -> None:
    good = write(tmp_path / "good.jsonl", [{"tokens": ["red"], "tags": ["B-colour"]}])
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"tokens": ["red"], "tags": []}\n')
    for train, test in ((bad, good), (good, tmp_path / "missing.jsonl")):
        result = run("--train", train, "--test", test, "--out", tmp_path / "out.jsonl")
        assert isinstance(result.exception, BadInputError)


def test_without_a_word_there_is_nothing_to_learn(tmp_path: Path) -> None:
    empty = write(tmp_path / "empty.jsonl", [{"tokens": [], "tags": []}])
    result = run("--train", empty, "--test", empty, "--out", tmp_path / "out.jsonl")
    assert isinstance(result.exception, BadInputError)
    assert "nothing" in str(result.exception) or "no tagged query" in str(result.exception)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_test_file_gives_an_empty_file(tmp_path: Path, text: str) -> None:
    train = write(tmp_path / "train.jsonl", [{"tokens": ["red"], "tags": ["B-colour"]}])
    test, out = tmp_path / "test.jsonl", tmp_path / "out.jsonl"
    test.write_text(text)
    assert run("--train", train, "--test", test, "--out", out).exit_code == 0
    assert out.read_text() == ""
