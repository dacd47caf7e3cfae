"""Are the causes named for a search result those that gave it its score?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from recommender.explanation.reason import ReasonKind
from recommender.explanation.search import explain_hit
from recommender.search.port import Hit
from recommender.understanding.query import Constraint, Facet, Op, Query

WEIGHTS = {"lexical": 0.4, "dense": 0.6}


def test_each_leg_is_named_with_what_the_score_loses_without_it() -> None:
    hit = Hit("lamp", 0.4 * 0.9 + 0.6 * 0.5, {"lexical": 0.9, "dense": 0.5}, ("warm", "lamp"))
    reasons = explain_hit(hit, Query("warm lamp"), WEIGHTS)
    assert [reason.kind for reason in reasons] == [ReasonKind.WORDS, ReasonKind.MEANING]
    assert reasons[0].words == ("warm", "lamp")
    assert sum(reason.effect for reason in reasons) == pytest.approx(hit.score)


def test_the_stronger_leg_comes_first() -> None:
    reasons = explain_hit(Hit("lamp", 0.7, {"lexical": 0.1, "dense": 0.9}, ("lamp",)), Query("lamp"), WEIGHTS)
    assert [reason.kind for reason in reasons] == [ReasonKind.MEANING, ReasonKind.WORDS]


@pytest.mark.parametrize(
    ("hit", "query"),
    [
        (Hit("lamp", 0.0, {"lexical": 0.0, "dense": 0.0}, ("lamp",)), Query("lamp")),
        (Hit("lamp", 0.0, {"dense": 0.4}), Query("")),
        (Hit("lamp", 0.4, {"lexical": 1.0}), Query("lamp")),
        (Hit("lamp", 0.4, {"luck": 1.0}), Query("lamp")),
    ],
)
def test_what_moved_nothing_or_cannot_be_said_is_not_named(hit: Hit, query: Query) -> None:
    assert explain_hit(hit, query, WEIGHTS) == []


def test_conditions_that_are_met_come_last_and_exclusions_are_no_merit() -> None:
    cheap = Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal(50))
    no_leather = Constraint(Facet.MATERIAL, Op.NONE_OF, ("leather",))
    reasons = explain_hit(Hit("lamp", 0.3, {"dense": 0.5}), Query("lamp", (cheap, no_leather)), WEIGHTS)
    assert [reason.kind for reason in reasons] == [ReasonKind.MEANING, ReasonKind.CONSTRAINT]
    assert reasons[1].constraint == cheap
