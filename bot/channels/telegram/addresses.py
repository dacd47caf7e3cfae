"""What does an address on t.me bring with it: a product to show, or a code that links two channels?

Telegram passes on at most 64 letters, digits, `_` and `-`.
"""

from __future__ import annotations

import base64
import binascii
import re

__all__ = ["code_link", "code_of", "item_of", "product_link"]

_ITEM, _ENCODED_ITEM, _CODE = "item_", "item64_", "link_"
_ALLOWED = re.compile(r"[A-Za-z0-9_-]{1,64}")


def product_link(bot: str, item_id: str) -> str | None:
    """The address that opens the chat with this product; None when its id is too long for one."""
    start = _ITEM + item_id
    if not _ALLOWED.fullmatch(start):
        start = _ENCODED_ITEM + base64.urlsafe_b64encode(item_id.encode()).decode().rstrip("=")
    return f"https://t.me/{bot}?start={start}" if _ALLOWED.fullmatch(start) else None


def code_link(bot: str, code: str) -> str:
    """The address that brings a code to the chat."""
    return f"https://t.me/{bot}?start={_CODE}{code}"


def item_of(start: str) -> str | None:
    """The product that an address brought; None when it brought none."""
    if start.startswith(_ENCODED_ITEM):
        encoded = start.removeprefix(_ENCODED_ITEM)
        try:
            return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode() or None
        except (binascii.Error, ValueError):
            return None
    return start.removeprefix(_ITEM) or None if start.startswith(_ITEM) else None


def code_of(start: str) -> str | None:
    """The code that an address brought; None when it brought none."""
    return start.removeprefix(_CODE) or None if start.startswith(_CODE) else None
