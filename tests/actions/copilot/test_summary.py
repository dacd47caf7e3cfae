"""Does a summary rest on records alone, and does each statement lead to its message?"""

from __future__ import annotations

from actions.copilot.customer import customer_card
from actions.copilot.summary import HEADINGS, Summary, summarise
from tests.actions.copilot.conftest import Desk


def summary(desk: Desk) -> Summary | None:
    with desk.services.database.reading() as session:
        return summarise(desk.services, session, desk.talk())


def long_talk(desk: Desk) -> None:
    shopper = desk.shopper
    shopper.say("I am looking for a nice blue jacket for my sister who likes hiking in the rain", "search")
    shopper.say("cheaper than 100 please", "refine")
    desk.services.feedback.vote(shopper.person_id, shopper.cards()[0]["impression_id"], 1)
    shopper.say("add the first one to the cart", "add_to_cart")
    desk.take()
    desk.says("and where is my order SH-10042?")


def test_two_lines_are_not_summarised(desk: Desk) -> None:
    assert summary(desk) is None
    desk.shopper.say("hello", "greet")
    assert summary(desk) is None


def test_the_headings_are_fixed_and_each_statement_rests_on_a_message_of_this_conversation(desk: Desk) -> None:
    long_talk(desk)
    found = summary(desk)
    assert found is not None
    assert tuple(found.parts) == HEADINGS
    ids = {message.id for message in desk.messages()}
    statements = [one for part in found.parts.values() for one in part]
    assert {one.message_id for one in statements} <= ids
    said = {heading: "\n".join(one.text for one in part) for heading, part in found.parts.items()}
    assert "First words: “I am looking for a nice blue jacket" in said["wants"]
    assert "up to $100" in said["wants"] or "under $100" in said["wants"]
    assert "Assistant shown: " in said["shown and said"]
    assert "Liked: Norda blue jacket model A" in said["shown and said"]
    assert "In the cart now: 1 × Norda blue jacket model A ($45.00)" in said["done"]
    assert "Not answered yet: “and where is my order SH-10042?”" in said["open"]
    assert "Ask for the e-mail address of order SH-10042" in said["next"]


def test_the_customers_card_is_read_from_the_records(desk: Desk) -> None:
    long_talk(desk)
    with desk.services.database.reading() as session:
        card = customer_card(desk.services, session, desk.talk())
    assert card.channels == ["web"]
    assert card.tastes[0].startswith(("Norda", "Jackets"))
    assert [(thumb.title, thumb.value) for thumb in card.thumbs] == [("Norda blue jacket model A", 1)]
    assert [line.product.id for line in card.cart] == ["jacket-001"]
    assert card.orders == ["SH-10042"]
    assert card.warnings == []
