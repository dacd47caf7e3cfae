"""How does a shopper reach a person of the shop, leave the queue again, and say how it went?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from babel.dates import format_date, format_time

from actions.action import TurnAction
from actions.dialogue.state import Pending
from actions.replies.schema import HandoffReply, Reply
from actions.services import Services
from actions.turn import Turn, chips
from feedback.conversations import LEAVE_QUEUE
from feedback.desk import outlook
from feedback.handoff import Handoffs, rate
from feedback.service_hours import ServiceHours

__all__ = ["AskHuman", "LeaveQueue", "RateService", "handoffs"]


def handoffs(services: Services) -> Handoffs:
    """The steps between assistant and people, in this shop's words."""
    return Handoffs(services.phrases, services.settings.shop_email)


class AskHuman(TurnAction):
    """A shopper wants a person."""

    intent = "human"

    def handle(self, turn: Turn) -> list[Reply]:
        """Who comes and when; where nobody is there, just that, and where the answer can be sent instead."""
        settings, now = turn.services.settings, turn.services.clock.now()
        with turn.services.database.reading() as session:
            there = outlook(session, now)
        if there.agents:
            wait = "" if there.wait_minutes is None else turn.words("handoff.wait", count=there.wait_minutes)
            said = turn.say("handoff.queued", shop=settings.shop_name, position=there.position, wait=wait)
            reply = HandoffReply(
                status="queued", text=said.text, position=there.position, wait_minutes=there.wait_minutes
            )
            return [reply, *chips([turn.chip(turn.words("chip.leave_queue"), LEAVE_QUEUE)])]
        opening = ServiceHours.parse(settings.service_hours, settings.service_timezone).next_opening(now)
        if opening is None:
            said = turn.say("handoff.nobody_now", shop=settings.shop_name)
        else:
            said = turn.say("handoff.closed_now", shop=settings.shop_name, opening=_in_words(opening, now, turn))
        turn.state = replace(turn.state, pending=Pending("contact"))
        text = f"{said.text} {handoffs(turn.services).ask_for_email()}"
        return [HandoffReply(status="unavailable", text=text, email=settings.shop_email)]


class LeaveQueue(TurnAction):
    """Rather the assistant than waiting; who waited has left the queue already when this is answered."""

    intent = LEAVE_QUEUE

    def handle(self, turn: Turn) -> list[Reply]:
        """Who speaks now."""
        return [turn.say("handoff.left")]


class RateService(TurnAction):
    """How the help of a person was, in answer to the question after it."""

    intent = "rate_service"

    def handle(self, turn: Turn) -> list[Reply]:
        """Thanks, once it is kept."""
        rate(
            turn.changes.session, turn.session_id, int(turn.arguments["handoff"]), int(turn.arguments["rating"]),
            turn.services.clock.now(),
        )  # fmt: skip
        return [turn.say("handoff.rated", shop=turn.services.settings.shop_name)]


def _in_words(opening: datetime, now: datetime, turn: Turn) -> str:
    """ "at 9:00 AM", "tomorrow at …", "on Monday at …", on the shop's clock and in its locale."""
    locale = turn.services.settings.locale
    at = turn.words("handoff.at", time=format_time(opening, "short", tzinfo=opening.tzinfo, locale=locale))
    days = (opening.date() - now.astimezone(opening.tzinfo).date()).days
    if days == 0:
        return at
    if days == 1:
        return turn.words("handoff.tomorrow", at=at)
    return turn.words("handoff.on_day", day=format_date(opening, "EEEE", locale=locale), at=at)
