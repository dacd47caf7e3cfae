"""Do the steps behind the review page keep what they promise: counts confirmed, views kept, all of it audited?"""

from __future__ import annotations

import asyncio

import pytest
from shop_floor import TITLES, ShopFloor

from bot.assistant.training import past_messages
from bot.staff.review import desk
from bot.staff.review.jobs import Jobs
from feedback.review.examples import Example
from feedback.review.live_votes import VersionVotes, votes_by_version
from feedback.review.queues import Filter
from feedback.review.subject import Kind
from feedback.review.suspicion import suspicious
from feedback.selection.port import Reason
from feedback.selection.ways import Way
from feedback.staff.accounts import add_staff
from feedback.staff.audit import latest_actions
from feedback.staff.roles import Actor, Role
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, BusyError, ConflictError


@pytest.fixture
def floor(database: Database, clock: FakeClock) -> ShopFloor:
    SqlCatalogue(database, clock).upsert(Product(id=name, title=title) for name, title in TITLES.items())
    return ShopFloor(database, clock)


@pytest.fixture
def ada(database: Database, clock: FakeClock) -> Actor:
    with database.transaction() as session:
        row = add_staff(session, "Ada", Role.TRAINER, "no password", clock.now())
        return Actor(row.id, row.name, Role.TRAINER, "login")


def test_deciding_on_all_needs_the_number_that_was_confirmed(floor: ShopFloor, ada: Actor) -> None:
    floor.says("bob", "red sofa", ["sofa", "chair"])
    with floor.database.transaction() as session:
        count = desk.count_matching(session, "judgement", ada, floor.texts, Filter())
    floor.says("bob", "garden hose", ["hose"])
    now = floor.clock.now()
    with floor.database.transaction() as session, pytest.raises(ConflictError, match="It would be 3 by now, not 2"):
        desk.decide_all(session, ada, "judgement", floor.texts, Filter(), "0", count, now)
    with floor.database.transaction() as session:
        assert desk.decide_all(session, ada, "judgement", floor.texts, Filter(), "0", 3, now) == 3
        assert desk.take_back(session, ada, now) == 3
        assert [(row.action, row.details.get("count")) for row in latest_actions(session)] == [
            ("label.undo", 3),
            ("label.all", 3),
        ]


def test_views_are_kept_for_their_owner_and_queue(floor: ShopFloor, ada: Actor) -> None:
    chosen = Filter("hose", "legs disagree", 2)
    with floor.database.transaction() as session:
        desk.save_view(session, ada, "judgement", " Hoses ", chosen)
        assert desk.saved_views(session, ada, "judgement") == {"Hoses": chosen}
        assert desk.saved_views(session, ada, "message") == {}
        desk.delete_view(session, ada, "judgement", "Hoses")
        assert desk.saved_views(session, ada, "judgement") == {}
        with pytest.raises(BadInputError):
            desk.save_view(session, ada, "judgement", "  ", chosen)


def test_what_is_asked_first_is_chosen_as_each_trainer_likes(floor: ShopFloor, ada: Actor) -> None:
    legs = {"sofa": {"lexical": 1.0, "dense": 1.0}, "chair": {"lexical": 0.0, "dense": 0.9},
            "lamp": {"lexical": 0.0, "dense": 0.0}}  # fmt: skip
    shown = floor.says("bob", "red sofa", list(legs), legs=legs)
    floor.votes("bob", shown["lamp"], -1)
    with floor.database.transaction() as session:
        first = desk.load(session, "judgement", ada, floor.texts, Filter())[0]
        assert (first.item_id, first.reason) == ("lamp", Reason.THUMBS_DOWN)
        desk.ask_by(session, ada, "disagreement")
        assert desk.way_of(session, ada) is Way.DISAGREEMENT
        first, *_ = found = desk.load(session, "judgement", ada, floor.texts, Filter())
        assert (first.item_id, first.reason) == ("chair", Reason.DISAGREEMENT)
        assert {item.item_id for item in found} == set(legs)
        assert desk.count_matching(session, "judgement", ada, floor.texts, Filter(reason=Reason.THUMBS_DOWN)) == 0
        with pytest.raises(BadInputError, match="no such way"):
            desk.ask_by(session, ada, "by the stars")


