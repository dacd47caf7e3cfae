"""How does a client link its conversation with another channel, and take that back?"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from bot.channels.telegram.addresses import code_link
from bot.channels.telegram.envelope import NAME as TELEGRAM
from bot.gateway.caller import Caller, Gateway, TheCaller, TheGateway
from bot.gateway.contract import ERRORS
from bot.linking import Linked
from feedback.channels.chats import account_name
from feedback.links.codes import CODE_LIFETIME

__all__ = ["router"]

router = APIRouter(prefix="/api/links", responses=ERRORS)


class CodeOut(BaseModel):
    """A code for this person, good for one use until `expires_at`; `telegram_url` brings it there by one press."""

    code: str
    expires_at: datetime
    telegram_url: str | None


class CodeIn(BaseModel):
    """A code that another channel gave."""

    code: str = Field(min_length=1, max_length=100)


class LinksOut(BaseModel):
    """Whether this person was joined from several channels, which these are, and what has just changed, in words."""

    linked: bool
    channels: list[str]
    text: str


@router.post("", status_code=status.HTTP_201_CREATED)
async def get_a_code(gateway: TheGateway, caller: TheCaller) -> CodeOut:
    """A new code for whoever this is; an earlier one stops working."""
    return await gateway.threads.run(_issue, gateway, caller)


@router.get("")
async def read_links(gateway: TheGateway, caller: TheCaller) -> LinksOut:
    """With which channels this conversation shares its person."""
    return _out(await gateway.threads.run(gateway.linking.state, caller.session_id))


@router.post("/redeem")
async def use_a_code(gateway: TheGateway, caller: TheCaller, body: CodeIn) -> LinksOut:
    """Be one with the person who was given this code, with everything both have; a few tries a minute."""
    return _out(await gateway.threads.run(gateway.linking.use, caller.session_id, body.code))


@router.post("/undo")
async def undo_links(gateway: TheGateway, caller: TheCaller) -> LinksOut:
    """Give this conversation a person of its own again, with what was theirs before."""
    return _out(await gateway.threads.run(gateway.linking.undo, caller.session_id))


def _issue(gateway: Gateway, caller: Caller) -> CodeOut:
    code = gateway.linking.issue(caller.session_id)
    with gateway.services.database.reading() as session:
        bot = account_name(session, TELEGRAM)
    return CodeOut(
        code=code,
        expires_at=gateway.services.clock.now() + CODE_LIFETIME,
        telegram_url=None if bot is None else code_link(bot, code),
    )


def _out(linked: Linked) -> LinksOut:
    return LinksOut(linked=linked.linked, channels=list(linked.channels), text=linked.text)
