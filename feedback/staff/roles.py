"""Which roles are there, and what may each do? The one place where this is decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from recommender.errors import ShoptalkError

__all__ = ["POLICY", "Actor", "NotAllowedError", "Permission", "Role", "authorize"]


class Role(StrEnum):
    """What somebody was hired for."""

    TRAINER = "trainer"
    AGENT = "agent"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a page shows or an action does."""

    ENTER = "enter"
    """See that there is a console, and one's own account."""
    LABEL = "label"
    """Look at feedback, judge it, export and import labels."""
    TRAIN = "train"
    """Start a training, promote a model, roll back."""
    TALK = "talk"
    """Read and answer shoppers' conversations."""
    MANAGE = "manage"
    """Make and disable accounts, read what everybody did."""


POLICY: Final = {
    Role.TRAINER: frozenset({Permission.ENTER, Permission.LABEL, Permission.TRAIN}),
    Role.AGENT: frozenset({Permission.ENTER, Permission.TALK}),
    Role.ADMIN: frozenset(Permission),
}


class NotAllowedError(ShoptalkError):
    """The account's role does not include this."""

    http_status = 403
    exit_code = 2


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is doing something: an account, through one login (`login_id`, the hash of its cookie)."""

    id: str
    name: str
    role: Role
    login_id: str

    def may(self, permission: Permission) -> bool:
        """Whether the role includes it."""
        return permission in POLICY[self.role]


def authorize(actor: Actor, permission: Permission) -> None:
    """Let pass whoever may.

    Raises:
        NotAllowedError: the actor's role does not include `permission`.
    """
    if not actor.may(permission):
        able = " or ".join(role.value for role in Role if permission in POLICY[role])
        raise NotAllowedError(f"You are logged in as {actor.role.value}; this takes the role {able}.")
