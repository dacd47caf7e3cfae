"""Does a macro do every one of its steps, or none?"""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.reaching_people import handoffs
from bot.staff.agents.desk import agent_of
from bot.staff.agents.macros import run_macro
from feedback.canned import parse_steps, save_canned, save_macro
from feedback.conversations import find_session, messages_after
from feedback.remarks import notes_on, tags_on
from feedback.staff.audit import latest_actions
from feedback.staff.roles import Actor, Role
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, ConflictError, NotFoundError
from tests.actions.conftest import Shop, Shopper

ADA = Actor("a" * 32, "Ada", Role.AGENT, "login")


class Macros:
    """Ada's conversation with a shopper who has said something, and a macro that ends it."""

    def __init__(self, shop: Shop, steps: str) -> None:
        self.services, self.shopper = shop.services, Shopper(shop.services)
        self.shopper.say("blue jackets", "search")
        now = self.services.clock.now()
        with self.services.database.transaction() as session:
            save_canned(session, "bye", "Bye", "Goodbye from {agent}.", "Ada", now)
            save_canned(session, "order", "Order", "It is {order.status}.", "Ada", now)
            save_macro(session, "m", "Macro", parse_steps(steps), "Ada", now)
            handoffs(self.services).take_over(session, self.shopper.session_id, agent_of(ADA), now)

    def run(self, shortcut: str = "m", actor: Actor = ADA) -> None:
        with self.services.database.transaction() as session:
            run_macro(session, actor, self.services, self.shopper.session_id, shortcut)

    def state(self) -> tuple[str, list[str], list[str], list[str]]:
        """Who speaks, what the agent said, the tags and the notes."""
        with self.services.database.reading() as session:
            said = [
                one.body["text"] for one in messages_after(session, self.shopper.session_id) if one.sender == "human"
            ]
            notes = [note.text for note in notes_on(session, self.shopper.session_id)]
            speaker = find_session(session, self.shopper.session_id).speaker
            return speaker, said, tags_on(session, self.shopper.session_id), notes


@pytest.fixture
def shop(tmp_path: Path, database: Database, clock: FakeClock) -> Shop:
    return Shop(tmp_path / "home", database, clock)


def test_every_step_is_done_in_order_and_it_is_kept_who_did_it(shop: Shop) -> None:
    macros = Macros(shop, "reply bye\ntag solved\nnote all well\nclose")
    macros.run()
    assert macros.state() == ("closed", ["Goodbye from Ada."], ["solved"], ["all well"])
    with macros.services.database.reading() as session:
        assert "talk.macro" in [row.action for row in latest_actions(session)]


def test_a_step_that_cannot_be_done_leaves_nothing_done(shop: Shop) -> None:
    macros = Macros(shop, "tag solved\nreply bye\nreply order\nhand_back")
    with pytest.raises(BadInputError, match=r"/order needs order\.status"):
        macros.run()
    assert macros.state() == ("human", [], [], [])


def test_nobody_ends_a_colleagues_conversation_by_a_macro(shop: Shop) -> None:
    macros = Macros(shop, "tag solved\nhand_back")
    with pytest.raises(ConflictError, match="Ada has this conversation"):
        macros.run(actor=Actor("b" * 32, "Ben", Role.AGENT, "login"))
    assert macros.state()[2] == []
    with pytest.raises(NotFoundError):
        macros.run("nothing")
