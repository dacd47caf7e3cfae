"""How does everything that one turn changes happen together, and only once?

A turn may be executed more than once: Rasa was given up while its action still ran, or a process died between the
answer and its delivery. Whatever an action changes is therefore written in one transaction together with its answer,
and whoever comes second finds that answer instead of changing anything again.
"""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any

from sqlalchemy.orm import Session

from feedback.conversations import claim_turn
from recommender.db import Database

__all__ = ["AlreadyAnsweredError", "Changes"]


class AlreadyAnsweredError(Exception):
    """The turn was answered by another execution; `replies` is what it said."""

    def __init__(self, replies: list[dict[str, Any]]) -> None:
        super().__init__("this turn has been answered")
        self.replies = replies


class Changes:
    """The one transaction of a turn; a context manager: it commits at the end and rolls back what raises.

    It begins with the first change: until then, while the catalogue is searched, nobody waits for this turn. From then
    on nothing may be changed by another way, which would wait for this transaction to end.
    """

    def __init__(self, database: Database, turn_id: str) -> None:
        self._database = database
        self._turn_id = turn_id
        self._stack = ExitStack()
        self._session: Session | None = None

    def __enter__(self) -> Changes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session = None
        self._stack.__exit__(kind, error, trace)

    @property
    def session(self) -> Session:
        """The session to read and write in.

        Raises:
            AlreadyAnsweredError: another execution of this turn was quicker.
            NotFoundError: the conversation was erased meanwhile.
        """
        if self._session is None:
            session = self._stack.enter_context(self._database.transaction())
            replies = claim_turn(session, self._turn_id)
            if replies is not None:
                raise AlreadyAnsweredError(replies)
            self._session = session
        return self._session
