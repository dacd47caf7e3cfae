"""How is an account made, changed and looked up?

Each function is one step inside the caller's transaction. A password is hashed and checked outside of one: that takes
tens of milliseconds on purpose.
"""

from __future__ import annotations

import secrets
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.staff.roles import Role
from feedback.staff.tables import LoginRow, StaffRow
from recommender.errors import BadInputError, ConflictError, NotFoundError

__all__ = [
    "add_staff", "any_staff", "check_password", "find_staff", "generate_password", "hash_password", "list_staff",
    "name_key", "set_disabled", "set_password",
]  # fmt: skip

SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200
_LONGEST_NAME: Final = 60

# RFC 9106's second recommendation, the library's default: 64 MiB and three passes.
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash to be kept of a password.

    Raises:
        BadInputError: it is too short to resist guessing, or absurdly long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadInputError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    return _hasher.hash(password)


def check_password(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one that was hashed; never, but after the same time, where there is no hash."""
    try:
        matches = _hasher.verify(password_hash or _nobodys_hash(), password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return matches and password_hash is not None


def generate_password() -> str:
    """A password of about 110 random bits that can be typed."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))


def name_key(name: str) -> str:
    """The name as it is looked up: however it is capitalised, composed or spaced."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def add_staff(session: Session, name: str, role: Role, password_hash: str, now: datetime) -> StaffRow:
    """Make an account.

    Raises:
        BadInputError: the name is empty, too long or not printable.
        ConflictError: there is an account of this name.
    """
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise BadInputError(f"A name has 1 to {_LONGEST_NAME} printable characters.")
    taken = _look_up(session, name)
    if taken is not None:
        raise ConflictError(f"There is an account named {taken.name!r} already.")
    row = StaffRow(
        id=uuid.uuid4().hex, key=name_key(name), name=name, role=role.value, password_hash=password_hash,
        disabled=False, settings={}, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def find_staff(session: Session, name: str) -> StaffRow:
    """The account of this name.

    Raises:
        NotFoundError: there is none.
    """
    row = _look_up(session, name)
    if row is None:
        raise NotFoundError(f"There is no account named {name!r}; `shoptalk staff list` names them all.")
    return row


def list_staff(session: Session) -> Sequence[StaffRow]:
    """Every account, by name."""
    return session.scalars(select(StaffRow).order_by(StaffRow.key)).all()


def any_staff(session: Session) -> bool:
    """Whether there is an account at all."""
    return session.scalar(select(StaffRow.id).limit(1)) is not None


def set_password(session: Session, name: str, password_hash: str) -> StaffRow:
    """Give an account another password; every browser that is logged in with the old one is logged out.

    Raises:
        NotFoundError: there is no such account.
    """
    row = find_staff(session, name)
    row.password_hash = password_hash
    _log_out_everywhere(session, row)
    return row


def set_disabled(session: Session, name: str, *, disabled: bool) -> StaffRow:
    """Close an account at once, wherever it is logged in, or open it again.

    Raises:
        NotFoundError: there is no such account.
        ConflictError: it is the last admin's.
    """
    row = find_staff(session, name)
    if disabled and row.role == Role.ADMIN and not row.disabled:
        open_admins = select(func.count()).where(StaffRow.role == Role.ADMIN.value, StaffRow.disabled.is_(False))
        if session.scalar(open_admins) == 1:
            raise ConflictError(f"{row.name!r} is the only admin; make another one first.")
    row.disabled = disabled
    if disabled:
        _log_out_everywhere(session, row)
    return row


@cache
def _nobodys_hash() -> str:
    """Checked where there is no account, so that the time an answer takes does not tell whether there is one."""
    return _hasher.hash(secrets.token_urlsafe(16))


def _look_up(session: Session, name: str) -> StaffRow | None:
    return session.scalar(select(StaffRow).where(StaffRow.key == name_key(name)[:_LONGEST_NAME]))


def _log_out_everywhere(session: Session, row: StaffRow) -> None:
    session.execute(delete(LoginRow).where(LoginRow.staff_id == row.id))
