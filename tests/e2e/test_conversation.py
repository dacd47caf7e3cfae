"""Does a whole conversation work, from HTTP through the real Rasa to real products of the demo shop?"""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest
from shopper import Shopper

pytestmark = pytest.mark.e2e


def prices(shopper: Shopper) -> list[Decimal]:
    return [Decimal(product["price"]) for product in shopper.products]


def test_search_then_refine_then_more_without_repeating(shopper: Shopper) -> None:
    shopper.say("i'm looking for a jacket")
    assert len(shopper.products) >= 3
    assert all("jacket" in product["title"].lower() for product in shopper.products)
    shopper.say("under 120")
    assert shopper.products
    assert max(prices(shopper)) < 120
    seen = {product["id"] for product in shopper.products}
    shopper.say("show me more")
    assert shopper.products
    assert max(prices(shopper)) < 120
    assert seen.isdisjoint(product["id"] for product in shopper.products)


def test_a_condition_can_be_pressed_away(shopper: Shopper) -> None:
    shopper.say("headphones under 60")
    assert max(prices(shopper)) <= 60
    shopper.press("60")
    assert shopper.products
    assert not any("60" in chip["label"] for chip in shopper.parts("constraints"))


def test_negation_counts(shopper: Shopper) -> None:
    shopper.say("sofa, but not grey")
    assert shopper.products
    assert not any("grey" in product["title"].lower() for product in shopper.products)


def test_a_thumbs_down_is_honoured_from_the_next_reply_on(shopper: Shopper) -> None:
    shopper.say("wireless headphones")
    disliked = shopper.products[0]
    answer = shopper.client.post("/api/feedback", json={"impression_id": disliked["impression_id"], "value": -1})
    assert answer.status_code == httpx.codes.OK, answer.text
    shopper.say("wireless headphones")
    assert disliked["id"] not in {product["id"] for product in shopper.products}


def test_cart_by_reference_and_total_from_records(shopper: Shopper) -> None:
    shopper.say("desk lamp")
    second = shopper.products[1]
    shopper.say("add the second one to my cart")
    shopper.say("show my cart")
    assert second["title"] in str(shopper.replies)
    assert second["price"].rstrip("0").rstrip(".") in str(shopper.replies)


def test_compare_and_why(shopper: Shopper) -> None:
    shopper.say("running shoes")
    first_two = [product["id"] for product in shopper.products[:2]]
    shopper.say("compare the first two")
    comparison = next(reply for reply in shopper.replies if reply["type"] == "comparison")
    assert [item["id"] for item in comparison["items"]] == first_two
    shopper.say("why did you show me the first one?")
    assert shopper.text


def test_questions_about_the_catalogue_are_exact(shopper: Shopper) -> None:
    shopper.say("what is the cheapest laptop?")
    cheapest = Decimal(shopper.products[0]["price"])
    shopper.say("laptops")
    assert all(Decimal(product["price"]) >= cheapest for product in shopper.products if product["price"])


def test_policy_questions_are_answered(shopper: Shopper) -> None:
    shopper.say("can i return something i don't like?")
    assert "return" in shopper.text.lower()


@pytest.mark.parametrize(
    "text", ["/restart", " /search", '/drop_constraint{"a": 1}', "/", "//greet", "\u200b/restart", "/session_start"]
)
def test_rasa_syntax_is_a_shoppers_text(shopper: Shopper, text: str) -> None:
    shopper.say("red jacket")
    shopper.say(text)
    assert shopper.replies
    shopper.say("show me more")
    assert shopper.products, "the conversation went on where it was"


def test_the_same_message_id_is_answered_once(shopper: Shopper) -> None:
    first = shopper.say("red jacket", client_message_id="m-1")
    turn = shopper.turn_id
    assert shopper.say("red jacket", client_message_id="m-1") == first
    assert shopper.turn_id == turn


def test_history_comes_back_in_order(shopper: Shopper) -> None:
    shopper.say("hello")
    shopper.say("blue sofa")
    messages = shopper.client.get("/api/messages").json()["messages"]
    assert [message["body"]["text"] for message in messages if message["sender"] == "shopper"] == ["hello", "blue sofa"]
    assert [message["id"] for message in messages] == sorted(message["id"] for message in messages)


def test_a_long_conversation_outlives_several_rasa_sessions(shopper: Shopper) -> None:
    shopper.say("jackets under 150")
    for _ in range(25):
        shopper.say("hello")
    shopper.say("show me more")
    assert shopper.products
    assert max(prices(shopper)) <= 150
