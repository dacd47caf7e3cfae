"""What the copilot's tests share: the small shop of the dialogue's tests with an agent at its desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actions.copilot.suggestions import Copilot
from actions.copilot.talk import Talk, read_talk
from actions.reaching_people import handoffs
from feedback.conversations import accept_turn, find_session, messages_after
from feedback.handoff import Agent
from recommender.clock import FakeClock
from recommender.db import Database
from tests.actions.conftest import Shop, Shopper

ADA = Agent("a" * 32, "Ada")


class Desk:
    """A shopper in one conversation, and Ada who answers there."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.services = shop.services
        self.shopper = Shopper(shop.services)
        self.copilot = Copilot.of(shop.services)
        self.session_id = self.shopper.session_id

    def says(self, text: str, session_id: str | None = None) -> str:
        """The shopper says something to a person; the turn."""
        with self.services.database.transaction() as session:
            return accept_turn(session, session_id or self.session_id, text=text, now=self.services.clock.now()).turn.id

    def take(self, session_id: str | None = None) -> None:
        with self.services.database.transaction() as session:
            handoffs(self.services).take_over(session, session_id or self.session_id, ADA, self.services.clock.now())

    def talk(self) -> Talk:
        with self.services.database.reading() as session:
            return read_talk(self.services, session, self.session_id)

    def messages(self, session_id: str | None = None) -> list[Any]:
        with self.services.database.reading() as session:
            return messages_after(session, session_id or self.session_id)

    def speaker(self) -> str:
        with self.services.database.reading() as session:
            return find_session(session, self.session_id).speaker


@pytest.fixture
def shop(tmp_path: Path, database: Database, clock: FakeClock) -> Shop:
    return Shop(tmp_path / "home", database, clock)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)
