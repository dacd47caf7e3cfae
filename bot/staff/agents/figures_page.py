"""How is the shop's assistant doing, day by day, and which conversations is each number made of?"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from nicegui import ui
from nicegui.events import EChartPointClickEventArguments
from sqlalchemy.orm import Session

from bot.staff.agents.desk import Desk
from bot.staff.console import View
from feedback.days import midnight
from feedback.figures import FIGURES, Fact, Numbers, facts_of, key, numbers_of, top_texts
from feedback.spreadsheet import csv_text
from recommender.errors import BadInputError, NotFoundError

__all__ = ["OF_THE_DESK", "OF_THE_SHOP", "FactsPage", "Figures", "FiguresPage"]

_SPANS: Final = (7, 30, 90)
_DAYS: Final = 30
_MOST_DAYS: Final = 400
_FACTS_SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class Figures:
    """What a page of figures shows: `charts` by day, `lists` of what was said or opened most often, by its title."""

    path: str
    title: str
    charts: Sequence[str]
    lists: Mapping[str, str]


OF_THE_DESK: Final = Figures(
    "/figures",
    "Figures",
    ("conversations", "alone", "handoffs", "missed", "waiting", "first_answer", "answers", "drafts", "rating"),
    {"handoffs": "Why a person was wanted", "unanswered": "Questions without an answer"},
)
"""How well shoppers are answered: for everybody who answers them."""

OF_THE_SHOP: Final = Figures(
    "/owner",
    "Owner",
    tuple(FIGURES),
    {
        "searches": "Most frequent searches",
        "empty": "Searches that showed nothing",
        "fallbacks": "Messages it was not sure of",
        "unanswered": "Questions without an answer",
        "handoffs": "Why a person was wanted",
        "missed": "Wanted a person, and nobody came",
        "clicks": "Products opened",
        "carts": "Products put into a cart",
        "liked": "Products with thumbs up",
        "disliked": "Products with thumbs down",
    },
)
"""How the shop is doing: everything there is."""


class _Days:
    """The days that an address names (`from` and `to`, or `day`); the last thirty when it names none."""

    def __init__(self, view: View) -> None:
        self.zone = ZoneInfo(view.console.settings.service_timezone)
        today = view.console.clock.now().astimezone(self.zone).date()
        query = view.query
        try:
            last = date.fromisoformat(query.get("day") or query.get("to") or today.isoformat())
            named = query.get("day") or query.get("from")
            first = date.fromisoformat(named) if named else last - timedelta(days=_DAYS - 1)
            # In UTC, as they are asked of the record: the first and the last days of the calendar are not there in it.
            self.since = midnight(first, self.zone).astimezone(UTC)
            self.until = midnight(last + timedelta(days=1), self.zone).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise BadInputError("The address names no day; open it from the figures.") from error
        if not 0 <= (last - first).days < _MOST_DAYS:
            raise BadInputError(f"Choose from one to {_MOST_DAYS} days, the first one first.")
        self.first, self.last, self.today = first, last, today

    @property
    def in_words(self) -> str:
        """For a heading."""
        if self.first == self.last:
            return f"on {self.first:%d %b %Y}"
        return f"{self.first:%d %b %Y} to {self.last:%d %b %Y}"

    def address(self, path: str, **more: str) -> str:
        """The address of a page over these days."""
        return f"{path}?{urlencode({'from': self.first.isoformat(), 'to': self.last.isoformat(), **more})}"


class FiguresPage:
    """Figures as charts with dates; every number leads to what it was counted from."""

    def __init__(self, view: View, desk: Desk, shown: Figures) -> None:
        self._view = view
        self._desk = desk
        self._shown = shown
        self._days = _Days(view)

    async def build(self) -> None:
        """Put everything on the page.

        Raises:
            BadInputError: the address names no days.
        """
        numbers, said = await self._view.read(self._numbers), await self._view.read(self._said)
        titles = await _titles(self._view, self._desk, said)
        self._head(numbers)
        self._tiles(numbers)
        with ui.element("div").classes("w-full").style(_GRID):
            for name in self._shown.charts:
                self._chart(name, numbers[name])
        with ui.element("div").classes("w-full").style(_GRID):
            for name, title in self._shown.lists.items():
                self._list(name, title, said[name], titles)

    def _head(self, numbers: Mapping[str, Numbers]) -> None:
        days = self._days
        with ui.row().classes("items-center w-full"):
            ui.label(self._shown.title).classes("text-h5").props('role="heading" aria-level="1"')
            first = ui.input("From", value=days.first.isoformat()).props("type=date dense outlined").mark("from")
            last = ui.input("To", value=days.last.isoformat()).props("type=date dense outlined").mark("to")

            def show() -> None:
                chosen = urlencode({"from": first.value or "", "to": last.value or ""})
                ui.navigate.to(f"{self._shown.path}?{chosen}")

            ui.button("Show", on_click=show).props("dense no-caps").mark("show")
            for count in _SPANS:
                start = days.today - timedelta(days=count - 1)
                address = f"{self._shown.path}?{urlencode({'from': start, 'to': days.today})}"
                ui.link(f"{count} days", address)
            ui.space()
            ui.button("CSV", icon="download", on_click=lambda: self._export(numbers)).props(
                "dense no-caps outline"
            ).mark("csv")

    def _export(self, numbers: Mapping[str, Numbers]) -> None:
        header = ["day", *(f"{FIGURES[name].title} {FIGURES[name].shown_unit}".strip() for name in numbers)]
        days = next(iter(numbers.values())).days
        rows = [[day.isoformat(), *(_rounded(one.days[day]) for one in numbers.values())] for day in days]
        ui.download.content(csv_text(header, rows), "figures.csv", "text/csv")

    def _numbers(self, session: Session) -> dict[str, Numbers]:
        days = self._days
        return numbers_of(session, self._shown.charts, days.since, days.until, days.zone)

    def _said(self, session: Session) -> dict[str, list[tuple[str, int]]]:
        days = self._days
        return {name: top_texts(session, name, days.since, days.until) for name in self._shown.lists}

    def _tiles(self, numbers: Mapping[str, Numbers]) -> None:
        with ui.element("div").classes("w-full").style(_TILES):
            for name, one in numbers.items():
                with ui.card().props("flat bordered").classes("gap-0").style("padding: 6px 10px").mark("tile"):
                    number = _in_words(one.total, FIGURES[name].shown_unit)
                    ui.link(number, self._days.address(f"/figures/{name}")).classes("text-h6").props(
                        f'aria-label="{FIGURES[name].title}: {number}"'
                    )
                    ui.label(FIGURES[name].title).classes("text-caption")

    def _chart(self, name: str, numbers: Numbers) -> None:
        figure = FIGURES[name]
        title = f"{figure.title}, {figure.shown_unit}" if figure.shown_unit else figure.title

        def look(event: EChartPointClickEventArguments) -> None:
            ui.navigate.to(f"/figures/{name}?{urlencode({'day': event.name})}")

        with ui.card().props("flat bordered").classes("gap-0").style("padding: 6px 10px; min-width: 0").mark("figure"):
            ui.link(title, self._days.address(f"/figures/{name}")).classes("text-subtitle2")
            ui.echart(
                {
                    "animation": False,
                    "grid": {"left": 40, "right": 8, "top": 10, "bottom": 22},
                    "tooltip": {"trigger": "axis"},
                    "xAxis": {"type": "category", "data": [day.isoformat() for day in numbers.days]},
                    "yAxis": {"type": "value", "min": 0, "minInterval": 1},
                    "series": [
                        {"type": "bar", "name": title, "data": [_rounded(one) for one in numbers.days.values()]}
                    ],
                },
                on_point_click=look,
            ).style("height: 130px").props(f'role="img" aria-label="{figure.title}, by day"')

    def _list(self, name: str, title: str, rows: Sequence[tuple[str, int]], titles: Mapping[str, str]) -> None:
        with ui.column().classes("gap-0").style("min-width: 0").mark("list"):
            ui.label(title).classes("text-subtitle1").props('role="heading" aria-level="2"')
            for text, count in rows:
                with ui.row().classes("no-wrap gap-2 w-full"):
                    ui.label(str(count)).classes("text-weight-bold").style("min-width: 2.5em; text-align: right")
                    ui.link(titles.get(text, text), self._days.address(f"/figures/{name}", said=text)).style(
                        "overflow-wrap: anywhere; min-width: 0; padding: 2px 0"
                    )
            if not rows:
                ui.label("Nothing in these days.").classes("text-grey")


class FactsPage:
    """What one figure was counted from, in the days that the address names; with `said`, those of one text only."""

    def __init__(self, view: View, desk: Desk) -> None:
        self._view = view
        self._desk = desk

    async def build(self) -> None:
        """Put everything on the page.

        Raises:
            NotFoundError: there is no such figure.
            BadInputError: the address names no day.
        """
        name = self._view.parameters["name"]
        if name not in FIGURES:
            raise NotFoundError(f"There is no figure {name!r}.")
        figure, days, said = FIGURES[name], _Days(self._view), self._view.query.get("said")
        facts, count = await self._view.read(_newest, name, days, said)
        counted = Counter(key(name, fact.text) for fact in facts)
        titles = await _titles(self._view, self._desk, {name: list(counted.items())})
        of = f" of “{titles.get(said, said)[:100]}”" if said else ""

        async def export() -> None:
            ui.download.content(await self._view.read(_csv, name, days, said), f"{name}.csv", "text/csv")

        with ui.row().classes("items-center"):
            ui.label(f"{figure.title}{of}: {count}, {days.in_words}").classes("text-h6").style(
                "overflow-wrap: anywhere"
            ).props('role="heading" aria-level="1"')
            ui.button("CSV", icon="download", on_click=self._view.handler(export)).props("dense no-caps outline").mark(
                "csv"
            )
        if count > len(facts):
            ui.label(f"The newest {len(facts)}; the CSV file has all.").classes("text-caption")
        with ui.list().props("dense separator").classes("w-full"):
            for fact in reversed(facts):
                with ui.item(), ui.item_section():
                    text = titles.get(key(name, fact.text), fact.text)[:300] or "the conversation"
                    if fact.session_id:
                        ui.link(text, f"/agents?c={fact.session_id}").style("overflow-wrap: anywhere").mark("fact")
                    else:
                        ui.label(text).style("overflow-wrap: anywhere").mark("fact")
                    value = "" if fact.value is None else f" · {_in_words(fact.value, figure.unit)}"
                    ui.item_label(f"{fact.at.astimezone(days.zone):%d %b %Y %H:%M}{value}").props("caption")


_GRID = "display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr))"
_TILES = "display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr))"


async def _titles(view: View, desk: Desk, said: Mapping[str, Sequence[tuple[str, int]]]) -> dict[str, str]:
    """The titles of the products among what was said, by their ids."""
    ids = [text for name, rows in said.items() if FIGURES[name].names_products for text, _ in rows]
    if not ids:
        return {}
    catalogue = (await view.work(desk.copilot)).services.catalogue
    found = await view.work(catalogue.get, ids)
    return {id_: one.title for id_, one in found.items()}


def _newest(session: Session, name: str, days: _Days, said: str | None) -> tuple[Sequence[Fact], int]:
    """The newest facts, oldest first, and how many there are in all."""
    kept: deque[Fact] = deque(maxlen=_FACTS_SHOWN)
    count = 0
    for count, fact in enumerate(facts_of(session, name, days.since, days.until, said=said), start=1):  # noqa: B007
        kept.append(fact)
    return kept, count


def _csv(session: Session, name: str, days: _Days, said: str | None) -> str:
    return csv_text(
        ["at", "conversation", "value", "text"],
        (
            [fact.at.isoformat(), fact.session_id, fact.value, fact.text]
            for fact in facts_of(session, name, days.since, days.until, said=said)
        ),
    )


def _in_words(number: float | None, unit: str) -> str:
    if number is None:
        return "–"
    if unit == "s" and number >= 60:
        return f"{int(number // 60)}:{int(number % 60):02} min"
    shown = f"{number:.1f}".removesuffix(".0")
    return f"{shown} {unit}".strip()


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
