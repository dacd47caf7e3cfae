"""Which texts and sequences of steps do agents call by a shortcut?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback.desk_tables import CannedReplyRow, MacroRow
from recommender.errors import BadInputError, ConflictError, NotFoundError

__all__ = [
    "STEPS", "canned_replies", "delete_canned", "delete_macro", "find_canned", "macros", "parse_steps", "save_canned",
    "save_macro", "steps_in_words",
]  # fmt: skip

STEPS: Final = ("reply", "tag", "note", "hand_back", "close")
"""What a macro can do, one after the other; `reply` names a canned reply by its shortcut, `tag` and `note` a text."""

_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")
_WITHOUT_TEXT = frozenset({"hand_back", "close"})
_LONGEST_TEXT = 4000
_LONGEST_TITLE = 80


def save_canned(session: Session, shortcut: str, title: str, text: str, by: str, now: datetime) -> CannedReplyRow:
    """Keep a canned reply, in the place of the one with this shortcut if there is one.

    Raises:
        BadInputError: the shortcut, the title or the text cannot be used.
        ConflictError: a macro has this shortcut.
    """
    shortcut, title = _checked(shortcut, title)
    if not 0 < len(text.strip()) <= _LONGEST_TEXT:
        raise BadInputError(f"A canned reply has 1 to {_LONGEST_TEXT} characters.")
    if session.scalar(select(MacroRow.id).where(MacroRow.shortcut == shortcut)) is not None:
        raise ConflictError(f"/{shortcut} is the shortcut of a macro already.")
    row = session.scalar(select(CannedReplyRow).where(CannedReplyRow.shortcut == shortcut))
    if row is None:
        row = CannedReplyRow(shortcut=shortcut)
        session.add(row)
    row.title, row.text, row.updated_by, row.updated_at = title, text.strip(), by, now
    session.flush()
    return row


def find_canned(session: Session, shortcut: str) -> CannedReplyRow:
    """The canned reply with this shortcut.

    Raises:
        NotFoundError: there is none.
    """
    row = session.scalar(select(CannedReplyRow).where(CannedReplyRow.shortcut == shortcut))
    if row is None:
        raise NotFoundError(f"There is no canned reply /{shortcut}.")
    return row


def canned_replies(session: Session) -> Sequence[CannedReplyRow]:
    """Every canned reply, by shortcut."""
    return session.scalars(select(CannedReplyRow).order_by(CannedReplyRow.shortcut)).all()


def delete_canned(session: Session, shortcut: str) -> None:
    """Delete the canned reply with this shortcut, if there is one."""
    session.execute(delete(CannedReplyRow).where(CannedReplyRow.shortcut == shortcut))


def save_macro(
    session: Session, shortcut: str, title: str, steps: Sequence[Mapping[str, Any]], by: str, now: datetime
) -> MacroRow:
    """Keep a macro, in the place of the one with this shortcut if there is one.

    Raises:
        BadInputError: the shortcut, the title or a step cannot be used.
        ConflictError: a canned reply has this shortcut.
    """
    shortcut, title = _checked(shortcut, title)
    if session.scalar(select(CannedReplyRow.id).where(CannedReplyRow.shortcut == shortcut)) is not None:
        raise ConflictError(f"/{shortcut} is the shortcut of a canned reply already.")
    for step in steps:
        if step["do"] == "reply":
            _ = find_canned(session, str(step["with"]))
    row = session.scalar(select(MacroRow).where(MacroRow.shortcut == shortcut))
    if row is None:
        row = MacroRow(shortcut=shortcut)
        session.add(row)
    row.title, row.steps, row.updated_by, row.updated_at = title, [dict(step) for step in steps], by, now
    session.flush()
    return row


def macros(session: Session) -> Sequence[MacroRow]:
    """Every macro, by shortcut."""
    return session.scalars(select(MacroRow).order_by(MacroRow.shortcut)).all()


def delete_macro(session: Session, shortcut: str) -> None:
    """Delete the macro with this shortcut, if there is one."""
    session.execute(delete(MacroRow).where(MacroRow.shortcut == shortcut))


def parse_steps(text: str) -> list[dict[str, Any]]:
    """Steps written one a line: `reply hello`, `tag vip`, `note called back`, `hand_back` or `close`.

    Raises:
        BadInputError: there is no step, or a line is none.
    """
    steps = []
    for line in filter(None, map(str.strip, text.splitlines())):
        do, _, rest = line.partition(" ")
        rest = rest.strip().removeprefix("/")
        if do not in STEPS or bool(rest) == (do in _WITHOUT_TEXT):
            raise BadInputError(
                f"{line!r} is no step; write one of: reply SHORTCUT, tag TAG, note TEXT, hand_back, close."
            )
        steps.append({"do": do, "with": rest} if rest else {"do": do})
    if not steps:
        raise BadInputError("A macro has at least one step.")
    return steps


def steps_in_words(steps: Sequence[Mapping[str, Any]]) -> str:
    """The steps as `parse_steps` reads them."""
    return "\n".join(f"{step['do']} {step.get('with', '')}".strip() for step in steps)


def _checked(shortcut: str, title: str) -> tuple[str, str]:
    shortcut, title = shortcut.strip().removeprefix("/").lower(), " ".join(title.split())
    if not _SHORTCUT.fullmatch(shortcut):
        raise BadInputError("A shortcut has 1 to 30 letters, digits, - or _, such as thanks.")
    if not 0 < len(title) <= _LONGEST_TITLE:
        raise BadInputError(f"A title has 1 to {_LONGEST_TITLE} characters.")
    return shortcut, title
