"""Which errors can reach a person, and what does each one tell them?

ShoptalkError                 the root; its text is one sentence that names the thing, the place and the mend
├── BadInputError             a file, an option or a value that was given is wrong          exit 2, HTTP 400
├── NotFoundError             a thing that was named does not exist                         exit 2, HTTP 404
├── ConfigurationError        the installation is incomplete or contradicts itself          exit 2, HTTP 500
├── ConflictError             somebody else changed it first; look again                    exit 1, HTTP 409
├── BusyError                 too much to do right now; `retry_after_s` says when to return exit 1, HTTP 503
└── UnavailableError          a part this needs is down (Rasa, the encoder, the database)   exit 1, HTTP 503
"""

from __future__ import annotations

__all__ = [
    "BadInputError",
    "BusyError",
    "ConfigurationError",
    "ConflictError",
    "NotFoundError",
    "ShoptalkError",
    "UnavailableError",
]


class ShoptalkError(Exception):
    """Something a person has to know, in one sentence they can act on."""

    http_status = 500
    exit_code = 1


class BadInputError(ShoptalkError):
    """What was given cannot be used; nothing was changed."""

    http_status = 400
    exit_code = 2


class NotFoundError(ShoptalkError):
    """What was named does not exist."""

    http_status = 404
    exit_code = 2


class ConfigurationError(ShoptalkError):
    """The installation is incomplete or contradicts itself."""

    http_status = 500
    exit_code = 2


class ConflictError(ShoptalkError):
    """Somebody else changed the same thing first."""

    http_status = 409


class BusyError(ShoptalkError):
    """Too much to do right now: nothing was accepted, come back after `retry_after_s` seconds."""

    http_status = 503

    def __init__(self, message: str, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnavailableError(ShoptalkError):
    """A part that this needs is down."""

    http_status = 503
