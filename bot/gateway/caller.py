"""What does a route have to hand: the parts of this gateway, and who is calling?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from actions.services import Services
from bot.backend import ChatBackend
from bot.gateway.credentials import SessionTokens, is_secret
from bot.gateway.errors import UnauthorisedError
from bot.gateway.limits import PerMinute
from bot.gateway.live import Live
from bot.gateway.metrics import Metrics
from bot.gateway.threads import Threads
from bot.gateway.turns import Turns
from bot.linking import Linking
from feedback.conversations import find_session
from recommender.errors import NotFoundError
from recommender.settings import Settings

__all__ = ["Caller", "Gateway", "MaybeCaller", "TheCaller", "TheGateway", "TheSender"]

_TOUCH_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Gateway:
    """The parts of one gateway."""

    services: Services
    settings: Settings
    backend: ChatBackend
    tokens: SessionTokens
    turns: Turns
    live: Live
    metrics: Metrics
    messages: PerMinute
    threads: Threads
    linking: Linking


@dataclass(frozen=True, slots=True)
class Caller:
    """The conversation a token speaks for, whose it is, and what they read (a BCP 47 tag; None: unknown)."""

    session_id: str
    person_id: str
    language: str | None = None


async def _gateway(request: Request) -> Gateway:  # a plain function would be run in a thread
    return cast("Gateway", request.app.state.gateway)


TheGateway = Annotated[Gateway, Depends(_gateway)]

_bearer = HTTPBearer(auto_error=False, description="The token of POST /api/sessions.")
_api_key = APIKeyHeader(name="X-API-Key", auto_error=False, description="The shop's server key.")

_Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def _caller(gateway: TheGateway, bearer: _Bearer) -> Caller:
    if bearer is None:
        raise UnauthorisedError("A session token is needed: Authorization: Bearer <token of POST /api/sessions>.")
    session_id = gateway.tokens.read(bearer.credentials)
    return await gateway.threads.run(_recognise, gateway, session_id)


async def _sender(gateway: TheGateway, bearer: _Bearer, key: Annotated[str | None, Depends(_api_key)]) -> Caller | None:
    """The session that sends, or None for the shop's server with its key."""
    expected = gateway.settings.secret("api_key")
    if key is not None and not is_secret(key, expected):
        raise UnauthorisedError("The API key is not the one of this installation.")
    if key is not None or (bearer is not None and is_secret(bearer.credentials, expected)):
        return None
    return await _caller(gateway, bearer)


async def _maybe(gateway: TheGateway, bearer: _Bearer) -> Caller | None:
    return None if bearer is None else await _caller(gateway, bearer)


TheCaller = Annotated[Caller, Depends(_caller)]
MaybeCaller = Annotated[Caller | None, Depends(_maybe)]
TheSender = Annotated[Caller | None, Depends(_sender)]


def _recognise(gateway: Gateway, session_id: str) -> Caller:
    """Who the session belongs to; that it was used is noted now and then.

    Raises:
        UnauthorisedError: it was erased, or not used for too long.
    """
    database, now = gateway.services.database, gateway.services.clock.now()
    with database.reading() as session:
        try:
            row = find_session(session, session_id)
        except NotFoundError as error:
            raise UnauthorisedError(str(error)) from None
    idle = now - row.last_seen_at
    if idle > timedelta(days=gateway.settings.session_days):
        raise UnauthorisedError("The session has expired; open a new session with POST /api/sessions.")
    if idle > _TOUCH_AFTER:
        with database.transaction() as session:
            find_session(session, session_id).last_seen_at = now
    return Caller(row.id, row.person_id, row.language)
