"""Which requests and websockets get as far as a page at all?

NiceGUI's websocket takes every origin, so this stands before it: the right host name (against DNS rebinding), the right
origin (against other sites' pages), a login that is still good, and headers that keep the pages to themselves.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Collection
from typing import Final
from urllib.parse import quote, urlsplit

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feedback.staff.logins import LoggedOutError
from feedback.staff.roles import Actor

__all__ = ["COOKIE", "Guard"]

COOKIE: Final = "shoptalk_staff"

PUBLIC: Final = frozenset({"/login", "/first", "/style/door.css", "/favicon.ico", "/healthz"})
"""All that can be seen without a login."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# NiceGUI starts its pages with inline scripts and Vue compiles templates in the browser. What keeps strangers' text
# from becoming script is that it only ever reaches elements that take text.
_CONTENT = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _CONTENT,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

_log = structlog.get_logger()


class Guard:
    """Lets through what may go through; everything behind it finds the `Actor` in `request.state.actor`.

    Args:
        app: what is guarded.
        names: host names, besides those of loopback, under which browsers may come.
        find_actor: who is logged in with what this cookie holds; raises LoggedOutError.
    """

    def __init__(self, app: ASGIApp, *, names: Collection[str], find_actor: Callable[[str], Awaitable[Actor]]) -> None:
        self.app = app
        self._names = {name.lower() for name in names}
        self._find_actor = find_actor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = await self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403})
        else:
            await refusal(scope, receive, _with_headers(send))

    async def _refusal(self, scope: Scope) -> Response | None:
        # Nothing behind may believe what a proxy would say but a browser can say as well.
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"x-forwarded-prefix"]
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._knows(host):
            return PlainTextResponse("This address is not one of this console's; see SHOPTALK_STAFF_NAMES.", 421)
        asks_only = scope["type"] == "http" and scope["method"] in _SAFE_METHODS
        if not asks_only and not _same_origin(headers.get("origin"), host):
            return PlainTextResponse("This came from another site's page.", 403)
        path = scope["path"]
        if path in PUBLIC:
            return None
        try:
            actor = await self._find_actor(HTTPConnection(scope).cookies.get(COOKIE, ""))
        except LoggedOutError:
            if asks_only and "text/html" in headers.get("accept", ""):
                query = scope["query_string"].decode("latin-1")
                here = f"{path}?{query}" if query else path
                return RedirectResponse(f"/login?next={quote(here, safe='')}", 303)
            return PlainTextResponse("Log in first.", 401)
        except SQLAlchemyError as error:
            _log.error("record_unreachable", error=type(error).__name__)
            return PlainTextResponse("The record cannot be reached right now; try again in a moment.", 503)
        scope.setdefault("state", {})["actor"] = actor
        return None

    def _knows(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            return False
        if name == "localhost" or name in self._names:
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


def _same_origin(origin: str | None, host: str) -> bool:
    try:
        # The scheme is the proxy's business where TLS ends there.
        return origin is not None and urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def _with_headers(send: Send) -> Send:
    async def framed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return framed
