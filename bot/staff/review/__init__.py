"""How do trainers review feedback in the browser: queues by keyboard, agreement, suspects, export and import?"""

from __future__ import annotations

from bot.staff.console import Console, View
from bot.staff.review.labelling import Labelling
from bot.staff.review.quality import Quality
from feedback.review.subject import Kind
from feedback.staff.roles import Permission

__all__ = ["register"]


def register(console: Console) -> None:
    """Add the trainer's pages."""

    @console.page("/review", title="Review", icon="rule", needs=Permission.LABEL)
    async def review(view: View) -> None:
        await Labelling(view, Kind.JUDGEMENT).build()

    @console.page("/review/{kind}", title="Review", icon="rule", needs=Permission.LABEL, listed=False)
    async def review_kind(view: View) -> None:
        await Labelling(view, view.parameters["kind"]).build()

    @console.page("/quality", title="Agreement", icon="handshake", needs=Permission.LABEL)
    async def quality(view: View) -> None:
        await Quality(view).build()
