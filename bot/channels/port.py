"""What does a channel have to be able to do, so that the queue and the delivery work for it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from feedback.channels.chats import Chat
from feedback.channels.inbox import Waiting
from feedback.conversations import Message

__all__ = ["Channel", "Part", "TryAgainError", "UndeliverableError"]

Part: TypeAlias = object
"""One message of the channel's own, ready to be sent."""


class TryAgainError(Exception):
    """It cannot be done now; nothing was done. `after_s` is when to try again."""

    def __init__(self, reason: str, after_s: float) -> None:
        super().__init__(reason)
        self.after_s = after_s


class UndeliverableError(Exception):
    """Nothing can be delivered to this chat: the person has blocked the shop, or is gone."""


class Channel(Protocol):
    """One way to reach people; `account` tells the shop's own name there from others it had."""

    name: str
    account: str

    async def notice(self, update: Waiting) -> None:
        """Do what cannot wait for the updates before this one. It is called once in the life of a process."""
        ...

    async def work(self, update: Waiting) -> None:
        """Do what an update asks for. It may have been begun before, by a process that died.

        Raises:
            TryAgainError: it has to wait; the updates of the same chat wait with it.
        """
        ...

    async def apologise(self, update: Waiting) -> None:
        """Say that something went wrong and the update is given up."""
        ...

    def parts(self, chat: Chat, messages: Sequence[Message]) -> Sequence[Part]:
        """The messages of one turn as this channel shows them; the same number of parts every time.

        It is called in a thread and may write to the record.
        """
        ...

    async def send(self, chat: Chat, part: Part) -> None:
        """Send one part; a part that the channel refuses for good is logged and left out.

        Raises:
            TryAgainError: it was not sent, or nobody can know.
            UndeliverableError: nothing can be sent to this chat.
        """
        ...

    async def show_typing(self, place: str) -> None:
        """Show that somebody is typing; failing to do so changes nothing."""
        ...
