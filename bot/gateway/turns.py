"""How is a message accepted, answered once, in order, and never lost?

A message is accepted when its row is committed. From then on it is answered exactly once, after the ones before it in
its conversation: by the task started here, or, when this process dies first, by the task started for it later. Rasa
answers; where it does not, the actions do without it.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from actions.registry import WITHOUT_RASA
from actions.replies.phrases import Phrases
from actions.replies.schema import TextReply
from bot.backend import Answer, ChatBackend, Utterance, spoken
from bot.gateway.live import Live
from bot.gateway.metrics import Metrics
from bot.gateway.threads import Threads
from bot.trackers import RasaTrackers
from feedback.conversations import (
    accept_turn,
    begin_turn,
    find_turn,
    finish_turn,
    replies_of,
    unanswered_turns,
)
from feedback.handoff import Handoffs
from feedback.payloads import find_payload
from feedback.tables import TurnRow
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import BusyError, NotFoundError, UnavailableError

__all__ = ["Asking", "Said", "TurnResult", "Turns"]

_log = structlog.get_logger()

MOST_IN_FLIGHT = 64
"""Turns accepted and not answered; one more is refused, so that whoever waits does not wait for long."""

MOST_AT_RASA = 16
"""Turns at Rasa at once. Less than the action webhook takes, so that a turn in progress never finds it full."""


_Begun = tuple[Utterance, int, bool]
"""What is to be answered, the speaker's version, and whether Rasa has no part in it."""


class Asking(Protocol):
    """Knows whether the assistant waits for an answer (see `actions.dialogue.store.DialogueStore`)."""

    def is_asking(self, session: Session, session_id: str) -> bool:
        """Whether the assistant waits for the answer to a question of its own."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """What came in: words, or the payload of something pressed; and the product whose page the shopper was on."""

    text: str = ""
    payload_id: str | None = None
    client_message_id: str | None = None
    product_id: str | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What became of a turn."""

    turn_id: str
    replies: Sequence[Mapping[str, Any]]
    timing_ms: Mapping[str, float]


@dataclass(slots=True, weakref_slot=True)
class _Lane:
    """Keeps one conversation in order: one message is accepted at a time, and one turn answered at a time."""

    accepting: asyncio.Lock = field(default_factory=asyncio.Lock)
    answering: asyncio.Lock = field(default_factory=asyncio.Lock)


