"""What does pressing a button do, and how soon does the shopper see that it did?

Telegram shows a running circle on a button until the press is acknowledged. Most presses are acknowledged as soon as
they are seen, before whatever else the chat still waits for; a thumb is acknowledged with its receipt, if that is there
in time.
"""

from __future__ import annotations

import asyncio
from collections import deque

import structlog
from sqlalchemy import select
from telegram import CallbackQuery, InlineKeyboardMarkup
from telegram.error import TelegramError

from bot.channels.telegram.messages import LINK, NO_LINK
from bot.channels.telegram.parts import Button, Keyboard, keyboard_of
from bot.channels.telegram.rendering import REASONS, TICK
from bot.channels.telegram.rich import RichText, shorten
from bot.channels.telegram.talk import Talk
from feedback.channels.inbox import Waiting
from feedback.payloads import Pressable, issue_payloads
from feedback.tables import PayloadRow, VoteRow

__all__ = ["Presses"]

_log = structlog.get_logger()

RECEIPT_WITHIN_S = 0.7
"""A receipt that is not there by then comes too late for a press that has to be acknowledged within a second."""

_THUMBS = {"thumb_up": 1, "thumb_down": -1}
_MOST_IN_ANSWER = 200
_REMEMBERED = 1000


class Presses:
    """Acknowledges presses, and does what they ask for."""

    def __init__(self) -> None:
        self._acknowledged: deque[str] = deque(maxlen=_REMEMBERED)

    async def notice(self, talk: Talk, update: Waiting, press: CallbackQuery) -> None:
        """See to it that the press is acknowledged within a second."""
        data = press.data or ""
        payload = await talk.pressed(update.place, data)
        if payload is not None and _thumb(payload):
            await asyncio.sleep(RECEIPT_WITHIN_S)
        await self._acknowledge(talk, press, _answer(talk, data, payload))

    async def work(self, talk: Talk, update: Waiting, press: CallbackQuery) -> None:
        """Do what was pressed."""
        place, data = update.place, press.data or ""
        payload = await talk.pressed(place, data)
        if payload is not None and _thumb(payload):
            await self._vote(talk, update, press, payload)
            return
        # It was not noticed if the chat was free and came to it at once.
        await self._acknowledge(talk, press, _answer(talk, data, payload))
        if payload is not None:
            await talk.take(place, f"press:{update.external_id}", payload=payload.id)
        elif data.startswith(LINK):
            code = data.removeprefix(LINK)
            await talk.linking(place, lambda session_id: talk.gateway.use_code(session_id, code))
            await _edit(talk, press, None)
        elif data == NO_LINK:
            await talk.tell(place, "link.not_done")
            await _edit(talk, press, None)

    async def _vote(self, talk: Talk, update: Waiting, press: CallbackQuery, payload: PayloadRow) -> None:
        """Cast the vote, or take it back if it is the one that counts; a thumb down is asked for its reason."""
        impression, value = str(payload.arguments["impression_id"]), _THUMBS[payload.intent]
        counts = await talk.threads.run(_live_vote, talk, impression)
        if counts == value and update.attempts == 1:
            value = 0
        chat = await talk.chat(update.place)
        receipt = await talk.gateway.vote(chat.session_id, impression, value)
        await self._acknowledge(talk, press, receipt)
        markup = getattr(press.message, "reply_markup", None)
        if isinstance(markup, InlineKeyboardMarkup):
            thumbs = await talk.threads.run(_thumbs_of, talk, impression, markup)
            await _edit(talk, press, _ticked(markup, thumbs, value))
        if value < 0:
            keyboard = await talk.threads.run(_reasons, talk, payload, impression)
            await talk.tell(update.place, "vote.why_not", keyboard, receipt=receipt)

    async def _acknowledge(self, talk: Talk, press: CallbackQuery, text: str = "") -> None:
        if press.id in self._acknowledged:
            return
        self._acknowledged.append(press.id)
        try:
            await talk.bot.answer_callback_query(press.id, shorten(RichText().add(text), _MOST_IN_ANSWER).text or None)
        except TelegramError as error:
            # Most likely the press is too old: the shop was not there when it came.
            _log.info("press_not_acknowledged", error=type(error).__name__)


def _answer(talk: Talk, data: str, payload: PayloadRow | None) -> str:
    """What a press is acknowledged with: nothing, or that it can do nothing (any more)."""
    known = payload is not None or data.startswith(LINK) or data == NO_LINK
    return "" if known else talk.look.phrases.say("button_gone")


async def _edit(talk: Talk, press: CallbackQuery, markup: InlineKeyboardMarkup | None) -> None:
    if press.message is None:
        return
    try:
        await talk.bot.edit_message_reply_markup(press.message.chat.id, press.message.message_id, reply_markup=markup)
    except TelegramError as error:
        # It is so already, or the message is gone: what was pressed is done all the same.
        _log.debug("keyboard_not_changed", error=type(error).__name__)


# In threads, each one transaction -----------------------------------------------------------------------------------


def _live_vote(talk: Talk, impression_id: str) -> int:
    with talk.database.reading() as session:
        value = session.scalar(select(VoteRow.value).where(VoteRow.impression_id == impression_id))
        return value or 0


def _thumbs_of(talk: Talk, impression_id: str, markup: InlineKeyboardMarkup) -> dict[str, int]:
    """Which buttons are the thumbs of this impression."""
    data = [button.callback_data for row in markup.inline_keyboard for button in row]
    ids = [one for one in data if isinstance(one, str)]
    with talk.database.reading() as session:
        rows = session.scalars(select(PayloadRow).where(PayloadRow.id.in_(ids)))
        return {
            row.id: _THUMBS[row.intent]
            for row in rows
            if row.intent in _THUMBS and row.arguments.get("impression_id") == impression_id
        }


def _reasons(talk: Talk, payload: PayloadRow, impression_id: str) -> Keyboard:
    say = talk.look.phrases.say
    whole = {"impression_id": impression_id, "value": -1}
    pressables = [Pressable("thumb_down", say(f"reason_code.{code}"), {**whole, "reason": code}) for code in REASONS]
    pressables.append(Pressable("thumb_down", say("undo"), {**whole, "value": 0}))
    with talk.database.transaction() as session:
        issue_payloads(session, payload.session_id, pressables, talk.clock.now())
    return tuple((Button(one.title, data=one.id),) for one in pressables)


def _thumb(payload: PayloadRow) -> bool:
    """Whether this is a bare thumb; one with a reason, and taking one back in words, are turns of the conversation."""
    arguments = payload.arguments
    return (
        payload.intent in _THUMBS
        and "impression_id" in arguments
        and "reason" not in arguments
        and arguments.get("value") == _THUMBS[payload.intent]
    )


def _ticked(markup: InlineKeyboardMarkup, thumbs: dict[str, int], value: int) -> InlineKeyboardMarkup | None:
    """The same buttons, with the tick on the thumb that counts."""

    def button(title: str, data: object, url: str | None) -> Button:
        if isinstance(data, str) and data in thumbs:
            title = title.removesuffix(TICK) + (TICK if value and thumbs[data] == value else "")
        return Button(title, data=data if isinstance(data, str) else None, url=url)

    return keyboard_of(
        tuple(tuple(button(one.text, one.callback_data, one.url) for one in row) for row in markup.inline_keyboard)
    )
