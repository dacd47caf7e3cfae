"""How do the long-running processes log?"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, Final

import structlog

__all__ = ["LIBRARY_LINE", "log_as_json", "use_json"]

LIBRARY_LINE: Final = "%(levelname)s %(name)s %(message)s"
"""What libraries log, which do so in their own words."""


def log_as_json() -> None:
    """One JSON object a line on stderr. Libraries log from WARNING on: httpx would log addresses with tokens."""
    use_json(structlog.PrintLoggerFactory(sys.stderr), logging.INFO)
    logging.basicConfig(level=logging.WARNING, format=LIBRARY_LINE)


def use_json(logger_factory: Callable[..., Any], level: int) -> None:
    """Have our own log lines, from `level` on, written as JSON by loggers of `logger_factory`."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=logger_factory,
        cache_logger_on_first_use=True,
    )
