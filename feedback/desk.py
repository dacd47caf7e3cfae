"""Who of the shop is at the desk right now, and what can a shopper who wants a person be told?

A console says every few seconds that it is open. One that falls silent (a closed laptop, a dead browser) counts as gone
after `PRESENCE_LASTS`, and what its agent had goes back into the queue.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.handoff import Agent, open_handoff, queue_position
from feedback.handoff_tables import DeskRow, HandoffRow
from feedback.once import insert_missing
from feedback.presence import TYPING_LASTS, human_stopped_typing, human_types
from feedback.tables import SessionRow

__all__ = [
    "PRESENCE_LASTS",
    "Colleague",
    "Outlook",
    "Standing",
    "at_the_desk",
    "be_present",
    "lapsed",
    "leave_desk",
    "outlook",
    "standing",
    "types",
    "usual_wait_minutes",
]

PRESENCE_LASTS: Final = timedelta(seconds=30)
"""How long somebody counts as present after their console last said so: it says so every few seconds."""

_WAITS_LOOKED_AT = 20
_FEWEST_WAITS = 3
_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody whose console is open."""

    agent: Agent
    available: bool
    looking_at: str | None
    typing: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """What awaits whoever asks for a person now: how many could come, the place in the queue, the usual wait."""

    agents: int
    position: int
    wait_minutes: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has a conversation, and where in the queue it is while it waits."""

    speaker: str
    agent: str | None = None
    position: int | None = None
    wait_minutes: int | None = None


def be_present(
    session: Session, agent: Agent, now: datetime, *, available: bool | None = None, looking_at: str | None = None
) -> None:
    """The agent's console is open, `looking_at` is in front of them; `available` None leaves that as it is."""
    row = {"agent_id": agent.id, "name": agent.name, "available": True, "seen_at": now}
    insert_missing(session, DeskRow, [row])
    desk = session.get_one(DeskRow, agent.id)
    desk.name, desk.seen_at, desk.looking_at = agent.name, now, looking_at
    if available is not None:
        desk.available = available


def leave_desk(session: Session, agent: Agent, now: datetime) -> None:
    """The agent's last console was closed on purpose: nobody need wait for it to fall silent."""
    desk = session.get(DeskRow, agent.id)
    if desk is not None:
        desk.seen_at, desk.looking_at, desk.typing_until = now - PRESENCE_LASTS, None, None


def types(session: Session, agent: Agent, session_id: str, now: datetime, *, typing: bool = True) -> None:
    """The agent types in this conversation (it wears off by itself); the shopper sees it only from who has it."""
    desk = session.get(DeskRow, agent.id)
    if desk is not None:
        desk.looking_at, desk.typing_until = session_id, (now + TYPING_LASTS if typing else None)
    handoff = open_handoff(session, session_id)
    if handoff is not None and handoff.agent_id == agent.id:
        if typing:
            human_types(session, session_id, now)
        else:
            human_stopped_typing(session, session_id)


def at_the_desk(session: Session, now: datetime) -> list[Colleague]:
    """Everybody whose console is open, by name."""
    rows = session.scalars(select(DeskRow).where(DeskRow.seen_at > now - PRESENCE_LASTS).order_by(DeskRow.name))
    return [
        Colleague(
            Agent(row.agent_id, row.name),
            row.available,
            row.looking_at,
            row.typing_until is not None and row.typing_until > now,
        )
        for row in rows
    ]


def lapsed(session: Session, now: datetime) -> Sequence[HandoffRow]:
    """The conversations whose agent is not at the desk any more."""
    present = select(DeskRow.agent_id).where(DeskRow.seen_at > now - PRESENCE_LASTS)
    held = HandoffRow.ended_at.is_(None) & HandoffRow.agent_id.is_not(None)
    return session.scalars(select(HandoffRow).where(held, HandoffRow.agent_id.not_in(present))).all()


def outlook(session: Session, now: datetime) -> Outlook:
    """What somebody who asks for a person now can be told."""
    agents = sum(colleague.available for colleague in at_the_desk(session, now))
    waiting = HandoffRow.ended_at.is_(None) & HandoffRow.agent_id.is_(None)
    ahead = session.scalar(select(func.count()).select_from(HandoffRow).where(waiting)) or 0
    return Outlook(agents, ahead + 1, usual_wait_minutes(session, now))


def usual_wait_minutes(session: Session, now: datetime) -> int | None:
    """What people waited lately until somebody took their conversation (the median of the last 20), in whole minutes.

    None when there were too few of them in the last week to say.
    """
    rows = session.execute(
        select(HandoffRow.requested_at, HandoffRow.claimed_at)
        .where(HandoffRow.claimed_at.is_not(None), HandoffRow.reason != "taken_over")
        .where(HandoffRow.requested_at > now - _LATELY)
        .order_by(HandoffRow.id.desc())
        .limit(_WAITS_LOOKED_AT)
    )
    waits = [(claimed - requested).total_seconds() for requested, claimed in rows if claimed is not None]
    return max(1, math.ceil(median(waits) / 60)) if len(waits) >= _FEWEST_WAITS else None


def standing(session: Session, session_id: str, now: datetime) -> Standing:
    """Who has this conversation now; the assistant has one that does not exist."""
    conversation = session.get(SessionRow, session_id)
    if conversation is None or conversation.speaker in ("bot", "closed"):
        return Standing("bot" if conversation is None else conversation.speaker)
    handoff = open_handoff(session, session_id)
    if handoff is None:
        return Standing(conversation.speaker)
    if handoff.agent_id is not None:
        return Standing(conversation.speaker, handoff.agent_name)
    return Standing(conversation.speaker, None, queue_position(session, handoff), usual_wait_minutes(session, now))
