"""Are shortcuts unambiguous, and is a macro's text read as the steps it names?"""

from __future__ import annotations

import pytest

from feedback.canned import (
    canned_replies,
    delete_canned,
    find_canned,
    macros,
    parse_steps,
    save_canned,
    save_macro,
    steps_in_words,
)
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, ConflictError, NotFoundError


def test_a_canned_reply_is_kept_changed_found_and_deleted(database: Database, clock: FakeClock) -> None:
    with database.transaction() as session:
        save_canned(session, "/Thanks", " Thank  you ", "Thanks!\n", "Ada", clock.now())
        save_canned(session, "thanks", "Thank you", "Thank you, {agent}.", "Ben", clock.now())
        (row,) = canned_replies(session)
        assert (row.shortcut, row.title, row.text, row.updated_by) == (
            "thanks",
            "Thank you",
            "Thank you, {agent}.",
            "Ben",
        )
        delete_canned(session, "thanks")
        with pytest.raises(NotFoundError, match="/thanks"):
            find_canned(session, "thanks")


@pytest.mark.parametrize(
    ("shortcut", "title", "text"),
    [
        ("", "t", "x"),
        ("a b", "t", "x"),
        ("ü", "t", "x"),
        ("a" * 31, "t", "x"),
        ("a", " ", "x"),
        ("a", "t", " "),
        ("a", "t", "x" * 4001),
    ],
)
def test_what_could_not_be_called_or_read_is_refused(
    database: Database, clock: FakeClock, shortcut: str, title: str, text: str
) -> None:
    with database.transaction() as session, pytest.raises(BadInputError):
        save_canned(session, shortcut, title, text, "Ada", clock.now())


def test_one_shortcut_never_means_two_things(database: Database, clock: FakeClock) -> None:
    with database.transaction() as session:
        save_canned(session, "bye", "Bye", "Goodbye.", "Ada", clock.now())
        save_macro(session, "end", "End", parse_steps("reply bye\nclose"), "Ada", clock.now())
        with pytest.raises(ConflictError):
            save_macro(session, "bye", "Bye", parse_steps("close"), "Ada", clock.now())
        with pytest.raises(ConflictError):
            save_canned(session, "end", "End", "The end.", "Ada", clock.now())
        with pytest.raises(NotFoundError):
            save_macro(session, "other", "Other", parse_steps("reply nothing-like-it"), "Ada", clock.now())
        assert [row.shortcut for row in macros(session)] == ["end"]


def test_steps_are_read_as_they_are_written() -> None:
    text = "reply hello\ntag vip customer\nnote called back\nhand_back"
    assert steps_in_words(parse_steps("\n  reply /hello \n\ntag vip customer\nnote called back\nhand_back")) == text
    assert parse_steps(text)[1] == {"do": "tag", "with": "vip customer"}


@pytest.mark.parametrize("text", ["", "  \n", "dance", "reply", "close now", "tag", "hand_back\nexplode x"])
def test_what_is_no_step_is_refused_by_its_line(text: str) -> None:
    with pytest.raises(BadInputError):
        parse_steps(text)
