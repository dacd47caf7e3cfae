"""How does Rasa call our actions?

The webhook that rasa_sdk's own server offers, with its executor, inside the app's process: models and index are loaded
once, calls are bounded, and nobody without the token is let in.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

__all__ = ["MOST_CALLS", "create_webhook"]

_log = structlog.get_logger()

MOST_CALLS = 32
"""Calls running or waiting for a thread: more than the gateway lets Rasa make, so only a stray client meets it."""

_RETRY_AFTER_S = 1


def create_webhook(executor: ActionExecutor, token: str, most_calls: int = MOST_CALLS) -> Starlette:
    """The action webhook as an ASGI application: POST /webhook?token=…, GET /health.

    Actions compute in the event loop's default executor (`asyncio.to_thread`), which whoever runs this application
    sets up with as many threads as may compute at once.
    """
    calls = 0

    @contextmanager
    def counted() -> Iterator[None]:
        nonlocal calls
        calls += 1
        try:
            yield
        finally:
            calls -= 1

    async def webhook(request: Request) -> Response:
        if not hmac.compare_digest(request.query_params.get("token", "").encode(), token.encode()):
            return _error(401, "The token is missing or wrong.")
        if calls >= most_calls:
            return _error(503, "Too many actions are running.", {"Retry-After": str(_RETRY_AFTER_S)})
        with counted():
            try:
                call = await request.json()
            except (json.JSONDecodeError, UnicodeDecodeError):
                return _error(400, "The body is not JSON.")
            if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict):
                return _error(400, "The body is not an action call.")
            # With `enable_selective_domain` Rasa 3.6 leaves the domain out, which the newer executor would ask for with
            # a status that Rasa 3.6 does not know. No action here reads it.
            call.setdefault("domain", {})
            return await _run(executor, call)

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/webhook", webhook, methods=["POST"]), Route("/health", health, methods=["GET"])])


async def _run(executor: ActionExecutor, call: dict[str, object]) -> Response:
    name = str(call.get("next_action"))
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as error:
        return JSONResponse({"error": error.message, "action_name": error.action_name}, 400)
    except ActionNotFoundException as error:
        return JSONResponse({"error": error.message, "action_name": error.action_name}, 404)
    except Exception as error:  # noqa: BLE001 - Rasa is told, and the gateway then answers without it
        _log.error("action_crashed", action=name, error=type(error).__name__)
        return JSONResponse({"error": type(error).__name__, "action_name": name}, 500)
    return JSONResponse(result.model_dump() if result else None)


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": message}, status, headers)
