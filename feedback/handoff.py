"""How does a conversation pass between the assistant and a person, and back?

Who speaks is a row (`SessionRow.speaker`, with a version), and `TRANSITIONS` are all the ways in which it changes. Each
is one step inside the caller's transaction, under the lock of the conversation: of two agents who claim at once one
finds that the other was quicker, and an answer of the assistant that is still under way finds that it may not be said
any more. Every step that a shopper did not make themselves tells them, in the same transaction, who speaks now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.handoff_tables import HandoffRow
from feedback.payloads import Pressable, issue_payloads
from feedback.presence import human_stopped_typing
from feedback.speaking import Speaker, add_message, change_speaker, lock_conversation
from feedback.tables import SessionRow
from recommender.errors import BadInputError, ConflictError

__all__ = [
    "RATINGS",
    "TRANSITIONS",
    "Agent",
    "Handoffs",
    "Step",
    "Words",
    "enqueue",
    "keep_email",
    "leave_queue",
    "mark_contacted",
    "note_nobody",
    "open_handoff",
    "queue_position",
    "rate",
    "reopen",
]

Step = Literal[
    "ask", "take_over", "claim", "leave", "give_up", "hand_back", "close", "release", "pass_on", "move", "message"
]

TRANSITIONS: Final[Mapping[tuple[Speaker, Step], Speaker]] = {
    ("bot", "ask"): "queued",
    ("bot", "take_over"): "human",
    ("closed", "take_over"): "human",
    ("closed", "message"): "bot",
    ("queued", "claim"): "human",
    ("queued", "leave"): "bot",
    ("queued", "give_up"): "bot",
    ("queued", "move"): "closed",
    ("human", "hand_back"): "bot",
    ("human", "close"): "closed",
    ("human", "release"): "queued",
    ("human", "pass_on"): "human",
    ("human", "move"): "closed",
}
"""Who has the conversation after a step, by who had it before; a step that is not listed is refused."""

RATINGS: Final = (5, 4, 3, 2, 1)
"""What a shopper may answer when asked how it went, best first."""

Outcome = Literal["handed_back", "closed", "left", "unanswered", "moved", "unavailable"]


class Words(Protocol):
    """Knows the sentences that shoppers are told (see `actions.replies.phrases.Phrases`)."""

    def say(self, key: str, said: Sequence[str] = (), /, **slots: object) -> str:
        """The sentence `key`."""
        ...


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody of the shop who answers shoppers: the staff id, and the name that shoppers see."""

    id: str
    name: str


def open_handoff(session: Session, session_id: str) -> HandoffRow | None:
    """The request for a person that is under way in this conversation, waiting or with somebody."""
    return session.scalar(select(HandoffRow).where(HandoffRow.session_id == session_id, HandoffRow.ended_at.is_(None)))


def queue_position(session: Session, handoff: HandoffRow) -> int:
    """The place of a waiting request among all that wait, from 1: first come, first served."""
    earlier = (HandoffRow.requested_at < handoff.requested_at) | (
        (HandoffRow.requested_at == handoff.requested_at) & (HandoffRow.id <= handoff.id)
    )
    waiting = select(func.count()).select_from(HandoffRow).where(_WAITING, earlier)
    return session.scalar(waiting) or 1


_WAITING = HandoffRow.ended_at.is_(None) & HandoffRow.agent_id.is_(None)


# Steps that a shopper makes: their own turn tells them ----------------------------------------------------------------


def enqueue(session: Session, conversation: SessionRow, reason: str, position: int | None, now: datetime) -> HandoffRow:
    """The shopper waits for a person from now on, and was just told so."""
    _step(conversation, "ask")
    handoff = _begin(session, conversation.id, reason, now)
    handoff.position_told = position
    return handoff


def note_nobody(session: Session, conversation: SessionRow, reason: str, now: datetime) -> HandoffRow:
    """The shopper asked for a person and was just told that nobody is there: the assistant goes on."""
    handoff = _begin(session, conversation.id, reason, now)
    handoff.ended_at, handoff.outcome = now, "unavailable"
    session.flush()
    return handoff


def leave_queue(session: Session, conversation: SessionRow, now: datetime) -> None:
    """The shopper would rather go on with the assistant.

    Raises:
        ConflictError: they do not wait (any more).
    """
    _step(conversation, "leave")
    _end(session, conversation.id, "left", now)


