"""A Bot API server on this machine, for tests: HTTP, the documented JSON, Telegram's limits and its error codes.

It was written from https://core.telegram.org/bots/api and from the errors that the official server is known to give. It
is no Telegram: what it does not check, Telegram may still refuse.
"""

from __future__ import annotations

from bot_api.people import Chatter
from bot_api.server import TOKEN, BotApi, Call

__all__ = ["TOKEN", "BotApi", "Call", "Chatter"]
