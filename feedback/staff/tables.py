"""How are accounts, logins and what was done with them kept in SQL?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

import feedback.tables  # noqa: F401 - declares the conversations that actions refer to
from recommender.db import Base, BigId, JsonColumn, UtcDateTime

__all__ = ["AuditRow", "FirstLinkRow", "LoginFailureRow", "LoginRow", "StaffRow"]


class StaffRow(Base):
    """One account. `key` is the name as it is looked up; `settings` is what its owner chose: dark, saved views."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(10))
    password_hash: Mapped[str] = mapped_column(String(200))
    disabled: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginRow(Base):
    """A browser that is logged in. `id` is the hash of what its cookie holds, so that the record opens nothing."""

    __tablename__ = "staff_logins"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginFailureRow(Base):
    """An attempt to log in that did not succeed (yet). `subject` is a hash of the account's name or of the address."""

    __tablename__ = "staff_login_failures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_staff_login_failures_subject_at", "subject", "at"),)


class FirstLinkRow(Base):
    """The link with which the first account is made; `id` is the hash of its token."""

    __tablename__ = "staff_first_links"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """Who did what and when. `details` are ids, numbers and names of this program, never what a shopper wrote.

    What was done to a shopper's conversation names it in `session_id` and is erased with it. `staff_id` refers to no
    row: what an account did outlives the account.
    """

    __tablename__ = "staff_audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    staff_id: Mapped[str | None] = mapped_column(String(32), index=True)
    staff_name: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(50))
    details: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    session_id: Mapped[str | None] = mapped_column(ForeignKey("sessions.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
