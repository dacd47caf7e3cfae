"""How does a conversation over HTTP begin, begin anew, and end for good?"""

from __future__ import annotations

from fastapi import APIRouter, status

from bot.gateway.caller import Caller, Gateway, MaybeCaller, TheCaller, TheGateway
from bot.gateway.contract import ERRORS, ForgottenOut, MenuOut, SessionIn, SessionOut
from bot.gateway.credentials import verify_identity
from feedback.conversations import open_session
from feedback.payloads import Pressable, issue_payloads
from feedback.people import SHOP_CHANNEL, new_person, person_for
from feedback.privacy import erase

__all__ = ["WEB_CHANNEL", "router"]

WEB_CHANNEL = "web"

_MENU = {"human": ("human", "chip.human"), "cart": ("show_cart", "chip.cart"), "saved": ("show_saved", "chip.saved")}
"""What a client may always offer to press: the intent, and the key of what the shopper is seen to say."""

router = APIRouter(prefix="/api", responses=ERRORS)


@router.post("/sessions", status_code=status.HTTP_201_CREATED)
async def open_a_session(gateway: TheGateway, caller: MaybeCaller, body: SessionIn) -> SessionOut:
    """Begin a conversation. The server makes id and token; `identity` is the shop's signed word for who this is.

    Sent with the token of an earlier conversation, without `identity`, it is another one of the same person.
    """
    return await gateway.threads.run(_open, gateway, caller, body)


@router.post("/forget")
async def forget_me(gateway: TheGateway, caller: TheCaller) -> ForgottenOut:
    """Erase everything about whoever this token speaks for, in every conversation; the token is worthless then."""
    forgotten = await gateway.threads.run(_forget, gateway, caller)
    gateway.live.ring(caller.session_id)
    await gateway.turns.forget_erased()
    return forgotten


def _open(gateway: Gateway, caller: Caller | None, body: SessionIn) -> SessionOut:
    services = gateway.services
    now = services.clock.now()
    customer = None if body.identity is None else verify_identity(body.identity, gateway.settings, now)
    phrases = services.phrases.in_language(body.language)
    menu = {name: Pressable(intent, phrases.say(key), {}) for name, (intent, key) in _MENU.items()}
    with services.database.transaction() as session:
        if customer is not None:
            person_id = person_for(session, SHOP_CHANNEL, customer, now)
        else:
            person_id = new_person(session, now) if caller is None else caller.person_id
        opened = open_session(session, person_id, WEB_CHANNEL, now, body.language).id
        issue_payloads(session, opened, list(menu.values()), now)
    payloads = {name: pressable.id for name, pressable in menu.items()}
    return SessionOut(session_id=opened, token=gateway.tokens.issue(opened), menu=MenuOut(**payloads))


def _forget(gateway: Gateway, caller: Caller) -> ForgottenOut:
    receipt = erase(gateway.services.database, caller.person_id)
    erased, left = sum(receipt.erased.values()), sum(receipt.remaining.values())
    key = "forget_me.done" if receipt.complete else "forget_me.incomplete"
    text = gateway.services.phrases.in_language(caller.language).say(key, erased=erased, left=left)
    return ForgottenOut(erased=erased, left=left, text=text)
