"""Is what is worth judging asked, with why, and is what was decided kept, taken back, exchanged and forgotten?"""

from __future__ import annotations

import json

import pytest
from shop_floor import ShopFloor

from feedback.privacy import erase, export
from feedback.review.context import context
from feedback.review.examples import Example, as_training_data, corrected_messages, scrub
from feedback.review.exchange import export_labels, import_labels, queue_lines
from feedback.review.labels import decided, label, labels_by_key, said_by, undo
from feedback.review.queues import CONFLICT, Filter, matching, queue
from feedback.review.subject import SKIP, Kind, ReviewItem
from feedback.selection.port import Reason
from feedback.training.votes import from_record
from recommender.errors import BadInputError, NotFoundError


def judgements(floor: ShopFloor, rater: str = "ada", chosen: Filter | None = None) -> list[ReviewItem]:
    with floor.database.reading() as session:
        return queue(session, Kind.JUDGEMENT, rater, floor.texts, chosen=chosen)


def messages(floor: ShopFloor, rater: str = "ada") -> list[ReviewItem]:
    with floor.database.reading() as session:
        return queue(session, Kind.MESSAGE, rater, floor.texts)


def decide(floor: ShopFloor, items: list[ReviewItem], value: str, rater: str = "ada") -> int:
    with floor.database.transaction() as session:
        return label(session, rater, items, value, floor.clock.now())


def test_a_query_and_a_product_are_one_thing_whoever_asked_and_however_it_was_written(floor: ShopFloor) -> None:
    floor.says("eve", "Red  Sofa", ["sofa"])
    down = floor.says("bob", "red sofa", ["sofa", "chair"])
    floor.votes("bob", down["sofa"], -1)
    items = {item.item_id: item for item in judgements(floor)}
    assert items.keys() == {"sofa", "chair"}
    assert (items["sofa"].shown, items["sofa"].down, len(items["sofa"].sources)) == (2, 1, 2)
    assert items["sofa"].reason == Reason.THUMBS_DOWN


def test_a_product_that_is_not_sold_any_more_is_not_asked_about(floor: ShopFloor) -> None:
    floor.says("bob", "red sofa", ["sold out long ago"])
    assert judgements(floor) == []


def test_what_was_decided_or_skipped_is_not_asked_again(floor: ShopFloor) -> None:
    floor.says("bob", "red sofa", ["sofa", "chair", "lamp"])
    first, second, third = judgements(floor)
    decide(floor, [first], "3")
    decide(floor, [second], SKIP)
    assert [item.key for item in judgements(floor)] == [third.key]
    assert first.key not in {item.key for item in judgements(floor, "tom")}, "one label is enough"
    assert second.key in {item.key for item in judgements(floor, "tom")}, "a skip is one's own"
    floor.says("eve", "RED SOFA", ["sofa"])
    assert len(judgements(floor)) == 1, "the same pair again is decided already"


def test_where_raters_disagree_a_third_is_asked_first(floor: ShopFloor) -> None:
    floor.says("bob", "red sofa", ["sofa", "chair"])
    pair = next(item for item in judgements(floor) if item.item_id == "chair")
    decide(floor, [pair], "3", "ada")
    decide(floor, [pair], "0", "tom")
    asked = judgements(floor, "kim")[0]
    assert (asked.item_id, asked.reason, asked.labels) == ("chair", CONFLICT, {"ada": "3", "tom": "0"})
    assert CONFLICT not in {item.reason for item in judgements(floor, "ada")}


def test_a_filter_selects_and_everything_it_selects_can_be_decided_at_once(floor: ShopFloor) -> None:
    floor.says("bob", "red sofa", ["sofa", "chair"])
    floor.says("bob", "garden hose", ["hose", "lamp"])
    assert {item.item_id for item in judgements(floor, chosen=Filter(text="HOSE"))} == {"hose", "lamp"}
    with floor.database.transaction() as session:
        found = matching(session, Kind.JUDGEMENT, "ada", floor.texts, Filter(text="hose"))
        assert label(session, "ada", found, "0", floor.clock.now()) == 2
        assert undo(session, "ada", floor.clock.now()) == 2
    assert len(judgements(floor)) == 4


def test_undo_takes_back_one_act_after_the_other_and_restores_what_was_before(floor: ShopFloor) -> None:
    floor.says("bob", "red sofa", ["sofa"])
    (pair,) = judgements(floor)
    decide(floor, [pair], "1")
    decide(floor, [pair], "3")
    decide(floor, [pair], "0", "tom")

    def values() -> dict[str, str]:
        with floor.database.reading() as session:
            return labels_by_key(session, Kind.JUDGEMENT).get(pair.key, {})

    with floor.database.transaction() as session:
        undo(session, "ada", floor.clock.now())
    assert values() == {"ada": "1", "tom": "0"}
    with floor.database.transaction() as session:
        undo(session, "ada", floor.clock.now())
    assert values() == {"tom": "0"}
    with floor.database.transaction() as session, pytest.raises(NotFoundError, match="nothing to take back"):
        undo(session, "ada", floor.clock.now())


