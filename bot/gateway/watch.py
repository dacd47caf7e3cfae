"""How do the open streams learn what another process said?

Staff answer from a process of their own, commands write from theirs, and two apps may serve one shop. All of them write
to the record, so that is where this one looks, several times a second while anybody follows a conversation.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.services import Services
from bot.gateway.live import Live
from bot.gateway.threads import Threads
from feedback.presence import Pulse, pulses

__all__ = ["watch"]

_log = structlog.get_logger()

_EVERY_S = 0.4


async def watch(live: Live, services: Services, threads: Threads) -> None:
    """Ring for what other processes add to the conversations that are followed, and say where a human types."""
    seen: dict[str, int] = {}  # the newest message of each conversation that was followed the last time
    while True:
        await asyncio.sleep(_EVERY_S)
        followed = live.followed
        try:
            found = await threads.run(_look, services, followed) if followed else {}
        except SQLAlchemyError as error:
            _log.warning("record_unread", error=type(error).__name__)
            continue
        now = services.clock.now()
        live.humans_typing([session_id for session_id, pulse in found.items() if pulse.human_is_typing(now)])
        newest = {session_id: pulse.last_message_id for session_id, pulse in found.items()}
        for session_id, last_id in newest.items():
            # One seen for the first time rings as well: its follower may have read it just before it was added to.
            # The place in the queue of one that waits is looked at every time.
            if seen.get(session_id) != last_id or found[session_id].waits:
                live.ring(session_id)
        seen = newest


def _look(services: Services, session_ids: list[str]) -> dict[str, Pulse]:
    with services.database.reading() as session:
        return pulses(session, session_ids)
