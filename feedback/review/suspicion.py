"""Which labels of this shop should be looked at again?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from feedback.review.labels import decided
from feedback.review.queues import Texts, labelled_items
from feedback.review.reliability import consensus
from feedback.review.subject import Kind, ReviewItem
from feedback.review.suspects import suspects

__all__ = ["suspicious"]

_MOST: Final = 50


def suspicious(session: Session, texts: Texts) -> list[ReviewItem]:
    """Judged queries and messages whose label the other labels speak against, with what they say instead."""
    found: list[ReviewItem] = []
    for kind in (Kind.JUDGEMENT, Kind.MESSAGE):
        subjects = [one for one in decided(session, kind) if one.text is not None]
        wording = texts([one.item_id for one in subjects if one.item_id is not None])
        agreed, _ = consensus([one.values for one in subjects])
        written = [f"{one.text}\n{wording.get(one.item_id or '', '')}" for one in subjects]
        by_subject = labelled_items(session, kind, texts)
        for suspect in suspects(written, [truth.value for truth in agreed], limit=_MOST):
            item = by_subject.get(subjects[suspect.place].subject_id)
            if item is not None:
                reason = f"labelled {suspect.value}, looks like {suspect.likely} ({suspect.likely_probability:.0%})"
                found.append(replace(item, reason=reason, labels=subjects[suspect.place].values))
    return found
