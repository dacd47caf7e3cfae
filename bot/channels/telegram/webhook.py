"""How does an update come in when Telegram calls: who is believed, and what has happened once it is acknowledged?

The answer says that the update is in the record and nothing else: it is worked by another process, so that a slow turn
never makes Telegram deliver again. Without the record nothing is acknowledged, and Telegram comes back.
"""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Header, Request

from bot.channels.telegram.envelope import NAME, account_of, read_update
from bot.gateway.caller import Gateway, TheGateway
from bot.gateway.credentials import is_secret
from bot.gateway.errors import UnauthorisedError
from feedback.channels.inbox import Delivered, take_updates
from recommender.errors import BadInputError, NotFoundError

__all__ = ["WEBHOOK_PATH", "router"]

WEBHOOK_PATH = "/telegram/webhook"

router = APIRouter(include_in_schema=False)


@router.post(WEBHOOK_PATH)
async def take_an_update(
    gateway: TheGateway,
    request: Request,
    secret: Annotated[str, Header(alias="X-Telegram-Bot-Api-Secret-Token")] = "",
) -> dict[str, bool]:
    """Keep the update, once, and say so."""
    settings = gateway.settings
    if settings.telegram_token is None or settings.telegram_mode != "webhook":
        raise NotFoundError("This shop takes no updates from Telegram here.")
    if not is_secret(secret, settings.secret("telegram_secret")):
        raise UnauthorisedError("The secret token is missing or not the one that Telegram was given.")
    try:
        update = read_update(json.loads(await request.body(), parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise BadInputError("This is no update of Telegram's: it is no JSON.") from error
    await gateway.threads.run(_take, gateway, account_of(settings.telegram_token.get_secret_value()), update)
    return {"ok": True}


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _take(gateway: Gateway, account: str, update: Delivered) -> None:
    with gateway.services.database.transaction() as session:
        take_updates(session, NAME, account, [update], gateway.services.clock.now())
