"""Does a whole conversation hold together, turn after turn, whatever digression or restart comes in between?"""

from __future__ import annotations

from itertools import pairwise

import pytest

from actions.direct import answer_directly
from actions.shop.cart import Carts
from feedback.conversations import accept_turn
from feedback.tables import PersonRow
from tests.actions.conftest import Shop, Shopper


def test_ten_turns_from_hello_to_a_filled_cart(shopper: Shopper) -> None:
    shopper.say("hi there", "greet")
    assert shopper.chips()
    shopper.say("blue jackets", "search")
    assert set(shopper.ids()) == {"jacket-001", "jacket-003", "jacket-006"}
    shopper.say("under 100 please", "refine")
    assert set(shopper.ids()) == {"jacket-001", "jacket-003"}
    first = shopper.ids()[0]
    shopper.say("tell me more about the first one", "details")
    assert shopper.ids() == [first]
    shopper.say("compare both", "compare")
    comparison = next(reply for reply in shopper.replies if reply["type"] == "comparison")
    assert [row["label"] for row in comparison["rows"]][:3] == ["Price", "Rating", "Availability"]
    assert comparison["rows"][0]["values"] == [f"${card['price']}" for card in comparison["items"]]
    shopper.say("add the cheaper one to my cart", "add_to_cart")
    assert "$45.00" in shopper.text()
    shopper.say("how many headphones do you have?", "how_many")
    assert "3" in shopper.text()
    shopper.say("what is in my cart", "show_cart")
    assert "1 × Norda blue jacket model A, $45.00" in shopper.text()
    shopper.say("make it 3", "change_cart")
    assert "Total: $135.00" in shopper.text() or "Together: $135.00" in shopper.text()
    shopper.say("how long does shipping take", "faq_shipping")
    assert "Parcels take 3 working days." in shopper.text()
    shopper.say("thanks", "thanks")
    shopper.say("bye", "bye")


def test_ten_turns_of_changing_ones_mind(shopper: Shopper) -> None:
    shopper.say("headphones", "search")
    assert len(shopper.ids()) == 3
    shopper.say("not tonar", "refine")
    assert shopper.ids() == ["sound-003"]
    shopper.say("why this one?", "why_this")
    assert "matches" in shopper.text()
    shopper.say("why not the Tonar studio headphones", "why_not")
    assert "not by Tonar" in shopper.text()
    shopper.press("Show it anyway")
    assert shopper.ids() == ["sound-002"]
    shopper.say("save it for later", "save_for_later")
    assert "Tonar studio headphones" in shopper.text()
    shopper.say("similar ones", "similar")
    assert shopper.ids()
    assert "sound-002" not in shopper.ids()
    shopper.say("what did i save", "show_saved")
    assert "Tonar studio headphones, $149.00" in shopper.text()
    shopper.say("what are your cheapest jackets", "cheapest")
    assert "$33.00" in shopper.text()
    assert shopper.ids()[0] == "jacket-007"
    shopper.say("and the most expensive?", "dearest")
    assert "$210.00" in shopper.text()
    assert shopper.ids()[0] == "jacket-008"
    shopper.say("what do jackets cost?", "price_range")
    assert "$33.00" in shopper.text()
    assert "$210.00" in shopper.text()


def test_an_order_is_told_only_to_who_knows_number_and_address(shopper: Shopper) -> None:
    shopper.say("where is my order", "order_status")
    shopper.say("SH-10042", "inform")
    assert "address" in shopper.text()
    shopper.say("ada@example.org", "inform")
    assert "on its way" in shopper.text()
    assert "PB77120" in shopper.text()
    shopper.say("order SH-10042 for eve@example.org", "order_status")
    wrong_address = shopper.text()
    shopper.say("hello", "greet")
    shopper.say("order SH-99999 for ada@example.org", "order_status")
    assert shopper.text() == wrong_address
    assert "on its way" not in wrong_address


def test_orders_cannot_be_guessed_for_long(shopper: Shopper) -> None:
    for number in range(5):
        shopper.say(f"order SH-2000{number} ada@example.org", "order_status")
    shopper.say("order SH-10042 ada@example.org", "order_status")
    assert "on its way" not in shopper.text()


def test_a_pending_question_survives_a_digression_and_a_misread_intent(shopper: Shopper) -> None:
    shopper.say("where's my parcel", "order_status")
    shopper.say("blue jackets", "search")
    assert shopper.cards()
    assert "order" in shopper.text()
    shopper.say("my number is SH-10042", "out_of_scope")
    shopper.say("ada@example.org", "nlu_fallback")
    assert "on its way" in shopper.text()


