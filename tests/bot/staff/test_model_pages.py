"""Do the pages about models act on what was chosen, and only for who may still do it?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.staff.review.encoders import Encoders
from bot.staff.review.other_models import OtherModels
from bot.staff.review.training import Trainings
from bot.staff.review.voters import Voters
from feedback.staff.roles import NotAllowedError
from recommender.clock import FakeClock
from recommender.errors import ConflictError
from recommender.settings import Settings


@pytest.fixture
def page(tmp_path: Path, clock: FakeClock) -> Any:
    """A page of a trainer whose role was changed after they opened it."""

    async def write(*_: object) -> None:
        raise NotAllowedError("Your role does not include this.")

    async def work(function: Callable[..., object], *arguments: object) -> object:
        return function(*arguments)

    console = SimpleNamespace(settings=Settings(home=tmp_path), clock=clock)
    return SimpleNamespace(console=console, write=write, work=work)


class _Way:
    """A model that remembers whether it was rolled back, and a job whether it was stopped."""

    running, title, moved = True, "Search encoder", False

    def serving(self) -> Any:
        return SimpleNamespace(current="two")

    def versions(self) -> list[tuple[Any, bool]]:
        return [(SimpleNamespace(version="two"), True)]

    def rollback(self) -> str:
        self.moved = True
        return "one"

    async def stop(self) -> None:
        self.moved = True


@pytest.mark.parametrize("kind", ["assistant", "ranker", "factors"])
def test_a_model_is_rolled_back_only_by_who_may_train(page: Any, kind: str) -> None:
    way: Any = _Way()
    models: Any = OtherModels(page, way)
    models._assistants = models._rankers = models._factors = way
    with pytest.raises(NotAllowedError):
        asyncio.run(getattr(models, f"_roll_{kind}_back")())
    assert not way.moved


def test_a_training_is_stopped_only_by_who_may_train(page: Any) -> None:
    way: Any = _Way()
    trainings: Any = Trainings(page, way, way)
    with pytest.raises(NotAllowedError):
        asyncio.run(trainings._stop())
    assert not way.moved


def test_the_chosen_version_stays_chosen_when_a_newer_one_comes_before_it(page: Any) -> None:
    encoders: Any = Encoders(page, page, page)
    with pytest.raises(ConflictError, match="There is no version yet"):
        encoders._version_chosen()
    for versions, chosen in ((["two", "one"], "two"), (["three", "two", "one"], "two"), (["three", "one"], "one")):
        encoders._take(SimpleNamespace(versions=[SimpleNamespace(version=one) for one in versions]))
        assert encoders._version_chosen() == chosen


@pytest.mark.parametrize(("left", "place"), [(["bob", "eve"], 1), (["bob"], 0), ([], 0)])
def test_who_looks_at_somebody_that_was_erased_meanwhile_sees_another(page: Any, left: list[str], place: int) -> None:
    async def read(_: object) -> list[str]:
        return left

    page.read, page.console.database = read, None
    voters: Any = Voters(page)
    voters._people, voters._place = ["bob", "eve", "mallory"], 1
    asyncio.run(voters._load())
    assert (voters._people, voters._place) == (left, place)