def reopen(conversation: SessionRow) -> None:
    """The shopper wrote into a conversation that a person had closed: the assistant answers."""
    _step(conversation, "message")


def keep_email(session: Session, session_id: str, email: str) -> bool:
    """Where the answer is to be sent when nobody came; False when nobody was asked for in this conversation."""
    newest = select(HandoffRow).where(HandoffRow.session_id == session_id).order_by(HandoffRow.id.desc()).limit(1)
    handoff = session.scalar(newest)
    if handoff is None:
        return False
    handoff.contact_email, handoff.contacted_at = email[:320], None
    return True


def mark_contacted(session: Session, session_id: str, now: datetime) -> None:
    """The shopper was answered by e-mail: every address they left in this conversation is settled."""
    left = HandoffRow.contact_email.is_not(None) & HandoffRow.contacted_at.is_(None)
    for handoff in session.scalars(select(HandoffRow).where(HandoffRow.session_id == session_id, left)):
        handoff.contacted_at = now


def rate(session: Session, session_id: str, handoff_id: int, rating: int, now: datetime) -> None:
    """How the shopper found the help of the person; a later answer takes the place of an earlier one.

    Raises:
        BadInputError: it is none of `RATINGS`, or this conversation had no such handoff.
    """
    handoff = session.get(HandoffRow, handoff_id)
    if rating not in RATINGS or handoff is None or handoff.session_id != session_id:
        raise BadInputError("This cannot be rated here.")
    handoff.rating, handoff.rated_at = rating, now


