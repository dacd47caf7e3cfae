"""`python -m bot.channels.telegram`: the Telegram channel as a process."""

from __future__ import annotations

import asyncio
import sys

import structlog

import actions.dialogue.tables
import actions.shop.tables  # noqa: F401 - what refers to a person has to be declared
from bot.channels.telegram.process import serve
from bot.channels.telegram.secrecy import log_without
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.errors import ConfigurationError, ShoptalkError
from recommender.settings import Settings

__all__ = ["main"]


def main() -> None:
    """Serve until told to stop; an error a person can mend ends the process with one sentence."""
    settings = Settings()
    if settings.telegram_token is None:
        sys.exit("SHOPTALK_TELEGRAM_TOKEN is not set: there is no bot to be.")
    log_without(settings.telegram_token.get_secret_value(), settings.secret("telegram_secret"))
    database = Database(settings.sql_url)
    try:
        asyncio.run(serve(settings, database, SystemClock()))
    except* ShoptalkError as errors:
        for error in errors.exceptions:
            structlog.get_logger().error("telegram_cannot_run", error=type(error).__name__, message=str(error))
        sys.exit(ConfigurationError.exit_code)
    finally:
        database.close()


if __name__ == "__main__":
    main()
