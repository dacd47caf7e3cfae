"""How does what somebody does in a chat become a turn of their conversation, and the answer a message there?"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.channels.delivery import Delivery
from bot.channels.gateway import GatewayClient
from bot.channels.port import TryAgainError, UndeliverableError
from bot.channels.telegram.envelope import NAME
from bot.channels.telegram.parts import Keyboard, Note
from bot.channels.telegram.rendering import Look
from bot.channels.telegram.rich import RichText, cut
from bot.channels.telegram.sending import Bot, Sender
from bot.gateway.contract import MAX_TEXT, clean
from bot.gateway.threads import Threads
from feedback.channels.chats import Chat, block_chat, chat_for, find_chat, renew_chat
from feedback.conversations import find_session
from feedback.payloads import Pressable, issue_payloads
from feedback.people import person_for
from feedback.tables import PayloadRow, TurnRow
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import BadInputError, ConflictError, NotFoundError
from recommender.settings import Settings

__all__ = ["Talk"]

_LANGUAGE = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


@dataclass(frozen=True)
class Talk:
    """What every kind of update has to hand: the chat, the conversation behind it, and the words."""

    account: str
    bot: Bot
    sender: Sender
    gateway: GatewayClient
    delivery: Delivery
    database: Database
    clock: Clock
    threads: Threads
    settings: Settings
    look: Look
    language: str | None = None

    def with_reader(self, language: str | None) -> Talk:
        """The same with somebody who reads `language` (a BCP 47 tag)."""
        known = language if language and _LANGUAGE.fullmatch(language) else None
        return replace(self, look=self.look.in_language(known), language=known)

    async def chat(self, place: str) -> Chat:
        """The chat of whoever just wrote there, with a conversation that goes on or begins."""
        return await self.threads.run(self._chat, place)

    async def take(self, place: str, message_id: str, *, text: str | None = None, payload: str | None = None) -> None:
        """Let the conversation go on with `text` or with what was pressed, and deliver the answer.

        Raises:
            TryAgainError: the gateway cannot take it now.
        """
        if text is not None and len(clean(text)) > MAX_TEXT:
            await self.tell(place, "too_long", count=len(clean(text)), most=MAX_TEXT)
            return
        chat = await self.chat(place)

        async def say() -> list[dict[str, Any]]:
            async with self.sender.typing(place):
                return await self.gateway.say(chat.session_id, message_id, text=text, payload=payload)

        replies = await self._or_tell(place, say)
        if await self.threads.run(self._is_there, chat):
            await self._deliver(place)
        else:
            # Everything was forgotten, as was asked; only the answer that says so is left.
            for reply in replies or []:
                await self.write(place, str(reply.get("text", "")))

    async def command(self, place: str, message_id: str, intent: str, title: str, **arguments: object) -> None:
        """Let the conversation go on as if something that means `intent` had been pressed."""
        payload = await self.threads.run(self._offer, place, Pressable(intent, title, arguments))
        await self.take(place, message_id, payload=payload)

    async def linking(self, place: str, step: Callable[[str], Awaitable[str]]) -> None:
        """Do a step of linking in the chat's session and tell what it changed."""
        chat = await self.chat(place)

        async def do() -> str:
            return await step(chat.session_id)

        text = await self._or_tell(place, do)
        if text is not None:
            await self.write(place, text)

    async def begin_anew(self, place: str) -> None:
        """Begin a new conversation, unless a person of the shop speaks in this one or is awaited."""
        renewed = await self.threads.run(self._renew, place)
        await self.tell(place, "new.done" if renewed else "new.not_now")

    async def tell(self, place: str, key: str, keyboard: Keyboard = (), **slots: object) -> None:
        """Say one of the channel's own sentences."""
        slots.setdefault("shop", self.settings.shop_name)
        await self.write(place, self.look.phrases.say(key, **slots), keyboard)

    async def write(self, place: str, text: str, keyboard: Keyboard = ()) -> None:
        """Say something that is no part of the conversation's record; who cannot be reached is not told."""
        pieces = cut(RichText().add(text))
        for number, piece in enumerate(pieces, start=1):
            try:
                await self.sender.send(place, Note(piece, keyboard if number == len(pieces) else ()))
            except UndeliverableError:
                await self.block(place, blocked=True)
                return

    async def block(self, place: str, *, blocked: bool) -> None:
        """Note that nothing can be delivered there (any more), or that it can again."""
        await self.threads.run(self._block, place, blocked)

    async def said(self, place: str, message_id: str) -> tuple[str, bool] | None:
        """What was said with this message, and whether nothing was said since; None when it is not known here."""
        return await self.threads.run(self._said, place, message_id)

    async def pressed(self, place: str, payload_id: str) -> PayloadRow | None:
        """What a button means in the chat's conversation; None when it belongs to none or to an earlier one."""
        return await self.threads.run(self._payload, place, payload_id)

    async def _or_tell(self, place: str, step: Callable[[], Awaitable[Any]]) -> Any:
        """What `step` returns; None when it failed for a reason that the shopper was told."""
        try:
            return await step()
        except (BadInputError, ConflictError) as error:
            await self.tell(place, "not_taken", reason=str(error))
        except NotFoundError:
            await self.tell(place, "failed")
        return None

    async def _deliver(self, place: str) -> None:
        try:
            await self.delivery.deliver(place)
        except TryAgainError:
            return  # it is owed now, and delivered as soon as the channel lets it through

    # In threads, each one transaction -------------------------------------------------------------------------------

    def _chat(self, place: str) -> Chat:
        now = self.clock.now()
        with self.database.transaction() as session:
            person_id = person_for(session, NAME, place, now)
            idle = timedelta(days=self.settings.session_days)
            return chat_for(session, NAME, self.account, place, person_id, now, idle=idle, language=self.language)

    def _renew(self, place: str) -> bool:
        now = self.clock.now()
        with self.database.transaction() as session:
            chat = find_chat(session, self.account, place)
            if chat is None:
                return True
            if find_session(session, chat.session_id).speaker in {"queued", "human"}:
                return False
            renew_chat(session, NAME, chat, now)
            return True

    def _offer(self, place: str, pressable: Pressable) -> str:
        chat = self._chat(place)
        with self.database.transaction() as session:
            issue_payloads(session, chat.session_id, [pressable], self.clock.now())
        return pressable.id

    def _is_there(self, chat: Chat) -> bool:
        with self.database.reading() as session:
            return find_chat(session, chat.account, chat.place) is not None

    def _block(self, place: str, blocked: bool) -> None:
        with self.database.transaction() as session:
            block_chat(session, self.account, place, blocked=blocked)

    def _said(self, place: str, message_id: str) -> tuple[str, bool] | None:
        with self.database.reading() as session:
            chat = find_chat(session, self.account, place)
            if chat is None:
                return None
            own = TurnRow.session_id == chat.session_id
            turn = session.scalar(select(TurnRow).where(own, TurnRow.client_message_id == message_id))
            if turn is None:
                return None
            since = select(TurnRow.id).where(own, TurnRow.created_at > turn.created_at)
            return turn.text, session.scalar(since.limit(1)) is None

    def _payload(self, place: str, payload_id: str) -> PayloadRow | None:
        with self.database.reading() as session:
            chat = find_chat(session, self.account, place)
            row = session.get(PayloadRow, payload_id) if len(payload_id) <= 32 else None
            return row if chat is not None and row is not None and row.session_id == chat.session_id else None