@dataclass(frozen=True)
class Handoffs:
    """The steps that the shop makes; each tells the shopper in the transaction that makes it.

    Args:
        words: what shoppers are told.
        email: an address of the shop that people read, None where there is none.
    """

    words: Words
    email: str | None = None

    def claim(self, session: Session, session_id: str, agent: Agent, now: datetime) -> HandoffRow:
        """`agent` takes a conversation out of the queue.

        Raises:
            ConflictError: somebody else was quicker, or the shopper waits no more.
        """
        conversation = lock_conversation(session, session_id)
        self._check_free(session, conversation)
        _step(conversation, "claim")
        return self._give(session, _opened(session, session_id), agent, now)

    def take_over(self, session: Session, session_id: str, agent: Agent, now: datetime) -> HandoffRow:
        """`agent` speaks in the assistant's place, unasked; a conversation that waits is claimed.

        Raises:
            ConflictError: somebody else has it.
        """
        conversation = lock_conversation(session, session_id)
        if conversation.speaker == "queued":
            return self.claim(session, session_id, agent, now)
        self._check_free(session, conversation)
        _step(conversation, "take_over")
        return self._give(session, _begin(session, session_id, "taken_over", now), agent, now)

    def pass_on(self, session: Session, session_id: str, agent: Agent, to: Agent, now: datetime) -> HandoffRow:
        """`agent` gives the conversation to a colleague.

        Raises:
            ConflictError: `agent` does not have it.
        """
        self._of(session, session_id, agent)
        _step(lock_conversation(session, session_id), "pass_on")
        handoff = _opened(session, session_id)
        handoff.answered_at = None
        return self._give(session, handoff, to, now)

    def say(
        self, session: Session, session_id: str, agent: Agent, bodies: Sequence[Mapping[str, Any]], now: datetime
    ) -> list[int]:
        """`agent` answers the shopper; the ids of the messages.

        Raises:
            ConflictError: `agent` does not have the conversation (any more); nothing was sent.
        """
        handoff = self._of(session, session_id, agent)
        sent = [add_message(session, session_id, "human", body, now, agent=agent.name).id for body in bodies]
        handoff.answered_at = handoff.answered_at or now
        human_stopped_typing(session, session_id)
        return sent

    def hand_back(self, session: Session, session_id: str, agent: Agent, now: datetime) -> None:
        """The assistant goes on, in a new Rasa session and from the state that the dialogue had.

        Raises:
            ConflictError: `agent` does not have the conversation.
        """
        self._finish(session, session_id, agent, "hand_back", "handed_back", "bot", now)

    def close(self, session: Session, session_id: str, agent: Agent, now: datetime) -> None:
        """All is said; whatever the shopper writes next, the assistant answers.

        Raises:
            ConflictError: `agent` does not have the conversation.
        """
        self._finish(session, session_id, agent, "close", "closed", "closed", now)

    def release(self, session: Session, session_id: str, now: datetime, *, lost: bool = False) -> None:
        """Back into the queue, to the place that the request's time gives; `lost`: the agent's console fell silent.

        Raises:
            ConflictError: no person has the conversation.
        """
        conversation = lock_conversation(session, session_id)
        _step(conversation, "release")
        handoff = _opened(session, session_id)
        name = handoff.agent_name
        handoff.agent_id = handoff.agent_name = handoff.claimed_at = None
        handoff.queued_at = now
        session.flush()
        handoff.position_told = queue_position(session, handoff)
        human_stopped_typing(session, session_id)
        key = "handoff.lost" if lost else "handoff.released"
        text = self.words.say(key, agent=name, position=handoff.position_told)
        self._tell(session, session_id, "queued", text, now, position=handoff.position_told)
        self._offer_the_assistant(session, session_id, now)

    def give_up(self, session: Session, session_id: str, now: datetime) -> None:
        """Nobody came: the assistant is back, says so honestly, and asks where the answer may be sent.

        Raises:
            ConflictError: the shopper does not wait (any more).
        """
        conversation = lock_conversation(session, session_id)
        _step(conversation, "give_up")
        _end(session, session_id, "unanswered", now)
        text = self.words.say("handoff.nobody_came") + " " + self.ask_for_email()
        self._tell(session, session_id, "unavailable", text, now, email=self.email)

    def tell_place(self, session: Session, session_id: str, now: datetime) -> bool:
        """Tell a waiting shopper that it is their turn next, once it is; whether that was news."""
        conversation = lock_conversation(session, session_id)
        handoff = open_handoff(session, session_id)
        if conversation.speaker != "queued" or handoff is None or handoff.position_told in (None, 1):
            return False
        if queue_position(session, handoff) > 1:
            return False
        handoff.position_told = 1
        self._tell(session, session_id, "queued", self.words.say("handoff.next"), now, position=1)
        return True

    def follow(self, session: Session, session_id: str, now: datetime) -> bool:
        """The shopper came back in this conversation: what waits, or is talked about, in another of theirs moves here.

        Whoever has it goes on having it, and who waits keeps their place. Returns whether anything moved.
        """
        here = session.get(SessionRow, session_id)
        if here is None or here.speaker in ("queued", "human"):
            return False
        elsewhere = session.scalar(
            select(HandoffRow)
            .join(SessionRow, SessionRow.id == HandoffRow.session_id)
            .where(SessionRow.person_id == here.person_id, HandoffRow.ended_at.is_(None))
            .order_by(HandoffRow.id.desc())
            .limit(1)
        )
        if elsewhere is None:
            return False
        # In the order of their ids, so that two who follow at once wait for each other and never crosswise.
        for one in sorted((session_id, elsewhere.session_id)):
            lock_conversation(session, one)
        there = lock_conversation(session, elsewhere.session_id)
        session.refresh(elsewhere)
        if elsewhere.ended_at is not None or here.speaker in ("queued", "human"):
            return False
        speaker: Speaker = "human" if elsewhere.agent_id else "queued"
        _step(there, "move")
        elsewhere.ended_at, elsewhere.outcome = now, "moved"
        session.flush()
        self._tell(session, there.id, "closed", self.words.say("handoff.moved"), now)
        if here.speaker == "closed":
            reopen(here)
        handoff = HandoffRow(
            session_id=session_id, reason=elsewhere.reason, requested_at=elsewhere.requested_at,
            queued_at=elsewhere.queued_at, agent_id=elsewhere.agent_id, agent_name=elsewhere.agent_name,
            claimed_at=elsewhere.claimed_at, answered_at=elsewhere.answered_at,
        )  # fmt: skip
        session.add(handoff)
        session.flush()
        _step(here, "take_over" if speaker == "human" else "ask")
        if speaker == "human":
            text = self.words.say("handoff.moved_human", agent=handoff.agent_name)
            self._tell(session, session_id, "human", text, now, agent=handoff.agent_name)
        else:
            handoff.position_told = queue_position(session, handoff)
            text = self.words.say("handoff.moved_queued", position=handoff.position_told)
            self._tell(session, session_id, "queued", text, now, position=handoff.position_told)
            self._offer_the_assistant(session, session_id, now)
        return True

    def ask_for_email(self) -> str:
        """The question where an answer may be sent, and where the shopper can write to if there is such an address."""
        if self.email:
            return self.words.say("handoff.ask_email_or_write", email=self.email)
        return self.words.say("handoff.ask_email")

    def _of(self, session: Session, session_id: str, agent: Agent) -> HandoffRow:
        conversation = lock_conversation(session, session_id)
        handoff = open_handoff(session, session_id)
        if conversation.speaker != "human" or handoff is None or handoff.agent_id != agent.id:
            holder = handoff.agent_name if handoff is not None else None
            raise ConflictError(
                f"{holder} has this conversation now; nothing was sent."
                if holder
                else "You do not have this conversation any more; take it over first. Nothing was sent."
            )
        return handoff

    def _check_free(self, session: Session, conversation: SessionRow) -> None:
        handoff = open_handoff(session, conversation.id)
        if handoff is not None and handoff.agent_id is not None:
            raise ConflictError(f"{handoff.agent_name} has this conversation already.")

    def _give(self, session: Session, handoff: HandoffRow, agent: Agent, now: datetime) -> HandoffRow:
        handoff.agent_id, handoff.agent_name, handoff.claimed_at = agent.id, agent.name, now
        text = self.words.say("handoff.human", agent=agent.name)
        self._tell(session, handoff.session_id, "human", text, now, agent=agent.name)
        return handoff

    def _finish(
        self, session: Session, session_id: str, agent: Agent, step: Step, outcome: Outcome, status: str, now: datetime
    ) -> None:
        handoff = self._of(session, session_id, agent)
        _step(lock_conversation(session, session_id), step)
        _end(session, session_id, outcome, now)
        human_stopped_typing(session, session_id)
        self._tell(session, session_id, status, self.words.say(f"handoff.{outcome}", agent=agent.name), now)
        if handoff.answered_at is not None:
            self._ask_how_it_went(session, handoff, now)

    def _ask_how_it_went(self, session: Session, handoff: HandoffRow, now: datetime) -> None:
        question = self.words.say("handoff.rate", agent=handoff.agent_name)
        add_message(session, handoff.session_id, "bot", {"type": "text", "text": question}, now)
        pressables = [
            Pressable(
                "rate_service", self.words.say(f"handoff.rate.{rating}"), {"handoff": handoff.id, "rating": rating}
            )
            for rating in RATINGS
        ]
        self._offer(session, handoff.session_id, pressables, now)

    def _offer_the_assistant(self, session: Session, session_id: str, now: datetime) -> None:
        self._offer(session, session_id, [Pressable("leave_queue", self.words.say("chip.leave_queue"), {})], now)

    def _offer(self, session: Session, session_id: str, pressables: Sequence[Pressable], now: datetime) -> None:
        issue_payloads(session, session_id, pressables, now)
        chips = [{"title": pressable.title, "payload": pressable.id} for pressable in pressables]
        add_message(session, session_id, "bot", {"type": "chips", "items": chips}, now)

    def _tell(self, session: Session, session_id: str, status: str, text: str, now: datetime, **more: object) -> None:
        body = {"type": "handoff", "status": status, "text": text, "email": None, "agent": None, "position": None,
                "wait_minutes": None, **more}  # fmt: skip
        add_message(session, session_id, "bot", body, now)


def _step(conversation: SessionRow, step: Step) -> None:
    before: Any = conversation.speaker
    after = TRANSITIONS.get((before, step))
    if after is None:
        raise ConflictError(_REFUSED.get(step, "Somebody else changed this conversation first; look again."))
    change_speaker(conversation, after)


_REFUSED: Final[Mapping[Step, str]] = {
    "claim": "This shopper is not waiting any more.",
    "leave": "You are not waiting for a person any more.",
    "take_over": "Somebody else has this conversation already.",
}


def _begin(session: Session, session_id: str, reason: str, now: datetime) -> HandoffRow:
    handoff = HandoffRow(session_id=session_id, reason=reason[:200], requested_at=now, queued_at=now)
    session.add(handoff)
    session.flush()
    return handoff


def _opened(session: Session, session_id: str) -> HandoffRow:
    handoff = open_handoff(session, session_id)
    if handoff is None:
        raise ConflictError("Somebody else ended this conversation first; look again.")
    return handoff


def _end(session: Session, session_id: str, outcome: Outcome, now: datetime) -> None:
    handoff = _opened(session, session_id)
    handoff.ended_at, handoff.outcome = now, outcome
    session.flush()
