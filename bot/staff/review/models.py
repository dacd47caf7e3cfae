"""How does a trainer train, compare, promote and go back, without the terminal?"""

from __future__ import annotations

from nicegui import ui

from bot.staff.console import View
from bot.staff.review.encoders import Encoders
from bot.staff.review.jobs import Jobs
from bot.staff.review.model_pages import links
from bot.staff.review.other_models import OtherModels
from bot.staff.review.training import Trainings
from recommender.errors import ShoptalkError

__all__ = ["Models"]


class Models:
    """The page of trainings and versions."""

    def __init__(self, view: View, jobs: Jobs) -> None:
        self._view = view
        self._trainings = Trainings(view, jobs, self._changed)
        self._encoders = Encoders(view, self._trainings, self._changed)
        self._others = OtherModels(view, self._trainings)

    async def build(self) -> None:
        """Trainings, then the encoder's versions with what live thumbs say, then the other models."""
        links(self._view)
        await self._trainings.build()
        for part in (self._encoders, self._others):
            try:
                await part.build()
            except ShoptalkError as error:  # a damaged pointer must not hide the other models
                ui.label(str(error)).classes("text-weight-bold")

    async def _changed(self) -> None:
        await self._encoders.versions.refresh()
        await self._others.lists.refresh()
