"""Which clients follow which conversation, and when is there something new for them?

A follower is only woken; what is new it reads from the record. So nothing is lost when a follower is slow or comes back
later, and every window of a conversation sees the same messages in the same order.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from recommender.errors import BusyError

__all__ = ["Live"]

_STREAMS_PER_SESSION = 8
_STREAMS = 2000
_RETRY_AFTER_S = 30


class Live:
    """Bells of the open streams, by conversation, and whether somebody is typing there."""

    def __init__(self) -> None:
        self._bells: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._typing: Counter[str] = Counter()
        self._humans_typing: frozenset[str] = frozenset()
        self.open_streams = 0

    def admit(self, session_id: str) -> None:
        """Refuse one more follower of this conversation when there are too many.

        Raises:
            BusyError: too many streams are open, here or in this conversation.
        """
        if self.open_streams >= _STREAMS or len(self._bells.get(session_id, ())) >= _STREAMS_PER_SESSION:
            raise BusyError("Too many streams are open; close one, or read with GET /api/messages.", _RETRY_AFTER_S)

    @contextmanager
    def follow(self, session_id: str) -> Iterator[asyncio.Event]:
        """A bell that rings whenever something changed in the conversation."""
        bell = asyncio.Event()
        self._bells[session_id].add(bell)
        self.open_streams += 1
        try:
            yield bell
        finally:
            self.open_streams -= 1
            self._bells[session_id].discard(bell)
            if not self._bells[session_id]:
                del self._bells[session_id]

    @property
    def followed(self) -> list[str]:
        """The conversations that somebody follows."""
        return list(self._bells)

    def ring(self, session_id: str) -> None:
        """Wake whoever follows the conversation."""
        for bell in self._bells.get(session_id, ()):
            bell.set()

    @contextmanager
    def typing(self, session_id: str) -> Iterator[None]:
        """The assistant types while the block runs."""
        self._typing[session_id] += 1
        self.ring(session_id)
        try:
            yield
        finally:
            self._typing[session_id] -= 1
            if not self._typing[session_id]:
                del self._typing[session_id]
            self.ring(session_id)

    def humans_typing(self, session_ids: Collection[str]) -> None:
        """In these conversations, and in no others, a human of the shop is typing."""
        before, self._humans_typing = self._humans_typing, frozenset(session_ids)
        for session_id in before ^ self._humans_typing:
            self.ring(session_id)

    def is_typing(self, session_id: str) -> bool:
        """Whether the assistant, or a human in its place, is typing in the conversation."""
        return session_id in self._typing or session_id in self._humans_typing
