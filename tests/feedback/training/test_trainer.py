"""Does a run learn, end in time, and come out the same when it was stopped in between?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from sentence_transformers import SentenceTransformer

from feedback.training.batches import Batches
from feedback.training.plan import Plan
from feedback.training.progress import CHECKPOINT
from feedback.training.supervision import Grade, Supervision
from feedback.training.trainer import Outcome, Step, Trainer, steps_within
from recommender.errors import BadInputError, ConfigurationError
from tests.feedback.training.conftest import TEXTS

PLAN = Plan(method="lora", epochs=1, batch=24, max_tokens=16, budget_s=10_000)


def batches_of(model: SentenceTransformer, supervision: Supervision, plan: Plan = PLAN) -> Batches:
    return Batches(supervision, TEXTS, sorted(TEXTS.values()), model.tokenizer, plan)


def loaded(folder: Path) -> SentenceTransformer:
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def vectors(model: SentenceTransformer) -> torch.Tensor:
    return torch.as_tensor(model.encode(sorted(TEXTS.values())))


def run(
    model: SentenceTransformer, supervision: Supervision, folder: Path, plan: Plan = PLAN, stop_after: int | None = None
) -> Outcome:
    made: list[Step] = []
    stopped = (lambda: len(made) == stop_after) if stop_after is not None else (lambda: False)
    return Trainer(model, batches_of(model, supervision, plan), plan, folder, report=made.append, stopped=stopped).run()


@pytest.mark.parametrize("method", ["lora", "adalora", "full"])
def test_a_run_that_was_stopped_ends_where_one_that_was_not_ends(
    tiny_folder: Path, supervision: Supervision, tmp_path: Path, method: str
) -> None:
    plan = replace(PLAN, method=method)
    folders = [tmp_path / name for name in ("whole", "parts")]
    for folder in folders:
        folder.mkdir()
    whole = loaded(tiny_folder)
    assert run(whole, supervision, folders[0], plan).finished
    parts = loaded(tiny_folder)
    first = run(parts, supervision, folders[1], plan, stop_after=2)
    assert (first.steps, first.finished) == (2, False)
    assert (folders[1] / CHECKPOINT).is_file()
    parts = loaded(tiny_folder)
    second = run(parts, supervision, folders[1], plan)
    assert second.finished
    assert len(second.losses) == second.total == 5
    assert not (folders[1] / CHECKPOINT).exists()
    torch.testing.assert_close(vectors(parts), vectors(whole), atol=0, rtol=0)


def test_the_order_of_what_was_never_graded_is_learned(
    tiny: SentenceTransformer, supervision: Supervision, tmp_path: Path
) -> None:
    unseen = {"red-sofa", "blue-lamp", "green-rug"}
    shown = Supervision(tuple(grade for grade in supervision.grades if grade.item_id not in unseen), "test")
    plan = replace(PLAN, method="full", epochs=80, learning_rate=1e-3, unlabelled=0)
    learned = Trainer(tiny, batches_of(tiny, shown, plan), plan, tmp_path)
    learned.run()
    for query, item_id in (("a couch", "red-sofa"), ("a lamp", "blue-lamp"), ("a rug", "green-rug")):
        vector = torch.as_tensor(tiny.encode([query])[0])
        ranked = sorted(TEXTS, key=lambda one: -float(torch.as_tensor(tiny.encode([TEXTS[one]])[0]) @ vector))
        assert item_id in ranked[:4]


def test_fewer_steps_where_the_time_is_short(tiny: SentenceTransformer, supervision: Supervision) -> None:
    batches = batches_of(tiny, supervision)
    assert batches.per_epoch == 5
    assert steps_within(replace(PLAN, epochs=2), batches, step_s=1.0) == 10
    assert steps_within(replace(PLAN, epochs=2, budget_s=3.5), batches, step_s=1.0) == 3
    assert steps_within(replace(PLAN, budget_s=0.1), batches, step_s=1.0) == 1


def test_every_grade_is_read_once_an_epoch(tiny: SentenceTransformer, supervision: Supervision) -> None:
    batches = batches_of(tiny, supervision)
    for epoch in range(2):
        read = sum(len(batches[epoch * batches.per_epoch + step].values) for step in range(batches.per_epoch))
        assert read == len(supervision.grades)


def test_grades_that_say_all_the_same_are_refused(tiny: SentenceTransformer, tmp_path: Path) -> None:
    same = Supervision(tuple(Grade("a sofa", item_id, 1.0) for item_id in TEXTS), "test")
    with pytest.raises(BadInputError, match="fewer than two different values"):
        run(tiny, same, tmp_path)


def test_grades_of_products_that_are_not_sold_are_left_out(tiny: SentenceTransformer, supervision: Supervision) -> None:
    gone = Supervision((*supervision.grades, Grade("a sofa", "gone", 1.0)), "test")
    assert len(batches_of(tiny, gone).grades) == len(supervision.grades)


def test_a_checkpoint_of_other_settings_or_a_damaged_one_is_refused(
    tiny: SentenceTransformer, tiny_folder: Path, supervision: Supervision, tmp_path: Path
) -> None:
    run(tiny, supervision, tmp_path, stop_after=1)
    with pytest.raises(BadInputError, match="other settings"):
        run(loaded(tiny_folder), supervision, tmp_path, replace(PLAN, batch=12))
    (tmp_path / CHECKPOINT).write_bytes(b"damaged")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        run(loaded(tiny_folder), supervision, tmp_path)
