from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.nlu import train


def build(folder: Path, version: str) -> Path:
    (folder / "encoder").mkdir(parents=True)
    (folder / "encoder" / "manifest.json").write_text(json.dumps({"version": version}))
    return folder


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a configuration and one file of examples."""
    root = tmp_path / "checkout"
    (root / "data" / "nlu").mkdir(parents=True)
    (root / "config.yml").write_text("language: en\n")
    (root / "data" / "nlu" / "talk.yml").write_text("nlu: []\n")
    monkeypatch.setattr(train, "PROJECT_ROOT", root)
    return root


def test_the_same_sources_make_the_same_model(checkout: Path, tmp_path: Path) -> None:
    one, other = build(tmp_path / "one", "v1"), build(tmp_path / "other", "v1")
    assert train.model_file(one).name == train.model_file(other).name
    assert train.model_file(one).parent == one / "rasa"


@pytest.mark.parametrize("changed", ["config.yml", "data/nlu/talk.yml", "data/nlu/more.yml"])
def test_every_source_counts(checkout: Path, tmp_path: Path, changed: str) -> None:
    folder = build(tmp_path / "build", "v1")
    before = train.model_file(folder)
    (checkout / changed).write_text("version: '3.1'\n")
    assert train.model_file(folder) != before


def test_text_moved_from_one_file_to_another_counts(checkout: Path, tmp_path: Path) -> None:
    folder = build(tmp_path / "build", "v1")
    (checkout / "data" / "nlu" / "a.yml").write_text("xy")
    (checkout / "data" / "nlu" / "b.yml").write_text("z")
    before = train.model_file(folder)
    (checkout / "data" / "nlu" / "a.yml").write_text("x")
    (checkout / "data" / "nlu" / "b.yml").write_text("yz")
    assert train.model_file(folder) != before


def test_the_encoder_counts(checkout: Path, tmp_path: Path) -> None:
    one, other = build(tmp_path / "one", "v1"), build(tmp_path / "other", "v2")
    assert train.model_file(one).name != train.model_file(other).name


def test_a_model_that_is_there_is_left_alone(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = build(tmp_path / "build", "v1")
    monkeypatch.setenv("SHOPTALK_BUILD", str(folder))
    model = train.model_file(folder)
    model.parent.mkdir()
    model.write_bytes(b"trained before")
    train.main()
    assert model.read_bytes() == b"trained before"
    assert capsys.readouterr().out.strip() == str(model)


def test_without_the_encoder_it_says_what_to_run(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPTALK_BUILD", str(tmp_path / "nothing"))
    with pytest.raises(SystemExit, match="run make setup"):
        train.main()
