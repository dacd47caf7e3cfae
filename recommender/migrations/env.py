"""Runs the migrations on the connection that `recommender.db.upgrade` hands over."""

from __future__ import annotations

from importlib import import_module

from alembic import context

from recommender.db import Base

# Tables live in the packages that own them; autogenerate has to see all of them. They are imported by name here because
# `recommender` may not depend on the packages above it anywhere else.
for module in (
    "recommender.catalogue.tables",
    "feedback.tables",
    "feedback.channels.tables",
    "feedback.links.tables",
    "feedback.handoff_tables",
    "feedback.desk_tables",
    "feedback.review.tables",
    "feedback.staff.tables",
    "feedback.training.tables",
    "actions.dialogue.tables",
    "actions.shop.tables",
):
    import_module(module)

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    user_module_prefix="db.",
)
with context.begin_transaction():
    context.run_migrations()
