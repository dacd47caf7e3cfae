"""How does somebody say on one channel that they are the person of another, whichever way they say it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from actions.replies.phrases import Phrases
from actions.replies.schema import TextReply
from bot.backend import Answer, ChatBackend, Utterance
from bot.gateway.limits import PerMinute
from bot.gateway.threads import Threads
from feedback.conversations import find_session
from feedback.links.codes import issue_code, looks_like_code, use_code
from feedback.links.people import is_linked, link_people, unlink
from feedback.tables import SessionRow
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import ShoptalkError

__all__ = ["CodesTyped", "Linked", "Linking"]

_TRIES_PER_MINUTE = 5


@dataclass(frozen=True, slots=True)
class Linked:
    """Whether somebody was joined from several channels, which they talk on, and what has just changed, in words."""

    linked: bool
    channels: Sequence[str]
    text: str = ""


class Linking:
    """Gives out codes, takes them, and undoes what they did. Everything here blocks; call it in a thread.

    Args:
        database: the record.
        clock: the time.
        phrases: the words.
        key: keys the digests of codes.
    """

    def __init__(self, database: Database, clock: Clock, phrases: Phrases, key: str) -> None:
        self._database = database
        self._clock = clock
        self._phrases = phrases
        self._key = key
        self._tries = PerMinute(_TRIES_PER_MINUTE, "codes of one conversation")

    def issue(self, session_id: str) -> str:
        """A new code for the person of this conversation; an earlier one stops working."""
        with self._database.transaction() as session:
            person_id = find_session(session, session_id).person_id
            return issue_code(session, person_id, self._key, self._clock.now())

    def use(self, session_id: str, code: str) -> Linked:
        """Make the person of this conversation and whoever was given `code` one.

        Raises:
            TooManyError: too many codes were tried in this conversation.
            BadInputError: the code does not work (any more).
            ConflictError: both are known by names of their own on one channel, or are one already.
        """
        self._tries.count(session_id)
        now = self._clock.now()
        with self._database.transaction() as session:
            other = use_code(session, code, self._key, now)
            link_people(session, find_session(session, session_id).person_id, other, now)
        return self.state(session_id, "link.done")

    def undo(self, session_id: str) -> Linked:
        """Give this conversation a person of its own again."""
        with self._database.transaction() as session:
            count = unlink(session, session_id)
        return self.state(session_id, "link.undone" if count else "link.none")

    def state(self, session_id: str, key: str = "") -> Linked:
        """With which channels this conversation shares its person; `key` names what has just changed."""
        with self._database.reading() as session:
            conversation = find_session(session, session_id)
            person_id, phrases = conversation.person_id, self._phrases.in_language(conversation.language)
            channels = select(SessionRow.channel).where(SessionRow.person_id == person_id).distinct()
            text = phrases.say(key) if key else ""
            return Linked(is_linked(session, person_id), sorted(session.scalars(channels)), text)


class CodesTyped:
    """A `ChatBackend` that takes codes which somebody types into a chat; everything else is for the one behind it."""

    def __init__(self, behind: ChatBackend, linking: Linking, threads: Threads) -> None:
        self._behind = behind
        self._linking = linking
        self._threads = threads

    async def answer(self, utterance: Utterance) -> Answer:
        """What became of the code, or what the backend behind answers."""
        if not looks_like_code(utterance.text):
            return await self._behind.answer(utterance)
        try:
            linked = await self._threads.run(self._linking.use, utterance.session_id, utterance.text)
        except ShoptalkError as error:
            return Answer([TextReply(text=str(error))])
        return Answer([TextReply(text=linked.text)])

    async def is_ready(self) -> bool:
        """Whether the backend behind is."""
        return await self._behind.is_ready()

    async def close(self) -> None:
        """Close the backend behind."""
        await self._behind.close()
