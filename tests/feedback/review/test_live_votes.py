"""Are thumbs on a version counted whatever precision it served in, and is it said how sure they are?"""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from feedback.review.live_votes import VersionVotes, votes_of


@pytest.mark.parametrize(("up", "down"), [(8, 2), (0, 5), (5, 0), (190, 210)])
def test_the_interval_is_wilsons(up: int, down: int) -> None:
    expected = binomtest(up, up + down).proportion_ci(0.95, method="wilson")
    assert VersionVotes(up + down, up, down).interval == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_without_thumbs_nothing_is_claimed() -> None:
    assert VersionVotes(3).interval is None
    assert str(VersionVotes()) == "nothing shown yet"
    assert str(VersionVotes(3)) == "shown 3 products, no thumbs yet"
    assert str(VersionVotes(30, 8, 2)) == "shown 30 products, 8 up, 2 down: 80% up (49% to 94%, 95 % interval)"


def test_both_precisions_of_a_version_are_that_version() -> None:
    votes = {
        "tuned-1-int8": VersionVotes(3, 1, 0),
        "tuned-1-fp32": VersionVotes(2, 0, 1),
        "tuned-12-int8": VersionVotes(9),
    }
    assert votes_of(votes, "tuned-1") == VersionVotes(5, 1, 1)
    assert votes_of(votes, "base") == VersionVotes()
