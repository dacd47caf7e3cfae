"""Does the store in memory keep to the contract?"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from feedback.memory import InMemoryFeedbackStore
from tests.feedback.store_contract import FeedbackStoreContract, Shop


class MemoryShop(Shop):
    def __init__(self) -> None:
        self.store: InMemoryFeedbackStore = InMemoryFeedbackStore()
        self._numbers = itertools.count()

    def person(self) -> str:
        return f"person-{next(self._numbers)}"

    def turn(self, person_id: str) -> tuple[str, str]:
        return "session", f"turn-{next(self._numbers)}"

    def history(self, person_id: str) -> Sequence[tuple[str, int, str | None]]:
        mine = (vote for vote in self.store.history if vote.person_id == person_id)
        return [(vote.impression_id, vote.value, vote.reason) for vote in mine]


class TestInMemoryFeedbackStore(FeedbackStoreContract):
    @pytest.fixture
    def shop(self) -> MemoryShop:
        return MemoryShop()
