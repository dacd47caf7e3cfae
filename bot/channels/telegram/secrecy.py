"""How does the bot's token stay out of every log?

The token is part of each address that the Bot API is called at, so a library that logs an address, or an error that
quotes one, would write it down.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

from bot.logs import LIBRARY_LINE, use_json

__all__ = ["log_without"]


class _Without(logging.Formatter):
    """Formats records, tracebacks included, without the secrets."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__(LIBRARY_LINE)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The record's line or lines."""
        return _without(super().format(record), self._secrets)


class _Stream:
    """A stream that what is written to it reaches without the secrets."""

    def __init__(self, stream: TextIO, secrets: tuple[str, ...]) -> None:
        self._stream = stream
        self._secrets = secrets

    def write(self, text: str) -> int:
        """Write the text without the secrets."""
        return self._stream.write(_without(text, self._secrets))

    def flush(self) -> None:
        """Pass it on."""
        self._stream.flush()


def log_without(*secrets: str, level: int = logging.WARNING) -> None:
    """Log one JSON object a line on stderr, libraries from `level` on, and none of these secrets."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Without(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    factory = structlog.WriteLoggerFactory(_Stream(sys.stderr, secrets))  # type: ignore[arg-type]
    use_json(factory, min(level, logging.INFO))


def _without(text: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        text = text.replace(secret, "<secret>")
    return text
