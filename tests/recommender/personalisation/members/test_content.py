"""Does a person's direction lead to what they liked and asked for, and away from what they did not?"""

from __future__ import annotations

import numpy as np

from recommender.personalisation.members import Content
from recommender.personalisation.past import Past

AXES = np.eye(6, dtype=np.float32)


def past(*met: tuple[int, float], asked: np.ndarray | None = None) -> Past:
    rows, strengths = [row for row, _ in met], [strength for _, strength in met]
    return Past(
        np.array(rows, dtype=np.intp),
        np.array(strengths, dtype=np.float32),
        np.empty((0, 6), dtype=np.float32) if asked is None else asked,
    )


def scores(somebody: Past) -> np.ndarray:
    model = Content(AXES)
    return model.score(model.fold_in(somebody))


def test_the_direction_leads_to_what_was_liked_and_away_from_what_was_not() -> None:
    found = scores(past((1, -1.0), (0, 1.0)))
    assert found[0] > 0 > found[1]
    assert found[2] == 0


def test_of_a_stranger_nothing_is_known() -> None:
    assert (scores(past()) == 0).all()


def test_one_view_says_less_than_a_purchase_and_that_less_than_many() -> None:
    view, purchase = scores(past((0, 0.3)))[0], scores(past((0, 1.0)))[0]
    assert 0 < view < purchase < 1


def test_what_somebody_asked_for_draws_like_what_they_did_the_last_question_most() -> None:
    found = scores(past(asked=AXES[[3, 4]]))
    assert found[3] > found[4] > 0
    assert scores(past((0, 1.0), asked=AXES[[3]]))[0] > scores(past((0, 1.0), asked=AXES[[3]]))[3] > 0
