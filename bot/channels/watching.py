"""How does a channel look for what is new in the record, whatever happens to the record?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn

import structlog
from sqlalchemy.exc import SQLAlchemyError

__all__ = ["look_again_and_again"]

_log = structlog.get_logger()

_OUTAGE_S: Final = 1.0


async def look_again_and_again(
    look: Callable[[], Awaitable[None]], every_s: float, unread: str, channel: str
) -> NoReturn:
    """Call `look` every `every_s` seconds; an outage of the record is logged as `unread` and waited out."""
    while True:
        try:
            await look()
        except SQLAlchemyError as error:
            _log.warning(unread, channel=channel, error=type(error).__name__)
            await asyncio.sleep(_OUTAGE_S)
        await asyncio.sleep(every_s)
