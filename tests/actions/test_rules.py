"""Do the rules that hold in every conversation hold in conversations nobody thought of?

No silent violation of a condition, nothing voted down shown again, no page that repeats, every number from a record, no
sentence twice in a row.
"""

from __future__ import annotations

import json
import uuid
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from actions.matching import meets
from actions.shop.cart import totals
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.search.fusion import EVEN
from tests.actions.conftest import FAQ, ORDERS, PRODUCTS, Shop, Shopper
from tests.actions.evidence import unfounded_numbers

KINDS = st.sampled_from(["jackets", "headphones", "waterproof jacket", "wireless", "lamp", "something nice"])
CHANGES = st.sampled_from(
    [
        "under 100",
        "over 40",
        "blue",
        "not black",
        "no leather",
        "norda",
        "not tonar",
        "cheaper",
        "in stock",
        "red or green",
    ]
)
QUESTIONS = st.sampled_from(
    [
        ("how many are there", "how_many"),
        ("cheapest jacket", "cheapest"),
        ("most expensive", "dearest"),
        ("what do headphones cost", "price_range"),
        ("why the first one", "why_this"),
        ("why not the Veld red jacket", "why_not"),
        ("tell me about the second one", "details"),
        ("compare the first two", "compare"),
        ("similar to the first one", "similar"),
        ("what is in my cart", "show_cart"),
        ("what do you know about me", "what_you_know"),
        ("can i send it back", "faq_returns"),
        ("where is my order", "order_status"),
        ("hello", "greet"),
        ("zzz", "nlu_fallback"),
    ]
)


class Conversations(RuleBasedStateMachine):
    """Any order of searching, refining, paging, voting, buying and asking."""

    database: Database
    home: Path

    @initialize()
    def begin(self) -> None:
        home = self.home / uuid.uuid4().hex
        self.shopper = Shopper(Shop(home, self.database, FakeClock()).services)
        self.listed: list[str] = []
        self.before: set[str] = set()

    def _says(self, text: str, intent: str) -> None:
        self.before = {reply["text"] for reply in self.shopper.replies if "text" in reply}
        self.unwanted = {
            vote.item_id for vote in self.shopper.services.feedback.votes(self.shopper.person_id) if vote.value < 0
        }
        self.shopper.say(text, intent)

    @rule(kind=KINDS)
    def searches(self, kind: str) -> None:
        self._says(kind, "search")
        self.listed = self.shopper.ids()
        assert not self.unwanted & set(self.listed)

    @rule(change=CHANGES)
    def refines(self, change: str) -> None:
        self._says(change, "refine")
        if self.shopper.cards():
            self.listed = self.shopper.ids()
        assert not self.unwanted & set(self.shopper.ids())

    @precondition(lambda self: self.listed)
    @rule()
    def pages(self) -> None:
        self._says("more", "more")
        assert not set(self.listed) & set(self.shopper.ids())
        assert not self.unwanted & set(self.shopper.ids())
        self.listed += self.shopper.ids()

    @rule(which=st.sampled_from(["first", "second", "third"]), liked=st.booleans())
    def votes(self, which: str, liked: bool) -> None:
        self._says(f"{'love' if liked else 'hate'} the {which} one", "thumb_up" if liked else "thumb_down")

    @rule(which=st.sampled_from(["first", "second"]), quantity=st.integers(1, 3))
    def buys(self, which: str, quantity: int) -> None:
        self._says(f"add {quantity} of the {which} one to my cart", "add_to_cart")

    @rule(question=QUESTIONS)
    def asks(self, question: tuple[str, str]) -> None:
        self._says(*question)
        if question[1] in ("similar", "cheapest", "dearest"):
            self.listed = self.shopper.ids() or self.listed

    @invariant()
    def every_condition_in_force_is_honoured(self) -> None:
        state = self.shopper.state()
        if state.listing is None or state.listing.surface != "search" or state.query is None:
            return
        products = {product.id: product for product in PRODUCTS}
        for reply in self.shopper.replies:
            if reply["type"] == "products" and len(reply["items"]) == len(state.shown):
                for card in reply["items"]:
                    if card["id"] in state.listing.shown_ids:
                        assert all(meets(products[card["id"]], one) for one in state.query.constraints)

    @invariant()
    def every_number_is_from_a_record(self) -> None:
        services, person = self.shopper.services, self.shopper.person_id
        query = self.shopper.state().query
        lines = services.carts.lines(person)
        evidence: list[object] = [*PRODUCTS, FAQ, ORDERS, *totals(lines).values(), *(line.quantity for line in lines)]
        evidence += [*(query.constraints if query else ()), query]
        evidence += [len(lines), *range(len(PRODUCTS) + 1)]
        evidence += [self._counts(), self._scores()]
        assert unfounded_numbers(self.shopper.replies, evidence) == set()

    def _counts(self) -> str:
        """What `what_you_know` counts, straight from the record."""
        with self.database.reading() as session:
            tables = ("turns", "impressions", "votes", "events")
            rows = [session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() for table in tables]
            own = (
                "SELECT count(*) FROM turns t JOIN sessions s ON s.id = t.session_id WHERE s.person_id = ?",
                "SELECT count(*) FROM impressions WHERE person_id = ?",
            )
            rows += [session.connection().exec_driver_sql(sql, (self.shopper.person_id,)).scalar() for sql in own]
            kinds = session.connection().exec_driver_sql(
                "SELECT count(*) FROM events WHERE person_id = ? GROUP BY kind", (self.shopper.person_id,)
            )
            return " ".join(str(one) for one in [*rows, *(row[0] for row in kinds)])

    def _scores(self) -> str:
        with self.database.reading() as session:
            rows = session.connection().exec_driver_sql(
                "SELECT score, legs FROM impressions WHERE session_id = ?", (self.shopper.session_id,)
            )
            said = []
            for score, legs in rows:
                said.append(f"{score:.2f}")
                for weights in (EVEN.weights, dict.fromkeys(json.loads(legs), 1.0)):
                    said += [f"{value * weights.get(leg, 1.0):.2f}" for leg, value in json.loads(legs).items()]
            return " ".join(said)

    @invariant()
    def no_sentence_comes_twice_in_a_row(self) -> None:
        said = {reply["text"] for reply in self.shopper.replies if "text" in reply}
        assert not said & self.before

    @invariant()
    def the_cart_adds_up(self) -> None:
        lines = self.shopper.services.carts.lines(self.shopper.person_id)
        assert sum(totals(lines).values()) == sum((line.total or Decimal(0)) for line in lines)


def test_rules_hold_in_any_conversation(database: Database, tmp_path: Path) -> None:
    class Here(Conversations):
        pass

    Here.database, Here.home = database, tmp_path / "homes"
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12, stateful_step_count=12, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
