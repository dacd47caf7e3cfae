"""`python -m bot.event_stream`: takes the events of a Redis stream into the record, as a process of `shoptalk up`."""

from __future__ import annotations

import signal
import sys
import threading

import actions.dialogue.tables
import actions.shop.tables  # noqa: F401 - what refers to a person has to be declared
from bot.logs import log_as_json
from feedback.event_stream import EventStream, connect
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.errors import ConfigurationError
from recommender.settings import Settings

__all__ = ["main"]


def main() -> None:
    """Follow the stream until told to stop."""
    log_as_json()
    settings = Settings()
    if settings.redis_url is None:
        sys.exit("SHOPTALK_REDIS_URL is not set: there is no stream to follow.")
    try:
        redis = connect(settings.redis_url)
    except ValueError as error:
        sys.stderr.write(f"SHOPTALK_REDIS_URL is no address of a Redis: {error}.\n")
        sys.exit(ConfigurationError.exit_code)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    database = Database(settings.sql_url)
    try:
        EventStream(redis, database, SystemClock(), settings.redis_stream).follow(stop)
    finally:
        redis.close()
        database.close()


if __name__ == "__main__":
    main()
