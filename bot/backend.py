"""Who answers a turn: Rasa, the actions without Rasa, or a fake?"""

from __future__ import annotations

import string
import time
import zlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import httpx
from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel, TypeAdapter, ValidationError

from actions.replies.schema import Reply, TextReply
from recommender.errors import UnavailableError

if TYPE_CHECKING:
    from actions.services import Services

__all__ = ["Answer", "ChatBackend", "DirectBackend", "FakeChatBackend", "RasaBackend", "Utterance", "spoken"]

_CONNECT_TIMEOUT_S = 1.0
_STATUS_TIMEOUT_S = 2.0
# Rasa closes a connection that was idle for 5 s; one that is just being closed must not be used again.
_KEEP_ALIVE_S = 2.0
# Without Rasa the actions run in threads of the gateway: few, for they compute.
_DIRECT_TURNS = 4


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn to be answered. `text` is what Rasa is told: `spoken(…)` of typed words, or `/<intent>` of a press."""

    sender: str
    text: str
    session_id: str
    turn_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The replies to one turn and how many milliseconds each stage took (nlu, understand, search, rank)."""

    replies: Sequence[Reply]
    timing_ms: Mapping[str, float] = field(default_factory=dict)


class ChatBackend(Protocol):
    """Answers turns."""

    async def answer(self, utterance: Utterance) -> Answer:
        """The replies to `utterance`, at least one.

        Raises:
            UnavailableError: nothing that can be shown came back in time.
        """
        ...

    async def is_ready(self) -> bool:
        """Whether a turn would be answered now."""
        ...

    async def close(self) -> None:
        """Give back what is held open."""
        ...


def spoken(text: str) -> str:
    """Typed words as Rasa may hear them: never a command.

    Rasa strips white space before it looks for `/intent{…}`, so slashes and white space are taken off together.
    """
    before = None
    while text != before:
        before, text = text, text.strip().lstrip("/" + string.whitespace)
    return text


