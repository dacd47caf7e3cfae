"""How does an admin change the shop's own texts so that the change is live at once, and can be looked up and undone?"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.desk_tables import KnowledgeChangeRow
from recommender.errors import BadInputError, ConflictError

__all__ = ["change_file", "changes_of"]

LONGEST_FILE = 500_000

_NAME = re.compile(r"faq\.yml|policies/[a-z0-9][a-z0-9_-]{0,60}\.md")


def change_file(
    session: Session,
    folder: Path,
    name: str,
    *,
    seen: str,
    text: str,
    check: Callable[[str], object],
    staff_id: str,
    staff_name: str,
    now: datetime,
) -> None:
    """Write `text` as the file `name` of the shop's folder, and keep what it was before.

    The file is replaced in one step once the change is recorded in the caller's transaction, so whoever reads it sees
    the old or the new one. `seen` is the text that the admin changed; `check` refuses what could not be read again.

    Raises:
        BadInputError: there is no such file for texts, or it would be too long; or whatever `check` raises.
        ConflictError: somebody changed the file meanwhile.
    """
    if not _NAME.fullmatch(name):
        raise BadInputError(
            "A policy is named in small letters, digits, - and _, like policies/returns.md; questions are in faq.yml."
        )
    if len(text) > LONGEST_FILE:
        raise BadInputError(f"A file has at most {LONGEST_FILE} characters.")
    path = folder / name
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if before != seen:
        raise ConflictError(f"{name} was changed meanwhile; open it again and change that.")
    text = text.replace("\r\n", "\n")
    check(text)
    session.add(
        KnowledgeChangeRow(file=name, before=before, after=text, staff_id=staff_id, staff_name=staff_name, at=now)
    )
    session.flush()
    _replace(path, text)


def changes_of(session: Session, name: str, limit: int = 50) -> Sequence[KnowledgeChangeRow]:
    """What was changed in a file, newest first."""
    query = select(KnowledgeChangeRow).where(KnowledgeChangeRow.file == name).order_by(KnowledgeChangeRow.id.desc())
    return session.scalars(query.limit(limit)).all()


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