def test_beside_an_item_are_the_products_that_occur_there(floor: ShopFloor, ada: Actor) -> None:
    floor.says("bob", "red sofa", ["sofa", "chair"])
    catalogue = SqlCatalogue(floor.database, floor.clock)
    with floor.database.reading() as session:
        (first, _) = desk.load(session, Kind.JUDGEMENT, ada, desk.product_texts(catalogue), Filter())
        around, products = desk.around(session, first, catalogue)
    assert {one.item_id for one in around.shown} == products.keys() == {"sofa", "chair"}


def test_there_is_no_queue_of_another_name(floor: ShopFloor, ada: Actor) -> None:
    with floor.database.reading() as session, pytest.raises(BadInputError, match="no such queue"):
        desk.load(session, "passwords", ada, floor.texts, Filter())


def test_every_intent_with_examples_can_be_chosen_and_the_usual_ones_come_first(floor: ShopFloor) -> None:
    assert {"search", "order_status", "human"} <= set(desk.intents())
    for intent in ("greet", "search", "search", "nlu_fallback"):
        floor.says("bob", "words", intent=intent)
    with floor.database.reading() as session:
        assert desk.usual_intents(session) == ["search", "greet"]


def test_a_label_that_the_others_speak_against_is_asked_again(floor: ShopFloor, ada: Actor) -> None:
    for number in range(8):
        floor.says("bob", f"where is my parcel {number}", intent="nlu_fallback", confidence=0.1)
        floor.says("bob", f"show me red shoes {number}", intent="nlu_fallback", confidence=0.1)
    now = floor.clock.now()
    with floor.database.transaction() as session:
        for item in desk.load(session, "message", ada, floor.texts, Filter()):
            wrong = item.text == "where is my parcel 3"
            value = "order_status" if "parcel" in item.text and not wrong else "search"
            desk.decide(session, ada, item, value, now)
        (suspect,) = suspicious(session, floor.texts)
    assert suspect.text == "where is my parcel 3"
    assert suspect.reason.startswith("labelled search, looks like order_status")


def test_past_messages_are_those_surely_understood_and_nobody_complained_about(floor: ShopFloor, ada: Actor) -> None:
    floor.says("bob", "hello", intent="greet", confidence=0.99)
    floor.says("bob", "the usual", intent="search", confidence=0.5)
    shown = floor.says("bob", "something warm", ["lamp"], confidence=0.95)
    floor.votes("bob", shown["lamp"], -1)
    with floor.database.reading() as session:
        assert past_messages(session) == [Example("hello", "greet")]


def test_thumbs_are_counted_by_encoder_version(floor: ShopFloor) -> None:
    shown = floor.says("bob", "red sofa", ["sofa", "chair", "lamp"])
    floor.votes("bob", shown["sofa"], 1)
    floor.votes("bob", shown["chair"], -1)
    with floor.database.reading() as session:
        found = votes_by_version(session)
    assert found == {"one": VersionVotes(3, 1, 1)}
    assert found["one"].share_up == 0.5
    assert VersionVotes().share_up is None


def test_one_command_runs_at_a_time_and_what_it_says_is_kept() -> None:
    async def check() -> None:
        jobs = Jobs()
        with pytest.raises(ConflictError, match="Nothing is running"):
            await jobs.stop()
        await jobs.start("Help", ["--help"])
        with pytest.raises(BusyError, match="Help is still running"):
            await jobs.start("Help again", ["--help"])
        while jobs.running:
            await asyncio.sleep(0.05)
        assert jobs.code == 0
        assert any("shoptalk" in line or "bot" in line for line in jobs.lines)

    asyncio.run(check())


def test_of_two_commands_started_at_the_same_moment_one_runs() -> None:
    async def check() -> None:
        jobs = Jobs()
        started = await asyncio.gather(*(jobs.start("Help", ["--help"]) for _ in range(2)), return_exceptions=True)
        assert [type(one) for one in started] == [type(None), BusyError]
        while jobs.running:
            await asyncio.sleep(0.05)

    asyncio.run(check())
