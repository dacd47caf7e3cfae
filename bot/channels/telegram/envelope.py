"""What kind of update is this, from whom, and to which chat does it belong? Told of anything that Telegram may send."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feedback.channels.inbox import Delivered
from recommender.errors import BadInputError

__all__ = ["KINDS", "NAME", "PRESS", "account_of", "read_update"]

NAME = "telegram"
"""What this channel is called in the record."""

PRESS = "callback_query"
KINDS = ("message", "edited_message", PRESS, "my_chat_member", "channel_post")
"""What Telegram is asked for; whatever else comes is known again and let be."""

_LARGEST_ID = 2**63 - 1


def account_of(token: str) -> str:
    """The bot's own number, which is the part of its token that is no secret."""
    return f"{NAME}:{token.partition(':')[0]}"


def read_update(update: object) -> Delivered:
    """The update as the inbox keeps it.

    Raises:
        BadInputError: it has no number by which it could be known again.
    """
    fields = _fields(_storable(update))
    number = fields.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= _LARGEST_ID:
        raise BadInputError("This is no update of Telegram's: it has no update_id.")
    kind = next((name for name in fields if name != "update_id"), "nothing")
    content = _fields(fields.get(kind))
    chat = _fields(content.get("chat")) or _fields(_fields(content.get("message")).get("chat"))
    sender = _fields(content.get("from"))
    place, private = _id(chat), chat.get("type") == "private"
    if kind == PRESS and not chat:
        # The message under which it was pressed is too old or inline; whoever pressed it can still be answered.
        place, private = _id(sender), True
    human = private and kind in KINDS and not sender.get("is_bot", False)
    return Delivered(number, place, kind[:40], fields, (_id(sender) or None) if human else None)


def _storable(value: object) -> object:
    """The same without what PostgreSQL's JSON does not hold: null characters and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        return {str(_storable(name)): _storable(one) for name, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list) else value


def _fields(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _id(fields: Mapping[str, Any]) -> str:
    number = fields.get("id")
    return str(number) if isinstance(number, int) and abs(number) <= _LARGEST_ID else ""
