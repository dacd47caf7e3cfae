"""Does the assistant answer somebody who talks to Rasa without the gateway, and remember them?"""

from __future__ import annotations

from actions import by_hand
from actions.action import Understood, answer_turn
from actions.registry import action_for
from tests.actions.conftest import Shopper


def test_a_conversation_by_hand_goes_on_where_it_was(shopper: Shopper) -> None:
    services = shopper.services
    said = []
    for intent, text in (("search", "jacket"), ("more", "more")):
        session_id, turn_id = by_hand.begin(services, "somebody-at-a-terminal", text)
        answer = answer_turn(services, action_for(intent), session_id, turn_id, Understood(intent))
        by_hand.finish(services, turn_id, answer)
        said.append(by_hand.plain(answer.replies))
    assert said[0].count("\n1. ") == 1
    assert not set(said[0].splitlines()[1:4]) & set(said[1].splitlines()[1:4]), "the second page repeats the first"


def test_two_senders_are_two_people(shopper: Shopper) -> None:
    first, _ = by_hand.begin(shopper.services, "one", "hello")
    second, _ = by_hand.begin(shopper.services, "other", "hello")
    again, _ = by_hand.begin(shopper.services, "one", "hello")
    assert first == again != second
