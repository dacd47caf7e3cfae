"""How is the gateway put together?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.exc import SQLAlchemyError
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from actions.reaching_people import handoffs
from actions.services import Services
from bot.backend import ChatBackend, DirectBackend
from bot.channels.phrases import english as channel_phrases
from bot.channels.telegram import webhook as telegram_webhook
from bot.gateway import conversation, learning, links, operations
from bot.gateway.caller import Gateway
from bot.gateway.credentials import SessionTokens
from bot.gateway.desk import keep_time
from bot.gateway.errors import add_error_handlers
from bot.gateway.limits import AddressLimit, BodyLimit, PerMinute
from bot.gateway.live import Live
from bot.gateway.metrics import Metrics
from bot.gateway.middleware import RequestFrame
from bot.gateway.pages import add_pages
from bot.gateway.sessions import router as sessions
from bot.gateway.threads import Threads
from bot.gateway.turns import Turns
from bot.gateway.watch import watch
from bot.linking import CodesTyped, Linking
from bot.trackers import RasaTrackers, tracker_database
from recommender.errors import ShoptalkError
from recommender.models.registry import Registry
from recommender.settings import Settings

__all__ = ["create_gateway"]

_log = structlog.get_logger()

_DATABASE_THREADS = 8
_WAITING_TURNS_EVERY_S = 30.0
_TRIAL_EVERY_S = 30.0
_RASA_START_S = 60.0
"""Rasa loads for a while when everything is started at once; turns left behind are worth waiting for it."""


def create_gateway(
    services: Services, backend: ChatBackend, settings: Settings, fallback: ChatBackend | None = None
) -> FastAPI:
    """The gateway as an ASGI application.

    Args:
        services: the parts of the assistant.
        backend: answers turns; closed with the gateway.
        settings: limits, origins, keys.
        fallback: answers what `backend` cannot; the actions without Rasa by default.
    """
    live, metrics, threads = Live(), Metrics(), Threads(_DATABASE_THREADS)
    linking = Linking(services.database, services.clock, channel_phrases(), settings.secret("session_key"))
    backend = CodesTyped(backend, linking, threads)
    turns = Turns(
        database=services.database,
        clock=services.clock,
        asking=services.dialogues,
        backend=backend,
        fallback=fallback or DirectBackend(services),
        trackers=RasaTrackers(tracker_database(settings)),
        phrases=services.phrases,
        handoffs=handoffs(services),
        live=live,
        metrics=metrics,
        threads=threads,
    )
    gateway = Gateway(
        services=services,
        settings=settings,
        backend=backend,
        tokens=SessionTokens(settings.secret("session_key")),
        turns=turns,
        live=live,
        metrics=metrics,
        messages=PerMinute(settings.messages_per_minute, "messages of one session"),
        threads=threads,
        linking=linking,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(_answer_waiting_turns(gateway)),
            asyncio.create_task(watch(live, services, threads)),
            asyncio.create_task(keep_time(services, threads)),
            asyncio.create_task(_end_bad_trials(gateway, Registry.of(settings))),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await turns.close()
        await backend.close()

    app = FastAPI(
        title="Shoptalk", version="1", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json", lifespan=lifespan
    )
    app.state.gateway = gateway
    for router in (conversation.router, learning.router, links.router, operations.router, telegram_webhook.router):
        app.include_router(router)
    app.include_router(sessions)
    add_pages(app, settings.shop_dir / "pictures")
    add_error_handlers(app)
    _describe_errors_as_they_are(app)
    # The last one added is the first to see a request.
    app.add_middleware(BodyLimit)
    app.add_middleware(
        AddressLimit, requests_per_minute=settings.requests_per_minute, api_key=settings.secret("api_key")
    )
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID", "X-Request-ID"],
        expose_headers=["Retry-After", "X-Request-ID"],
        max_age=3600,
    )
    app.add_middleware(RequestFrame, metrics=metrics)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    return app


async def _answer_waiting_turns(gateway: Gateway) -> None:
    """Answer what an earlier process, or an outage of the record, left accepted: at the start and now and then."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_RASA_START_S):
            while not await gateway.backend.is_ready():
                await asyncio.sleep(1)
    await gateway.turns.forget_erased()
    while True:
        try:
            await gateway.turns.answer_waiting()
        except SQLAlchemyError as error:
            _log.warning("waiting_turns_unread", error=type(error).__name__)
        await asyncio.sleep(_WAITING_TURNS_EVERY_S)


async def _end_bad_trials(gateway: Gateway, registry: Registry) -> None:
    """End the trial of a model version that shoppers like less, now and then asked."""
    from feedback.training.trial import end_if_worse  # its statistics take a second to load

    while True:
        await asyncio.sleep(_TRIAL_EVERY_S)
        try:
            await gateway.threads.run(end_if_worse, gateway.services.database, registry)
        except (ShoptalkError, SQLAlchemyError) as error:
            _log.warning("trial_not_looked_at", error=type(error).__name__, reason=str(error))


def _describe_errors_as_they_are(app: FastAPI) -> None:
    """Take FastAPI's own 422 out of the OpenAPI document: an invalid request is answered with 400 here."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        document = original()
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        return document

    app.openapi = openapi  # type: ignore[method-assign]
