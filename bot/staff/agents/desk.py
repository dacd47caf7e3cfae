"""What do all open pages of the desk share: the copilot, and the knowledge of what has changed?"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.copilot.suggestions import Copilot
from actions.services import Services
from bot.gateway.threads import Threads
from feedback.desk_tables import NoteRow, TagRow
from feedback.drafts import Suggested
from feedback.handoff import Agent
from feedback.handoff_tables import DeskRow, HandoffRow
from feedback.staff.roles import Actor
from feedback.tables import MessageRow, SessionRow
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import ShoptalkError

__all__ = ["Desk", "Window", "agent_of"]

_log = structlog.get_logger()

_LOOKED_AT_EVERY_S: Final = 0.04
"""How often the newest message is looked for: one statement over one index, while anybody is at the desk."""

_OTHERS_LOOKED_AT_EVERY_S: Final = 0.2
"""How often everything else is: who is there and types, notes, tags, what was answered by e-mail."""

_DRAFTS_FIRST_S: Final = 0.2
"""So long a page's refresh waits for the drafts of what was just said: they are what an agent waits for."""

_RECENT: Final = timedelta(seconds=30)


def agent_of(actor: Actor) -> Agent:
    """Whoever is logged in, as shoppers see them."""
    return Agent(actor.id, actor.name)


class Window(Protocol):
    """An open page of the desk."""

    async def changed(self) -> None:
        """Something at the desk is not as it was."""
        ...

    async def drafted(self, session_id: str, drafts: list[Suggested]) -> None:
        """These are the drafts for what was said last in that conversation."""
        ...


@dataclass
class Desk:
    """One for each process of the console.

    `version` grows whenever something at the desk changed, and every open window is told at once. As soon as a shopper
    who waits for a person, or talks to one, says something, the drafts for it are made.

    Args:
        database: the record.
        clock: tells the time.
        threads: where blocking work runs.
        build: makes the parts of the assistant; called once, in a thread.
    """

    database: Database
    clock: Clock
    threads: Threads
    build: Callable[[], Services]
    version: int = 0
    windows: dict[Window, str] = field(default_factory=dict)
    _copilot: Copilot | None = None
    _building: threading.Lock = field(default_factory=threading.Lock)
    _watching: asyncio.Task[None] | None = None
    _seen: tuple[object, ...] = ()
    _others_seen: tuple[object, ...] = ()
    _others_seen_at: float = 0.0
    _last_message: int | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def copilot(self) -> Copilot:
        """The copilot; the first call builds it and takes as long as loading the model does. Blocks."""
        with self._building:
            if self._copilot is None:
                copilot = Copilot.of(self.build())
                copilot.warm_up()
                self._copilot = copilot
            return self._copilot

    def warm_up(self) -> None:
        """Begin to build the copilot, so that the first page does not wait for it."""
        threading.Thread(target=self.copilot, name="copilot", daemon=True).start()

    def opened(self, actor: Actor, window: Window) -> None:
        """A page of this agent was opened: from now on changes are looked for."""
        self.windows[window] = actor.id
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())

    def closed(self, actor: Actor, window: Window) -> bool:
        """A page of this agent was closed; whether it was their last."""
        self.windows.pop(window, None)
        return actor.id not in self.windows.values()

    async def _watch(self) -> None:
        while self.windows:
            started = time.monotonic()
            try:
                seen, asked = await self.threads.run(self._look)
            except SQLAlchemyError as error:
                _log.warning("desk_unread", error=type(error).__name__)
                await asyncio.sleep(1)
                continue
            if asked:
                drafting = [self._begin(self._draft(session_id)) for session_id in asked]
                await asyncio.wait(drafting, timeout=_DRAFTS_FIRST_S)
            if seen != self._seen:
                self._seen = seen
                self._tell()
            await asyncio.sleep(max(0.0, _LOOKED_AT_EVERY_S - (time.monotonic() - started)))

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _tell(self) -> None:
        self.version += 1
        for window in self.windows:
            self._begin(window.changed())

    async def _draft(self, session_id: str) -> None:
        try:
            drafts = await self.threads.run(self._suggest, session_id)
        except (ShoptalkError, SQLAlchemyError) as error:
            _log.warning("drafts_not_made", error=type(error).__name__)
            return
        for window in list(self.windows):
            await window.drafted(session_id, drafts)

    def _suggest(self, session_id: str) -> list[Suggested]:
        return self.copilot().suggest(session_id)

    def _look(self) -> tuple[tuple[object, ...], list[str]]:
        """What the desk looks like now, and the conversations in which a shopper just said something to a person."""
        with self.database.reading() as session:
            newest = session.scalar(select(func.max(MessageRow.id))) or 0
            before = newest if self._last_message is None else self._last_message
            self._last_message = newest
            if time.monotonic() - self._others_seen_at > _OTHERS_LOOKED_AT_EVERY_S:
                self._others_seen, self._others_seen_at = self._others(session), time.monotonic()
            return (newest, *self._others_seen), self._asked(session, before) if newest > before else []

    def _others(self, session: Session) -> tuple[object, ...]:
        now = self.clock.now()
        desk = session.execute(
            select(DeskRow.agent_id, DeskRow.available, DeskRow.looking_at, DeskRow.typing_until > now)
            .where(DeskRow.seen_at > now - _RECENT)
            .order_by(DeskRow.agent_id)
        ).all()
        notes = session.scalar(select(func.max(NoteRow.id)))
        tags = session.execute(select(func.count(), func.max(TagRow.created_at)).select_from(TagRow)).one()
        mailed = session.execute(
            select(func.count(HandoffRow.contact_email), func.count(HandoffRow.contacted_at))
        ).one()
        return (tuple(map(tuple, desk)), notes, tuple(tags), tuple(mailed))

    def _asked(self, session: Session, after: int) -> list[str]:
        query = (
            select(MessageRow.session_id)
            .join(SessionRow, SessionRow.id == MessageRow.session_id)
            .where(MessageRow.id > after, MessageRow.sender == "shopper", SessionRow.speaker.in_(("queued", "human")))
        )
        return list(dict.fromkeys(session.scalars(query)))
