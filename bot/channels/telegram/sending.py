"""How is a part sent, and what does each refusal of Telegram's mean?

Telegram gives no way to ask whether a message whose acknowledgement was lost has arrived. Such a part is sent once
more, and then taken for delivered: at worst it is there twice.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import structlog
from telegram import InputMediaPhoto, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channels.port import TryAgainError, UndeliverableError
from bot.channels.telegram.parts import Album, Note, Photo, TelegramPart, keyboard_of
from recommender.settings import Settings

__all__ = ["Bot", "Sender", "new_bot"]

Bot = ExtBot[int]

_log = structlog.get_logger()

# Without this the library warns, at every flood, that its next version will tell times as it does with this.
os.environ.setdefault("PTB_TIMEDELTA", "true")

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_GONE = ("chat not found", "user not found", "peer_id_invalid", "chat_id is empty")
_TOKEN_REFUSED_WAIT_S = 60.0
_NETWORK_WAIT_S = 2.0
_TYPING_EVERY_S = 4.0
"""Telegram shows it for five seconds."""


def new_bot(settings: Settings) -> Bot:
    """The bot of these settings; floods are met by the library's own limits and waits.

    Raises:
        ValueError: there is no token.
    """
    if settings.telegram_token is None:
        raise ValueError("there is no token")
    return ExtBot(
        settings.telegram_token.get_secret_value(),
        base_url=f"{settings.telegram_api_url}/bot",
        base_file_url=f"{settings.telegram_api_url}/file/bot",
        request=HTTPXRequest(connection_pool_size=64, connect_timeout=5, read_timeout=20, pool_timeout=10),
        get_updates_request=HTTPXRequest(connection_pool_size=1, connect_timeout=5, read_timeout=60),
        rate_limiter=AIORateLimiter(max_retries=1),
    )


class Sender:
    """Sends parts to chats."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._uncertain: set[tuple[str, str]] = set()

    async def send(self, place: str, part: TelegramPart) -> None:
        """Send one part; one that Telegram refuses is made plainer until it is taken or nothing is left of it.

        Raises:
            TryAgainError: it was not sent, or that cannot be known for the first time.
            UndeliverableError: the chat cannot be reached.
        """
        chat_id = int(place)
        current: TelegramPart | None = part
        while current is not None:
            try:
                await self._send_once(chat_id, current)
            except RetryAfter as error:
                raise TryAgainError("Telegram asks for patience", _seconds(error)) from error
            except (Forbidden, ChatMigrated) as error:
                raise UndeliverableError(type(error).__name__) from error
            except BadRequest as error:
                if any(sign in error.message.lower() for sign in _GONE):
                    raise UndeliverableError(error.message) from error
                _log.warning("part_refused", part=type(current).__name__, reason=error.message)
                current = current.plainer()
                continue
            except InvalidToken as error:
                _log.error("telegram_token_refused")
                raise TryAgainError("Telegram refuses the token", _TOKEN_REFUSED_WAIT_S) from error
            except NetworkError as error:
                if isinstance(error.__cause__, _NEVER_SENT) or not self._was_uncertain(place, part):
                    raise TryAgainError(
                        f"Telegram cannot be reached: {type(error).__name__}", _NETWORK_WAIT_S
                    ) from error
                _log.warning("part_taken_for_delivered", part=type(current).__name__)
            self._uncertain.discard((place, part.words))
            return

    def _was_uncertain(self, place: str, part: TelegramPart) -> bool:
        """Whether it was uncertain before that this part has arrived; from now on it was."""
        before = len(self._uncertain)
        self._uncertain.add((place, part.words))
        return len(self._uncertain) == before

    async def _send_once(self, chat_id: int, part: TelegramPart) -> None:
        no_preview = LinkPreviewOptions(is_disabled=True)
        match part:
            case Note():
                await self._bot.send_message(
                    chat_id, part.text.text, entities=part.text.entities(), reply_markup=keyboard_of(part.keyboard),
                    link_preview_options=no_preview,
                )  # fmt: skip
            case Photo():
                await self._bot.send_photo(
                    chat_id, part.picture, caption=part.caption.text, caption_entities=part.caption.entities(),
                    reply_markup=keyboard_of(part.keyboard),
                )  # fmt: skip
            case Album():
                media = [
                    InputMediaPhoto(
                        picture if isinstance(picture, str) else await asyncio.to_thread(picture.read_bytes),
                        caption=caption.text, caption_entities=caption.entities(),
                    )
                    for picture, caption in part.pictures
                ]  # fmt: skip
                await self._bot.send_media_group(chat_id, media)

    @asynccontextmanager
    async def typing(self, place: str) -> AsyncIterator[None]:
        """Show that the assistant is typing while the block runs."""
        task = asyncio.create_task(self._type(place))
        try:
            yield
        finally:
            task.cancel()

    async def show_typing(self, place: str) -> None:
        """Show for five seconds that somebody is typing, if Telegram can be told so."""
        try:
            await self._bot.send_chat_action(int(place), ChatAction.TYPING)
        except TelegramError as error:
            _log.debug("typing_not_shown", error=type(error).__name__)

    async def _type(self, place: str) -> None:
        while True:
            await self.show_typing(place)
            await asyncio.sleep(_TYPING_EVERY_S)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
