"""Is what an agent is offered made from records, ranked, and named by its source?"""

from __future__ import annotations

import pytest

from actions.copilot.sending import send_answer
from feedback.conversations import begin_turn, finish_turn
from feedback.desk_tables import DraftRow
from feedback.drafts import training_pairs
from feedback.privacy import erase
from feedback.tables import ImpressionRow
from recommender.errors import BadInputError, ConflictError, NotFoundError
from tests.actions.copilot.conftest import ADA, Desk


def send(desk: Desk, text: str, items: tuple[str, ...] = (), draft: int | None = None) -> None:
    with desk.services.database.transaction() as session:
        send_answer(desk.services, session, desk.session_id, ADA, text, items, draft_id=draft)


def outcomes(desk: Desk) -> dict[int, tuple[str | None, int | None]]:
    """What became of each draft, by its rank; 0 is what was written by hand."""
    with desk.services.database.reading() as session:
        return {row.rank: (row.outcome, row.distance) for row in session.query(DraftRow)}


def test_a_question_on_shipping_is_answered_first_with_the_shops_own_words(desk: Desk) -> None:
    desk.take()
    desk.says("How long does delivery take?")
    best, *others = desk.copilot.suggest(desk.session_id)
    assert (best.source, best.text) == ("passage", "Parcels take 3 working days.")
    assert best.title == "How long does delivery take? (faq.yml)"
    assert others
    assert all(one.confidence <= best.confidence for one in others)


def test_a_wish_is_answered_first_with_products_at_todays_price_and_stock(desk: Desk) -> None:
    desk.take()
    desk.says("a blue jacket under 100")
    best = desk.copilot.suggest(desk.session_id)[0]
    assert best.source == "products"
    assert set(best.item_ids) == {"jacket-001", "jacket-003"}
    assert "$45.00, in stock" in best.text
    assert "$79.90, in stock" in best.text


def test_what_the_shopper_voted_down_is_not_offered_to_them_again(desk: Desk) -> None:
    desk.shopper.say("blue jackets", "search")
    card = next(one for one in desk.shopper.cards() if one["id"] == "jacket-001")
    desk.services.feedback.vote(desk.shopper.person_id, card["impression_id"], -1)
    desk.take()
    desk.says("a blue jacket under 100")
    assert desk.copilot.suggest(desk.session_id)[0].item_ids == ("jacket-003",)


def test_an_order_is_told_only_to_who_named_it_with_its_address(desk: Desk) -> None:
    desk.take()
    desk.says("where is my order SH-10042?")
    best = desk.copilot.suggest(desk.session_id)[0]
    assert best.source == "order"
    assert "on its way" not in best.text
    desk.says("my address is ada@example.org, where is it?")
    best = desk.copilot.suggest(desk.session_id)[0]
    assert best.source == "order"
    assert "on its way" in best.text
    assert "PB77120" in best.text


def test_a_question_about_refunds_in_general_asks_for_no_order(desk: Desk) -> None:
    desk.take()
    desk.says("when will I get the refund")
    assert "order" not in [one.source for one in desk.copilot.suggest(desk.session_id)]


@pytest.mark.parametrize("text", ["hm", "🙂", "asdf qwer", "hello there", "x" * 2000])
def test_whatever_is_said_there_are_at_least_two_drafts_and_at_most_three(desk: Desk, text: str) -> None:
    desk.take()
    desk.says(text)
    assert 2 <= len(desk.copilot.suggest(desk.session_id)) <= 3


def test_nothing_is_drafted_before_anything_was_said(desk: Desk) -> None:
    desk.take()
    assert desk.copilot.suggest(desk.session_id) == []


def test_the_drafts_of_a_turn_are_made_once_whoever_looks(desk: Desk) -> None:
    desk.take()
    desk.says("a blue jacket")
    assert desk.copilot.suggest(desk.session_id) == desk.copilot.suggest(desk.session_id)


def test_a_draft_sent_as_it_was_is_accepted_and_the_others_are_rejected(desk: Desk) -> None:
    desk.take()
    desk.says("How long does delivery take?")
    best = desk.copilot.suggest(desk.session_id)[0]
    send(desk, best.text, draft=best.id)
    decided = outcomes(desk)
    assert decided.pop(1) == ("accepted", 0)
    assert {outcome for outcome, _ in decided.values()} == {"rejected"}