class RasaBackend:
    """Rasa's REST channel on loopback.

    Each conversation has a worker of its own, the same one whichever app process asks: so the lock that Rasa keeps in
    memory holds, and no lock store between the workers is needed. While that worker is down the next one is asked.

    Args:
        ports: those of Rasa's workers.
        token: guards Rasa's HTTP API.
        timeout_s: how long a turn may take.
        recorded: the answer that the actions left in the record for a turn, None where there is none.
        transport: takes the place of the network in tests.
    """

    def __init__(
        self,
        ports: Sequence[int],
        token: str,
        timeout_s: float,
        recorded: Callable[[str], Sequence[Mapping[str, Any]] | None],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._recorded = recorded
        self._workers = [f"http://127.0.0.1:{port}" for port in ports]
        self._client = httpx.AsyncClient(
            params={"token": token},
            timeout=httpx.Timeout(timeout_s, connect=_CONNECT_TIMEOUT_S),
            limits=httpx.Limits(keepalive_expiry=_KEEP_ALIVE_S),
            trust_env=False,
            transport=transport,
        )

    async def answer(self, utterance: Utterance) -> Answer:
        """What the actions that Rasa chose answered; nlu is the time that was not theirs."""
        body = {
            "sender": utterance.sender,
            "message": utterance.text,
            "metadata": {"session_id": utterance.session_id, "turn_id": utterance.turn_id},
        }
        start = time.perf_counter()
        try:
            response = await self._ask(utterance.session_id, body)
            response.raise_for_status()
            messages = _RASA_MESSAGES.validate_json(response.content)
        except httpx.TimeoutException as error:
            raise UnavailableError("Rasa did not answer in time.") from error
        except httpx.HTTPError as error:
            raise UnavailableError(f"Rasa cannot be reached: {type(error).__name__}.") from error
        except ValidationError as error:
            raise UnavailableError(f"Rasa answered what cannot be shown ({error.error_count()} faults).") from error
        elapsed_ms = (time.perf_counter() - start) * 1000
        replies = [reply for message in messages for reply in message.replies()]
        if not replies and any(message.custom for message in messages):
            replies = _REPLIES.validate_python(await to_thread.run_sync(self._recorded, utterance.turn_id) or [])
        if not replies:
            raise UnavailableError("Rasa answered nothing.")
        timing_ms: dict[str, float] = {}
        for message in messages:
            for stage, ms in message.stages().items():
                timing_ms[stage] = timing_ms.get(stage, 0.0) + ms
        timing_ms["nlu"] = max(elapsed_ms - sum(timing_ms.values()), 0.0)
        return Answer(replies, timing_ms)

    async def is_ready(self) -> bool:
        """Whether a worker answers and has loaded a model."""
        for worker in self._workers:
            try:
                response = await self._client.get(worker + "/status", timeout=_STATUS_TIMEOUT_S)
            except httpx.HTTPError:
                continue
            if response.status_code == httpx.codes.OK:
                return True
        return False

    async def _ask(self, session_id: str, body: Mapping[str, Any]) -> httpx.Response:
        """The answer of the conversation's worker, or of the first after it that can be connected to."""
        own = zlib.crc32(session_id.encode()) % len(self._workers)
        *others, last = [*self._workers[own:], *self._workers[:own]]
        for worker in others:
            # Only who was not reached at all has certainly not begun with the turn.
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self._client.post(worker + "/webhooks/rest/webhook", json=body)
        return await self._client.post(last + "/webhooks/rest/webhook", json=body)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class _Custom(BaseModel):
    """What an action of ours says: that its answer is in the record, or the answer where there is none to be in."""

    replies: list[Reply] = []
    timing_ms: dict[str, float] = {}


class _RasaMessage(BaseModel):
    """One message of Rasa's REST channel: ours in `custom`, or plain text where Rasa speaks for itself."""

    text: str | None = None
    custom: _Custom | None = None

    def replies(self) -> list[Reply]:
        plain: list[Reply] = [TextReply(text=self.text)] if self.text else []
        return plain + (self.custom.replies if self.custom else [])

    def stages(self) -> dict[str, float]:
        return self.custom.timing_ms if self.custom else {}


_RASA_MESSAGES: TypeAdapter[list[_RasaMessage]] = TypeAdapter(list[_RasaMessage])
_REPLIES: TypeAdapter[list[Reply]] = TypeAdapter(list[Reply])


class DirectBackend:
    """The actions without Rasa: plain search and what is plain to see. It stands in whenever Rasa does not answer."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._threads = CapacityLimiter(_DIRECT_TURNS)

    async def answer(self, utterance: Utterance) -> Answer:
        """What the actions make of the turn on their own."""
        return await to_thread.run_sync(self._answer, utterance, limiter=self._threads)

    def _answer(self, utterance: Utterance) -> Answer:
        from actions.direct import answer_directly

        answer = answer_directly(self._services, utterance.session_id, utterance.turn_id)
        return Answer(answer.replies, answer.timing_ms)

    async def is_ready(self) -> bool:
        """Always: there is nothing to wait for."""
        return True

    async def close(self) -> None:
        """Nothing is held open."""


class FakeChatBackend:
    """Answers what it was told to, in order, then echoes; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Utterance] = []
        self.ready = True
        self._answers: deque[Answer | Exception] = deque()

    def enqueue(self, *answers: Answer | Exception | str) -> None:
        """Let the next turns be answered (a string is a text reply) or fail this way."""
        self._answers.extend(Answer([TextReply(text=one)]) if isinstance(one, str) else one for one in answers)

    async def answer(self, utterance: Utterance) -> Answer:
        """The next answer that was enqueued, else an echo."""
        self.asked.append(utterance)
        answer = self._answers.popleft() if self._answers else Answer([TextReply(text=f"echo: {utterance.text}")])
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def is_ready(self) -> bool:
        """Whatever `ready` says."""
        return self.ready

    async def close(self) -> None:
        """Nothing is held open."""
