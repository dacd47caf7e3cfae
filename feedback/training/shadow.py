"""What would the candidate have shown, beside what was shown?"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from feedback.tables import SessionRow
from feedback.training.tables import ShadowSearchRow
from recommender.clock import Clock
from recommender.db import Database
from recommender.models.serving import Observed

__all__ = ["ShadowSearch", "recorder", "shadow_searches", "shadowed_versions"]

_KEPT = 10
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ShadowSearch:
    """One search, the products that were shown and those that `version` would have shown, best first."""

    query: str
    version: str
    shown: Sequence[str]
    unseen: Sequence[str]
    at: datetime

    @property
    def overlap(self) -> float:
        """Share of what was shown that the candidate would have shown too."""
        return len(set(self.shown) & set(self.unseen)) / max(len(self.shown), 1)


def recorder(database: Database, clock: Clock) -> Callable[[Observed], None]:
    """Keeps what a shadow candidate answered, for as long as its conversation is kept."""

    def keep(seen: Observed) -> None:
        try:
            with database.transaction() as session:
                if session.get(SessionRow, seen.session_id) is None:
                    return  # the shopper was forgotten meanwhile
                session.add(
                    ShadowSearchRow(
                        id=uuid.uuid4().hex,
                        session_id=seen.session_id,
                        model_version=seen.version,
                        query=seen.query.text,
                        shown=[hit.id for hit in seen.shown.hits[:_KEPT]],
                        unseen=[hit.id for hit in seen.unseen.hits[:_KEPT]],
                        at=clock.now(),
                    )
                )
        except SQLAlchemyError as error:
            _log.warning("shadow_search_not_kept", error=type(error).__name__)

    return keep


def shadow_searches(session: Session, version: str, limit: int = 100) -> list[ShadowSearch]:
    """What `version` would have shown, those first that differ most from what was shown."""
    rows = session.scalars(
        select(ShadowSearchRow)
        .where(ShadowSearchRow.model_version == version)
        .order_by(ShadowSearchRow.at.desc(), ShadowSearchRow.id)
        .limit(10 * limit)
    )
    found = [ShadowSearch(row.query, row.model_version, row.shown, row.unseen, row.at) for row in rows]
    return sorted(found, key=lambda one: one.overlap)[:limit]


def shadowed_versions(session: Session) -> list[str]:
    """The versions that answered unseen, the one that did so last first."""
    newest = func.max(ShadowSearchRow.at)
    return list(
        session.scalars(
            select(ShadowSearchRow.model_version).group_by(ShadowSearchRow.model_version).order_by(newest.desc())
        )
    )
