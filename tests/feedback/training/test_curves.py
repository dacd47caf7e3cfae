"""Do curves reach TensorBoard always, and Weights & Biases only where a project is named?"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback.training.curves import curves
from recommender.errors import ConfigurationError

FAKE = """
import json, pathlib

class Run:
    def __init__(self, said):
        self.said = said
    def log(self, values, step):
        self.said["points"].append([values, step])
    def finish(self, exit_code=0):
        self.said["code"] = exit_code
        pathlib.Path(self.said["dir"], "said.json").write_text(json.dumps(self.said))

def init(**said):
    if said["project"] == "closed":
        raise RuntimeError("no key")
    return Run({**said, "points": []})
"""


@pytest.fixture
def wandb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module of that name that writes down what it is told."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "wandb.py").write_text(FAKE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    yield
    sys.modules.pop("wandb", None)


def test_without_a_project_wandb_is_not_imported(wandb: None, tmp_path: Path) -> None:
    with curves(tmp_path / "run") as writer:
        writer.add_scalar("loss/order", 1.0, 1)
    assert "wandb" not in sys.modules
    assert list((tmp_path / "run" / "tensorboard").iterdir())


def test_with_a_project_every_point_goes_to_both(wandb: None, tmp_path: Path) -> None:
    run = tmp_path / "20260101T000000-encoder-lora"
    run.mkdir()
    with curves(run, "shop", {"method": "lora"}) as writer:
        writer.add_scalar("loss/order", 1.5, 1)
        writer.add_scalar("rate", 0.1, 1)
    said = json.loads((run / "said.json").read_text(encoding="utf-8"))
    assert said["points"] == [[{"loss/order": 1.5}, 1], [{"rate": 0.1}, 1]]
    assert (said["project"], said["name"], said["config"], said["code"]) == ("shop", run.name, {"method": "lora"}, 0)
    assert list((run / "tensorboard").iterdir())


def test_a_run_that_fails_is_marked_as_failed(wandb: None, tmp_path: Path) -> None:
    with pytest.raises(KeyError), curves(tmp_path, "shop"):
        raise KeyError
    assert json.loads((tmp_path / "said.json").read_text(encoding="utf-8"))["code"] == 1


def test_a_project_without_wandb_is_refused_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(ConfigurationError, match="pip install wandb"), curves(tmp_path / "run", "shop"):
        pass
    assert not (tmp_path / "run").exists()


def test_a_refusal_of_wandb_says_how_to_go_on(wandb: None, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no key.*WANDB_MODE=offline"), curves(tmp_path, "closed"):
        pass
