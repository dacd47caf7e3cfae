"""How does a shopper talk over HTTP: say something, read what was said, follow what comes?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from bot.gateway.caller import Caller, Gateway, TheCaller, TheGateway
from bot.gateway.contract import (
    ERRORS,
    HistoryOut,
    MessageIn,
    MessageOut,
    SpeakerOut,
    TurnOut,
)
from bot.gateway.turns import Said
from feedback.conversations import Message, last_message_id, messages_after
from feedback.desk import standing

__all__ = ["WEB_CHANNEL", "router"]

WEB_CHANNEL = "web"
STAGES = ("nlu", "understand", "search", "rank", "total")

_MOST_AT_ONCE = 200
_HEARTBEAT_S = 15
_BIGGEST_ID = 2**63 - 1

router = APIRouter(prefix="/api", responses=ERRORS)


@router.post("/messages")
async def send_a_message(gateway: TheGateway, caller: TheCaller, body: MessageIn) -> TurnOut:
    """Say or press something. A repeated `client_message_id` returns the same turn, also while it is under way."""
    gateway.messages.count(caller.session_id)
    said = Said(body.text or "", body.payload, body.client_message_id, body.product_id)
    result = await gateway.turns.take(caller.session_id, said)
    timing_ms = {stage: result.timing_ms.get(stage, 0.0) for stage in STAGES}
    return TurnOut.model_validate({"turn_id": result.turn_id, "replies": result.replies, "timing_ms": timing_ms})


@router.get("/messages")
async def read_messages(
    gateway: TheGateway, caller: TheCaller, after: Annotated[int, Query(ge=0, le=_BIGGEST_ID)] = 0
) -> HistoryOut:
    """What was said after the message with the id `after`: at most 200 messages, oldest first."""
    return HistoryOut(messages=await gateway.threads.run(_history, gateway, caller, after))


@router.get("/speaker")
async def who_speaks(gateway: TheGateway, caller: TheCaller) -> SpeakerOut:
    """Who has the conversation right now, and where in the queue the shopper stands while they wait for a person."""
    return await gateway.threads.run(_speaker, gateway, caller)


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses={
        200: {"description": "Events: `message`, each with its id, `typing`, and `speaker` as GET /api/speaker."}
    },
)
async def follow_a_conversation(
    gateway: TheGateway,
    caller: TheCaller,
    last_event_id: Annotated[int | None, Header(ge=0, le=_BIGGEST_ID, description="Go on after this message.")] = None,
) -> EventSourceResponse:
    """Server-sent events from now on, or from the message `Last-Event-ID` on: `message`, `typing` and `speaker`.

    `speaker` comes whenever who speaks or the place in the queue changes; at first the assistant speaks.
    """
    gateway.live.admit(caller.session_id)
    last_id = last_event_id if last_event_id is not None else await gateway.threads.run(_last, gateway, caller)
    return EventSourceResponse(_events(gateway, caller, last_id), ping=_HEARTBEAT_S)


async def _events(gateway: Gateway, caller: Caller, last_id: int) -> AsyncIterator[ServerSentEvent]:
    typing, speaker = False, SpeakerOut(speaker="bot")
    with gateway.live.follow(caller.session_id) as bell:
        while True:
            bell.clear()
            while messages := await gateway.threads.run(_history, gateway, caller, last_id):
                for message in messages:
                    last_id = message.id
                    yield ServerSentEvent(id=str(message.id), event="message", data=message.model_dump_json())
            if typing != gateway.live.is_typing(caller.session_id):
                typing = not typing
                yield ServerSentEvent(event="typing", data='{"typing": true}' if typing else '{"typing": false}')
            if speaker != (now := await gateway.threads.run(_speaker, gateway, caller)):
                speaker = now
                yield ServerSentEvent(event="speaker", data=speaker.model_dump_json())
            await bell.wait()


def _speaker(gateway: Gateway, caller: Caller) -> SpeakerOut:
    with gateway.services.database.reading() as session:
        now = standing(session, caller.session_id, gateway.services.clock.now())
    return SpeakerOut.model_validate(asdict(now))


def _last(gateway: Gateway, caller: Caller) -> int:
    with gateway.services.database.reading() as session:
        return last_message_id(session, caller.session_id)


def _history(gateway: Gateway, caller: Caller, after: int) -> list[MessageOut]:
    with gateway.services.database.reading() as session:
        messages = messages_after(session, caller.session_id, after, _MOST_AT_ONCE)
    if not messages:
        return []
    votes = {vote.impression_id: vote.value for vote in gateway.services.feedback.votes(caller.person_id)}
    return [_shown(message, votes) for message in messages]


def _shown(message: Message, votes: Mapping[str, int]) -> MessageOut:
    body: dict[str, Any] = message.body
    if body["type"] in {"products", "comparison"}:
        cards = [{**card, "vote": votes.get(card["impression_id"], 0)} for card in body["items"]]
        body = {**body, "items": cards}
    return MessageOut.model_validate(
        {
            "id": message.id,
            "turn_id": message.turn_id,
            "client_message_id": message.client_message_id,
            "sender": message.sender,
            "agent": message.agent,
            "body": body,
            "created_at": message.created_at,
        }
    )
