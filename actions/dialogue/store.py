"""How does the state of a dialogue survive a restart, and two turns at once?"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from pydantic import ValidationError
from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from actions.dialogue.state import DialogueState, state_from_json, state_to_json
from actions.dialogue.tables import DialogueRow
from feedback.once import insert_missing
from recommender.clock import Clock
from recommender.errors import ConflictError

__all__ = ["DialogueStore", "Loaded"]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A state and the version it was read at; 0 means that nothing was kept yet."""

    state: DialogueState
    version: int


class DialogueStore:
    """Reads and writes states, one row a conversation, inside the caller's transaction."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def load(self, session: Session, session_id: str) -> Loaded:
        """The state of this conversation, a fresh one when nothing (readable) is kept."""
        row = session.get(DialogueRow, session_id)
        if row is None:
            return Loaded(DialogueState(), 0)
        try:
            return Loaded(state_from_json(row.state), row.version)
        except ValidationError:
            # An older release may have kept another form: the conversation goes on, its context is lost.
            _log.warning("dialogue_state_unreadable", session_id=session_id, version=row.version)
            return Loaded(DialogueState(), row.version)

    def save(self, session: Session, session_id: str, state: DialogueState, version: int) -> None:
        """Keep `state` if nobody saved since `version` was read.

        Raises:
            ConflictError: somebody did; nothing was changed.
        """
        values = {"version": version + 1, "state": state_to_json(state), "updated_at": self._clock.now()}
        if version == 0:
            saved = insert_missing(session, DialogueRow, [{"session_id": session_id, **values}])
        else:
            statement = update(DialogueRow).where(DialogueRow.session_id == session_id, DialogueRow.version == version)
            result = session.execute(statement.values(**values))
            assert isinstance(result, CursorResult)
            saved = result.rowcount
        if saved != 1:
            raise ConflictError("This conversation went on in another window; look there, or say that again.")

    def is_asking(self, session: Session, session_id: str) -> bool:
        """Whether the assistant waits for the answer to a question of its own."""
        return self.load(session, session_id).state.pending is not None
