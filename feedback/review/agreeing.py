"""How far do the raters of this shop agree, and how far can each be relied upon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from feedback.review.agreement import Metric, krippendorff_alpha
from feedback.review.labels import decided
from feedback.review.reliability import consensus
from feedback.review.subject import Kind
from feedback.staff.accounts import list_staff

__all__ = ["Agreement", "agreements"]

_RELIABLE: Final = 0.8
_TENTATIVE: Final = 0.667
"""From these values of alpha on labels are usually relied upon, and tentatively (Krippendorff, 2004)."""

_METRICS: Final[dict[Kind, Metric]] = {
    Kind.JUDGEMENT: "ordinal",
    Kind.RECOMMENDATION: "nominal",
    Kind.MESSAGE: "nominal",
}


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many subjects of a kind were decided on, by several, differently; of each rater decisions and reliability."""

    kind: Kind
    subjects: int
    shared: int
    conflicts: int
    alpha: float | None
    raters: dict[str, tuple[int, float]]

    @property
    def metric(self) -> Metric:
        """How far apart two decisions of this kind are."""
        return _METRICS[self.kind]

    @property
    def judgement(self) -> str:
        """Krippendorff's alpha and what it is good for, in words."""
        if self.alpha is None:
            return "not known yet: it takes things that two trainers decided on"
        if self.alpha >= _RELIABLE:
            return f"{self.alpha:.2f}, to be relied upon"
        return f"{self.alpha:.2f}, {'tentative' if self.alpha >= _TENTATIVE else 'too low to rely upon'}"


def agreements(session: Session) -> list[Agreement]:
    """One of each kind of label."""
    names = {row.id: row.name for row in list_staff(session)}
    found = []
    for kind, metric in _METRICS.items():
        subjects = decided(session, kind)
        coded = {
            value: place for place, value in enumerate(sorted({v for one in subjects for v in one.values.values()}))
        }
        units = [[float(coded[value]) for value in one.values.values()] for one in subjects]
        _, reliabilities = consensus([one.values for one in subjects])
        counts = {rater: sum(rater in one.values for one in subjects) for rater in reliabilities}
        shared = [unit for unit in units if len(unit) > 1]
        found.append(
            Agreement(
                kind=kind,
                subjects=len(subjects),
                shared=len(shared),
                conflicts=sum(len(set(unit)) > 1 for unit in shared),
                alpha=krippendorff_alpha(units, metric),
                raters={
                    names.get(rater, rater): (counts[rater], reliability)
                    for rater, reliability in reliabilities.items()
                },
            )
        )
    return found
