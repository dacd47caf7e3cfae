"""Where are people in the record? The one list that export and erasure walk (a test fails when a table is missing)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ColumnElement, Table, or_, select

import feedback.channels.tables
import feedback.desk_tables
import feedback.handoff_tables
import feedback.links.tables
import feedback.review.tables
import feedback.staff.tables
import feedback.training.tables  # noqa: F401 - declares its personal tables
from recommender.db import Base
from recommender.errors import ConfigurationError

__all__ = ["PERSONAL_TABLES", "owned_by", "personal_links", "personal_table"]

PERSONAL_TABLES: Final = (
    "model_uses",
    "quarantine",
    "shadow_searches",
    "review_sources",
    "vote_changes",
    "votes",
    "events",
    "impressions",
    "preferences",
    "messages",
    "payloads",
    "dialogues",
    "drafts",
    "unanswered_questions",
    "notes",
    "conversation_tags",
    "turns",
    "handoffs",
    "cart_lines",
    "saved_items",
    "staff_audit",
    "channel_updates",
    "chats",
    "link_codes",
    "links",
    "sessions",
    "identities",
    "people",
)
"""Every table with a person in it, in an order in which they can be emptied: each before those that it refers to."""


def personal_table(name: str) -> Table:
    """The table of this name. They are found by name because some belong to packages above this one.

    Raises:
        ConfigurationError: the package that declares it was not loaded.
    """
    table = Base.metadata.tables.get(name)
    if table is None:
        raise ConfigurationError(
            f"The table {name} holds personal data and is not declared here: load its package first."
        )
    return table


def personal_links(table: Table) -> list[tuple[Column[object], Table]]:
    """The columns of `table` that refer to a personal table, each with that table."""
    return [
        (key.parent, key.column.table)
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table.name in PERSONAL_TABLES
    ]


def owned_by(person_id: str, table: Table) -> ColumnElement[bool]:
    """Which rows of a personal table are about a person: those that lead to them over any reference, near or far."""
    if table.name == "people":
        return table.c.id == person_id
    conditions: list[ColumnElement[bool]] = []
    for column, target in personal_links(table):
        if target.name == "people":
            conditions.append(column == person_id)
        else:
            conditions.append(column.in_(select(target.c.id).where(owned_by(person_id, target))))
    return or_(*conditions)
