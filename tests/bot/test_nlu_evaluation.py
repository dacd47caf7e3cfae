from __future__ import annotations

from pathlib import Path

import pytest

from bot.nlu_evaluation import evaluate_intents
from recommender.errors import BadInputError, ConfigurationError, ShoptalkError
from recommender.settings import PROJECT_ROOT, Settings


def python_that(folder: Path, script: str) -> Path:
    """A stand-in for Rasa's Python: a shell script."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def run(folder: Path, python: Path) -> None:
    settings = Settings(home=folder / "home", build=folder / "build", rasa_python=python)
    evaluate_intents(settings, folder / "train.csv", folder / "test.csv", folder / "out.csv")


def test_the_three_files_and_the_build_reach_rasas_environment(tmp_path: Path) -> None:
    run(tmp_path, python_that(tmp_path, f'echo "$PWD|$SHOPTALK_BUILD|$*" > {tmp_path}/seen'))
    files = [str(tmp_path / name) for name in ("train.csv", "test.csv", "out.csv")]
    assert (tmp_path / "seen").read_text(encoding="utf-8").strip() == "|".join(
        [str(PROJECT_ROOT), str(tmp_path / "build"), " ".join(["-W ignore -m bot.nlu.evaluate_intents", *files])]
    )


def test_a_bad_file_is_told_in_the_words_of_the_other_side(tmp_path: Path) -> None:
    python = python_that(tmp_path, "echo a warning >&2; echo train.csv has no column label. >&2; exit 2")
    with pytest.raises(BadInputError, match=r"^train\.csv has no column label\.$"):
        run(tmp_path, python)


def test_any_other_failure_names_its_last_line(tmp_path: Path) -> None:
    python = python_that(tmp_path, "echo RasaException: run make setup. >&2; exit 1")
    with pytest.raises(ShoptalkError, match=r"could not label .*test\.csv: RasaException: run make setup\."):
        run(tmp_path, python)


def test_without_rasas_environment_it_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="make setup"):
        run(tmp_path, tmp_path / "nowhere")
