"""Whatever happens in whatever order: does one speaker at a time speak, and does the shopper always know who?"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select

from feedback.conversations import find_session
from feedback.handoff import TRANSITIONS, Agent, open_handoff
from feedback.handoff_tables import HandoffRow
from feedback.tables import MessageRow, SessionRow
from recommender.clock import FakeClock
from recommender.db import Database, upgrade
from recommender.errors import ConflictError
from tests.feedback.desk_world import ADA, BEN, QUEUED, UNAVAILABLE, World

agents = st.sampled_from([ADA, BEN])
where = st.sampled_from([0, 1])


@cache
def _schema() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schema.db"
        database = Database(f"sqlite:///{path}")
        upgrade(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return path.read_bytes()


class HandoffMachine(RuleBasedStateMachine):
    """Two agents, a shopper with two conversations, an assistant that is slow, and a clock."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "shoptalk.db"
        path.write_bytes(_schema())
        self.database = Database(f"sqlite:///{path}")
        self.world = World(self.database, FakeClock())
        self.sessions = [self.world.session_id, self.world.open("telegram")]
        self.under_way: list[tuple[str, str, int]] = []

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()

    @rule(one=where)
    def shopper_says(self, one: int) -> None:
        turn = self.world.accept("a kettle", self.sessions[one])
        version = self.world.begin(turn)
        if version is not None:
            assert self.world.speaker(self.sessions[one]) == "bot"
            self.under_way.append((self.sessions[one], turn, version))

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 9), reply=st.sampled_from(["words", "queued", "unavailable"]))
    def assistant_answers(self, which: int, reply: str) -> None:
        session_id, turn, version = self.under_way.pop(which % len(self.under_way))
        spoke = self.world.speaker(session_id) == "bot"
        count = len(self.world.messages(session_id))
        replies = {"words": {"type": "text", "text": "Kettles."}, "queued": QUEUED, "unavailable": UNAVAILABLE}
        outcome = self.world.finish(turn, version, replies[reply])
        if not spoke:
            assert outcome == "dropped"
            assert len(self.world.messages(session_id)) == count

    @rule(one=where)
    def shopper_leaves_the_queue(self, one: int) -> None:
        self.world.begin(self.world.press("leave_queue", self.sessions[one]))

    @rule(one=where, agent=agents, step=st.sampled_from(["claim", "take_over", "hand_back", "close"]))
    def agent_steps(self, one: int, agent: Agent, step: str) -> None:
        self._try(step, agent, session_id=self.sessions[one])

    @rule(one=where, agent=agents, to=agents)
    def agent_passes_on(self, one: int, agent: Agent, to: Agent) -> None:
        self._try("pass_on", agent, to, session_id=self.sessions[one])

    @rule(one=where, agent=agents)
    def agent_says(self, one: int, agent: Agent) -> None:
        handoff = self.world.handoff(self.sessions[one])
        sent = self._try("say", agent, [{"type": "text", "text": "Hello"}], session_id=self.sessions[one])
        assert sent == (handoff is not None and handoff.agent_id == agent.id)

    @rule(one=where, step=st.sampled_from(["release", "give_up", "tell_place"]), seconds=st.integers(0, 90))
    def time_passes(self, one: int, step: str, seconds: int) -> None:
        self.world.later(seconds=seconds)
        self._try(step, session_id=self.sessions[one])

    def _try(self, step: str, *arguments: Any, session_id: str) -> bool:
        before = len(self.world.messages(session_id))
        try:
            self.world.step(step, *arguments, session_id=session_id)
        except ConflictError:
            assert len(self.world.messages(session_id)) == before
            return False
        return True

    @invariant()
    def the_row_and_the_request_agree(self) -> None:
        with self.database.reading() as session:
            for session_id in self.sessions:
                speaker, handoff = find_session(session, session_id).speaker, open_handoff(session, session_id)
                expected = "none" if handoff is None else ("human" if handoff.agent_id else "queued")
                assert speaker in {"none": ("bot", "closed")}.get(expected, (expected,))
            waiting = session.scalars(select(HandoffRow).where(HandoffRow.ended_at.is_(None))).all()
            assert len(waiting) <= 1 or len({row.session_id for row in waiting}) == len(waiting)

    @invariant()
    def the_shopper_was_told_who_speaks(self) -> None:
        with self.database.reading() as session:
            for session_id in self.sessions:
                speaker = session.get_one(SessionRow, session_id).speaker
                query = select(MessageRow.body).where(MessageRow.session_id == session_id).order_by(MessageRow.id)
                told = [body["status"] for body in session.scalars(query) if body["type"] == "handoff"]
                if speaker != "bot":
                    assert told[-1] == speaker

    @invariant()
    def no_control_words_are_shown(self) -> None:
        for session_id in self.sessions:
            for sender, text in self.world.said(session_id):
                assert sender == "shopper" or (
                    text and not text.startswith("/") and "{" not in text and "None" not in text
                )


def test_every_state_can_be_left_and_every_step_leads_somewhere() -> None:
    speakers = {"bot", "queued", "human", "closed"}
    assert set(TRANSITIONS.values()) == {before for before, _ in TRANSITIONS} == speakers


HandoffMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestHandoffMachine = HandoffMachine.TestCase
