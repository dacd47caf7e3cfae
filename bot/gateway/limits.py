"""How much may one address and one session ask, and how large may a body be?"""

from __future__ import annotations

import ipaddress
import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.gateway.credentials import is_secret
from bot.gateway.errors import TooLargeError, TooManyError, error_response

__all__ = ["AddressLimit", "BodyLimit", "PerMinute"]

BODY_BYTES = 64 * 1024
LARGE_BODY_BYTES = 512 * 1024
_LARGE_BODY_PATHS = frozenset({"/api/events", "/telegram/webhook"})
"""A full batch of events, or a button pressed under a long message, does not fit the limit that is right elsewhere."""


class PerMinute:
    """Counts what each key did in the last minute, in this process."""

    def __init__(self, most: int, what: str) -> None:
        self._item = RateLimitItemPerMinute(most)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._what = what

    def count(self, key: str) -> None:
        """Count one more for `key`.

        Raises:
            TooManyError: there were too many already; this one is not counted.
        """
        if self._limiter.hit(self._item, key):
            return
        wait_s = self._limiter.get_window_stats(self._item, key).reset_time - time.time()
        retry_after_s = max(1, math.ceil(wait_s))
        raise TooManyError(
            f"That is more than {self._item.amount} {self._what} a minute; go on in {retry_after_s} s.", retry_after_s
        )


class AddressLimit:
    """Refuses an address that asks the API too often. Who is behind one IPv6 /64 counts as one.

    Whoever names the server's key asks for many people and is not counted.
    """

    def __init__(self, app: ASGIApp, requests_per_minute: int, api_key: str) -> None:
        self._app = app
        self._rate = PerMinute(requests_per_minute, "requests of one address")
        self._api_key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] == "http" and scope["path"].startswith("/api/") and not self._is_server(scope):
            try:
                self._rate.count(_network(scope.get("client")))
            except TooManyError as error:
                await error_response(scope["request_id"], error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_server(self, scope: Scope) -> bool:
        return is_secret(Headers(scope=scope).get("x-api-key", ""), self._api_key)


class BodyLimit:
    """Refuses a body that is too large: at its announced length, else as soon as too much of it has come.

    No route works on half a body, so the whole of it is awaited here and handed on in one piece.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = LARGE_BODY_BYTES if scope["path"] in _LARGE_BODY_PATHS else BODY_BYTES
        announced = Headers(scope=scope).get("content-length", "")
        body = None if announced.isdecimal() and int(announced) > most else await _body(receive, most)
        if body is None:
            error = TooLargeError(f"The body is larger than the {most} bytes that this route takes.")
            await error_response(scope["request_id"], error)(scope, receive, send)
            return
        whole: Message | None = {"type": "http.request", "body": body, "more_body": False}

        async def replay() -> Message:
            nonlocal whole
            message, whole = whole, None
            return message if message is not None else await receive()

        await self._app(scope, replay, send)


async def _body(receive: Receive, most: int) -> bytes | None:
    """The body, as far as it came before the client left; None when it is larger than `most` bytes."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _network(client: tuple[str, int] | None) -> str:
    host = client[0] if client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return host