def test_a_draft_that_was_changed_is_edited_and_becomes_a_pair_to_learn_from(desk: Desk) -> None:
    desk.take()
    desk.says("How long does delivery take?")
    best = desk.copilot.suggest(desk.session_id)[0]
    send(desk, best.text.replace("3", "4"), draft=best.id)
    assert outcomes(desk)[1] == ("edited", 1)
    with desk.services.database.reading() as session:
        (pair,) = training_pairs(session)
    assert pair["asked"] == "How long does delivery take?"
    assert (pair["draft"], pair["sent"]) == ("Parcels take 3 working days.", "Parcels take 4 working days.")


def test_an_answer_written_by_hand_rejects_every_draft_and_is_kept_as_an_example(desk: Desk) -> None:
    desk.take()
    desk.says("How long does delivery take?")
    desk.copilot.suggest(desk.session_id)
    send(desk, "It depends, where do you live?")
    decided = outcomes(desk)
    assert decided.pop(0)[0] == "written"
    assert {outcome for outcome, _ in decided.values()} == {"rejected"}


def test_what_was_answered_before_is_offered_when_the_same_is_asked_and_leaves_with_its_conversation(
    desk: Desk,
) -> None:
    desk.take()
    desk.says("wireless lamp headphones parka?")
    desk.copilot.suggest(desk.session_id)
    send(desk, "We have none of these together, sorry.")
    other = Desk(desk.shop)
    other.take()
    other.says("wireless lamp headphones parka?")
    drafts = other.copilot.suggest(other.session_id)
    assert "We have none of these together, sorry." in [one.text for one in drafts if one.source == "answer"]
    erase(desk.services.database, desk.shopper.person_id)
    other.says("wireless lamp headphones parka")
    assert "answer" not in [one.source for one in other.copilot.suggest(other.session_id)]


def test_what_the_assistant_would_have_said_is_offered_when_it_was_interrupted(desk: Desk) -> None:
    turn = desk.says("a parka")
    with desk.services.database.transaction() as session:
        begun = begin_turn(session, turn, asking=lambda: False)
        assert begun is not None
    desk.take()
    with desk.services.database.transaction() as session:
        said = [{"type": "text", "text": "Here are parkas."}]
        finish_turn(
            session, turn, said, speaker_version=begun.speaker_version, timing_ms={}, now=desk.services.clock.now()
        )
    assert "Here are parkas." in [
        one.text for one in desk.copilot.suggest(desk.session_id) if one.source == "assistant"
    ]


def test_products_that_an_agent_sends_are_recorded_before_a_thumb_can_cite_them(desk: Desk) -> None:
    desk.says("a jacket")
    desk.take()
    send(desk, "Look at these:", ("jacket-002", "jacket-001"))
    text, products = desk.messages()[-2:]
    assert (text.sender, text.agent, text.body["text"]) == ("human", "Ada", "Look at these:")
    cards = products.body["items"]
    assert [card["id"] for card in cards] == ["jacket-002", "jacket-001"]
    desk.services.feedback.vote(desk.shopper.person_id, cards[0]["impression_id"], 1)
    with desk.services.database.reading() as session:
        assert [row.surface for row in session.query(ImpressionRow)] == ["agent", "agent"]
    assert [one.id for one in desk.shopper.state().shown] == ["jacket-002", "jacket-001"]


def test_nothing_is_sent_by_who_does_not_have_the_conversation_and_nothing_is_recorded(desk: Desk) -> None:
    desk.says("a jacket")
    with pytest.raises(ConflictError):
        send(desk, "Look", ("jacket-002",))
    with desk.services.database.reading() as session:
        assert session.query(ImpressionRow).count() == 0


def test_empty_answers_and_products_that_are_gone_are_refused(desk: Desk) -> None:
    desk.says("a jacket")
    desk.take()
    with pytest.raises(BadInputError):
        send(desk, "  \n ")
    with pytest.raises(NotFoundError):
        send(desk, "Look", ("jacket-999",))
    with pytest.raises(BadInputError):
        send(desk, "x" * 4001)
