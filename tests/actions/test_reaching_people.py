"""What does somebody hear who asks for a person, whether or not one is there?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.desk_times import NOBODY_LASTS, keep_desk_times
from actions.dialogue.state import Pending
from actions.reaching_people import handoffs
from feedback.conversations import find_session, messages_after
from feedback.desk import PRESENCE_LASTS, be_present
from feedback.handoff import Agent, open_handoff
from feedback.handoff_tables import HandoffRow
from recommender.clock import FakeClock
from tests.actions.conftest import Shop, Shopper

ADA = Agent("a" * 32, "Ada")


def present(shop: Shop) -> None:
    with shop.services.database.transaction() as session:
        be_present(session, ADA, shop.services.clock.now())


def claim(shop: Shop, shopper: Shopper) -> None:
    with shop.services.database.transaction() as session:
        handoffs(shop.services).claim(session, shopper.session_id, ADA, shop.services.clock.now())


def speaker(shopper: Shopper) -> str:
    with shopper.services.database.reading() as session:
        return find_session(session, shopper.session_id).speaker


def last_told(shopper: Shopper) -> dict[str, object]:
    with shopper.services.database.reading() as session:
        told = [m.body for m in messages_after(session, shopper.session_id) if m.body["type"] == "handoff"]
    return told[-1]


def contact(shopper: Shopper) -> str | None:
    with shopper.services.database.reading() as session:
        row = session.query(HandoffRow).order_by(HandoffRow.id.desc()).first()
        return None if row is None else row.contact_email


def test_with_somebody_there_the_shopper_hears_their_place_and_may_go_back_to_the_assistant(
    shop: Shop, shopper: Shopper
) -> None:
    present(shop)
    shopper.say("let me talk to a person", "human")
    assert "number 1 in the queue" in shopper.text()
    assert speaker(shopper) == "queued"
    assert [chip["title"] for chip in shopper.chips()] == ["Go on with the assistant"]
    shopper.press("Go on with the assistant")
    assert speaker(shopper) == "bot"
    assert "assistant, again" in shopper.text()


def test_with_nobody_there_the_address_is_asked_for_kept_and_not_asked_for_again(shop: Shop, shopper: Shopper) -> None:
    shopper.say("let me talk to a person", "human")
    assert shopper.replies[0]["status"] == "unavailable"
    assert "desk@example.org" in shopper.text()
    shopper.say("eva@example.org", "inform")
    assert "eva@example.org" in shopper.text()
    assert contact(shopper) == "eva@example.org"
    assert speaker(shopper) == "bot"
    shopper.say("blue jackets", "search")
    assert "address" not in shopper.text()


def test_an_address_is_not_insisted_on(shop: Shop, shopper: Shopper) -> None:
    shopper.say("let me talk to a person", "human")
    shopper.say("blue jackets", "search")
    assert "e-mail address" in shopper.text()
    shopper.say("no thanks", "deny")
    assert "no address" in shopper.text()
    assert shopper.state().pending is None


def test_outside_the_hours_it_is_said_when_people_are_back(shop: Shop, shopper: Shopper, clock: FakeClock) -> None:
    shop.services.settings.service_hours = "mon-fri 09:00-11:00"
    shopper.say("a person please", "human")  # it is a Thursday noon
    assert "tomorrow at 9:00\u202fAM" in shopper.text()
    clock.advance(timedelta(days=1))
    shopper.say("a person please", "human")
    assert "on Monday at 9:00\u202fAM" in shopper.text()


def test_who_nobody_answers_is_told_so_in_time_and_asked_for_an_address(
    shop: Shop, shopper: Shopper, clock: FakeClock
) -> None:
    present(shop)
    shopper.say("a person please", "human")
    clock.advance(timedelta(seconds=shop.services.settings.handoff_timeout_s - 1))
    present(shop)
    keep_desk_times(shop.services)
    assert speaker(shopper) == "queued"
    clock.advance(timedelta(seconds=2))
    keep_desk_times(shop.services)
    assert speaker(shopper) == "bot"
    assert "nobody was free" in str(last_told(shopper)["text"])
    assert shopper.state().pending == Pending("contact")
    shopper.say("write to eva@example.org", "inform")
    assert contact(shopper) == "eva@example.org"
    keep_desk_times(shop.services)  # and nothing happens twice
    assert speaker(shopper) == "bot"


def test_when_the_desk_empties_the_waiting_are_told_within_a_minute(
    shop: Shop, shopper: Shopper, clock: FakeClock
) -> None:
    present(shop)
    shopper.say("a person please", "human")
    clock.advance(NOBODY_LASTS + timedelta(seconds=1))
    keep_desk_times(shop.services)
    assert speaker(shopper) == "bot"


def test_when_the_agents_browser_dies_the_shopper_is_back_in_the_queue_and_told(
    shop: Shop, shopper: Shopper, clock: FakeClock
) -> None:
    present(shop)
    shopper.say("a person please", "human")
    claim(shop, shopper)
    keep_desk_times(shop.services)
    assert speaker(shopper) == "human"
    clock.advance(PRESENCE_LASTS)
    keep_desk_times(shop.services)
    assert speaker(shopper) == "queued"
    assert "connection to Ada was lost" in str(last_told(shopper)["text"])


@pytest.mark.parametrize("answered", [True, False])
def test_an_agent_who_claims_and_says_nothing_loses_the_conversation_to_the_queue(
    shop: Shop, shopper: Shopper, clock: FakeClock, answered: bool
) -> None:
    present(shop)
    shopper.say("a person please", "human")
    claim(shop, shopper)
    if answered:
        with shop.services.database.transaction() as session:
            handoffs(shop.services).say(session, shopper.session_id, ADA, [{"type": "text", "text": "Hi"}], clock.now())
    clock.advance(timedelta(seconds=shop.services.settings.handoff_timeout_s + 1))
    present(shop)
    keep_desk_times(shop.services)
    assert speaker(shopper) == ("human" if answered else "queued")


def test_how_it_went_is_kept_when_it_is_pressed(shop: Shop, shopper: Shopper, clock: FakeClock) -> None:
    present(shop)
    shopper.say("a person please", "human")
    claim(shop, shopper)
    with shop.services.database.transaction() as session:
        handoffs(shop.services).say(session, shopper.session_id, ADA, [{"type": "text", "text": "Hi"}], clock.now())
        handoffs(shop.services).close(session, shopper.session_id, ADA, clock.now())
        assert open_handoff(session, shopper.session_id) is None
        chips = messages_after(session, shopper.session_id)[-1].body["items"]
    shopper.press_payload(next(chip["payload"] for chip in chips if chip["title"] == "Good"))
    assert "Thank you" in shopper.text()
    with shop.services.database.reading() as session:
        assert [row.rating for row in session.query(HandoffRow)] == [4]
