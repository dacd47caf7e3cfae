"""What every `FeedbackStore` keeps to. A store's test class inherits `FeedbackStoreContract` and brings a `shop`."""

from __future__ import annotations

import itertools
import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from feedback.store import Event, FeedbackStore, Impression, Vote
from recommender.errors import BadInputError, NotFoundError

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


class Shop(ABC):
    """A store, and what a test needs around it: people in a conversation, a look into the history."""

    store: FeedbackStore

    @abstractmethod
    def person(self) -> str:
        """Somebody new."""

    @abstractmethod
    def turn(self, person_id: str) -> tuple[str, str]:
        """A session of that person and a turn in it."""

    @abstractmethod
    def history(self, person_id: str) -> Sequence[tuple[str, int, str | None]]:
        """Every vote of the person that changed something, in order: impression, value, reason."""

    def show(self, person_id: str, *items: str) -> list[str]:
        """Show products to somebody; the impressions' ids."""
        session_id, turn_id = self.turn(person_id)
        shown = [
            Impression(uuid.uuid4().hex, person_id, session_id, turn_id, item, "search", position, 0.5)
            for position, item in enumerate(items, 1)
        ]
        self.store.record_impressions(shown)
        return [impression.id for impression in shown]


class FeedbackStoreContract:
    def test_an_impression_comes_back_as_it_was_recorded(self, shop: Shop) -> None:
        ada = shop.person()
        session_id, turn_id = shop.turn(ada)
        shown = Impression(
            f"{turn_id[:20]}-1", ada, session_id, turn_id, "lamp", "similar", 3, 0.75,
            {"dense": 0.5, "lexical": 0.25}, {"encoder": "v1"}, ("matches: lamp",), "a warm lamp",
        )  # fmt: skip
        shop.store.record_impressions([shown])
        assert shop.store.impression(shown.id, ada) == shown

    def test_an_impression_recorded_again_stays_as_it_was(self, shop: Shop) -> None:
        ada = shop.person()
        (lamp,) = shop.show(ada, "lamp")
        first = shop.store.impression(lamp, ada)
        shop.store.record_impressions(
            [Impression(lamp, ada, first.session_id, first.turn_id, "chair", "search", 9, 0.1)]
        )
        assert shop.store.impression(lamp, ada) == first

    def test_a_vote_is_live_until_the_next_one(self, shop: Shop) -> None:
        ada = shop.person()
        (lamp,) = shop.show(ada, "lamp")

        up = shop.store.vote(ada, lamp, 1)
        assert (up.previous_value, up.changed) == (0, True)
        assert shop.store.votes(ada) == [Vote(ada, lamp, "lamp", 1)]

        down = shop.store.vote(ada, lamp, -1, "too dear")
        assert (down.previous_value, down.changed) == (1, True)
        assert shop.store.votes(ada) == [Vote(ada, lamp, "lamp", -1, "too dear")]

        back = shop.store.vote(ada, lamp, 0)
        assert (back.previous_value, back.changed) == (-1, True)
        assert shop.store.votes(ada) == []

        assert shop.history(ada) == [(lamp, 1, None), (lamp, -1, "too dear"), (lamp, 0, None)]

    def test_a_repeated_vote_changes_nothing(self, shop: Shop) -> None:
        ada = shop.person()
        lamp, chair = shop.show(ada, "lamp", "chair")
        shop.store.vote(ada, lamp, -1, "wrong colour")
        shop.store.vote(ada, chair, 1)
        repeated = shop.store.vote(ada, lamp, -1, "wrong colour")
        assert (repeated.previous_value, repeated.changed) == (-1, False)
        assert [vote.item_id for vote in shop.store.votes(ada)] == ["lamp", "chair"]
        assert len(shop.history(ada)) == 2

    def test_taking_back_what_was_never_cast_changes_nothing(self, shop: Shop) -> None:
        ada = shop.person()
        (lamp,) = shop.show(ada, "lamp")
        assert not shop.store.vote(ada, lamp, 0, "no reason to keep").changed
        assert shop.history(ada) == []

    def test_another_reason_is_a_change(self, shop: Shop) -> None:
        ada = shop.person()
        (lamp,) = shop.show(ada, "lamp")
        shop.store.vote(ada, lamp, -1)
        assert shop.store.vote(ada, lamp, -1, "too dear").changed
        assert shop.store.votes(ada)[0].reason == "too dear"

    def test_nobody_votes_on_what_somebody_else_was_shown(self, shop: Shop) -> None:
        ada, eve = shop.person(), shop.person()
        (lamp,) = shop.show(ada, "lamp")
        with pytest.raises(NotFoundError) as theirs:
            shop.store.vote(eve, lamp, 1)
        with pytest.raises(NotFoundError):
            shop.store.impression(lamp, eve)
        with pytest.raises(NotFoundError) as nobodys:
            shop.store.vote(eve, "never-shown", 1)
        assert str(theirs.value).replace(lamp, "X") == str(nobodys.value).replace("never-shown", "X")
        assert shop.store.votes(ada) == []
        assert shop.store.votes(eve) == []

    @pytest.mark.parametrize(("value", "reason"), [(2, None), (-2, None), (1, "x" * 201)])
    def test_what_is_no_vote_is_refused_and_changes_nothing(self, shop: Shop, value: int, reason: str | None) -> None:
        ada = shop.person()
        (lamp,) = shop.show(ada, "lamp")
        with pytest.raises(BadInputError):
            shop.store.vote(ada, lamp, value, reason)
        assert shop.store.votes(ada) == []

    def test_a_reason_may_be_two_hundred_characters_of_anything(self, shop: Shop) -> None:
        ada = shop.person()
        (lamp,) = shop.show(ada, "lamp")
        reason = "'; DROP TABLE votes; -- \u202e🙂\n" + "é" * 170
        shop.store.vote(ada, lamp, -1, reason)
        assert shop.store.votes(ada)[0].reason == reason

    def test_events_delivered_again_are_counted_once(self, shop: Shop) -> None:
        ada = shop.person()
        view = Event(f"{ada}-e1", ada, "lamp", "view", NOON)
        cart = Event(f"{ada}-e2", ada, "lamp", "cart", NOON + timedelta(minutes=1))
        assert shop.store.add_events([view]) == 1
        assert shop.store.add_events([view, cart]) == 1
        assert shop.store.add_events([cart, cart]) == 0
        assert shop.store.add_events([]) == 0
        assert shop.store.events(ada) == [view, cart]

    def test_an_event_twice_in_one_delivery_is_one(self, shop: Shop) -> None:
        ada = shop.person()
        view = Event(f"{ada}-e1", ada, "lamp", "view", NOON)
        assert shop.store.add_events([view, view]) == 1

    def test_events_come_oldest_first_whatever_order_they_came_in(self, shop: Shop) -> None:
        ada, bob = shop.person(), shop.person()
        late = Event(f"{ada}-e1", ada, "lamp", "purchase", NOON + timedelta(days=1))
        early = Event(f"{ada}-e2", ada, "lamp", "view", NOON)
        second = Event(f"{ada}-e3", ada, "chair", "purchase", None, 1)
        first = Event(f"{ada}-e4", ada, "table", "purchase", None, 0)
        other = Event(f"{bob}-e5", bob, "sofa", "view", NOON)
        shop.store.add_events([late, second, other, early, first])
        assert shop.store.events(ada) == [first, second, early, late]
        assert shop.store.events(bob) == [other]

    def test_votes_agree_with_a_simple_model_whatever_is_delivered(self, shop: Shop) -> None:
        machine = _votes_machine(shop)
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=15,
                stateful_step_count=15,
                deadline=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture],
            ),
        )


