"""What happens to every request: an id, a log line, a count, safe headers, and an answer whatever breaks?"""

from __future__ import annotations

import re
import time
import traceback
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.errors import error_response
from bot.gateway.metrics import Metrics
from recommender.errors import ShoptalkError

__all__ = ["RequestFrame"]

_log = structlog.get_logger()

_PROBES = {"/healthz", "/readyz", "/metrics"}
"""Asked every few seconds by whoever watches the installation: not worth a line each."""

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""A route that serves a page or a picture sets its own Content-Security-Policy."""


class RequestFrame:
    """Frames every request. The log line has the route, never the path, body or address: those may name a person."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        scope["request_id"] = request_id
        start = time.perf_counter()
        status = 0

        async def framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, framed)
        except Exception as error:  # noqa: BLE001 - a client gets an answer whatever broke
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("request_crashed", request_id=request_id, error=type(error).__name__, where=where)
            if not status:
                await error_response(request_id, ShoptalkError())(scope, receive, framed)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            self._metrics.requests.labels(scope["method"], route, str(status)).inc()
            log = _log.debug if route in _PROBES else _log.info
            log(
                "request", request_id=request_id, method=scope["method"], route=route, status=status,
                ms=round((time.perf_counter() - start) * 1000, 1),
            )  # fmt: skip
