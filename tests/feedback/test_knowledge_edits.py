"""Is a change to the shop's texts whole, recorded, refused when it could not be read, and never outside the folder?"""

from __future__ import annotations

from pathlib import Path

import pytest

from feedback.knowledge_edits import change_file, changes_of
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.errors import BadInputError, ConfigurationError, ConflictError


class Admin:
    """Somebody who changes files in a folder."""

    def __init__(self, database: Database, clock: FakeClock, folder: Path) -> None:
        self.database, self.clock, self.folder = database, clock, folder

    def change(self, name: str, text: str, seen: str = "", refuse: str = "broken") -> None:
        def check(new: str) -> None:
            if refuse in new:
                raise ConfigurationError("This cannot be read.")

        with self.database.transaction() as session:
            change_file(session, self.folder, name, seen=seen, text=text, check=check, staff_id="1", staff_name="Olga",
                        now=self.clock.now())  # fmt: skip

    def history(self, name: str) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            return [(row.before, row.after) for row in changes_of(session, name)]


@pytest.fixture
def admin(database: Database, clock: FakeClock, tmp_path: Path) -> Admin:
    return Admin(database, clock, tmp_path / "shop")


def test_a_change_is_in_the_file_and_in_its_history(admin: Admin) -> None:
    admin.change("policies/returns.md", "# One")
    admin.change("policies/returns.md", "# Two\r\n", seen="# One")
    assert (admin.folder / "policies" / "returns.md").read_text() == "# Two\n"
    assert admin.history("policies/returns.md") == [("# One", "# Two\n"), ("", "# One")]
    assert [path.name for path in (admin.folder / "policies").iterdir()] == ["returns.md"]


def test_who_changed_what_somebody_else_changed_meanwhile_is_told(admin: Admin) -> None:
    admin.change("faq.yml", "one")
    with pytest.raises(ConflictError, match="changed meanwhile"):
        admin.change("faq.yml", "two", seen="")
    assert (admin.folder / "faq.yml").read_text() == "one"


def test_what_could_not_be_read_again_is_not_written(admin: Admin) -> None:
    with pytest.raises(ConfigurationError):
        admin.change("faq.yml", "broken")
    assert not (admin.folder / "faq.yml").exists()
    assert admin.history("faq.yml") == []


@pytest.mark.parametrize(
    "name", ["../x.md", "policies/../x.md", "policies/.md", "policies/a/b.md", "orders.csv", "policies/A.md", "/etc/x",
             "policies/x.md\n", "policies/x.yml", ""]
)  # fmt: skip
def test_no_other_file_can_be_named(admin: Admin, name: str) -> None:
    with pytest.raises(BadInputError):
        admin.change(name, "text")
    assert not admin.folder.exists()


def test_no_file_grows_without_end(admin: Admin) -> None:
    with pytest.raises(BadInputError, match="characters"):
        admin.change("faq.yml", "x" * 500_001)
