"""What was shown and said, kept for as long as the process lives: the `FeedbackStore` of tests and of one-off tools."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from feedback.store import Event, Impression, Vote, VoteOutcome, check_vote, impression_not_found

__all__ = ["InMemoryFeedbackStore"]

_BEFORE_ALL_TIME = datetime.min.replace(tzinfo=UTC)


class InMemoryFeedbackStore:
    """A `FeedbackStore` in dictionaries, for one thread; `history` holds the votes that changed something, in order."""

    def __init__(self) -> None:
        self._impressions: dict[str, Impression] = {}
        self._votes: dict[tuple[str, str], Vote] = {}
        self._events: dict[str, Event] = {}
        self.history: list[Vote] = []

    def record_impressions(self, impressions: Sequence[Impression]) -> None:
        """Keep what is about to be shown; an impression that is already there stays as it was."""
        for shown in impressions:
            self._impressions.setdefault(shown.id, shown)

    def impression(self, impression_id: str, person_id: str) -> Impression:
        """The impression with this id that this person was shown."""
        shown = self._impressions.get(impression_id)
        if shown is None or shown.person_id != person_id:
            raise impression_not_found(impression_id)
        return shown

    def vote(self, person_id: str, impression_id: str, value: int, reason: str | None = None) -> VoteOutcome:
        """Cast, change or take back the person's one live vote; a vote that is already so changes nothing."""
        reason = check_vote(value, reason)
        shown = self.impression(impression_id, person_id)
        vote = Vote(person_id, impression_id, shown.item_id, value, reason)
        before = self._votes.get((person_id, impression_id), Vote(person_id, impression_id, shown.item_id, 0))
        changed = vote != before
        if changed:
            # Taken out and written anew, it is the newest.
            self._votes.pop((person_id, impression_id), None)
            self._votes[person_id, impression_id] = vote
            self.history.append(vote)
        return VoteOutcome(vote, previous_value=before.value, changed=changed)

    def votes(self, person_id: str) -> Sequence[Vote]:
        """The person's live votes other than 0, oldest first."""
        return [vote for vote in self._votes.values() if vote.person_id == person_id and vote.value]

    def add_events(self, events: Sequence[Event]) -> int:
        """Keep events; how many were not there before."""
        before = len(self._events)
        for event in events:
            self._events.setdefault(event.id, event)
        return len(self._events) - before

    def events(self, person_id: str) -> Sequence[Event]:
        """Everything the person did, oldest first."""
        mine = (event for event in self._events.values() if event.person_id == person_id)
        return sorted(mine, key=_age)


def _age(event: Event) -> tuple[datetime, int]:
    """Events without a time or position come first, in the order in which they came."""
    return event.at or _BEFORE_ALL_TIME, -1 if event.position is None else event.position
