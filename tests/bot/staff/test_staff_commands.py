"""Can an engineer make, see and close accounts from the terminal?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from feedback.staff.accounts import check_password
from feedback.staff.logins import password_hash_of
from recommender.db import Database
from recommender.errors import BadInputError, ConflictError, NotFoundError
from recommender.settings import Settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path))
    monkeypatch.delenv("SHOPTALK_DATABASE_URL", raising=False)
    return tmp_path


def run(*arguments: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, ["staff", *arguments], input=typed)
    if result.exception:
        raise result.exception
    return result.output


def opens(name: str, password: str) -> bool:
    database = Database(Settings().sql_url)
    with database.reading() as session:
        _, password_hash = password_hash_of(session, name)
    database.close()
    return check_password(password_hash, password)


def test_a_password_is_asked_for_and_never_shown() -> None:
    said = run("add", "Ada", "--role", "trainer", typed="correct horse\ncorrect horse\n")
    assert "Ada can log in as trainer." in said
    assert "correct horse" not in said
    assert opens("Ada", "correct horse")


def test_a_generated_password_is_printed_and_opens() -> None:
    said = run("add", "Bob", "--role", "agent", "--generate")
    found = re.search(r"shown this once: (\S+)", said)
    assert found
    assert opens("Bob", found.group(1))


def test_another_password_replaces_the_first() -> None:
    run("add", "Ada", "--role", "admin", typed="correct horse\ncorrect horse\n")
    run("password", "ada", typed="another password\nanother password\n")
    assert not opens("Ada", "correct horse")
    assert opens("Ada", "another password")


def test_accounts_are_listed_closed_and_opened() -> None:
    assert "Nobody has an account yet" in run("list")
    run("add", "Ada", "--role", "trainer", "--generate")
    run("disable", "Ada")
    assert re.search(r"Ada\s.*trainer\s.*closed", run("list"))
    run("enable", "Ada")
    assert re.search(r"Ada\s.*trainer\s.*open", run("list"))


def test_what_cannot_be_is_said_in_a_sentence() -> None:
    run("add", "Ada", "--role", "admin", "--generate")
    with pytest.raises(ConflictError, match="already"):
        run("add", " ADA ", "--role", "admin", "--generate")
    with pytest.raises(ConflictError, match="only admin"):
        run("disable", "Ada")
    with pytest.raises(NotFoundError, match="shoptalk staff list"):
        run("password", "Nobody")
    with pytest.raises(BadInputError, match="10 to 200"):
        run("add", "Bob", "--role", "agent", typed="short\nshort\n")
