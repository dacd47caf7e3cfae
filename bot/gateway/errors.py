"""How does an error reach a client?

Every error is `{"error": {"code", "message", "request_id"}}`. To the errors of the installation the gateway adds three
that only HTTP knows: UnauthorisedError (401), TooLargeError (413) and TooManyError (429).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from recommender.errors import BadInputError, BusyError, ShoptalkError, UnavailableError

__all__ = ["TooLargeError", "TooManyError", "UnauthorisedError", "add_error_handlers", "error_response"]

_log = structlog.get_logger()
_RETRY_UNAVAILABLE_S = 5


class UnauthorisedError(ShoptalkError):
    """Who is asking could not be established."""

    http_status = 401


class TooLargeError(BadInputError):
    """The body is larger than this route takes."""

    http_status = 413


class TooManyError(BusyError):
    """The same client asks more often than it may."""

    http_status = 429


def error_response(request_id: str, error: ShoptalkError) -> JSONResponse:
    """The answer that tells a client of `error`; what is wrong with the installation itself is only logged."""
    message = str(error)
    headers: dict[str, str] = {}
    if isinstance(error, BusyError):
        headers["Retry-After"] = str(error.retry_after_s)
    elif isinstance(error, UnavailableError):
        headers["Retry-After"] = str(_RETRY_UNAVAILABLE_S)
    elif isinstance(error, UnauthorisedError):
        headers["WWW-Authenticate"] = "Bearer"
    elif error.http_status >= 500:
        _log.error("request_failed", request_id=request_id, error=type(error).__name__, message=message)
        message = "Something is wrong on our side; the request id finds it in the log."
    return _response(error.http_status, _code(error), message, request_id, headers)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of `app` in the one form."""
    handlers: Mapping[type[Exception], Any] = {
        ShoptalkError: _shoptalk_error,
        RequestValidationError: _invalid_request,
        HTTPException: _http_error,
        DBAPIError: _database_error,
        PoolTimeoutError: _database_error,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _code(error: ShoptalkError) -> str:
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _response(
    status: int, code: str, message: str, request_id: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    body = {"error": {"code": code, "message": message, "request_id": request_id}}
    return JSONResponse(body, status, headers=dict(headers or {}))


def _request_id(request: Request) -> str:
    return cast("str", request.scope["request_id"])


async def _shoptalk_error(request: Request, error: ShoptalkError) -> JSONResponse:
    return error_response(_request_id(request), error)


async def _invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    # The first fault is enough to go on with; what was sent is not repeated.
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"] if part != "body")
    reason = str(fault["msg"]).removeprefix("Value error, ")
    message = f"{place}: {reason}." if place else f"{reason}."
    return _response(400, "bad_input", message, _request_id(request))


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "bad_input")
    return _response(error.status_code, code, f"{error.detail}.", _request_id(request), error.headers)


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    _log.error("database_failed", request_id=_request_id(request), error=type(error).__name__)
    unavailable = UnavailableError("The record cannot be reached right now; send this again in a moment.")
    return error_response(_request_id(request), unavailable)
