"""A shop with agents and shoppers, each step in its own transaction: what the tests of the desk share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actions.replies.phrases import english
from feedback.conversations import accept_turn, begin_turn, find_session, finish_turn, messages_after, open_session
from feedback.desk import Standing, be_present, standing
from feedback.handoff import Agent, Handoffs, open_handoff
from feedback.handoff_tables import HandoffRow
from feedback.payloads import Pressable, issue_payloads
from feedback.people import new_person
from recommender.clock import FakeClock
from recommender.db import Database

__all__ = ["ADA", "BEN", "QUEUED", "UNAVAILABLE", "World"]

ADA, BEN = Agent("a" * 32, "Ada"), Agent("b" * 32, "Ben")
QUEUED = {"type": "handoff", "status": "queued", "text": "Somebody will be with you.", "position": 1}
UNAVAILABLE = {"type": "handoff", "status": "unavailable", "text": "Nobody is there."}


class World:
    """One shopper in one conversation, unless more are opened; two agents."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.steps = Handoffs(english(), "desk@example.org")
        with database.transaction() as session:
            self.person_id = new_person(session, clock.now())
        self.session_id = self.open()

    def open(self, channel: str = "web", person_id: str | None = None) -> str:
        with self.database.transaction() as session:
            return open_session(session, person_id or self.person_id, channel, self.clock.now()).id

    def stranger(self) -> str:
        """A conversation of somebody else."""
        with self.database.transaction() as session:
            return self.open_within(session)

    def open_within(self, session: Any) -> str:
        return open_session(session, new_person(session, self.clock.now()), "web", self.clock.now()).id

    def accept(self, text: str = "a kettle", session_id: str | None = None, payload_id: str | None = None) -> str:
        with self.database.transaction() as session:
            session_id = session_id or self.session_id
            self.steps.follow(session, session_id, self.clock.now())
            said = {"payload_id": payload_id} if payload_id else {"text": text}
            return accept_turn(session, session_id, now=self.clock.now(), **said).turn.id

    def begin(self, turn_id: str) -> int | None:
        with self.database.transaction() as session:
            begun = begin_turn(session, turn_id, asking=lambda: False)
            return None if begun is None else begun.speaker_version

    def finish(self, turn_id: str, version: int, *replies: dict[str, Any]) -> str:
        with self.database.transaction() as session:
            said = replies or ({"type": "text", "text": "Hello there."},)
            return finish_turn(session, turn_id, said, speaker_version=version, timing_ms={}, now=self.clock.now())

    def turn(self, text: str, *replies: dict[str, Any], session_id: str | None = None) -> str:
        """A whole turn; how it ended."""
        turn_id = self.accept(text, session_id)
        version = self.begin(turn_id)
        return "kept" if version is None else self.finish(turn_id, version, *replies)

    def ask(self, session_id: str | None = None) -> None:
        """The shopper asks for a person and waits."""
        assert self.turn("a person please", QUEUED, session_id=session_id) == "answered"

    def step(self, name: str, *arguments: Any, session_id: str | None = None, **options: Any) -> Any:
        with self.database.transaction() as session:
            step = getattr(self.steps, name)
            return step(session, session_id or self.session_id, *arguments, self.clock.now(), **options)

    def press(self, intent: str, session_id: str | None = None, **arguments: Any) -> str:
        """Issue a chip of this meaning and press it; the turn."""
        pressable = Pressable(intent, "pressed", arguments)
        with self.database.transaction() as session:
            issue_payloads(session, session_id or self.session_id, [pressable], self.clock.now())
        return self.accept(session_id=session_id, payload_id=pressable.id)

    def present(self, *agents: Agent, **options: Any) -> None:
        with self.database.transaction() as session:
            for agent in agents:
                be_present(session, agent, self.clock.now(), **options)

    def later(self, **delta: float) -> None:
        self.clock.advance(timedelta(**delta))

    def speaker(self, session_id: str | None = None) -> str:
        with self.database.reading() as session:
            return find_session(session, session_id or self.session_id).speaker

    def standing(self, session_id: str | None = None) -> Standing:
        with self.database.reading() as session:
            return standing(session, session_id or self.session_id, self.clock.now())

    def handoff(self, session_id: str | None = None) -> HandoffRow | None:
        with self.database.reading() as session:
            return open_handoff(session, session_id or self.session_id)

    def messages(self, session_id: str | None = None) -> list[Any]:
        with self.database.reading() as session:
            return messages_after(session, session_id or self.session_id)

    def said(self, session_id: str | None = None) -> list[tuple[str, str]]:
        return [(m.sender, m.body["text"]) for m in self.messages(session_id) if "text" in m.body]
