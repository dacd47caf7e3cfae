"""Is somebody at the door who they say they are, and for how long are they believed?

Attempts are counted in SQL, so that a restart or a second process forgets none. Each function is one step inside the
caller's transaction.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.staff.accounts import any_staff, name_key
from feedback.staff.roles import Actor, Role
from feedback.staff.tables import FirstLinkRow, LoginFailureRow, LoginRow, StaffRow
from recommender.errors import BusyError, ConflictError, NotFoundError, ShoptalkError

__all__ = [
    "FIRST_LINK_LIFETIME", "LONGEST_LOGIN", "LoggedOutError", "begin_attempt", "end_login", "find_login", "forgive",
    "hash_token", "is_first_link", "issue_first_link", "mark_seen", "open_login", "password_hash_of",
    "redeem_first_link",
]  # fmt: skip

ATTEMPTS_PER_ACCOUNT: Final = 5
ATTEMPTS_PER_ADDRESS: Final = 20
LOCK: Final = timedelta(minutes=15)
"""Attempts are counted, and locked out, over this time."""

IDLE: Final = timedelta(hours=2)
LONGEST_LOGIN: Final = timedelta(hours=12)
FIRST_LINK_LIFETIME: Final = timedelta(minutes=30)
# How exactly "last seen" is kept: not every click is worth a write.
_SEEN_EVERY: Final = timedelta(minutes=1)


class LoggedOutError(ShoptalkError):
    """The login ended: it expired, was ended elsewhere, or the account was closed."""

    http_status = 401


def begin_attempt(session: Session, name: str, address: str, now: datetime) -> None:
    """Count an attempt before it is known whether it succeeds, so that many at once cannot slip through.

    Raises:
        BusyError: too many failed lately, for this account or from this address; this one is not even looked at.
    """
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.at < now - LOCK))
    for subject, most in _subjects(name, address):
        times = session.scalars(select(LoginFailureRow.at).where(LoginFailureRow.subject == subject)).all()
        if len(times) >= most:
            # It opens again when enough of the failures have been forgotten.
            wait_s = int((sorted(times)[-most] + LOCK - now).total_seconds()) + 1
            raise BusyError(
                f"Too many attempts to log in failed; try again in {max(1, round(wait_s / 60))} minutes.", wait_s
            )
    for subject, _ in _subjects(name, address):
        session.add(LoginFailureRow(subject=subject, at=now))


def forgive(session: Session, name: str, address: str) -> None:
    """Forget the failures of an account that has logged in, and the one its address was charged with meanwhile."""
    account, network = (subject for subject, _ in _subjects(name, address))
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.subject == account))
    last = select(func.max(LoginFailureRow.id)).where(LoginFailureRow.subject == network).scalar_subquery()
    session.execute(delete(LoginFailureRow).where(LoginFailureRow.id == last))


def password_hash_of(session: Session, name: str) -> tuple[str | None, str | None]:
    """Id and password hash of the open account of this name; (None, None) where there is none."""
    row = session.scalar(select(StaffRow).where(StaffRow.key == name_key(name), StaffRow.disabled.is_(False)))
    return (None, None) if row is None else (row.id, row.password_hash)


def open_login(session: Session, staff_id: str, now: datetime) -> str:
    """Log an account in on one more browser; what its cookie is to hold. Logins that ended are swept away.

    Raises:
        NotFoundError: the account was removed or disabled meanwhile.
    """
    account = session.get(StaffRow, staff_id)
    if account is None or account.disabled:
        raise NotFoundError("This account has just been closed.")
    session.execute(
        delete(LoginRow).where((LoginRow.created_at < now - LONGEST_LOGIN) | (LoginRow.seen_at < now - IDLE))
    )
    token = secrets.token_urlsafe(32)
    session.add(LoginRow(id=hash_token(token), staff_id=staff_id, created_at=now, seen_at=now))
    return token


def find_login(session: Session, login_id: str, now: datetime) -> tuple[Actor, bool]:
    """Who is logged in by the login with this id, and whether it is time to write down that they were seen.

    Raises:
        LoggedOutError: nobody is (any more).
    """
    found = session.execute(
        select(LoginRow, StaffRow).join(StaffRow, StaffRow.id == LoginRow.staff_id).where(LoginRow.id == login_id)
    ).first()
    if found is None:
        raise LoggedOutError("You are logged out; log in again.")
    login, account = found
    if account.disabled or now - login.created_at >= LONGEST_LOGIN or now - login.seen_at >= IDLE:
        raise LoggedOutError("Your login has ended; log in again.")
    return Actor(account.id, account.name, Role(account.role), login_id), now - login.seen_at >= _SEEN_EVERY


def mark_seen(session: Session, login_id: str, now: datetime) -> None:
    """Write down that the login is in use."""
    login = session.get(LoginRow, login_id)
    if login is not None:
        login.seen_at = now


def end_login(session: Session, login_id: str) -> None:
    """Log that browser out."""
    session.execute(delete(LoginRow).where(LoginRow.id == login_id))


def issue_first_link(session: Session, now: datetime) -> str | None:
    """The token of a link that makes the first account; earlier ones end. None where there is an account."""
    if any_staff(session):
        return None
    session.execute(delete(FirstLinkRow))
    token = secrets.token_urlsafe(32)
    session.add(FirstLinkRow(id=hash_token(token), expires_at=now + FIRST_LINK_LIFETIME))
    return token


def redeem_first_link(session: Session, token: str, now: datetime) -> None:
    """Use the link up.

    Raises:
        ConflictError: it was used, has expired, was never issued, or there is an account by now.
    """
    row = session.get(FirstLinkRow, hash_token(token), with_for_update=True)
    if row is None or row.expires_at <= now or any_staff(session):
        raise ConflictError(
            "This link was used or has expired; restart Shoptalk for another one, or run `shoptalk staff add`."
        )
    session.delete(row)


def is_first_link(session: Session, token: str, now: datetime) -> bool:
    """Whether the link can still be used; looking does not use it."""
    row = session.get(FirstLinkRow, hash_token(token))
    return row is not None and row.expires_at > now


def hash_token(token: str) -> str:
    """What is kept of a token: it is random and long, so a plain hash cannot be searched through."""
    return hashlib.sha256(token.encode()).hexdigest()


def _subjects(name: str, address: str) -> tuple[tuple[str, int], tuple[str, int]]:
    return (
        (hash_token(f"account:{name_key(name)}"), ATTEMPTS_PER_ACCOUNT),
        (hash_token(f"address:{address}"), ATTEMPTS_PER_ADDRESS),
    )
