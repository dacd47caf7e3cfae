"""Do recommendations follow what was just done, keep to what was decided, and name causes that are so?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from actions.recommending import told_of
from feedback.history import FeedbackHistory
from feedback.store import Event
from feedback.tables import EventRow, ImpressionRow, PreferenceRow
from recommender.catalogue.product import Product
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.personalisation.items import Items
from recommender.personalisation.recommender import ListRules, PersonalRecommender
from recommender.personalisation.repeats import Usual
from tests.actions.conftest import Shop, Shopper

WORDS = ("jacket", "headphones", "lamp")
MANY = [
    Product(
        f"{word}-{number:02d}", f"{word} {chr(97 + number)}", brand=("Norda", "Veld", "Orla")[number % 3],
        categories=("Shop", f"{word.title()}s" if word != "headphones" else "Headphones"), price=Decimal(10 + number),
    )
    for word in WORDS
    for number in range(12)
]  # fmt: skip


@pytest.fixture
def big(tmp_path: Path, database: Database, clock: FakeClock) -> Shop:
    """A shop of three kinds of things, twelve of each."""
    return Shop(tmp_path / "home", database, clock, MANY)


@pytest.fixture
def somebody(big: Shop) -> Shopper:
    return Shopper(big.services)


def did(shopper: Shopper, kind: str, *items: str) -> None:
    events = [Event(f"{kind}-{item}", shopper.person_id, item, kind) for item in items]
    shopper.services.feedback.add_events(events)


def kinds(ids: list[str]) -> list[str]:
    return [one.split("-")[0] for one in ids]


@pytest.mark.parametrize("kind", ["view", "cart", "purchase"])
def test_what_was_done_a_moment_ago_leads_the_next_list(somebody: Shopper, kind: str) -> None:
    somebody.say("recommend me something", "recommend")
    assert "popular" in somebody.text()
    did(somebody, kind, "lamp-11")
    somebody.say("recommend me something", "recommend")
    assert kinds(somebody.ids())[0] == "lamp"
    assert any("lamp l" in reason for card in somebody.cards() for reason in card["reasons"])


def test_a_thumb_counts_from_the_next_list_on(somebody: Shopper) -> None:
    somebody.say("headphones", "search")
    somebody.say("i like the first one", "thumb_up")
    somebody.say("recommend me something", "recommend")
    assert kinds(somebody.ids())[0] == "headphones"


def test_a_stranger_gets_a_varied_list(somebody: Shopper) -> None:
    somebody.say("hello, what have you got for me", "recommend")
    assert set(kinds(somebody.ids())) == set(WORDS)


def test_what_a_new_person_says_in_the_first_message_counts(somebody: Shopper) -> None:
    somebody.say("recommend me a lamp", "recommend")
    assert set(kinds(somebody.ids())) == {"lamp"}


def test_what_was_searched_for_counts_and_is_named(big: Shop) -> None:
    recommender = big.services.recommender
    reading = PersonalRecommender(
        recommender._items, big.catalogue, recommender._history, encoder=lambda: big.encoder
    )  # fmt: skip
    shopper = Shopper(replace(big.services, recommender=reading))
    shopper.say("lamp", "search")
    shopper.say("and what would you recommend", "recommend")
    assert kinds(shopper.ids())[0] == "lamp"
    assert "because you searched for “lamp”" in shopper.cards()[0]["reasons"]
    assert "searched" in shopper.text() or "looked for" in shopper.text()


def test_nothing_is_recommended_twice_in_a_conversation_unless_asked_for(somebody: Shopper) -> None:
    somebody.say("recommend me something", "recommend")
    first = somebody.ids()
    somebody.say("recommend me something", "recommend")
    second = somebody.ids()
    somebody.say("more", "more")
    assert len({*first, *second, *somebody.ids()}) == 15
    somebody.say("show me those again", "recommend")
    assert somebody.ids() == first


def test_once_everything_was_shown_it_begins_again_and_says_so(shopper: Shopper) -> None:
    for _ in range(3):
        shopper.say("recommend me something", "recommend")
    assert "begin again" not in shopper.text()
    shopper.say("recommend me something", "recommend")
    assert shopper.cards()
    assert "begin again" in shopper.text() or "From the start" in shopper.text()


def test_what_was_bought_comes_back_only_if_it_is_used_up(big: Shop) -> None:
    recommender = big.services.recommender
    rules = ListRules(variety=0.0, consumables=frozenset({"lamp"}))
    again = PersonalRecommender(recommender._items, big.catalogue, recommender._history, rules=rules)
    shopper = Shopper(big.services)
    did(shopper, "purchase", "lamp-03", "jacket-03")
    for one, comes_back in ((recommender, False), (again, True)):
        ids = {found.item_id for found in one.recommend(shopper.person_id, limit=40)}
        assert ("lamp-03" in ids) is comes_back
        assert "jacket-03" not in ids


def test_less_of_a_brand_holds_until_it_is_taken_back(somebody: Shopper) -> None:
    brands = {product.id: product.brand for product in MANY}
    somebody.say("recommend me something", "recommend")
    disliked = somebody.cards()[0]
    somebody.say("i don't like the first one", "thumb_down")
    title = f"Less by {disliked['brand']}"
    assert title in [chip["title"] for chip in somebody.chips()]
    somebody.press(title)
    assert disliked["brand"] in somebody.text()
    undo = somebody.chips()[0]["payload"]
    for _ in range(3):
        somebody.say("recommend me something", "recommend")
        assert disliked["brand"] not in {brands[one] for one in somebody.ids()}
    somebody.say(f"{disliked['brand']} lamp", "search")
    assert disliked["brand"] in {brands[one] for one in somebody.ids()}
    somebody.press_payload(undo)
    seen = set()
    for _ in range(3):
        somebody.say("recommend me something again", "recommend")
        seen |= {brands[one] for one in somebody.ids()}
    assert disliked["brand"] in seen


def test_less_of_a_category_holds_too(somebody: Shopper) -> None:
    somebody.say("lamp", "search")
    somebody.say("i don't like the first one", "thumb_down")
    somebody.press("Less of Lamps")
    for _ in range(3):
        somebody.say("recommend me something", "recommend")
        assert "lamp" not in kinds(somebody.ids())


def test_a_brand_that_is_refused_by_name_is_left_out(somebody: Shopper) -> None:
    somebody.say("recommend me something", "recommend")
    somebody.say("never show me Norda again", "thumb_down")
    assert "Norda" in somebody.text()
    brands = {product.id: product.brand for product in MANY}
    somebody.say("recommend me something", "recommend")
    assert "Norda" not in {brands[one] for one in somebody.ids()}
    assert somebody.services.feedback.votes(somebody.person_id) == []


def test_who_stops_personalising_gets_what_everybody_likes_until_they_want_it_back(somebody: Shopper) -> None:
    did(somebody, "purchase", "lamp-01", "lamp-02", "lamp-05")
    somebody.say("what do you know about me", "what_you_know")
    somebody.press("Stop personalising")
    somebody.say("recommend me something", "recommend")
    assert not any(card["reasons"] for card in somebody.cards())
    assert set(kinds(somebody.ids())) == set(WORDS)
    assert not {"lamp-01", "lamp-02", "lamp-05"} & set(somebody.ids())
    other = Shopper(somebody.services)
    other.person_id = somebody.person_id
    assert not somebody.services.preferences.of(somebody.person_id).personal
    somebody.press("Go by my taste again")
    somebody.say("recommend me something", "recommend")
    assert kinds(somebody.ids())[0] == "lamp"


def test_every_line_of_the_profile_can_be_removed_and_the_next_list_shows_it(somebody: Shopper) -> None:
    did(somebody, "view", "lamp-03")
    did(somebody, "purchase", "jacket-01")
    somebody.say("headphones", "search")
    somebody.say("i like the first one", "thumb_up")
    somebody.say("i don't like the second one", "thumb_down")
    refused = somebody.services.feedback.votes(somebody.person_id)[-1].item_id
    somebody.press("Less by")
    somebody.say("what do you know about me", "what_you_know")
    listed = somebody.text()
    for told in ("lamp d", "jacket b", "“headphones”", "thumbs up", "thumbs down", "less of"):
        assert told in listed
    for _ in range(6):
        somebody.press("Remove:")
    assert [chip for chip in somebody.chips() if chip["title"].startswith("Remove:")] == []
    person = somebody.person_id
    assert somebody.services.feedback.votes(person) == []
    assert somebody.services.feedback.events(person) == []
    with somebody.services.database.reading() as session:
        assert session.query(ImpressionRow).filter(ImpressionRow.query != "").count() == 0
        assert session.query(PreferenceRow).count() == 0
        assert {row.item_id for row in session.query(EventRow)} == {""}
    somebody.press("Recommend me something")
    assert "popular" in somebody.text()
    found = somebody.services.recommender.recommend(person, limit=len(MANY))
    assert {refused, "jacket-01"} <= {one.item_id for one in found}


def test_what_was_removed_does_not_come_back_when_it_is_delivered_again(somebody: Shopper) -> None:
    did(somebody, "view", "lamp-03")
    somebody.say("what do you know about me", "what_you_know")
    somebody.press("Remove: you looked at")
    did(somebody, "view", "lamp-03")
    assert somebody.services.feedback.events(somebody.person_id) == []


def test_places_drawn_by_lot_are_recorded_with_how_likely_they_were(big: Shop) -> None:
    recommender = big.services.recommender
    lots = PersonalRecommender(
        recommender._items, big.catalogue, recommender._history, rules=ListRules(exploration=0.5)
    )
    shopper = Shopper(replace(big.services, recommender=lots))
    drawn = []
    for _ in range(4):
        shopper.say("recommend me something", "recommend")
        drawn += [card["id"] for card in shopper.cards() if "something different" in "".join(card["reasons"])]
    with big.services.database.reading() as session:
        shown = {row.item_id: row.propensity for row in session.query(ImpressionRow)}
    assert drawn
    assert all(shown[one] < 0.1 for one in drawn)
    assert {value for one, value in shown.items() if one not in drawn} <= {0.5, 1.0}


def test_a_product_imported_a_moment_ago_is_found_and_recommended(shop: Shop, shopper: Shopper) -> None:
    shopper.say("wireless headphones", "search")
    shopper.say("love the first one", "thumb_up")
    fresh = Product(
        "sound-900", "Nova wireless studio headphones with case", brand="Nova", categories=("Audio", "Headphones")
    )
    shop.catalogue.upsert([fresh])
    shop.publish()
    shop.view.refresh()
    shopper.say("recommend me something", "recommend")
    assert "sound-900" in shopper.ids()
    shopper.say("nova studio headphones", "search")
    assert shopper.ids()[0] == "sound-900"


def test_why_not_answers_for_recommendations_with_the_place(somebody: Shopper) -> None:
    did(somebody, "purchase", "lamp-03")
    somebody.say("recommend me something", "recommend")
    first = somebody.ids()[0]
    titles = {product.id: product.title for product in MANY}
    missing = next(one.id for one in MANY if one.id not in somebody.ids() and one.id not in ("lamp-03",))
    for item, said in ((missing, "of 35"), ("lamp-03", "bought")):
        somebody.say(f"why not the {titles[item]}", "why_not")
        assert said in somebody.text() or f"out {said}" in somebody.text()
    somebody.say(f"why not the {titles[first]}", "why_not")
    assert "list" in somebody.text()


@pytest.mark.parametrize(("days", "said"), [(0, "today"), (1, "a day ago"), (12, "12 days ago")])
def test_why_not_of_what_is_used_up_later_says_when(big: Shop, clock: FakeClock, days: int, said: str) -> None:
    class Knowing(PersonalRecommender):
        def bought_again(self, item_id: str) -> Usual | None:
            return Usual(0.5, 30.4, 3.0) if item_id.startswith("lamp") else None

    history = FeedbackHistory(big.services.feedback, big.services.database, clock)
    knowing = Knowing(lambda: Items.of(big.view.snapshot), big.catalogue, history)
    shopper = Shopper(replace(big.services, recommender=knowing))
    at = clock.now() - timedelta(days=days)
    shopper.services.feedback.add_events([Event("bought", shopper.person_id, "lamp-03", "purchase", at)])
    shopper.say("recommend me something", "recommend")
    shopper.say("why not lamp d", "why_not")
    assert said in shopper.text()
    assert "about 30 days" in shopper.text()


def test_why_not_says_how_much_too_dear_and_which_scores(shopper: Shopper) -> None:
    shopper.say("jackets under 100", "search")
    shopper.say("why not the Orla black jacket", "why_not")
    assert "$20.00" in shopper.text()
    assert Decimal("120.00") - 100 == Decimal("20.00")


@pytest.fixture
def tasteful(big: Shop) -> Shopper:
    """Somebody in a shop where taste may move a result by a fifth of the score."""
    settings = big.services.settings.model_copy(update={"personal_search": 0.2})
    return Shopper(replace(big.services, settings=settings))


def test_taste_decides_between_results_that_are_equally_good_and_says_so(tasteful: Shopper) -> None:
    tasteful.say("norda", "search")
    before = tasteful.ids()
    assert "lamp" not in kinds(before)
    did(tasteful, "purchase", "lamp-09")
    tasteful.say("headphones", "search")
    tasteful.say("norda", "search")
    assert kinds(tasteful.ids())[:3] == ["lamp"] * 3
    assert any("near to your taste: you bought lamp j" in card["reasons"] for card in tasteful.cards())
    with tasteful.services.database.reading() as session:
        impression = session.get(ImpressionRow, tasteful.cards()[0]["impression_id"])
        assert impression is not None
        assert impression.legs["taste"] > 0
    tasteful.say("why the first one", "why_this")
    assert "from your taste" in tasteful.text()
    tasteful.say("what do you know about me", "what_you_know")
    tasteful.press("Stop personalising")
    tasteful.say("norda", "search")
    assert tasteful.ids() == before
    assert not any("taste" in reason for card in tasteful.cards() for reason in card["reasons"])


def test_taste_has_no_say_in_a_list_by_price(tasteful: Shopper) -> None:
    did(tasteful, "purchase", "lamp-09")
    tasteful.say("the cheapest lamp", "search")
    prices = [Decimal(card["price"]) for card in tasteful.cards()]
    assert prices == sorted(prices)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("what do you recommend", ""),
        ("what's popular", ""),
        ("bestsellers?", ""),
        ("something for someone like me", ""),
        ("any tips for a beginner cyclist", "beginner cyclist"),
    ],
)
def test_words_that_ask_for_recommendations_name_nothing(text: str, told: str) -> None:
    assert told_of(text) == told
