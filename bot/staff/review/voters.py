"""Whose votes were set aside, what did they vote on, and do they count again?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from nicegui import ui
from sqlalchemy.orm import Session

from bot.staff.console import View
from bot.staff.review.model_pages import links
from bot.staff.review.table import show_table
from feedback.staff.audit import audit
from feedback.staff.roles import Actor
from feedback.training.quarantine import Quarantined, hold, quarantined, release, votes_cast
from feedback.training.votes import look_for_suspects
from recommender.catalogue.store import SqlCatalogue
from recommender.errors import ConflictError

__all__ = ["Voters"]


class Voters:
    """People whose votes look as if somebody pushed or sank a product, one at a time."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._catalogue = SqlCatalogue(view.console.database, view.console.clock)
        self._people: Sequence[Quarantined] = ()
        self._place = 0

    async def build(self) -> None:
        """Who it is and why, their votes, and what can be done."""
        links(self._view)
        ui.label("Votes set aside").classes("text-h6 q-mt-md")
        ui.label("No model learns from these people's votes. Look at them: if they are shopping, let them count again.")
        with ui.row():
            for title, work in (
                ("Let them count (y)", self._release), ("Set aside again (z)", self._hold), ("Next (n)", self._next),
                ("Back (p)", self._back), ("Look for more (r)", self._look),
            ):  # fmt: skip
                ui.button(title, on_click=self._view.handler(work)).props("flat dense no-caps")
        await self._load()
        await self._person()
        for names, meaning, work in (
            (("y",), "let this person's votes count again", self._release),
            (("z",), "set them aside again", self._hold),
            (("n", "j", "ArrowRight"), "the next person", self._next),
            (("p", "k", "ArrowLeft"), "the person before", self._back),
            (("r",), "look through all votes for more", self._look),
        ):
            for name in names:
                self._view.key(name, meaning, work)

    async def _load(self) -> None:
        """Who there is now; somebody may have been erased since."""
        self._people = await self._view.read(quarantined)
        self._place = min(self._place, max(len(self._people) - 1, 0))

    @ui.refreshable_method
    async def _person(self) -> None:
        if not self._people:
            ui.label("Nobody's votes are set aside.").classes("text-grey")
            return
        one = self._people[self._place]
        votes = await self._view.read(votes_cast, one.person_id)
        products = await self._view.work(self._catalogue.get, sorted({vote.item_id for vote in votes}))
        ui.label(f"{self._place + 1} of {len(self._people)}").classes("text-caption").mark("place")
        with ui.row().classes("items-center"):
            ui.badge(one.kind)
            ui.label(one.detail).style("overflow-wrap: anywhere")
            ui.label(f"since {one.since:%d %b %Y %H:%M}").classes("text-grey")
        counts = (
            f"Let in again by {one.released_by}: they count." if one.released_by else "Set aside: they count nowhere."
        )
        ui.label(counts).classes("text-weight-bold").mark("counts")
        rows = []
        for vote in votes:
            product = products.get(vote.item_id)
            thumb = "up" if vote.value > 0 else "down"
            rows.append((f"{vote.at:%d %b %H:%M:%S}", thumb, product.title if product else vote.item_id, vote.query))
        show_table(("When", "Thumb", "Product", "Asked for"), rows)

    async def _release(self) -> None:
        await self._decide(_release, "They count from the next training on.")

    async def _hold(self) -> None:
        await self._decide(_hold, "Set aside again.")

    async def _decide(self, work: Callable[[Session, Actor, str, datetime], None], sentence: str) -> None:
        if not self._people:
            raise ConflictError("Nobody's votes are set aside.")
        person_id = self._people[self._place].person_id
        await self._view.write(work, person_id, self._view.console.clock.now())
        await self._load()
        await self._person.refresh()
        ui.notify(sentence)

    async def _look(self) -> None:
        before = len(self._people)
        await self._view.write(_look, self._view.console.clock.now())
        await self._load()
        self._place = 0
        await self._person.refresh()
        ui.notify(f"Found {len(self._people) - before} more.")

    async def _next(self) -> None:
        self._place = min(self._place + 1, max(len(self._people) - 1, 0))
        await self._person.refresh()

    async def _back(self) -> None:
        self._place = max(self._place - 1, 0)
        await self._person.refresh()


def _release(session: Session, actor: Actor, person_id: str, now: datetime) -> None:
    release(session, person_id, actor.name)
    audit(session, actor, "votes.release", now)


def _hold(session: Session, actor: Actor, person_id: str, now: datetime) -> None:
    hold(session, person_id)
    audit(session, actor, "votes.hold", now)


def _look(session: Session, actor: Actor, now: datetime) -> None:
    look_for_suspects(session, now)
    audit(session, actor, "votes.look", now)
