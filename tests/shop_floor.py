"""A shop on whose floor something was said, shown and voted on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from feedback.conversations import accept_turn, begin_turn, draft_answer, finish_turn, open_session
from feedback.people import new_person
from feedback.sql import SqlFeedbackStore
from feedback.store import Impression
from recommender.clock import FakeClock
from recommender.db import Database

__all__ = ["TITLES", "ShopFloor"]

TITLES = {"sofa": "Red sofa", "chair": "Red chair", "hose": "Garden hose", "lamp": "Desk lamp"}


class ShopFloor:
    """Shoppers come in with `says`; what they are shown gets impressions, which they can vote on."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.store = SqlFeedbackStore(database, clock)
        self.people: dict[str, tuple[str, str]] = {}

    def says(
        self,
        name: str,
        text: str,
        shown: Sequence[str] = (),
        *,
        intent: str = "search",
        confidence: float = 0.9,
        surface: str = "search",
        legs: Mapping[str, Mapping[str, float]] | None = None,
    ) -> dict[str, str]:
        """A turn; the impression of each product that was shown."""
        self.clock.advance(timedelta(seconds=10))
        now = self.clock.now()
        with self.database.transaction() as session:
            if name not in self.people:
                person = new_person(session, now)
                self.people[name] = person, open_session(session, person, "web", now).id
            person, conversation = self.people[name]
            turn_id = accept_turn(session, conversation, text=text, now=now).turn.id
            begun = begin_turn(session, turn_id, asking=lambda: False)
            assert begun is not None
        impressions = [
            Impression(
                id=uuid.uuid4().hex, person_id=person, session_id=conversation, turn_id=turn_id, item_id=item,
                surface=surface, position=place, score=1 / place, legs=dict((legs or {}).get(item, {})),
                versions={"encoder": "one"}, reasons=("it is red",), query=text if surface == "search" else "",
            )
            for place, item in enumerate(shown, start=1)
        ]  # fmt: skip
        self.store.record_impressions(impressions)
        replies = [{"type": "text", "text": f"Here is {', '.join(shown) or 'nothing'}"}]
        with self.database.transaction() as session:
            draft_answer(session, turn_id, replies, intent=intent, confidence=confidence)
            finish_turn(session, turn_id, replies, speaker_version=begun.speaker_version, timing_ms={}, now=now)
        return {one.item_id: one.id for one in impressions}

    def votes(self, name: str, impression_id: str, value: int) -> None:
        self.store.vote(self.people[name][0], impression_id, value)

    @staticmethod
    def texts(ids: Sequence[str]) -> dict[str, str]:
        """What is for sale."""
        return {one: TITLES[one] for one in ids if one in TITLES}