@pytest.mark.parametrize("value", ["4", "", "good", "-1"])
def test_a_grade_that_is_none_is_refused(floor: ShopFloor, value: str) -> None:
    floor.says("bob", "red sofa", ["sofa"])
    with pytest.raises(BadInputError, match="0 or 1 or 2 or 3"):
        decide(floor, judgements(floor), value)


def test_messages_that_were_perhaps_misunderstood_are_asked_with_why(floor: ShopFloor) -> None:
    floor.says("bob", "hello", intent="greet", confidence=0.99)
    floor.says("bob", "blorp", intent="nlu_fallback", confidence=0.3)
    floor.says("bob", "the usual", intent="search", confidence=0.5)
    shown = floor.says("bob", "something warm", ["lamp"], intent="search", confidence=0.95)
    floor.votes("bob", shown["lamp"], -1)
    assert [(item.text, item.reason) for item in messages(floor)] == [
        ("blorp", "not understood"),
        ("the usual", "low confidence"),
        ("something warm", "thumbs down after the reply"),
    ]


def test_recommendations_are_judged_for_the_person_who_got_them(floor: ShopFloor) -> None:
    floor.says("bob", "what would i like", ["lamp"], surface="recommend")
    floor.says("eve", "what would i like", ["lamp"], surface="recommend")
    with floor.database.transaction() as session:
        items = queue(session, Kind.RECOMMENDATION, "ada", floor.texts)
        assert len(items) == 2
        label(session, "ada", items[:1], "1", floor.clock.now())
        assert len(queue(session, Kind.RECOMMENDATION, "ada", floor.texts)) == 1


def test_beside_an_item_is_the_whole_conversation_and_what_was_shown(floor: ShopFloor) -> None:
    floor.says("bob", "hello", intent="greet")
    shown = floor.says("bob", "red sofa", ["chair", "sofa"], legs={"sofa": {"lexical": 1.0, "dense": 0.2}})
    floor.votes("bob", shown["chair"], -1)
    item = next(item for item in judgements(floor) if item.item_id == "sofa")
    with floor.database.reading() as session:
        around = context(session, item)
    assert [(said.sender, said.text, said.here) for said in around.said] == [
        ("shopper", "hello", False),
        ("bot", "Here is nothing", False),
        ("shopper", "red sofa", True),
        ("bot", "Here is chair, sofa", True),
    ]
    assert [(one.item_id, one.position, one.vote) for one in around.shown] == [("chair", 1, -1), ("sofa", 2, 0)]
    assert around.shown[1].legs == {"lexical": 1.0, "dense": 0.2}
    assert around.shown[0].versions == {"encoder": "one"}
    assert around.shown[0].reasons == ["it is red"]


def test_labels_outlive_their_shopper_without_the_words(floor: ShopFloor) -> None:
    floor.says("bob", "red sofa for my flat in 12 Marker Street", ["sofa"])
    floor.says("bob", "my blorp", intent="nlu_fallback", confidence=0.1)
    decide(floor, judgements(floor), "3")
    decide(floor, messages(floor), "search")
    person = floor.people["bob"][0]
    assert "marker street" in json.dumps(export(floor.database, person)["review_sources"])
    assert erase(floor.database, person).complete
    with floor.database.reading() as session:
        assert [(one.text, one.item_id, one.values) for one in decided(session, Kind.JUDGEMENT)] == [
            (None, "sofa", {"ada": "3"})
        ]
        assert corrected_messages(session) == []
        assert "arker" not in "\n".join(export_labels(session, {}))


def test_what_two_shoppers_said_is_kept_until_both_are_forgotten(floor: ShopFloor) -> None:
    floor.says("bob", "red sofa", ["sofa"])
    floor.says("eve", "red sofa", ["sofa"])
    decide(floor, judgements(floor), "3")
    erase(floor.database, floor.people["bob"][0])
    with floor.database.reading() as session:
        assert [one.text for one in decided(session, Kind.JUDGEMENT)] == ["red sofa"]
    erase(floor.database, floor.people["eve"][0])
    with floor.database.reading() as session:
        assert [one.text for one in decided(session, Kind.JUDGEMENT)] == [None]


def test_labels_go_out_and_come_in_once(floor: ShopFloor) -> None:
    floor.says("bob", "red sofa\u2028for two", ["sofa", "chair"])
    decide(floor, judgements(floor)[:1], "3")
    with floor.database.transaction() as session:
        lines = list(export_labels(session, {"ada": "Ada Lovelace"}))
        assert json.loads(lines[0]) == {"format": "shoptalk-labels", "version": 1}
        assert json.loads(lines[1])["rater"] == "Ada Lovelace"
        assert not {"person_id", "turn_id", "session_id"} & json.loads(lines[1]).keys()
        assert import_labels(session, lines, "labels.jsonl").new == 1
        assert import_labels(session, lines, "labels.jsonl").same == 1
        (pair,) = decided(session, Kind.JUDGEMENT)
        assert pair.values == {"ada": "3", "import:Ada Lovelace": "3"}


