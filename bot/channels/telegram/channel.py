"""What does the assistant do about each kind of update, and how does it show what was said?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import structlog
from sqlalchemy import select
from telegram import CallbackQuery, Message, Update, User
from telegram.error import TelegramError

from bot.channels.port import Part, TryAgainError
from bot.channels.telegram.envelope import NAME, PRESS
from bot.channels.telegram.messages import take_edit, take_message
from bot.channels.telegram.parts import TelegramPart
from bot.channels.telegram.presses import Presses
from bot.channels.telegram.rendering import Rendering
from bot.channels.telegram.talk import Talk
from feedback.channels.chats import Chat
from feedback.channels.inbox import Waiting
from feedback.conversations import Message as Said
from feedback.payloads import issue_payloads
from feedback.tables import PayloadRow

__all__ = ["TelegramChannel"]

_log = structlog.get_logger()

_GONE = {"kicked", "left"}


class TelegramChannel:
    """The `Channel` that is a Telegram bot."""

    name = NAME

    def __init__(self, account: str) -> None:
        self.account = account

    def begin(self, talk: Talk) -> None:
        """From now on it can talk."""
        self._talk = talk
        self._presses = Presses()

    async def notice(self, update: Waiting) -> None:
        """Acknowledge a press."""
        press = self._parsed(update).callback_query
        if press is not None and update.person_id is not None:
            await self._presses.notice(self._talk_for(press.from_user), update, press)

    async def work(self, update: Waiting) -> None:
        """Answer what a person wrote, changed or pressed; the rest is let be."""
        parsed = self._parsed(update)
        if update.person_id is None:
            await self._refuse_group(parsed)
            return
        talk = self._talk_for(parsed.effective_user)
        match update.kind:
            case "message":
                await take_message(talk, update, cast("Message", parsed.message))
            case "edited_message":
                await take_edit(talk, update, cast("Message", parsed.edited_message))
            case "callback_query":
                await self._presses.work(talk, update, cast("CallbackQuery", parsed.callback_query))
            case "my_chat_member" if parsed.my_chat_member is not None:
                gone = parsed.my_chat_member.new_chat_member.status in _GONE
                await self._talk.block(update.place, blocked=gone)

    async def apologise(self, update: Waiting) -> None:
        """Say that something went wrong, to whoever can be told."""
        if update.person_id is None or update.kind not in {"message", "edited_message", PRESS}:
            return
        try:
            await self._talk.tell(update.place, "failed")
        except TryAgainError as error:
            _log.warning("apology_not_sent", reason=str(error))

    def parts(self, chat: Chat, messages: Sequence[Said]) -> Sequence[Part]:
        """The messages of one turn, with what their buttons mean."""
        chips = [one["payload"] for said in messages if said.body["type"] == "chips" for one in said.body["items"]]
        with self._talk.database.transaction() as session:
            offered = set(session.scalars(select(PayloadRow.intent).where(PayloadRow.id.in_(chips))))
            rendering = Rendering(self._talk.look.in_language(chat.language), offered)
            parts = rendering.render(messages)
            issue_payloads(session, chat.session_id, rendering.pressables, self._talk.clock.now())
        return parts

    async def send(self, chat: Chat, part: Part) -> None:
        """Send one part to the chat."""
        await self._talk.sender.send(chat.place, cast("TelegramPart", part))

    async def show_typing(self, place: str) -> None:
        """Show that somebody is typing."""
        await self._talk.sender.show_typing(place)

    def _talk_for(self, user: User | None) -> Talk:
        return self._talk.with_reader(None if user is None else user.language_code)

    def _parsed(self, update: Waiting) -> Update:
        return Update.de_json(dict(update.body), self._talk.bot)

    async def _refuse_group(self, update: Update) -> None:
        """Say that the assistant talks with one person at a time, and leave; channels are only left."""
        chat = update.effective_chat
        added = update.my_chat_member is not None and update.my_chat_member.new_chat_member.status not in _GONE
        if chat is None or chat.type == "private" or not (added or update.message is not None):
            return
        talk = self._talk
        try:
            if chat.type in {"group", "supergroup"}:
                text = talk.look.phrases.say("only_private", address=f"https://t.me/{talk.bot.username}")
                await talk.bot.send_message(chat.id, text)
            await talk.bot.leave_chat(chat.id)
        except TelegramError as error:
            _log.info("group_not_left", error=type(error).__name__)
