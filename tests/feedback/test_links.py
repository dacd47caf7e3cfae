"""Do two people who are one share everything, get it back, and lose it to nobody?"""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import actions.dialogue.tables  # noqa: F401
from actions.shop.tables import CartLineRow, SavedItemRow
from feedback.conversations import accept_turn, open_session
from feedback.links.codes import CODE_LIFETIME, issue_code, looks_like_code, use_code
from feedback.links.people import is_linked, link_people, unlink
from feedback.links.tables import LinkCodeRow
from feedback.people import new_person, person_for
from feedback.privacy import erase, export
from feedback.tables import EventRow, ImpressionRow, SessionRow, VoteRow
from feedback.training.tables import QuarantineRow
from recommender.db import Database
from recommender.errors import BadInputError, ConflictError

KEY = "the-key-of-this-installation"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def record(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    return found


def _new_name() -> str:
    """A name nobody has: the PostgreSQL of one test is the next one's."""
    return uuid.uuid4().hex


class Shopper:
    """Somebody on one channel, who does things."""

    def __init__(self, session: Session, channel: str, now: datetime, name: str | None = None) -> None:
        self.channel, self.name = channel, name
        person_id = new_person(session, now) if name is None else person_for(session, channel, name, now)
        self.session_id = open_session(session, person_id, channel, now).id
        self.count = 0

    def person(self, session: Session) -> str:
        return session.get_one(SessionRow, self.session_id).person_id

    def looks(self, session: Session, now: datetime, value: int = 0) -> str:
        """See a product, and vote on it; the impression."""
        self.count += 1
        turn = accept_turn(session, self.session_id, text="lamp", now=now).turn
        id_ = f"{self.session_id[:20]}-{self.count}"
        person_id = self.person(session)
        session.add(
            ImpressionRow(
                id=id_, person_id=person_id, session_id=self.session_id, turn_id=turn.id, item_id="lamp",
                surface="search", position=1, score=1.0, legs={}, versions={}, reasons=[], query="lamp",
                created_at=now,
            )
        )  # fmt: skip
        session.flush()
        if value:
            session.add(
                VoteRow(
                    person_id=person_id, impression_id=id_, item_id="lamp", value=value, reason=None, updated_at=now
                )
            )
        return id_

    def buys(self, session: Session, now: datetime) -> str:
        self.count += 1
        id_ = f"event-{self.session_id[:20]}-{self.count}"
        person_id = self.person(session)
        session.add(EventRow(id=id_, person_id=person_id, item_id="lamp", kind="purchase", at=now, created_at=now))
        session.flush()
        return id_

    def puts(self, session: Session, item_id: str, quantity: int, now: datetime) -> None:
        person_id = self.person(session)
        row = session.get(CartLineRow, (person_id, item_id))
        if row is None:
            session.add(CartLineRow(person_id=person_id, item_id=item_id, quantity=quantity, added_at=now))
        else:
            row.quantity = min(99, row.quantity + quantity)
        session.flush()

    def takes_out(self, session: Session, item_id: str) -> None:
        owner = CartLineRow.person_id == self.person(session)
        session.execute(delete(CartLineRow).where(owner, CartLineRow.item_id == item_id))

    def saves(self, session: Session, item_id: str, now: datetime) -> None:
        person_id = self.person(session)
        if session.get(SavedItemRow, (person_id, item_id)) is None:
            session.add(SavedItemRow(person_id=person_id, item_id=item_id, saved_at=now))
            session.flush()


def cart(session: Session, person_id: str) -> dict[str, int]:
    return {
        row.item_id: row.quantity
        for row in session.scalars(select(CartLineRow).where(CartLineRow.person_id == person_id))
    }


def saved(session: Session, person_id: str) -> set[str]:
    return set(session.scalars(select(SavedItemRow.item_id).where(SavedItemRow.person_id == person_id)))


def two(record: Database) -> tuple[Shopper, Shopper]:
    """A web shopper and a younger one on Telegram, each with a history."""
    with record.transaction() as session:
        web, telegram = (
            Shopper(session, "web", NOW),
            Shopper(session, "telegram", NOW + timedelta(minutes=1), _new_name()),
        )
        for number, one in enumerate((web, telegram), start=1):
            one.looks(session, NOW, value=(-1) ** number)
            one.buys(session, NOW)
            one.puts(session, "lamp", number, NOW)
            one.puts(session, f"only-{one.channel}", 1, NOW)
            one.saves(session, "sofa", NOW + timedelta(seconds=number))
    return web, telegram


def kept(record: Database, shopper: Shopper) -> dict[str, Any]:
    with record.reading() as session:
        person_id = shopper.person(session)
    return export(record, person_id)


def test_linked_they_share_votes_events_cart_and_conversations(record: Database) -> None:
    web, telegram = two(record)
    with record.transaction() as session:
        older, younger = web.person(session), telegram.person(session)
        assert link_people(session, younger, older, NOW) == older
    with record.reading() as session:
        assert web.person(session) == telegram.person(session) == older
        assert cart(session, older) == {"lamp": 3, "only-web": 1, "only-telegram": 1}
        assert saved(session, older) == {"sofa"}
        assert person_for(session, "telegram", str(telegram.name), NOW) == older
        assert is_linked(session, older)
    everything = export(record, older)
    assert {name: len(everything[name]) for name in ("sessions", "impressions", "votes", "events")} == {
        "sessions": 2, "impressions": 2, "votes": 2, "events": 2,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["web", "telegram"])
def test_taken_apart_each_has_exactly_what_was_theirs(record: Database, who: str) -> None:
    web, telegram = two(record)
    before = kept(record, web), kept(record, telegram)
    with record.transaction() as session:
        link_people(session, web.person(session), telegram.person(session), NOW)
    with record.transaction() as session:
        assert unlink(session, (web if who == "web" else telegram).session_id) == 1
    assert (kept(record, web), kept(record, telegram)) == before


def test_what_came_after_goes_with_its_conversation_and_the_rest_stays_with_the_older(record: Database) -> None:
    web, telegram = two(record)
    later = NOW + timedelta(hours=1)
    with record.transaction() as session:
        link_people(session, web.person(session), telegram.person(session), NOW)
    with record.transaction() as session:
        person_id = web.person(session)
        shown_there = telegram.looks(session, later, value=1)
        begun_since = open_session(session, person_id, "telegram", later).id
        web.puts(session, "chair", 1, later)
        web.takes_out(session, "only-telegram")
        bought = telegram.buys(session, later)
        unlink(session, web.session_id)
    with record.reading() as session:
        older, younger = web.person(session), telegram.person(session)
        assert older != younger
        assert session.get_one(SessionRow, begun_since).person_id == younger
        assert session.get_one(ImpressionRow, shown_there).person_id == younger
        assert session.get_one(VoteRow, (younger, shown_there)).value == 1
        assert session.get_one(EventRow, bought).person_id == older
        assert cart(session, older) == {"lamp": 1, "only-web": 1, "chair": 1}
        assert cart(session, younger) == {"lamp": 2}, "what was taken out does not come back"


def test_a_joined_line_that_changed_is_shared_as_far_as_it_goes(record: Database) -> None:
    web, telegram = two(record)
    with record.transaction() as session:
        link_people(session, web.person(session), telegram.person(session), NOW)
        session.get_one(CartLineRow, (web.person(session), "lamp")).quantity = 1
    with record.transaction() as session:
        unlink(session, web.session_id)
        assert "lamp" not in cart(session, web.person(session))
        assert cart(session, telegram.person(session))["lamp"] == 1


def test_a_cart_never_holds_more_of_one_than_a_cart_may(record: Database) -> None:
    with record.transaction() as session:
        web, other = Shopper(session, "web", NOW), Shopper(session, "web", NOW + timedelta(minutes=1))
        for one in (web, other):
            one.puts(session, "lamp", 60, NOW)
        link_people(session, web.person(session), other.person(session), NOW)
        assert cart(session, web.person(session)) == {"lamp": 99}
        unlink(session, other.session_id)
        assert cart(session, web.person(session)) == cart(session, other.person(session)) == {"lamp": 60}


@pytest.mark.parametrize("whose", [0, 1, 2])
def test_what_everybody_has_one_of_at_most_is_joined_and_goes_back(record: Database, whose: int) -> None:
    web, telegram = two(record)
    with record.transaction() as session:
        for one in [(web,), (telegram,), (web, telegram)][whose]:
            session.add(QuarantineRow(person_id=one.person(session), kind="burst", detail=one.channel, since=NOW))
    before = kept(record, web), kept(record, telegram)
    with record.transaction() as session:
        person_id = link_people(session, web.person(session), telegram.person(session), NOW)
        assert session.get(QuarantineRow, person_id) is not None
    with record.transaction() as session:
        unlink(session, web.session_id)
    assert (kept(record, web), kept(record, telegram)) == before


def test_three_channels_come_apart_one_by_one(record: Database) -> None:
    with record.transaction() as session:
        phone, telegram, laptop = (
            Shopper(session, channel, NOW + timedelta(minutes=number), name)
            for number, (channel, name) in enumerate([("web", None), ("telegram", _new_name()), ("web", None)])
        )
        for one in (phone, telegram, laptop):
            one.buys(session, NOW)
        link_people(session, phone.person(session), telegram.person(session), NOW)
        link_people(session, laptop.person(session), telegram.person(session), NOW + timedelta(hours=1))
        assert len({one.person(session) for one in (phone, telegram, laptop)}) == 1
        assert unlink(session, laptop.session_id) == 1
        assert laptop.person(session) != phone.person(session) == telegram.person(session)
        assert unlink(session, laptop.session_id) == 0
        assert unlink(session, telegram.session_id) == 1
        people = [one.person(session) for one in (phone, telegram, laptop)]
    assert len(set(people)) == 3
    for person_id in people:
        assert len(export(record, person_id)["events"]) == 1
        erase(record, person_id)


def test_two_names_on_one_channel_are_two_people(record: Database) -> None:
    with record.transaction() as session:
        one, other = Shopper(session, "telegram", NOW, _new_name()), Shopper(session, "telegram", NOW, _new_name())
        with pytest.raises(ConflictError, match="already"):
            link_people(session, one.person(session), other.person(session), NOW)
        with pytest.raises(ConflictError):
            link_people(session, one.person(session), one.person(session), NOW)


def test_erasing_whoever_is_linked_erases_both(record: Database) -> None:
    web, telegram = two(record)
    with record.transaction() as session:
        person_id = link_people(session, web.person(session), telegram.person(session), NOW)
    receipt = erase(record, person_id)
    assert receipt.complete
    assert receipt.erased["links"] == 1
    assert receipt.erased["sessions"] == 2


# Codes ---------------------------------------------------------------------------------------------------------------


def test_a_code_is_used_once_in_whatever_way_it_is_written(record: Database) -> None:
    with record.transaction() as session:
        person_id = new_person(session, NOW)
        code = issue_code(session, person_id, KEY, NOW)
        assert looks_like_code(code)
        assert (
            use_code(session, code.lower().replace("-", " ").replace("0", "o").replace("1", "l"), KEY, NOW) == person_id
        )
        with pytest.raises(BadInputError):
            use_code(session, code, KEY, NOW)


def test_an_old_a_replaced_and_a_foreign_code_open_nothing(record: Database) -> None:
    with record.transaction() as session:
        ada, bob = new_person(session, NOW), new_person(session, NOW)
        first = issue_code(session, ada, KEY, NOW)
        second = issue_code(session, ada, KEY, NOW)
        of_bob = issue_code(session, bob, KEY, NOW)
        for code, key, moment in (
            (first, KEY, NOW), (second, KEY, NOW + CODE_LIFETIME), (second, "another key", NOW), ("", KEY, NOW),
            ("0000-0000-0000", KEY, NOW), ("é" * 12, KEY, NOW), (second[:-1], KEY, NOW),
        ):  # fmt: skip
            with pytest.raises(BadInputError):
                use_code(session, code, key, moment)
        assert use_code(session, of_bob, KEY, NOW) == bob
        assert use_code(session, second, KEY, NOW + CODE_LIFETIME - timedelta(seconds=1)) == ada


def test_no_code_can_be_read_from_the_record(database: Database) -> None:
    with database.transaction() as session:
        code = issue_code(session, new_person(session, NOW), KEY, NOW)
        [row] = session.scalars(select(LinkCodeRow))
        assert code.replace("-", "") not in str(vars(row)).upper()
        assert len(row.digest) == 64


@pytest.mark.parametrize("text", ["take that lamp", "ABCD EFGH JKMN", "ABCD-EFGH", "my code is ABCD-EFGH-JKMN", ""])
def test_words_are_no_codes(text: str) -> None:
    assert not looks_like_code(text)


# Whatever happens in whatever order -----------------------------------------------------------------------------------


class Linking(RuleBasedStateMachine):
    """Four shoppers who do things, link and unlink; somebody else who tries every code there ever was."""

    database: Database

    @initialize()
    def four(self) -> None:
        self.now = NOW
        self.live: dict[int, tuple[str, datetime]] = {}
        self.dead: list[str] = []
        with self.database.transaction() as session:
            self.shoppers = [
                Shopper(session, "web", self.tick()), Shopper(session, "telegram", self.tick(), f"t{id(self)}"),
                Shopper(session, "web", self.tick()), Shopper(session, "shop", self.tick(), f"s{id(self)}"),
            ]  # fmt: skip
        # Who is whom: as in a book in which two names are joined by a thread.
        self.threads: list[set[int]] = []
        self.events: dict[str, int] = {}
        self.seen: dict[str, int] = {}

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    who = st.integers(0, 3)

    @rule(who=who, what=st.sampled_from(["looks", "buys", "puts", "saves", "takes out"]), item=st.sampled_from("abc"))
    def does(self, who: int, what: str, item: str) -> None:
        shopper = self.shoppers[who]
        with self.database.transaction() as session:
            match what:
                case "looks":
                    self.seen[shopper.looks(session, self.tick(), value=1)] = who
                case "buys":
                    self.events[shopper.buys(session, self.tick())] = who
                case "puts":
                    shopper.puts(session, item, 2, self.tick())
                case "saves":
                    shopper.saves(session, item, self.tick())
                case _:
                    shopper.takes_out(session, item)

    @rule(who=who)
    def asks_for_a_code(self, who: int) -> None:
        with self.database.transaction() as session:
            person_id = self.shoppers[who].person(session)
            for other in [one for one in self.live if self.shoppers[one].person(session) == person_id]:
                self.dead.append(self.live.pop(other)[0])
            self.live[who] = (issue_code(session, person_id, KEY, self.tick()), self.now + CODE_LIFETIME)

    @rule()
    def ten_minutes_pass(self) -> None:
        self.now += CODE_LIFETIME
        self.dead += [code for code, _ in self.live.values()]
        self.live.clear()

    @precondition(lambda self: self.dead)
    @rule(data=st.data(), thief=who)
    def somebody_tries_an_old_code(self, data: st.DataObject, thief: int) -> None:
        code = data.draw(st.sampled_from(self.dead))
        with self.database.transaction() as session, pytest.raises(BadInputError):
            use_code(session, code, KEY, self.now)

    @precondition(lambda self: self.live)
    @rule(data=st.data(), who=who)
    def uses_a_code(self, data: st.DataObject, who: int) -> None:
        giver = data.draw(st.sampled_from(sorted(self.live)))
        code, _ = self.live[giver]
        try:
            with self.database.transaction() as session:
                mine = self.shoppers[who].person(session)
                link_people(session, mine, use_code(session, code, KEY, self.now), self.tick())
        except ConflictError:
            return
        self.threads.append({giver, who})
        with self.database.reading() as session:
            together = self.shoppers[who].person(session)
            used = [one for one in self.live if self.shoppers[one].person(session) == together]
        self.dead += [self.live.pop(one)[0] for one in used]

    @rule(who=who)
    def unlinks(self, who: int) -> None:
        with self.database.transaction() as session:
            unlink(session, self.shoppers[who].session_id)
            assert not is_linked(session, self.shoppers[who].person(session))

    @invariant()
    def nobody_is_with_somebody_they_never_linked_to(self) -> None:
        with self.database.reading() as session:
            people = [one.person(session) for one in self.shoppers]
        joined = [{number} for number in range(4)]
        for thread in self.threads:
            touched = [group for group in joined if group & thread]
            joined = [group for group in joined if group not in touched] + [set().union(*touched)]
        for one in range(4):
            for other in range(4):
                if people[one] == people[other]:
                    assert any({one, other} <= group for group in joined)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        with self.database.reading() as session:
            people = {one.person(session) for one in self.shoppers}
            events = Counter(session.scalars(select(EventRow.id).where(EventRow.person_id.in_(people))))
            assert events == Counter(self.events.keys())
            for impression_id, who in self.seen.items():
                owner = self.shoppers[who].person(session)
                assert session.get_one(ImpressionRow, impression_id).person_id == owner
                assert session.get(VoteRow, (owner, impression_id)) is not None


def test_whatever_is_linked_and_unlinked_nothing_is_lost_or_taken(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "links.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    machine = type("Machine", (Linking,), {"database": database})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(max_examples=40, stateful_step_count=25, deadline=None, derandomize=True),
        )
    finally:
        database.close()
