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
from feedback.staff.roles import NotAllowedError
from recommender.clock import FakeClock
from recommender.errors import ConflictError
from recommender.settings import Settings


@pytest.fixture
def demoted(tmp_path: Path, clock: FakeClock) -> Any:
    """The page of a trainer whose role was changed after they opened it."""

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
def test_a_model_is_rolled_back_only_by_who_may_train(demoted: Any, kind: str) -> None:
    way: Any = _Way()
    models: Any = OtherModels(demoted, way)
    models._assistants = models._rankers = models._factors = way
    with pytest.raises(NotAllowedError):
        asyncio.run(getattr(models, f"_roll_{kind}_back")())
    assert not way.moved


def test_a_training_is_stopped_only_by_who_may_train(demoted: Any) -> None:
    way: Any = _Way()
    trainings: Any = Trainings(demoted, way, way)
    with pytest.raises(NotAllowedError):
        asyncio.run(trainings._stop())
    assert not way.moved


def test_the_chosen_version_stays_chosen_when_a_newer_one_comes_before_it(demoted: Any) -> None:
    encoders: Any = Encoders(demoted, demoted, demoted)
    with pytest.raises(ConflictError, match="There is no version yet"):
        encoders._version_chosen()
    for versions, chosen in ((["two", "one"], "two"), (["three", "two", "one"], "two"), (["three", "one"], "one")):
        encoders._take(SimpleNamespace(versions=[SimpleNamespace(version=one) for one in versions]))
        assert encoders._version_chosen() == chosen
