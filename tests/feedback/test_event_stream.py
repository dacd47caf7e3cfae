"""Does every event of a stream count once, whoever is killed in the middle of it?"""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from redis import Redis
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from feedback.event_stream import GROUP, EventStream, connect
from feedback.people import SHOP_CHANNEL, find_person
from feedback.sql import SqlFeedbackStore
from feedback.store import Event, event_key
from feedback.tables import EventRow
from recommender.clock import FakeClock
from recommender.db import Database

NAME = "shoptalk:events"
PATIENCE_S = 30.0


class RedisServer:
    """A Redis of its own that keeps every write on disk, and can be killed and started again."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        options = {
            "--port": self.port, "--bind": "127.0.0.1", "--dir": self.folder, "--appendonly": "yes",
            "--appendfsync": "always", "--save": "", "--daemonize": "no",
        }  # fmt: skip
        command = [self.program, *(str(part) for option in options.items() for part in option)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                with connect(self.url) as client:
                    client.ping()
                return
            except RedisError:
                assert time.monotonic() < deadline, "the Redis of the test does not answer"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine: install the package redis-server")
    (tmp_path / "redis").mkdir()
    server = RedisServer(program, tmp_path / "redis")
    yield server
    server.kill()


@pytest.fixture
def client(server: RedisServer) -> Iterator[Redis]:
    with connect(server.url) as client:
        yield client


@pytest.fixture
def stream(client: Redis, database: Database, clock: FakeClock) -> EventStream:
    return EventStream(client, database, clock, NAME)


def report(client: Redis, first: int, last: int) -> None:
    for number in range(first, last):
        client.xadd(NAME, {"id": f"e{number}", "user_id": f"u{number % 7}", "item_id": f"p{number}", "event": "view"})


def kept(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(EventRow).order_by(EventRow.id))
        return [(row.id, row.item_id, row.kind) for row in rows]


def all_of(last: int) -> list[tuple[str, str, str]]:
    return sorted((event_key(SHOP_CHANNEL, f"e{number}"), f"p{number}", "view") for number in range(last))


def take_all(stream: EventStream) -> int:
    total = 0
    while new := stream.take():
        total += new
    return total


def pending(client: Redis) -> int:
    return int(client.xpending(NAME, GROUP)["pending"])


def test_what_was_reported_before_and_after_somebody_listens_is_kept(
    stream: EventStream, client: Redis, database: Database
) -> None:
    report(client, 0, 3)
    assert take_all(stream) == 3
    report(client, 3, 5)
    assert take_all(stream) == 2
    assert kept(database) == all_of(5)
    assert pending(client) == 0


def test_a_person_is_the_shops_customer(stream: EventStream, client: Redis, database: Database) -> None:
    client.xadd(NAME, {"user_id": "u1", "item_id": "p1", "timestamp": "2026-01-02T03:04:05Z"})
    take_all(stream)
    with database.reading() as session:
        row = session.scalars(select(EventRow)).one()
        assert row.person_id == find_person(session, SHOP_CHANNEL, "u1")
        assert row.kind == "purchase"
        assert row.at is not None


def test_an_event_that_was_reported_over_http_as_well_counts_once(
    stream: EventStream, client: Redis, database: Database, clock: FakeClock
) -> None:
    report(client, 0, 1)
    take_all(stream)
    with database.reading() as session:
        person = find_person(session, SHOP_CHANNEL, "u0")
    again = Event(event_key(SHOP_CHANNEL, "e0"), person, "p0", "view")
    assert SqlFeedbackStore(database, clock).add_events([again]) == 0


def test_what_is_no_event_is_put_aside_with_its_reason(stream: EventStream, client: Redis, database: Database) -> None:
    client.xadd(NAME, {"user_id": "", "item_id": "p1"})
    client.xadd(NAME, {b"user_id": b"\xff\xfe", b"item_id": b"p1"})
    client.xadd(NAME, {"nonsense": "<script>"})
    report(client, 0, 1)
    assert stream.take() == 1
    assert kept(database) == all_of(1)
    assert pending(client) == 0
    reasons = [(fields or {})["reason"] for _, fields in client.xrange(f"{NAME}:rejected") or ()]
    assert len(reasons) == 3
    assert "the user id is empty" in reasons


def test_reading_everything_again_gives_the_same_state(stream: EventStream, client: Redis, database: Database) -> None:
    report(client, 0, 20)
    take_all(stream)
    before = kept(database)
    client.xgroup_setid(NAME, GROUP, id="0")
    assert stream.take() == 0
    assert kept(database) == before
    assert pending(client) == 0


def test_a_redis_killed_between_keeping_and_acknowledging(
    stream: EventStream, client: Redis, server: RedisServer, database: Database, clock: FakeClock
) -> None:
    report(client, 0, 4)

    class DiesAtCommit(Database):
        """The record of which Redis is killed in the moment it has committed."""

        def transaction(self):  # type: ignore[no-untyped-def]
            whole = super().transaction()

            class Dying:
                def __enter__(self) -> Session:
                    return whole.__enter__()

                def __exit__(self, *error: object) -> None:
                    whole.__exit__(*error)  # type: ignore[arg-type]
                    server.kill()

            return Dying()

    dying = DiesAtCommit(str(database.engine.url))
    with pytest.raises(RedisGone):
        EventStream(client, dying, clock, NAME).take()
    dying.close()
    assert kept(database) == all_of(4)
    server.start()
    assert pending(client) == 4
    assert take_all(stream) == 0
    assert pending(client) == 0
    assert kept(database) == all_of(4)


def test_a_record_that_cannot_be_written_leaves_the_events_for_later(
    client: Redis, database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    report(client, 0, 4)
    empty = Database(f"sqlite:///{tmp_path / 'no-schema.db'}")
    with pytest.raises(OperationalError):
        EventStream(client, empty, clock, NAME).take()
    empty.close()
    assert pending(client) == 4
    assert take_all(EventStream(client, database, clock, NAME)) == 4


def test_a_redis_killed_in_mid_stream_loses_and_doubles_nothing(
    server: RedisServer, client: Redis, database: Database, clock: FakeClock
) -> None:
    total, counted, some, all_there = 1_500, [0], threading.Event(), threading.Event()

    def count(new: int) -> None:
        counted[0] += new
        if counted[0]:
            some.set()
        if counted[0] >= total:
            all_there.set()

    report(client, 0, 1_000)
    stop = threading.Event()
    own = connect(server.url)
    follower = threading.Thread(target=EventStream(own, database, clock, NAME).follow, args=(stop, count))
    follower.start()
    try:
        assert some.wait(PATIENCE_S)
        server.kill()
        server.start()
        report(client, 1_000, total)
        assert all_there.wait(PATIENCE_S)
    finally:
        stop.set()
        follower.join()
        own.close()
    assert kept(database) == all_of(total)
    assert take_all(EventStream(client, database, clock, NAME)) == 0
    assert pending(client) == 0


class StopsAtTheFirstWait(threading.Event):
    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return super().wait(timeout)


@pytest.mark.parametrize("trouble", ["nobody there", "wrong password"])
def test_a_redis_that_cannot_be_used_is_said_in_a_sentence_without_the_password(
    trouble: str, server: RedisServer, client: Redis, database: Database, clock: FakeClock
) -> None:
    if trouble == "nobody there":
        server.kill()
    else:
        client.config_set("requirepass", "the-right-one")
    own = connect(f"redis://:the-wrong-one@127.0.0.1:{server.port}/0")
    with structlog.testing.capture_logs() as logs:
        EventStream(own, database, clock, NAME).follow(StopsAtTheFirstWait())
    own.close()
    (line,) = logs
    assert "Redis of SHOPTALK_REDIS_URL cannot be used" in line["message"]
    assert "all else goes on" in line["message"]
    assert "the-wrong-one" not in str(line)
