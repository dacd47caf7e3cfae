"""How does an action of ours run: once Rasa has decided on it, or without Rasa?"""

from __future__ import annotations

import asyncio
import traceback
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions.dialogue.store import Loaded
from actions.pending import DIGRESSIONS, remind, settle
from actions.replies.schema import Reply
from actions.services import Services, current
from actions.turn import Turn, TurnAnswer
from feedback.conversations import find_payload, find_session, find_turn, issue_payloads
from recommender.errors import BadInputError, BusyError, ConflictError, NotFoundError, UnavailableError

__all__ = ["TurnAction", "answer_turn"]

_log = structlog.get_logger()

# What else can go wrong is for the shop's owner to read in the log.
_FOR_SHOPPERS = (BadInputError, NotFoundError, BusyError, UnavailableError)


class TurnAction(Action, ABC):  # type: ignore[misc]  # rasa_sdk declares no types
    """What the assistant does about one intent. Subclasses say for which `intent` and implement `handle`.

    A subclass holds nothing: the server that runs it may copy it to another process.
    """

    @property
    @abstractmethod
    def intent(self) -> str:
        """The intent that this action answers; a class that does not say so is no action yet."""

    def name(self) -> str:
        """The name by which Rasa's domain knows this action."""
        return f"action_{self.intent}"

    @abstractmethod
    def handle(self, turn: Turn) -> list[Reply]:
        """The replies to this turn; `turn.state` is what will be remembered.

        Raises:
            ShoptalkError: the sentence of one that shoppers can act on becomes the reply.
        """

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Mapping[str, Any],  # noqa: ARG002
    ) -> list[dict[str, Any]]:
        """Answer the turn that the gateway named in the message's metadata, with one custom message.

        The work is done in a thread, so that the event loop of the server stays free.
        """
        message = tracker.latest_message or {}
        metadata = message.get("metadata") or {}
        intent = str((message.get("intent") or {}).get("name") or self.intent)
        guesses = [str(guess["name"]) for guess in message.get("intent_ranking") or ()]
        answer = await asyncio.to_thread(self._answer, metadata, intent, guesses)
        dispatcher.utter_message(json_message=answer.body())
        return []

    def _answer(self, metadata: Mapping[str, Any], intent: str, guesses: Sequence[str]) -> TurnAnswer:
        session_id, turn_id = str(metadata["session_id"]), str(metadata["turn_id"])
        return answer_turn(current(), self, session_id, turn_id, intent=intent, guesses=guesses)


def answer_turn(
    services: Services,
    action: TurnAction,
    session_id: str,
    turn_id: str,
    *,
    intent: str | None = None,
    guesses: Sequence[str] = (),
) -> TurnAnswer:
    """Let `action` answer a turn: read what it needs, answer, keep what was shown and what is remembered.

    Whatever goes wrong ends as an honest reply and a log line without a word of the shopper's.

    Raises:
        NotFoundError: the conversation or the turn does not exist (any more).
    """
    with services.database.reading() as session:
        turn, loaded = _load(services, session, session_id, turn_id)
    turn.intent, turn.guesses = intent or action.intent, guesses
    try:
        replies = _replies(turn, action)
    except _FOR_SHOPPERS as error:
        _log.warning("turn_refused", turn_id=turn_id, action=action.name(), error=type(error).__name__)
        replies = [turn.quote(str(error))]
    except Exception as error:  # noqa: BLE001 - a shopper gets an answer whatever broke
        where = "".join(traceback.format_tb(error.__traceback__))
        _log.error("turn_failed", turn_id=turn_id, action=action.name(), error=type(error).__name__, where=where)
        turn.state, turn.said = loaded.state, []
        replies = [turn.say("failed")]
    if not turn.erased:
        _keep(turn, loaded)
    return TurnAnswer(replies, turn.timing_ms, turn.erased)


def _load(services: Services, session: Session, session_id: str, turn_id: str) -> tuple[Turn, Loaded]:
    row = find_turn(session, turn_id)
    conversation = find_session(session, session_id)
    loaded = services.dialogues.load(session, session_id)
    turn = Turn(services, turn_id, session_id, conversation.person_id, row.text, loaded.state)
    if row.payload_id is not None:
        turn.pressed = True
        turn.arguments = dict(find_payload(session, session_id, row.payload_id).arguments)
        # A chip may stand for words: "Cheaper" is said by pressing, a guess of ours by what the shopper had written.
        turn.text = str(turn.arguments.get("text", row.text))
    return turn, loaded


def _replies(turn: Turn, action: TurnAction) -> list[Reply]:
    pending = turn.state.pending
    answered = settle(turn, action.intent)
    if answered is not None:
        return answered
    replies = action.handle(turn)
    if pending is None or turn.state.pending is not pending:
        return replies
    if pending.digressions >= DIGRESSIONS:
        turn.state = replace(turn.state, pending=None)
        return replies
    turn.state = replace(turn.state, pending=replace(pending, digressions=pending.digressions + 1))
    return [*replies, remind(turn, pending)]


def _keep(turn: Turn, loaded: Loaded) -> None:
    turn.state = replace(turn.state, said=tuple(turn.said))
    with turn.services.database.transaction() as session:
        issue_payloads(session, turn.session_id, turn.pressables)
        try:
            turn.services.dialogues.save(session, turn.session_id, turn.state, loaded.version)
        except ConflictError:
            # The shopper said two things at once, in two windows. Both are answered; "the second one" means what the
            # first to finish showed, because there is one conversation.
            _log.info("dialogue_state_superseded", turn_id=turn.id)
