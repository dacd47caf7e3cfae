"""How does an action of ours run: once Rasa has decided on it, or without Rasa?"""

from __future__ import annotations

import asyncio
import traceback
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic import TypeAdapter
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.orm import Session

from actions import by_hand
from actions.changes import AlreadyAnsweredError
from actions.dialogue.store import Loaded
from actions.pending import DIGRESSIONS, remind, settle
from actions.replies.schema import Reply
from actions.services import Services, current
from actions.turn import Turn, TurnAnswer, chips
from feedback.conversations import answer_of, draft_answer, find_session, find_turn
from feedback.payloads import find_payload, issue_payloads
from feedback.tables import TurnRow
from recommender.errors import BadInputError, BusyError, ConflictError, NotFoundError, UnavailableError
from recommender.models.serving import for_session
from recommender.understanding.insults import without_insults

__all__ = ["TurnAction", "Understood", "answer_turn"]

_log = structlog.get_logger()

_FALLBACK = "nlu_fallback"
_REPLIES = TypeAdapter(list[Reply])

# What else can go wrong is for the shop's owner to read in the log.
_FOR_SHOPPERS = (BadInputError, NotFoundError, BusyError, UnavailableError)


@dataclass(frozen=True, slots=True)
class Understood:
    """What Rasa took a text for: the intent, how surely (0 to 1), and all that it thought of, likeliest first."""

    intent: str
    confidence: float | None = None
    guesses: Sequence[str] = ()

    @classmethod
    def of(cls, message: Mapping[str, Any], intent: str) -> Understood:
        """What a message of Rasa's tracker says; `intent` is what Rasa must have meant where it does not say.

        Rasa's fallback stands for no intent and has a fixed confidence: that of the best guess is kept.
        """
        guesses = [(str(guess["name"]), float(guess["confidence"])) for guess in message.get("intent_ranking") or ()]
        confidence = next((confidence for name, confidence in guesses if name != _FALLBACK), None)
        named = str((message.get("intent") or {}).get("name") or intent)
        return cls(named, confidence, tuple(name for name, _ in guesses))


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
        """Answer the turn that the gateway named in the message's metadata.

        The gateway reads the answer from the record: what went through Rasa would stay in its tracker, which travels
        with every later action. The work is done in a thread, so that the event loop of the server stays free.
        """
        message = tracker.latest_message or {}
        metadata = message.get("metadata") or {}
        understood = Understood.of(message, self.intent)
        if "turn_id" in metadata:
            ids = str(metadata["session_id"]), str(metadata["turn_id"])
            answer = await asyncio.to_thread(answer_turn, current(), self, *ids, understood)
            dispatcher.utter_message(json_message=answer.body())
        else:
            said = str(message.get("text") or "")
            dispatcher.utter_message(text=await asyncio.to_thread(self._by_hand, tracker.sender_id, said, understood))
        return []

    def _by_hand(self, sender: str, said: str, understood: Understood) -> str:
        services = current()
        session_id, turn_id = by_hand.begin(services, sender, said)
        answer = answer_turn(services, self, session_id, turn_id, understood)
        if not answer.erased:
            by_hand.finish(services, turn_id, answer)
        return by_hand.plain(answer.replies)


def answer_turn(
    services: Services, action: TurnAction, session_id: str, turn_id: str, understood: Understood | None = None
) -> TurnAnswer:
    """Let `action` answer a turn, and keep in one transaction what it changed, showed and said.

    A turn that was answered before, whether or not anybody heard it, gets the same answer and changes nothing. Whatever
    goes wrong leaves everything as it was and ends as an honest reply and a log line without a word of the shopper's.

    Args:
        services: the parts of the assistant.
        action: answers the turn.
        session_id: the conversation.
        turn_id: the turn.
        understood: what Rasa made of the text; None when it was not asked.

    Raises:
        NotFoundError: the conversation or the turn does not exist (any more).
    """
    with services.database.reading() as session:
        row = find_turn(session, turn_id)
        earlier = answer_of(session, turn_id)
        if earlier is not None:
            return TurnAnswer(_REPLIES.validate_python(earlier))
        turn, loaded = _load(services, session, session_id, row)
    turn.intent = action.intent if understood is None else understood.intent
    turn.guesses = () if understood is None else understood.guesses
    try:
        replies = _answer_once(turn, action, loaded, understood)
    except AlreadyAnsweredError as error:
        return TurnAnswer(_REPLIES.validate_python(error.replies))
    return TurnAnswer(replies, turn.timing_ms, turn.erased)