def _votes_machine(shop: Shop) -> type[RuleBasedStateMachine]:
    """Rule 4: one live vote per person and impression; the last wins; history kept; repeats change nothing.

    The model is the list of votes delivered. Live is, for every impression, the last of the list; history is the list
    without the votes that say what already held.
    """

    class VotesMachine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.people = [shop.person(), shop.person()]
            self.impressions = {
                person: [*shop.show(person, "lamp", "chair"), *shop.show(person, "lamp")] for person in self.people
            }
            self.delivered: dict[str, list[tuple[str, int, str | None]]] = {person: [] for person in self.people}

        @rule(
            who=st.integers(0, 1),
            which=st.integers(0, 2),
            value=st.sampled_from([1, -1, 0]),
            reason=st.sampled_from([None, "", "too dear", "wrong size"]),
            times=st.integers(1, 2),
        )
        def deliver(self, who: int, which: int, value: int, reason: str | None, times: int) -> None:
            person = self.people[who]
            impression = self.impressions[person][which]
            delivered = self.delivered[person]
            kept = (impression, value, (reason or None) if value else None)
            for _ in range(times):
                before = self._live(person).get(impression, (impression, 0, None))
                outcome = shop.store.vote(person, impression, value, reason)
                assert outcome.previous_value == before[1]
                assert outcome.changed == (kept != before)
                delivered.append(kept)

        @rule(who=st.integers(0, 1), which=st.integers(0, 2))
        def deliver_for_another(self, who: int, which: int) -> None:
            with pytest.raises(NotFoundError):
                shop.store.vote(self.people[who], self.impressions[self.people[1 - who]][which], 1)

        @invariant()
        def the_store_says_what_the_model_says(self) -> None:
            for person in self.people:
                live = {impression: vote for impression, vote in self._live(person).items() if vote[1]}
                votes = shop.store.votes(person)
                assert {vote.impression_id: (vote.impression_id, vote.value, vote.reason) for vote in votes} == live
                assert len(votes) == len(live)
                assert list(shop.history(person)) == self._changes(person)

        def _live(self, person: str) -> dict[str, tuple[str, int, str | None]]:
            return {vote[0]: vote for vote in self.delivered[person]}

        def _changes(self, person: str) -> list[tuple[str, int, str | None]]:
            changes = []
            for impression in self.impressions[person]:
                steps = [(number, vote) for number, vote in enumerate(self.delivered[person]) if vote[0] == impression]
                nothing = (-1, (impression, 0, None))
                changes += [now for before, now in itertools.pairwise([nothing, *steps]) if before[1] != now[1]]
            return [vote for _, vote in sorted(changes, key=lambda change: change[0])]

    return VotesMachine