def test_a_question_nobody_answers_is_dropped(shopper: Shopper) -> None:
    shopper.say("where's my parcel", "order_status")
    for text in ("blue jackets", "red jackets", "headphones"):
        shopper.say(text, "search")
    assert shopper.state().pending is None
    assert "order" not in shopper.text()


def test_a_model_number_is_no_order_number(shopper: Shopper) -> None:
    shopper.say("where's my parcel", "order_status")
    shopper.say("do you have the KX-2000 wireless headphones in black", "search")
    assert shopper.cards()
    assert shopper.state().pending is not None


@pytest.mark.parametrize(("answer", "lines_left"), [("yes", 0), ("no, keep it", 1), ("yep do it", 0), ("don't", 1)])
def test_the_cart_is_emptied_only_when_confirmed(shopper: Shopper, answer: str, lines_left: int) -> None:
    shopper.say("blue jackets", "search")
    shopper.say("add the first one", "add_to_cart")
    shopper.say("empty my cart", "empty_cart")
    shopper.say(answer, "chitchat")
    assert len(shopper.services.carts.lines(shopper.person_id)) == lines_left


def test_a_conversation_goes_on_in_another_process(shop: Shop, shopper: Shopper) -> None:
    shopper.say("blue jackets", "search")
    second = shopper.ids()[1]
    shopper.say("where's my order?", "order_status")
    # Nothing of the first process is left but the database: services and state are built anew.
    shopper.services = Shop(shop.index.parent / "again", shop.services.database, shop.services.clock).services  # type: ignore[arg-type]
    shopper.say("SH-10042 ada@example.org", "inform")
    assert "on its way" not in shopper.text() or "PB77120" in shopper.text()
    shopper.say("details of the second one", "details")
    assert shopper.ids() == [second]


def test_the_same_sentence_never_comes_twice_in_a_row(shopper: Shopper) -> None:
    texts = []
    for intent in ("help", "thanks", "chitchat", "greet", "bye", "human", "show_cart", "more", "compare", "why_not"):
        for _ in range(3):
            shopper.say("same again", intent)
            texts.append({reply["text"] for reply in shopper.replies if "text" in reply})
    assert all(texts)
    assert all(not before & after for before, after in pairwise(texts))


def test_only_what_was_shown_or_named_by_id_gets_into_the_cart(shopper: Shopper) -> None:
    shopper.say("add the diamond ring for $1", "add_to_cart")
    assert shopper.services.carts.lines(shopper.person_id) == []
    shopper.say("add jacket-006 to my cart", "add_to_cart")
    assert [line.product.id for line in shopper.services.carts.lines(shopper.person_id)] == ["jacket-006"]


def test_what_is_sold_out_is_not_added(shopper: Shopper) -> None:
    shopper.say("add jacket-004", "add_to_cart")
    assert "out of stock" in shopper.text()
    assert shopper.services.carts.lines(shopper.person_id) == []


def test_the_cart_costs_what_the_catalogue_says_now(shop: Shop, shopper: Shopper) -> None:
    from dataclasses import replace
    from decimal import Decimal

    shopper.say("add jacket-001", "add_to_cart")
    product = shop.catalogue.get(["jacket-001"])["jacket-001"]
    shop.catalogue.upsert([replace(product, price=Decimal("47.50"))])
    shopper.say("my cart", "show_cart")
    assert "$47.50" in shopper.text()
    assert isinstance(shopper.services.carts, Carts)


def test_a_thumb_in_words_is_the_same_vote_with_a_way_back(shopper: Shopper) -> None:
    shopper.say("jackets", "search")
    third = shopper.ids()[2]
    shopper.say("the third one is too expensive", "thumb_down")
    votes = shopper.services.feedback.votes(shopper.person_id)
    assert [(vote.item_id, vote.value, vote.reason) for vote in votes] == [(third, -1, "too_expensive")]
    shopper.press("Undo")
    assert shopper.services.feedback.votes(shopper.person_id) == []


def test_recommendations_follow_what_was_liked_and_say_so(shopper: Shopper) -> None:
    shopper.say("wireless headphones", "search")
    liked = shopper.cards()[0]
    shopper.say("i love the first one", "thumb_up")
    shopper.say("what would you recommend", "recommend")
    first = shopper.cards()[0]
    assert first["id"].startswith("sound-")
    assert f"because you liked {liked['title']}" in first["reasons"]
    shown = shopper.ids()
    shopper.say("more", "more")
    assert not set(shown) & set(shopper.ids())


