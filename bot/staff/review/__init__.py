"""How do trainers review feedback in the browser: queues by keyboard, agreement, models, trainings?"""

from __future__ import annotations

from nicegui import app

from bot.staff.console import Console, View
from bot.staff.review.jobs import Jobs
from bot.staff.review.labelling import Labelling
from bot.staff.review.models import Models
from bot.staff.review.quality import Quality
from bot.staff.review.runs import RunPage, Runs
from bot.staff.review.side_by_side import SideBySide
from bot.staff.review.version import VersionPage
from bot.staff.review.voters import Voters
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

    jobs = Jobs()
    app.on_shutdown(jobs.close)

    @console.page("/models", title="Models", icon="model_training", needs=Permission.TRAIN)
    async def models(view: View) -> None:
        await Models(view, jobs).build()

    @console.page("/models/runs", title="Runs", icon="timeline", needs=Permission.TRAIN, listed=False)
    async def all_runs(view: View) -> None:
        await Runs(view).build()

    @console.page("/models/runs/{name}", title="A run", icon="timeline", needs=Permission.TRAIN, listed=False)
    async def one_run(view: View) -> None:
        await RunPage(view).build()

    @console.page("/models/version/{version}", title="A version", icon="schema", needs=Permission.TRAIN, listed=False)
    async def one_version(view: View) -> None:
        await VersionPage(view).build()

    @console.page("/models/shadow", title="Side by side", icon="compare", needs=Permission.TRAIN, listed=False)
    async def side_by_side(view: View) -> None:
        await SideBySide(view).build()

    @console.page("/models/voters", title="Votes set aside", icon="gpp_maybe", needs=Permission.TRAIN, listed=False)
    async def voters(view: View) -> None:
        await Voters(view).build()

    @console.page("/quality", title="Agreement", icon="handshake", needs=Permission.LABEL)
    async def quality(view: View) -> None:
        await Quality(view).build()
