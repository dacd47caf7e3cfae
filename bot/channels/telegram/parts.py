"""What can be sent to a Telegram chat?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.telegram.rich import RichText, shorten

__all__ = ["MOST_IN_ALBUM", "Album", "Button", "Keyboard", "Note", "Photo", "Picture", "TelegramPart", "keyboard_of"]

MOST_IN_ALBUM = 10
MOST_BUTTONS = 100
_MOST_DATA_BYTES = 64
_MOST_ON_BUTTON = 60

Picture: TypeAlias = str | Path
"""An address that Telegram can fetch, or a file to upload."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: `data` comes back to us, `url` is opened."""

    title: str
    data: str | None = None
    url: str | None = None


Keyboard: TypeAlias = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A text message."""

    text: RichText
    keyboard: Keyboard = ()

    @property
    def words(self) -> str:
        """What can be read in it."""
        return self.text.text

    def plainer(self) -> TelegramPart | None:
        """The same with less that Telegram could refuse; None when nothing is left to leave out."""
        without = _without_addresses(self.keyboard)
        if without != self.keyboard:
            return replace(self, keyboard=without)
        if self.text.spans:
            return Note(RichText(self.text.text), self.keyboard)
        return Note(self.text) if self.keyboard else None


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture with a caption."""

    picture: Picture
    caption: RichText
    keyboard: Keyboard = ()

    @property
    def words(self) -> str:
        """What can be read in it."""
        return self.caption.text

    def plainer(self) -> TelegramPart | None:
        """The same without the picture."""
        return Note(self.caption, self.keyboard)


@dataclass(frozen=True, slots=True)
class Album:
    """Two to ten pictures, each with a caption."""

    pictures: Sequence[tuple[Picture, RichText]]

    @property
    def words(self) -> str:
        """What can be read in it."""
        return "\n".join(caption.text for _, caption in self.pictures)

    def plainer(self) -> TelegramPart | None:
        """Nothing: what an album shows is named in the list that follows it."""
        return None


TelegramPart: TypeAlias = Note | Photo | Album


def keyboard_of(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """The keyboard as Telegram takes it; None for an empty one."""
    rows: list[list[InlineKeyboardButton]] = []
    count = 0
    for row in keyboard:
        buttons = [
            InlineKeyboardButton(_title(button), callback_data=button.data, url=button.url)
            for button in row
            if button.url is not None or len((button.data or "").encode()) in range(1, _MOST_DATA_BYTES + 1)
        ]
        count += len(buttons)
        if buttons and count <= MOST_BUTTONS:
            rows.append(buttons)
    return InlineKeyboardMarkup(rows) if rows else None


def _title(button: Button) -> str:
    one_line = RichText().add(" ".join(button.title.split()))
    return shorten(one_line, _MOST_ON_BUTTON).text or "…"


def _without_addresses(keyboard: Keyboard) -> Keyboard:
    rows = (tuple(button for button in row if button.url is None) for row in keyboard)
    return tuple(row for row in rows if row)
