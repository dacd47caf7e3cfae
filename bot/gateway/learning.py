"""How do thumbs and behaviour come in?"""

from __future__ import annotations

from fastapi import APIRouter

from actions.thumbs import vote_receipt
from bot.gateway.caller import Caller, Gateway, TheCaller, TheGateway, TheSender
from bot.gateway.contract import ERRORS, EventIn, EventsIn, EventsOut, FeedbackIn, ReceiptOut
from feedback.people import SHOP_CHANNEL, people_for
from feedback.store import Event, event_key
from recommender.errors import BadInputError

__all__ = ["router"]

router = APIRouter(prefix="/api", responses=ERRORS)


@router.post("/feedback")
async def vote(gateway: TheGateway, caller: TheCaller, body: FeedbackIn) -> ReceiptOut:
    """Cast, change or take back the one vote on something that was shown to this person."""
    return await gateway.threads.run(_vote, gateway, caller, body)


@router.post("/events")
async def report_events(gateway: TheGateway, sender: TheSender, body: EventsIn) -> EventsOut:
    """Report behaviour: a session its own, the shop's server anybody's. A repeated event id changes nothing."""
    return await gateway.threads.run(_report, gateway, sender, body)


def _vote(gateway: Gateway, caller: Caller, body: FeedbackIn) -> ReceiptOut:
    services = gateway.services
    outcome = services.feedback.vote(caller.person_id, body.impression_id, body.value, body.reason)
    product = services.catalogue.get([outcome.vote.item_id]).get(outcome.vote.item_id)
    phrases = services.phrases.in_language(caller.language)
    title = product.title if product else phrases.say("a_product")
    return ReceiptOut(
        impression_id=body.impression_id,
        value=outcome.vote.value,
        changed=outcome.changed,
        text=vote_receipt(outcome, title, phrases),
    )


def _report(gateway: Gateway, sender: Caller | None, body: EventsIn) -> EventsOut:
    if sender is None:
        people = _customers(gateway, body.events)
        source = SHOP_CHANNEL
    else:
        if any(event.user_id is not None for event in body.events):
            raise BadInputError("A session reports its own events: leave out `user_id`.")
        people = {None: sender.person_id}
        source = sender.person_id
    events = [
        Event(event_key(source, event.id), people[event.user_id], event.item_id, event.kind, event.at)
        for event in body.events
    ]
    return EventsOut(received=len(events), new=gateway.services.feedback.add_events(events))


def _customers(gateway: Gateway, events: list[EventIn]) -> dict[str | None, str]:
    customers = {event.user_id for event in events if event.user_id is not None}
    if any(event.user_id is None for event in events):
        raise BadInputError("Every event of a server needs a `user_id`, the shop's own customer number.")
    with gateway.services.database.transaction() as session:
        people = people_for(session, SHOP_CHANNEL, customers, gateway.services.clock.now())
    return {customer: people[customer] for customer in customers}
