"""What does a macro do, step by step, in one conversation?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.copilot.fields import fill
from actions.copilot.sending import send_answer
from actions.copilot.talk import read_talk
from actions.reaching_people import handoffs
from actions.services import Services
from bot.staff.agents.desk import agent_of
from feedback.canned import find_canned
from feedback.desk_tables import MacroRow
from feedback.remarks import add_note, add_tag
from feedback.staff.audit import audit
from feedback.staff.roles import Actor
from recommender.errors import BadInputError, NotFoundError

__all__ = ["run_macro"]


def run_macro(session: Session, actor: Actor, services: Services, session_id: str, shortcut: str) -> None:
    """Do every step of the macro in the caller's transaction: all of them or, when one cannot be done, none.

    Raises:
        NotFoundError: there is no such macro, or a canned reply it uses is gone.
        BadInputError: a canned reply of it has a field for which this conversation has no record.
        ConflictError: the actor does not have the conversation.
    """
    macro = session.scalar(select(MacroRow).where(MacroRow.shortcut == shortcut))
    if macro is None:
        raise NotFoundError(f"There is no macro /{shortcut}.")
    now, agent, steps = services.clock.now(), agent_of(actor), handoffs(services)
    for step in macro.steps:
        do, text = step["do"], str(step.get("with", ""))
        if do == "reply":
            canned = find_canned(session, text)
            filled = fill(canned.text, services, read_talk(services, session, session_id), agent.name)
            if filled.missing:
                raise BadInputError(
                    f"/{text} needs {', '.join(filled.missing)}, which this conversation has no record of."
                )
            send_answer(services, session, session_id, agent, filled.text)
        elif do == "tag":
            add_tag(session, session_id, text, now)
        elif do == "note":
            add_note(session, session_id, agent, text, now)
        elif do == "hand_back":
            steps.hand_back(session, session_id, agent, now)
        else:
            steps.close(session, session_id, agent, now)
    audit(session, actor, "talk.macro", now, session_id=session_id, macro=shortcut)