def test_everything_is_erased_once_confirmed(shopper: Shopper) -> None:
    shopper.say("jackets", "search")
    shopper.say("add the first one", "add_to_cart")
    shopper.say("forget me", "forget_me")
    shopper.say("no", "deny")
    assert shopper.services.carts.lines(shopper.person_id)
    shopper.say("forget everything about me", "forget_me")
    shopper.say("yes", "affirm")
    assert "erased" in shopper.text()
    with shopper.services.database.reading() as session:
        assert session.get(PersonRow, shopper.person_id) is None


def test_a_reason_can_be_pressed_after_a_thumb_down(shopper: Shopper) -> None:
    shopper.say("jackets", "search")
    shopper.say("not the second one", "thumb_down")
    shopper.press("Not my style")
    assert [vote.reason for vote in shopper.services.feedback.votes(shopper.person_id)] == ["wrong_style"]


def test_what_is_known_is_listed_from_the_records(shopper: Shopper) -> None:
    shopper.say("jackets", "search")
    shopper.say("i love the first one", "thumb_up")
    shopper.say("add the second one", "add_to_cart")
    shopper.say("what do you know about me", "what_you_know")
    text = shopper.text()
    assert "1 conversation with 4 messages of yours" in text
    assert "5 products I showed you" in text
    assert "thumbs up (1)" in text
    assert "in your cart (1)" in text


def test_unsure_asks_back_with_the_likeliest_meanings(shopper: Shopper) -> None:
    shopper.say("gimme the thing", "nlu_fallback", guesses=["nlu_fallback", "show_cart", "help", "search"])
    assert [chip["title"] for chip in shopper.chips()][:2] == ["Show my cart", "What can you do?"]
    shopper.press("Show my cart")
    assert "cart" in shopper.text()


def test_unsure_searches_openly_when_the_catalogue_knows_the_words(shopper: Shopper) -> None:
    shopper.say("waterproof jacket", "nlu_fallback", guesses=["nlu_fallback", "help"])
    assert shopper.ids()[0] == "jacket-001"
    assert "search" in shopper.text()


def test_without_rasa_words_are_searched_and_presses_mean_what_they_did(shopper: Shopper) -> None:
    services = shopper.services
    with services.database.transaction() as session:
        turn = accept_turn(session, shopper.session_id, text="blue jackets", now=services.clock.now()).turn.id
    replies = answer_directly(services, shopper.session_id, turn).said
    assert [card["id"] for reply in replies if reply["type"] == "products" for card in reply["items"]]
    chip = next(reply for reply in replies if reply["type"] == "constraints")["items"][0]
    with services.database.transaction() as session:
        pressed = accept_turn(
            session, shopper.session_id, payload_id=chip["remove_payload"], now=services.clock.now()
        ).turn.id
    replies = answer_directly(services, shopper.session_id, pressed).said
    assert "no longer" in replies[0]["text"]


def test_two_windows_at_once_both_get_an_answer(shopper: Shopper) -> None:
    from actions.action import _load, answer_turn
    from actions.registry import action_for

    services = shopper.services
    with services.database.transaction() as session:
        now = services.clock.now()
        one = accept_turn(session, shopper.session_id, text="blue jackets", now=now).turn.id
        other = accept_turn(session, shopper.session_id, text="headphones", now=now).turn.id

    class Interrupted(type(action_for("search"))):  # type: ignore[misc]
        """Answers the other window's turn while its own is on the way."""

        def handle(self, turn):  # type: ignore[no-untyped-def]
            answer_turn(services, action_for("search"), shopper.session_id, other)
            return super().handle(turn)

    answer = answer_turn(services, Interrupted(), shopper.session_id, one)
    assert any(reply.type == "products" for reply in answer.replies)
    assert {one.title.split()[-1] for one in shopper.state().shown} == {"headphones"}
    assert _load is not None


def test_whatever_breaks_ends_as_an_apology_and_leaves_the_state(shopper: Shopper) -> None:
    from dataclasses import replace as changed

    shopper.say("blue jackets", "search")
    before = shopper.state()

    class BrokenKnowledge:
        def about(self, topic: str, text: str) -> None:
            raise RuntimeError("secret words of the shopper")

    shopper.services = changed(shopper.services, knowledge=BrokenKnowledge())  # type: ignore[arg-type]
    shopper.say("shipping?", "faq_shipping")
    assert "secret" not in shopper.text()
    assert changed(shopper.state(), said=before.said) == before