def decided_by_file(floor: ShopFloor, items: list[ReviewItem], value: str) -> list[str]:
    lines = list(queue_lines(items, "Ada", floor.clock.now(), {}))
    return [lines[0], *(json.dumps(json.loads(line) | {"value": value}) for line in lines[1:])]


def test_what_was_decided_in_a_file_is_not_asked_again_and_goes_with_whoever_said_it(floor: ShopFloor) -> None:
    floor.says("bob", "red sofa", ["sofa"])
    floor.says("bob", "wheres my stuff", intent="nlu_fallback", confidence=0.1)
    lines = decided_by_file(floor, judgements(floor, "import:Ada"), "3")
    lines += decided_by_file(floor, messages(floor, "import:Ada"), "track_order")[1:]
    assert "bob" not in "".join(lines)
    with floor.database.transaction() as session:
        assert import_labels(session, lines, "todo.jsonl").new == 2
    assert judgements(floor, "import:Ada") == messages(floor, "import:Ada") == []
    erase(floor.database, floor.people["bob"][0])
    with floor.database.transaction() as session:
        assert [one.text for kind in (Kind.JUDGEMENT, Kind.MESSAGE) for one in decided(session, kind)] == [None, None]
        assert import_labels(session, lines, "todo.jsonl").new == 0


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "is no file of labels"),
        (["not json"], "is no file of labels"),
        (['{"format": "shoptalk-labels", "version": 2}'], "is of version 2"),
        (['{"format": "shoptalk-labels", "version": 1}', "{}"], "line 2: kind"),
        (
            [
                '{"format": "shoptalk-labels", "version": 1}',
                '{"kind": "message", "text": "a", "value": "help", "rater": "x", "at": "2026-01-01T00:00"}',
            ],
            "line 2: at: Input should have timezone info",
        ),
        (
            [
                '{"format": "shoptalk-labels", "version": 1}',
                '{"kind": "judgement", "text": "a", "item_id": "b", "value": "7", "rater": "x", "at": "1767225600"}',
            ],
            "line 2: A judgement is 0 or 1 or 2 or 3, not '7'.",
        ),
    ],
)
def test_what_is_no_label_is_refused_with_its_line(floor: ShopFloor, lines: list[str], sentence: str) -> None:
    with floor.database.transaction() as session, pytest.raises(BadInputError, match=sentence):
        import_labels(session, lines, "labels.jsonl")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("write to jo.doe+x@mail.example.co.uk please", "write to name@example.com please"),
        ("my number is +49 (170) 123-4567", "my number is 12345"),
        ("see https://example.com/me?id=7 ok", "see a link ok"),
        ("Hi, my name is Jane Doe and i want a sofa", "Hi, my name is Sam and i want a sofa"),
        ("a sofa under 500 or 1,200.50", "a sofa under 500 or 1,200.50"),
        ("two\nlines", "two lines"),
    ],
)
def test_what_names_somebody_is_taken_out_of_examples(text: str, left: str) -> None:
    assert scrub(text) == left


def test_corrected_messages_become_examples_unless_raters_are_split(floor: ShopFloor) -> None:
    floor.says("bob", "wheres [my](order) stuff", intent="nlu_fallback", confidence=0.1)
    (item,) = messages(floor)
    decide(floor, [item], "track_order")
    with floor.database.reading() as session:
        (example,) = corrected_messages(session)
    assert example == Example("wheres [my](order) stuff", "track_order")
    assert "- text: wheres my order stuff\n" in as_training_data([example])
    decide(floor, [item], "search", "tom")
    with floor.database.reading() as session:
        assert corrected_messages(session) == []


def test_whose_words_were_graded_is_in_what_learns_from_it(floor: ShopFloor) -> None:
    floor.says("eve", "red sofa", ["sofa"])
    shown = floor.says("bob", "red sofa", ["sofa", "chair", "lamp"])
    floor.votes("bob", shown["lamp"], 1)
    by_item = {item.item_id: item for item in judgements(floor)}
    decide(floor, [by_item["sofa"]], "3")
    decide(floor, [by_item["chair"]], SKIP)
    bob, eve = floor.people["bob"][0], floor.people["eve"][0]
    with floor.database.reading() as session:
        assert said_by(session, Kind.JUDGEMENT) == {bob: 1, eve: 1}
        assert said_by(session, Kind.MESSAGE) == {}
    assert from_record(floor.database, floor.clock.now()).people == {bob: 2, eve: 1}
