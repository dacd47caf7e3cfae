"""How do events come in that a shop's backend writes to a Redis stream?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final, cast

import structlog
from redis import Redis, ResponseError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from feedback.event_columns import EventColumns
from feedback.people import SHOP_CHANNEL, people_for
from feedback.sql import SqlFeedbackStore
from feedback.store import Event, event_key
from recommender.clock import Clock
from recommender.db import Database

__all__ = ["GROUP", "EventStream", "connect"]

GROUP: Final = "shoptalk"
# One name for every process: what one of them left unfinished is finished by whichever comes next.
_CONSUMER: Final = "events"
_BATCH: Final = 500
_BLOCK_MS: Final = 2_000
_KEPT_REJECTIONS: Final = 10_000
_LONGEST_WAIT_S: Final = 30.0

_log = structlog.get_logger(__name__)

Entries = list[tuple[str, Mapping[str, str] | None]]


def connect(url: str) -> Redis:
    """A client of the Redis at `url`; nothing is sent yet. Text that is no UTF-8 comes with U+FFFD in it."""
    return Redis.from_url(
        url, decode_responses=True, encoding_errors="replace", socket_connect_timeout=5, socket_timeout=10
    )


class EventStream:
    """Takes events from a stream into the record: each at least once, and any number of times as if once.

    An entry has the fields of an events file: `user_id`, `item_id`, and if known `event` (a purchase where it is left
    out), `timestamp` and `id`. An entry is acknowledged once its event is kept; what was not comes again, also after
    either side was killed. The id makes that harmless, and is the one that `POST /api/events` takes: an event that was
    reported there as well counts once. Without an id the entry's own stands for it.

    What is no event goes to the stream `<name>:rejected`, with the reason, and holds nothing up.
    """

    def __init__(self, redis: Redis, database: Database, clock: Clock, name: str) -> None:
        self._redis = redis
        self._database = database
        self._clock = clock
        self._name = name
        self._columns = EventColumns()
        self._unfinished = True

    def follow(self, stop: threading.Event, on_batch: Callable[[int], None] = lambda _new: None) -> None:
        """Take events until `stop` is set. While Redis or the record is away it waits and tries again.

        Args:
            stop: ends it, within two seconds.
            on_batch: told after every batch how many of its events were new.
        """
        failures = 0
        while not stop.is_set():
            try:
                on_batch(self.take(block_ms=_BLOCK_MS))
                if failures:
                    _log.warning("event_stream_goes_on", message="What waited in the stream is being taken.")
                failures = 0
            except (RedisError, SQLAlchemyError) as error:
                failures += 1
                self._unfinished = True
                wait = min(0.25 * 2**failures, _LONGEST_WAIT_S)
                what = "The Redis of SHOPTALK_REDIS_URL" if isinstance(error, RedisError) else "The database"
                message = f"{what} cannot be used; no events come in from the stream until it can, all else goes on."
                # A statement's parameters are nobody's business in a log.
                reason = str(error) if isinstance(error, RedisError) else type(error).__name__
                _log.warning("event_stream_interrupted", message=message, reason=reason, again_in_s=wait)
                stop.wait(wait)

    def take(self, *, block_ms: int | None = None) -> int:
        """Keep one batch and acknowledge it; how many events were new.

        First what was delivered before and never acknowledged, then what is new.

        Raises:
            RedisError: Redis cannot be reached; whatever was kept comes again and changes nothing.
            SQLAlchemyError: the record cannot be written; nothing was acknowledged.
        """
        if self._unfinished:
            self._join()
            entries = self._read("0", None)
            self._unfinished = bool(entries)
            if entries:
                return self._keep(entries)
        return self._keep(self._read(">", block_ms))

    def _join(self) -> None:
        try:
            # From the first entry on: what was reported before anybody listened counts too.
            self._redis.xgroup_create(self._name, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def _read(self, since: str, block_ms: int | None) -> Entries:
        found = self._redis.xreadgroup(GROUP, _CONSUMER, {self._name: since}, count=_BATCH, block=block_ms)
        streams = found.items() if isinstance(found, dict) else found or ()
        return [entry for _, batches in streams for entry in _flat(batches)]

    def _keep(self, entries: Entries) -> int:
        if not entries:
            return 0
        read, rejected = [], {}
        for entry_id, fields in entries:
            try:
                read.append((self._key(entry_id, fields or {}), self._columns.read(fields or {})))
            except ValueError as error:
                rejected[entry_id] = str(error)
        with self._database.transaction() as session:
            people = people_for(session, SHOP_CHANNEL, {event.user_id for _, event in read}, self._clock.now())
            events = [
                Event(key, people[event.user_id], event.item_id, event.kind, event.at, event.position)
                for key, event in read
            ]
            new = SqlFeedbackStore(self._database, self._clock).within(session).add_events(events)
        self._acknowledge([entry_id for entry_id, _ in entries], rejected)
        return new

    def _key(self, entry_id: str, fields: Mapping[str, str]) -> str:
        given = (fields.get("id") or "").strip()
        return event_key(SHOP_CHANNEL, given or f"{self._name}/{entry_id}")

    def _acknowledge(self, entry_ids: list[str], rejected: Mapping[str, str]) -> None:
        with self._redis.pipeline(transaction=True) as together:
            for entry_id, reason in rejected.items():
                where = f"{self._name}:rejected"
                together.xadd(where, {"entry": entry_id, "reason": reason}, maxlen=_KEPT_REJECTIONS, approximate=True)
            together.xack(self._name, GROUP, *entry_ids)
            together.execute()
        if rejected:
            _log.warning("events_rejected", count=len(rejected), first=next(iter(rejected.values())))


def _flat(batches: object) -> Entries:
    """The entries of one stream: a list of them, or, by Redis's third protocol, a list with that list in it."""
    entries = cast("list[object]", batches)
    if entries and isinstance(entries[0], list):
        entries = [entry for batch in cast("list[list[object]]", entries) for entry in batch]
    return [(str(entry[0]), entry[1]) for entry in cast("Entries", entries)]
