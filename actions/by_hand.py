"""How does somebody who types into `rasa shell` or calls Rasa's REST channel, without the gateway, get an answer?

The gateway names the turn in the message's metadata. Without it the sender of Rasa's tracker stands for a person, and
the turn is made here, so that the dialogue remembers as it does for everybody else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from actions.replies.schema import ChipsReply, ComparisonReply, ConstraintsReply, ProductsReply, Reply
from actions.services import Services
from actions.turn import TurnAnswer
from feedback.conversations import accept_turn, begin_turn, finish_turn, open_session
from feedback.people import person_for
from feedback.tables import SessionRow

__all__ = ["begin", "finish", "plain"]

_CHANNEL = "rasa"


def begin(services: Services, sender: str, text: str) -> tuple[str, str]:
    """Accept `text` as a turn of whoever Rasa calls `sender`: the ids of the conversation and of the turn."""
    now = services.clock.now()
    with services.database.transaction() as session:
        person_id = person_for(session, _CHANNEL, sender, now)
        known = select(SessionRow.id).where(SessionRow.person_id == person_id).order_by(SessionRow.created_at.desc())
        session_id = session.scalars(known).first() or open_session(session, person_id, _CHANNEL, now).id
        return session_id, accept_turn(session, session_id, text=text, now=now).turn.id


def finish(services: Services, turn_id: str, answer: TurnAnswer) -> None:
    """Keep what was answered as said."""
    with services.database.transaction() as session:
        begun = begin_turn(session, turn_id, asking=lambda: True)
        if begun is not None:
            version, now = begun.speaker_version, services.clock.now()
            finish_turn(session, turn_id, answer.said, speaker_version=version, timing_ms=answer.timing_ms, now=now)


def plain(replies: Sequence[Reply]) -> str:
    """The replies as a terminal shows them."""
    return "\n".join(line for reply in replies for line in _lines(reply))


def _lines(reply: Reply) -> Iterator[str]:
    if isinstance(reply, ProductsReply):
        for number, item in enumerate(reply.items, start=1):
            price = "" if item.price is None else f", {item.price} {item.currency}"
            yield f"{number}. {item.title}{price}"
    elif isinstance(reply, ComparisonReply):
        yield " | ".join(item.title for item in reply.items)
        yield from (f"{row.label}: {' | '.join(row.values)}" for row in reply.rows)
    elif isinstance(reply, ChipsReply):
        yield "  ".join(f"[{chip.title}]" for chip in reply.items)
    elif isinstance(reply, ConstraintsReply):
        yield "  ".join(f"({chip.label})" for chip in reply.items)
    else:
        yield reply.text
