"""Is nobody let in who should not be, and is whoever may come in let out again in time?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedback.staff.accounts import (
    add_staff,
    check_password,
    find_staff,
    generate_password,
    hash_password,
    set_disabled,
    set_password,
)
from feedback.staff.audit import audit, latest_actions
from feedback.staff.logins import (
    ATTEMPTS_PER_ACCOUNT,
    ATTEMPTS_PER_ADDRESS,
    IDLE,
    LOCK,
    LONGEST_LOGIN,
    LoggedOutError,
    begin_attempt,
    end_login,
    find_login,
    forgive,
    hash_token,
    is_first_link,
    issue_first_link,
    mark_seen,
    open_login,
    password_hash_of,
    redeem_first_link,
)
from feedback.staff.roles import POLICY, Actor, NotAllowedError, Permission, Role, authorize
from feedback.staff.tables import LoginRow
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, BusyError, ConflictError, NotFoundError

PASSWORD = "correct horse battery"
HASH = hash_password(PASSWORD)


@pytest.fixture
def ada(database: Database, clock: FakeClock) -> str:
    with database.transaction() as session:
        return add_staff(session, "Ada Lovelace", Role.TRAINER, HASH, clock.now()).id


def logged_in(database: Database, clock: FakeClock, staff_id: str) -> str:
    with database.transaction() as session:
        return hash_token(open_login(session, staff_id, clock.now()))


def test_only_the_right_password_opens_and_no_account_opens_to_any() -> None:
    assert check_password(HASH, PASSWORD)
    assert not check_password(HASH, PASSWORD + " ")
    assert not check_password(None, PASSWORD)
    assert not check_password("not a hash", PASSWORD)
    assert PASSWORD not in HASH
    assert HASH.startswith("$argon2id$")


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
def test_a_password_that_is_no_password_is_refused(password: str) -> None:
    with pytest.raises(BadInputError):
        hash_password(password)


def test_generated_passwords_differ_and_can_be_used() -> None:
    first, second = generate_password(), generate_password()
    assert first != second
    assert check_password(hash_password(first), first)


@pytest.mark.parametrize("name", ["ada lovelace", "  ADA   Lovelace ", "Ada\u00a0Lovelace"])
def test_a_name_is_one_however_it_is_written(database: Database, clock: FakeClock, ada: str, name: str) -> None:
    with database.transaction() as session:
        assert find_staff(session, name).id == ada
        with pytest.raises(ConflictError, match="Lovelace"):
            add_staff(session, name, Role.AGENT, HASH, clock.now())


@pytest.mark.parametrize("name", ["", "   ", "a" * 61, "a\x00b", "a\u202eb"])
def test_a_name_that_cannot_be_read_is_refused(database: Database, clock: FakeClock, name: str) -> None:
    with database.transaction() as session, pytest.raises(BadInputError):
        add_staff(session, name, Role.AGENT, HASH, clock.now())


def test_an_account_locks_after_failures_and_opens_again_later(database: Database, clock: FakeClock, ada: str) -> None:
    for number in range(ATTEMPTS_PER_ACCOUNT):
        with database.transaction() as session:
            begin_attempt(session, "Ada Lovelace", f"10.0.0.{number}", clock.now())
    with database.transaction() as session, pytest.raises(BusyError, match="15 minutes"):
        begin_attempt(session, "ada  lovelace", "10.0.0.99", clock.now())
    with database.transaction() as session:
        begin_attempt(session, "Somebody Else", "10.0.0.99", clock.now())
    clock.advance(LOCK + timedelta(seconds=1))
    with database.transaction() as session:
        begin_attempt(session, "Ada Lovelace", "10.0.0.99", clock.now())


def test_a_name_nobody_has_locks_as_well(database: Database, clock: FakeClock) -> None:
    for _ in range(ATTEMPTS_PER_ACCOUNT):
        with database.transaction() as session:
            begin_attempt(session, "nobody", "10.0.0.1", clock.now())
    with database.transaction() as session, pytest.raises(BusyError):
        begin_attempt(session, "nobody", "10.0.0.1", clock.now())


def test_an_address_that_tries_many_names_is_locked_out(database: Database, clock: FakeClock) -> None:
    for number in range(ATTEMPTS_PER_ADDRESS):
        with database.transaction() as session:
            begin_attempt(session, f"name {number}", "10.0.0.1", clock.now())
    with database.transaction() as session, pytest.raises(BusyError):
        begin_attempt(session, "one more", "10.0.0.1", clock.now())
    with database.transaction() as session:
        begin_attempt(session, "one more", "10.0.0.2", clock.now())


def test_who_logs_in_again_and_again_is_never_locked_out(database: Database, clock: FakeClock, ada: str) -> None:
    for _ in range(ATTEMPTS_PER_ADDRESS * 2):
        with database.transaction() as session:
            begin_attempt(session, "Ada Lovelace", "10.0.0.1", clock.now())
            forgive(session, "Ada Lovelace", "10.0.0.1")


def test_a_login_is_believed_until_it_ends(database: Database, clock: FakeClock, ada: str) -> None:
    login = logged_in(database, clock, ada)
    with database.reading() as session:
        actor, _ = find_login(session, login, clock.now())
    assert (actor.name, actor.role) == ("Ada Lovelace", Role.TRAINER)
    with database.transaction() as session:
        end_login(session, login)
    with database.reading() as session, pytest.raises(LoggedOutError):
        find_login(session, login, clock.now())


def test_a_login_left_alone_ends(database: Database, clock: FakeClock, ada: str) -> None:
    login = logged_in(database, clock, ada)
    clock.advance(IDLE)
    with database.reading() as session, pytest.raises(LoggedOutError):
        find_login(session, login, clock.now())


def test_even_a_busy_login_ends_after_a_shift(database: Database, clock: FakeClock, ada: str) -> None:
    login = logged_in(database, clock, ada)
    for _ in range(LONGEST_LOGIN // timedelta(hours=1) - 1):
        clock.advance(timedelta(hours=1))
        with database.transaction() as session:
            assert find_login(session, login, clock.now())[1]
            mark_seen(session, login, clock.now())
            assert not find_login(session, login, clock.now())[1]
    clock.advance(timedelta(hours=1))
    with database.reading() as session, pytest.raises(LoggedOutError):
        find_login(session, login, clock.now())


def test_the_record_holds_nothing_that_opens_a_door(database: Database, clock: FakeClock, ada: str) -> None:
    with database.transaction() as session:
        token = open_login(session, ada, clock.now())
        link = issue_first_link(session, clock.now())
        row = session.query(LoginRow).one()
    assert link is None, "there is an account"
    assert token not in row.id
    with database.reading() as session, pytest.raises(LoggedOutError):
        find_login(session, token, clock.now())


def test_a_closed_account_is_out_at_once_and_cannot_come_back(database: Database, clock: FakeClock, ada: str) -> None:
    login = logged_in(database, clock, ada)
    with database.transaction() as session:
        set_disabled(session, "Ada Lovelace", disabled=True)
    with database.reading() as session:
        with pytest.raises(LoggedOutError):
            find_login(session, login, clock.now())
        assert password_hash_of(session, "Ada Lovelace") == (None, None)
    with database.transaction() as session, pytest.raises(NotFoundError):
        open_login(session, ada, clock.now())


def test_another_password_ends_every_login(database: Database, clock: FakeClock, ada: str) -> None:
    login = logged_in(database, clock, ada)
    with database.transaction() as session:
        set_password(session, "Ada Lovelace", hash_password("another password"))
    with database.reading() as session, pytest.raises(LoggedOutError):
        find_login(session, login, clock.now())


def test_the_last_admin_cannot_be_locked_out(database: Database, clock: FakeClock) -> None:
    with database.transaction() as session:
        add_staff(session, "root", Role.ADMIN, HASH, clock.now())
        add_staff(session, "second", Role.ADMIN, HASH, clock.now())
        set_disabled(session, "second", disabled=True)
        with pytest.raises(ConflictError, match="only admin"):
            set_disabled(session, "root", disabled=True)


def test_the_first_link_works_once_and_only_while_there_is_nobody(database: Database, clock: FakeClock) -> None:
    with database.transaction() as session:
        older = issue_first_link(session, clock.now())
        token = issue_first_link(session, clock.now())
        assert older is not None
        assert token is not None
        assert not is_first_link(session, older, clock.now())
        assert is_first_link(session, token, clock.now())
        assert is_first_link(session, token, clock.now()), "looking does not use it up"
        with pytest.raises(ConflictError):
            redeem_first_link(session, older, clock.now())
        redeem_first_link(session, token, clock.now())
        with pytest.raises(ConflictError):
            redeem_first_link(session, token, clock.now())


def test_the_first_link_expires(database: Database, clock: FakeClock) -> None:
    with database.transaction() as session:
        token = issue_first_link(session, clock.now())
        assert token is not None
        clock.advance(timedelta(minutes=30))
        with pytest.raises(ConflictError):
            redeem_first_link(session, token, clock.now())


def test_every_role_may_enter_and_only_an_admin_may_do_everything() -> None:
    assert POLICY.keys() == set(Role)
    assert all(Permission.ENTER in may for may in POLICY.values())
    assert POLICY[Role.ADMIN] == set(Permission)
    agent = Actor("1", "agent", Role.AGENT, "login")
    authorize(agent, Permission.TALK)
    with pytest.raises(NotAllowedError, match="agent; this takes the role trainer or admin"):
        authorize(agent, Permission.LABEL)


def test_what_was_done_is_kept_newest_first(database: Database, clock: FakeClock) -> None:
    actor = Actor("1", "Ada", Role.TRAINER, "login")
    with database.transaction() as session:
        audit(session, None, "staff.add", clock.now(), name="Ada")
        audit(session, actor, "label", clock.now(), grade=3)
    with database.reading() as session:
        rows = latest_actions(session)
        assert [(row.staff_name, row.action) for row in rows] == [("Ada", "label"), ("command line", "staff.add")]
        assert [row.action for row in latest_actions(session, staff_id="1")] == ["label"]
