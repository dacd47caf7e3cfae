"""What happens at the desk as time goes by: an agent's console falls silent, nobody answers, a turn comes up?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.dialogue.state import Pending
from actions.reaching_people import handoffs
from actions.services import Services
from feedback.desk import lapsed, outlook
from feedback.handoff_tables import HandoffRow
from recommender.errors import ConflictError, NotFoundError

__all__ = ["NOBODY_LASTS", "keep_desk_times"]

_log = structlog.get_logger()

NOBODY_LASTS: Final = timedelta(seconds=60)
"""A shopper who waits while nobody at all is at the desk is told so after this: a console may only be reloading."""


def keep_desk_times(services: Services) -> None:
    """Do everything that is due now, each conversation in a transaction of its own: what changed meanwhile is left.

    Raises:
        SQLAlchemyError: the record cannot be reached.
    """
    now = services.clock.now()
    steps = handoffs(services)
    patience = timedelta(seconds=services.settings.handoff_timeout_s)
    with services.database.reading() as session:
        lost = [row.session_id for row in lapsed(session, now)]
        silent = _ids(session, HandoffRow.agent_id.is_not(None), HandoffRow.answered_at.is_(None),
                      HandoffRow.reason != "taken_over", HandoffRow.claimed_at < now - patience)  # fmt: skip
        waiting = HandoffRow.agent_id.is_(None)
        late = _ids(session, waiting, HandoffRow.queued_at < now - patience)
        if not outlook(session, now).agents:
            late += _ids(session, waiting, HandoffRow.queued_at < now - NOBODY_LASTS)
        moved_up = _ids(session, waiting, HandoffRow.position_told > 1)
    for session_id in lost:
        _do(services, "agent_lost", partial(steps.release, session_id=session_id, now=now, lost=True))
    for session_id in silent:
        if session_id not in lost:
            _do(services, "agent_silent", partial(steps.release, session_id=session_id, now=now))
    for session_id in dict.fromkeys(late):
        _do(services, "nobody_came", partial(_give_up, services, session_id, now))
    for session_id in moved_up:
        _do(services, "place_told", partial(steps.tell_place, session_id=session_id, now=now))


def _give_up(services: Services, session_id: str, now: datetime, session: Session) -> None:
    handoffs(services).give_up(session, session_id, now)
    loaded = services.dialogues.load(session, session_id)
    state = replace(loaded.state, pending=Pending("contact"))
    services.dialogues.save(session, session_id, state, loaded.version)


def _do(services: Services, event: str, step: Callable[..., object]) -> None:
    try:
        with services.database.transaction() as session:
            step(session=session)
    except (ConflictError, NotFoundError):
        return  # somebody else was quicker, which is what was wanted
    _log.info(event)


def _ids(session: Session, *conditions: object) -> list[str]:
    query = select(HandoffRow.session_id).where(HandoffRow.ended_at.is_(None), *conditions)  # type: ignore[arg-type]
    return list(session.scalars(query.order_by(HandoffRow.requested_at, HandoffRow.id)))
