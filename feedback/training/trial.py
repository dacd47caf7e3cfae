"""Do shoppers who try a version like it less? Then its trial ends by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from scipy.stats import fisher_exact
from sqlalchemy import select

from feedback.tables import ImpressionRow, VoteRow
from recommender.db import Database
from recommender.encoder.manifest import Manifest
from recommender.models.registry import Registry

__all__ = ["Thumbs", "Trial", "end_if_worse", "look"]

LEAST_VOTES: Final = 20
"""Before so many thumbs on the candidate nothing is decided."""

SIGNIFICANCE: Final = 0.05

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Thumbs:
    """How many thumbs went up and down, each person once a product."""

    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What shoppers said of the candidate and of what serves, since the trial began."""

    version: str
    candidate: Thumbs
    current: Thumbs

    @property
    def p_worse(self) -> float:
        """How likely so many thumbs would go down if both were equally good: Fisher's exact test, one-sided."""
        table = [[self.candidate.down, self.candidate.up], [self.current.down, self.current.up]]
        return float(fisher_exact(table, alternative="greater").pvalue)

    @property
    def is_worse(self) -> bool:
        """Whether the candidate is worse beyond chance."""
        return self.candidate.up + self.candidate.down >= LEAST_VOTES and self.p_worse < SIGNIFICANCE


def look(database: Database, registry: Registry) -> Trial | None:
    """The thumbs of the trial that is on; None where none is."""
    serving = registry.serving()
    if serving.candidate is None or serving.since is None or serving.share == 0:
        return None
    since = datetime.fromisoformat(serving.since)
    names = {version: Manifest.read(registry.encoder_folder(version)).version for version in serving.warm}
    counted: dict[str, set[tuple[str, str, bool]]] = {version: set() for version in serving.warm}
    query = (
        select(VoteRow.person_id, VoteRow.item_id, VoteRow.value, ImpressionRow.versions)
        .join(ImpressionRow, ImpressionRow.id == VoteRow.impression_id)
        .where(VoteRow.value != 0, ImpressionRow.created_at >= since)
    )
    with database.reading() as session:
        for person_id, item_id, value, versions in session.execute(query):
            encoder = versions.get("encoder", "")
            for version, name in names.items():
                if encoder.rpartition("-")[0] == name:
                    counted[version].add((person_id, item_id, value > 0))
    return Trial(serving.candidate, _thumbs(counted[serving.candidate]), _thumbs(counted[serving.current]))


def end_if_worse(database: Database, registry: Registry) -> Trial | None:
    """End the trial if the candidate is worse; what was found, None where no trial is on."""
    trial = look(database, registry)
    if trial is not None and trial.is_worse:
        reason = (
            f"{trial.candidate.down} of {trial.candidate.up + trial.candidate.down} thumbs down against "
            f"{trial.current.down} of {trial.current.up + trial.current.down} (p = {trial.p_worse:.3f})"
        )
        registry.stop_trial(reason)
        _log.warning("trial_ended", version=trial.version, reason=reason)
    return trial


def _thumbs(votes: set[tuple[str, str, bool]]) -> Thumbs:
    up = sum(1 for _, _, liked in votes if liked)
    return Thumbs(up, len(votes) - up)
