"""Is it known of every training where it is, also of one that was killed, and what more feedback brought?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from feedback.training.progress import CHECKPOINT, FollowedProgress, RunFolder, Silent
from feedback.training.runs import find_run, learning_curve, runs
from recommender.clock import FakeClock
from recommender.errors import NotFoundError


@pytest.fixture
def run(tmp_path: Path, clock: FakeClock) -> RunFolder:
    return RunFolder(tmp_path / "runs" / "20260101T120000-encoder-lora", clock)


def test_a_run_is_followed_while_its_process_lives(tmp_path: Path, run: RunFolder) -> None:
    run.write_state("running", method="lora")
    progress = FollowedProgress(run, Silent())
    progress.stage("Training")
    progress.step(40, 40)
    (found,) = runs(tmp_path)
    assert (found.state, found.stage, found.done, found.total) == ("running", "Training", 40, 40)
    assert not found.resumable


def test_what_was_killed_is_broken_off_and_goes_on_from_its_checkpoint(tmp_path: Path, run: RunFolder) -> None:
    run.write_state("running", method="lora")
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    state = run.folder / "state.json"
    state.write_text(json.dumps({**json.loads(state.read_text()), "pid": int(gone.stdout)}))
    assert [(one.state, one.resumable) for one in runs(tmp_path)] == [("broken off", False)]
    (run.folder / CHECKPOINT).touch()
    assert [(one.state, one.resumable) for one in runs(tmp_path)] == [("broken off", True)]


def test_what_was_stopped_can_go_on_with_what_it_was_begun_with(tmp_path: Path, run: RunFolder) -> None:
    run.write_begun(plan={"method": "lora"}, queries=None, qrels=None)
    run.write_state("stopped", method="lora")
    (run.folder / CHECKPOINT).touch()
    (tmp_path / "state.json").touch()
    found, folder = find_run(tmp_path, run.name)
    assert found.resumable
    assert folder.read("begun.json")["plan"] == {"method": "lora"}
    for name in ("", "another", "../../etc", "..", "."):
        with pytest.raises(NotFoundError, match="There is no run"):
            find_run(tmp_path, name)


def test_a_long_curve_is_kept_in_few_points_whose_mean_is_the_curves(run: RunFolder) -> None:
    run.write_losses([float(step) for step in range(1000)])
    points = run.read("losses.json")["points"]
    assert len(points) == 200
    assert points[0] == [5, 2.0]
    assert points[-1][0] == 1000
    run.write_losses([])
    assert run.read("losses.json") == {"points": []}


def test_the_learning_curve_is_made_of_the_cards_there_are(tmp_path: Path, run: RunFolder, clock: FakeClock) -> None:
    verdict = {"version": "tuned-1", "against": "base", "ndcg": {"tuned-1": 0.8, "base": 0.5}, "passed": True}
    run.write_state("promoted", version="tuned-1")
    run.write_card({"split": {"train": {"grades": 40, "queries": 8}}, "verdict": verdict})
    RunFolder(tmp_path / "runs" / "20260102T120000-encoder-full", clock).write_state("failed", reason="no memory")
    (point,) = learning_curve(tmp_path)
    assert (point.grades, point.ndcg, point.ndcg_before, point.passed) == (40, 0.8, 0.5, True)
    assert [one.state for one in runs(tmp_path)] == ["failed", "promoted"]
    assert os.getpid() == run.read("state.json")["pid"]
