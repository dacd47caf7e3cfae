"""Are the weights of a blend right where the right ones are known, and is the blend never worse than its best part?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.personalisation.blending import Choices, learn_blend


def choices(scores: np.ndarray, names: tuple[str, ...]) -> Choices:
    """People by candidates by models; what each took is the first candidate."""
    people, candidates, models = scores.shape
    return Choices(names, np.arange(people + 1) * candidates, scores.reshape(-1, models).astype(np.float32))


def test_a_model_that_knows_counts_and_one_that_guesses_does_not() -> None:
    random = np.random.default_rng(0)
    scores = random.random((200, 30, 2))
    scores[:, 0, 0] = 1.1
    blend = learn_blend(choices(scores, ("knows", "guesses")))
    assert blend.blended == pytest.approx(1.0, abs=0.02)
    assert blend.weights["knows"] > 5 * blend.weights["guesses"]


def test_two_models_that_know_half_each_do_better_together() -> None:
    random = np.random.default_rng(0)
    scores = random.random((400, 30, 2))
    scores[:200, 0, 0] += 1.0
    scores[200:, 0, 1] += 1.0
    blend = learn_blend(choices(scores, ("one", "other")))
    assert blend.blended > max(blend.alone.values())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 0.5), st.floats(0, 0.5))
def test_it_is_never_worse_than_its_best_part_on_people_it_did_not_learn_from(
    seed: int, first: float, second: float
) -> None:
    scores = np.random.default_rng(seed).random((30, 40, 3))
    scores[:, 0, 0] += first
    scores[:, 0, 1] += second
    held_out = choices(scores, ("a", "b", "c"))
    blend = learn_blend(held_out)
    assert blend.blended >= max(blend.alone.values())
    assert all(weight >= 0 for weight in blend.weights.values())
    checked = held_out.of_people(range(1, 30, 2))
    assert checked.ndcg(np.array(list(blend.weights.values()), dtype=np.float32)) == pytest.approx(
        blend.blended, abs=1e-3
    )


def test_ndcg_of_a_known_ranking() -> None:
    scores = np.array([[[3.0], [1.0], [2.0]], [[1.0], [3.0], [2.0]]])
    assert choices(scores, ("only",)).ndcg(np.ones(1, dtype=np.float32)) == pytest.approx((1 + 1 / 2) / 2)


def test_who_scores_everything_alike_is_not_right_by_chance() -> None:
    assert list(choices(np.zeros((1, 9, 1)), ("flat",)).ranks(np.ones(1, dtype=np.float32))) == [4]


def test_nobody_to_learn_from_is_said() -> None:
    with pytest.raises(ValueError, match="half of the people"):
        learn_blend(choices(np.zeros((1, 3, 1)), ("only",)))
