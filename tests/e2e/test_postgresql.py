"""Does a whole installation run on PostgreSQL, and go on there after a kill and after a restart?

Runs where SHOPTALK_TEST_POSTGRES_URL names a server, in a schema of its own, with a shop of three products.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from shopper import Shopper
from sqlalchemy import select
from test_crashes import wait_until_ready

from benchmarks.installation import Installation
from feedback.tables import ImpressionRow, TurnRow
from recommender.db import Database

pytestmark = pytest.mark.e2e

PRODUCTS = """id,title,price,currency,category
lamp,Paper lamp,20.00,EUR,Lamps
desk-lamp,Steel desk lamp,45.00,EUR,Lamps
kettle,Enamel kettle,30.00,EUR,Kitchen
"""


@pytest.fixture(scope="module")
def on_postgresql(postgres: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home: Path = tmp_path_factory.mktemp("on-postgresql")
    environment = {"SHOPTALK_DATABASE_URL": postgres.url.render_as_string(hide_password=False)}
    installation = Installation(home, demo=False, environment=environment)
    catalogue = home / "products.csv"
    catalogue.write_text(PRODUCTS, encoding="utf-8")
    installation.command("catalog", "import", str(catalogue))
    with installation:
        yield installation


def test_a_conversation_survives_a_kill_and_a_restart(on_postgresql: Installation, postgres: Database) -> None:
    shopper = Shopper(on_postgresql.url)
    shopper.say("a lamp under 30", client_message_id="first")
    assert shopper.products[0]["id"] == "lamp"
    impression = shopper.products[0]["impression_id"]
    vote = {"impression_id": impression, "value": 1}
    assert shopper.client.post("/api/feedback", json=vote).json()["changed"]

    os.kill(on_postgresql.child_pid("bot.app"), signal.SIGKILL)
    with pytest.raises(httpx.HTTPError):
        shopper.say("show me a kettle")
    wait_until_ready(on_postgresql)
    first = shopper.turn_id
    shopper.say("a lamp under 30", client_message_id="first")
    assert shopper.turn_id == first
    assert not shopper.client.post("/api/feedback", json=vote).json()["changed"]

    assert on_postgresql.stop() == 0
    on_postgresql.start()
    shopper.say("an enamel kettle")
    assert shopper.products[0]["id"] == "kettle"
    said = [message["body"].get("text") for message in shopper.client.get("/api/messages").json()["messages"]]
    assert "a lamp under 30" in said
    assert "an enamel kettle" in said

    assert not (on_postgresql.home / "shoptalk.db").exists()
    with postgres.reading() as session:
        turns = session.scalars(select(TurnRow.status).where(TurnRow.session_id == shopper.session_id)).all()
        assert turns == ["answered", "answered"]
        assert session.get(ImpressionRow, impression) is not None
    shopper.client.close()


def test_a_price_changed_by_an_import_is_shown_at_once(on_postgresql: Installation) -> None:
    (on_postgresql.home / "products.csv").write_text(PRODUCTS.replace("20.00", "18.50"), encoding="utf-8")
    on_postgresql.command("catalog", "import", str(on_postgresql.home / "products.csv"))
    shopper = Shopper(on_postgresql.url)
    shopper.say("a paper lamp")
    assert shopper.products[0]["price"] == "18.50"
    shopper.client.close()