def _answer_once(turn: Turn, action: TurnAction, loaded: Loaded, understood: Understood | None) -> list[Reply]:
    try:
        with for_session(turn.session_id), turn.changes:
            replies = _replies(turn, action)
            if not turn.erased:
                _keep(turn, loaded, replies, understood)
    except AlreadyAnsweredError:
        raise
    except Exception as error:  # noqa: BLE001 - a shopper gets an answer whatever broke
        turn.state, turn.said, turn.pressables = loaded.state, [], []
        replies = [_apology(turn, action, error)]
        with turn.changes:
            _keep(turn, loaded, replies, understood)
    return replies


def _apology(turn: Turn, action: TurnAction, error: Exception) -> Reply:
    names = {"turn_id": turn.id, "action": action.name(), "error": type(error).__name__}
    if isinstance(error, _FOR_SHOPPERS):
        _log.warning("turn_refused", **names)
        return turn.quote(str(error))
    _log.error("turn_failed", **names, where="".join(traceback.format_tb(error.__traceback__)))
    return turn.say("failed")


def _load(services: Services, session: Session, session_id: str, row: TurnRow) -> tuple[Turn, Loaded]:
    conversation = find_session(session, session_id)
    loaded = services.dialogues.load(session, session_id)
    state = loaded.state
    if row.product_id is not None and row.product_id != state.page:
        # Whoever comes to a product's page means that product by "this" until the talk moves on.
        state = replace(state, page=row.product_id, focus=row.product_id)
    turn = Turn(services, row.id, session_id, conversation.person_id, row.text, state, language=conversation.language)
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
    replies = _calmly(turn, action)
    if pending is None or turn.state.pending is not pending:
        return replies
    if pending.digressions >= DIGRESSIONS:
        turn.state = replace(turn.state, pending=None)
        return replies
    turn.state = replace(turn.state, pending=replace(pending, digressions=pending.digressions + 1))
    return [*replies, remind(turn, pending)]


def _calmly(turn: Turn, action: TurnAction) -> list[Reply]:
    """What the action replies to the wish among insults; who only insults is answered kindly."""
    calm = turn.text if turn.pressed else without_insults(turn.text)
    if calm == turn.text:
        return action.handle(turn)
    if not calm:
        help_, human = (turn.chip(turn.words(f"intent.{intent}"), intent) for intent in ("help", "human"))
        return [turn.say("insulted"), *chips([help_, human])]
    turn.text = calm
    return [turn.say("insulted.go_on"), *action.handle(turn)]


def _keep(turn: Turn, loaded: Loaded, replies: Sequence[Reply], understood: Understood | None) -> None:
    turn.state = replace(turn.state, said=tuple(turn.said))
    session = turn.changes.session
    issue_payloads(session, turn.session_id, turn.pressables, turn.services.clock.now())
    try:
        turn.services.dialogues.save(session, turn.session_id, turn.state, loaded.version)
    except ConflictError:
        # The shopper said two things at once, in two windows. Both are answered; "the second one" means what the
        # first to finish showed, because there is one conversation.
        _log.info("dialogue_state_superseded", turn_id=turn.id)
    draft_answer(
        session, turn.id, [reply.model_dump(mode="json") for reply in replies],
        intent=None if understood is None else understood.intent,
        confidence=None if turn.pressed or understood is None else understood.confidence,
    )  # fmt: skip