class Turns:
    """Takes messages and sees to it that each is answered.

    Args:
        database: the record.
        clock: stamps what is stored.
        asking: whether a conversation is amid a question; it then keeps its Rasa session.
        backend: answers turns.
        fallback: answers those that `backend` could not.
        trackers: what Rasa remembers, to be forgotten along with a shopper.
        phrases: what is said where nobody else can answer.
        handoffs: moves a conversation with a person to where the shopper writes.
        live: is told of everything that was stored.
        metrics: counts.
        threads: bounds the threads that talk to the record.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        asking: Asking,
        backend: ChatBackend,
        fallback: ChatBackend,
        trackers: RasaTrackers,
        phrases: Phrases,
        handoffs: Handoffs,
        live: Live,
        metrics: Metrics,
        threads: Threads,
    ) -> None:
        self._database = database
        self._clock = clock
        self._asking = asking
        self._backend = backend
        self._fallback = fallback
        self._trackers = trackers
        self._phrases = phrases
        self._handoffs = handoffs
        self._live = live
        self._metrics = metrics
        self._threads = threads
        self._lanes: WeakValueDictionary[str, _Lane] = WeakValueDictionary()
        self._running: dict[str, asyncio.Task[TurnResult]] = {}
        self._accepting = 0
        self._at_backend = asyncio.Semaphore(MOST_AT_RASA)

    async def take(self, session_id: str, said: Said) -> TurnResult:
        """Accept a message and wait for what becomes of it; a repeated one waits for the same turn.

        Raises:
            BusyError: too many turns are in flight; nothing was accepted.
            BadInputError: the payload was not issued to this session.
            NotFoundError: the session does not exist.
        """
        if self._accepting + len(self._running) >= MOST_IN_FLIGHT:
            raise BusyError("Too many people are talking to me right now; nothing was accepted, try again in a moment.")
        lane = self._lane(session_id)
        self._accepting += 1
        try:
            async with lane.accepting:
                turn_id, unanswered, begun = await self._threads.run(self._accept, session_id, said)
                self._start(lane, session_id, unanswered, begun)
                task = self._running.get(turn_id)
        finally:
            self._accepting -= 1
        self._live.ring(session_id)
        # A client that goes away does not end the turn: its answer will be there when the client is back.
        return await asyncio.shield(task) if task else await self._threads.run(self._outcome, turn_id)

    async def answer_waiting(self) -> None:
        """Start answering every accepted turn that nobody is answering: a crash or an outage left it behind."""
        waiting = await self._threads.run(self._unanswered, None)
        for session_id in dict.fromkeys(session_id for session_id, _ in waiting):
            lane = self._lane(session_id)
            async with lane.accepting:
                unanswered = await self._threads.run(self._unanswered, session_id)
                self._start(lane, session_id, [turn_id for _, turn_id in unanswered])

    async def forget_erased(self) -> None:
        """Let Rasa forget what a slow turn, or a process that died, left with it of conversations that were erased."""
        await self._threads.run(self._forget_erased)

    async def close(self, grace_s: float = 10.0) -> None:
        """Let the turns in flight end; one that does not within `grace_s` stays accepted and is answered later."""
        if self._running:
            await asyncio.wait(self._running.values(), timeout=grace_s)
        for task in self._running.values():
            task.cancel()

    def _lane(self, session_id: str) -> _Lane:
        return self._lanes.setdefault(session_id, _Lane())

    def _start(self, lane: _Lane, session_id: str, turn_ids: Sequence[str], begun: _Begun | None = None) -> None:
        for turn_id in turn_ids:
            if turn_id not in self._running:
                task = asyncio.create_task(self._run(lane, session_id, turn_id, begun))
                self._running[turn_id] = task
                task.add_done_callback(partial(self._ended, turn_id))
        self._metrics.turns_in_flight.set(len(self._running))

    def _ended(self, turn_id: str, task: asyncio.Task[TurnResult]) -> None:
        del self._running[turn_id]
        self._metrics.turns_in_flight.set(len(self._running))
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("turn_left_waiting", turn_id=turn_id, error=type(error).__name__)

    async def _run(self, lane: _Lane, session_id: str, turn_id: str, begun: _Begun | None) -> TurnResult:
        start = time.perf_counter()
        async with lane.answering:
            with self._live.typing(session_id):
                begun = begun or await self._threads.run(self._begin, turn_id)
                if begun is None:
                    return await self._threads.run(self._outcome, turn_id)
                utterance, version, without_rasa = begun
                answer, failed = await self._answer(utterance, without_rasa)
                timing_ms = {**answer.timing_ms, "total": (time.perf_counter() - start) * 1000}
                timing_ms = {stage: round(ms, 2) for stage, ms in timing_ms.items()}
                replies = [reply.model_dump(mode="json") for reply in answer.replies]
                outcome = await self._threads.run(self._finish, turn_id, replies, version, timing_ms, failed)
        self._metrics.turns.labels(outcome).inc()
        for stage, ms in timing_ms.items():
            self._metrics.turn_seconds.labels(stage).observe(ms / 1000)
        return TurnResult(turn_id, [] if outcome == "dropped" else replies, timing_ms)

    async def _answer(self, utterance: Utterance, without_rasa: bool) -> tuple[Answer, bool]:
        """The answer, and whether it only says that there is none."""
        if not utterance.text:
            return self._saying("nothing_said"), False
        async with self._at_backend:
            if not without_rasa:
                try:
                    return await self._backend.answer(utterance), False
                except UnavailableError as error:
                    self._metrics.degraded.inc()
                    _log.warning("turn_without_rasa", turn_id=utterance.turn_id, reason=str(error))
            try:
                return await self._fallback.answer(utterance), False
            except NotFoundError:
                return self._saying("erased"), False
            except Exception as error:  # noqa: BLE001 - a shopper gets an answer whatever broke
                where = "".join(traceback.format_tb(error.__traceback__))
                _log.error("turn_failed", turn_id=utterance.turn_id, error=type(error).__name__, where=where)
                return self._saying("no_answer"), True

    def _saying(self, key: str) -> Answer:
        return Answer([TextReply(text=self._phrases.say(key))])

    # In threads, each one transaction -------------------------------------------------------------------------------

    def _accept(self, session_id: str, said: Said) -> tuple[str, list[str], _Begun | None]:
        """The turn, every turn of its conversation that is to be answered, in order, and it itself if it is begun."""
        now = self._clock.now()
        with self._database.transaction() as session:
            self._handoffs.follow(session, session_id, now)
            accepted = accept_turn(
                session, session_id, text=said.text, payload_id=said.payload_id,
                client_message_id=said.client_message_id, product_id=said.product_id, now=now,
            )  # fmt: skip
            turn = accepted.turn
            waiting = [one.id for one in unanswered_turns(session, session_id)]
            # With nothing to be answered before it, a new turn is begun in the transaction that accepts it.
            alone = waiting == [turn.id] and not accepted.repeated
            return turn.id, waiting, self._begun(session, turn) if alone else None

    def _unanswered(self, session_id: str | None) -> list[tuple[str, str]]:
        with self._database.reading() as session:
            return [(turn.session_id, turn.id) for turn in unanswered_turns(session, session_id)]

    def _begin(self, turn_id: str) -> _Begun | None:
        with self._database.transaction() as session:
            return self._begun(session, find_turn(session, turn_id))

    def _begun(self, session: Session, turn: TurnRow) -> _Begun | None:
        begun = begin_turn(session, turn.id, asking=lambda: self._asking.is_asking(session, turn.session_id))
        if begun is None:
            return None
        text, without_rasa = spoken(turn.text), False
        if turn.payload_id is not None:
            intent = find_payload(session, turn.session_id, turn.payload_id).intent
            text, without_rasa = "/" + intent, intent in WITHOUT_RASA
        return Utterance(begun.sender, text, turn.session_id, turn.id), begun.speaker_version, without_rasa

    def _finish(
        self, turn_id: str, replies: list[dict[str, Any]], version: int, timing_ms: dict[str, float], failed: bool
    ) -> str:
        try:
            with self._database.transaction() as session:
                return finish_turn(
                    session, turn_id, replies, speaker_version=version, timing_ms=timing_ms, failed=failed,
                    now=self._clock.now(),
                )  # fmt: skip
        except NotFoundError:
            # The shopper had themselves forgotten: they are told so, and nothing is kept.
            self._forget_erased()
            return "erased"

    def _forget_erased(self) -> None:
        try:
            self._trackers.forget_erased(self._database)
        except (UnavailableError, SQLAlchemyError) as error:
            # It is tried again at the next start and after the next erasure.
            _log.error("rasa_remembers_what_was_erased", error=type(error).__name__, reason=str(error))

    def _outcome(self, turn_id: str) -> TurnResult:
        with self._database.reading() as session:
            turn = find_turn(session, turn_id)
            return TurnResult(turn_id, replies_of(session, turn_id), turn.timing_ms)
