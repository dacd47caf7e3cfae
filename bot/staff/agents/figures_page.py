"""How is the shop's assistant doing, day by day, and which conversations is each number made of?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nicegui import ui
from nicegui.events import EChartPointClickEventArguments
from sqlalchemy.orm import Session

from bot.staff.console import View
from feedback.figures import FIGURES, Fact, by_day, facts_of, top_texts
from feedback.spreadsheet import csv_text
from recommender.errors import BadInputError, NotFoundError

__all__ = ["FactsPage", "FiguresPage"]

_SPANS = {7: "7 days", 30: "30 days", 90: "90 days"}
_DAYS = 30


class FiguresPage:
    """Every figure as a chart with dates; a click on a day leads to what it was counted from."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._zone = ZoneInfo(view.console.settings.service_timezone)
        self._days = _DAYS

    async def build(self) -> None:
        """Put everything on the page."""
        with ui.row().classes("items-center"):
            ui.label("Figures").classes("text-h5")
            self._chosen = ui.toggle(_SPANS, value=self._days, on_change=self._view.handler(self._span))
            self._chosen.props("dense no-caps")
            ui.button("CSV", icon="download", on_click=self._view.handler(self._export)).props("dense no-caps outline")
        await self._charts()

    async def _span(self) -> None:
        self._days = self._chosen.value
        await self._charts.refresh()

    async def _export(self) -> None:
        table = await self._view.read(self._table)
        days = sorted({day for numbers in table.values() for day in numbers})
        header = ["day", *(FIGURES[name].title + (" %" if FIGURES[name].of else "") for name in table)]
        rows = [[day.isoformat(), *(_rounded(numbers.get(day)) for numbers in table.values())] for day in days]
        ui.download.content(csv_text(header, rows), "figures.csv", "text/csv")

    def _range(self) -> tuple[datetime, datetime]:
        today = self._view.console.clock.now().astimezone(self._zone).date()
        return _midnight(today - timedelta(days=self._days - 1), self._zone), _midnight(
            today + timedelta(days=1), self._zone
        )

    def _table(self, session: Session) -> dict[str, dict[date, float | None]]:
        since, until = self._range()
        return {name: by_day(session, name, since, until, self._zone) for name in FIGURES}

    def _said(self, session: Session) -> dict[str, list[tuple[str, int, str | None]]]:
        since, until = self._range()
        named = ("searches", "empty", "handoffs", "unanswered")
        return {name: top_texts(facts_of(session, name, since, until)) for name in named}

    @ui.refreshable_method
    async def _charts(self) -> None:
        table, said = await self._view.read(self._table), await self._view.read(self._said)
        with ui.grid(columns="repeat(auto-fill, minmax(300px, 1fr))").classes("w-full gap-2"):
            for name, numbers in table.items():
                self._chart(name, numbers)
        titles = {
            "searches": "Most frequent searches",
            "empty": "Searches that showed nothing",
            "handoffs": "Why a person was wanted",
            "unanswered": "Questions without an answer",
        }
        with ui.grid(columns="repeat(auto-fill, minmax(300px, 1fr))").classes("w-full gap-2"):
            for name, rows in said.items():
                with ui.column().classes("gap-0"):
                    ui.label(titles[name]).classes("text-subtitle1")
                    for text, count, session_id in rows:
                        with ui.row().classes("no-wrap gap-2"):
                            ui.label(str(count)).classes("text-weight-bold")
                            ui.link(text, f"/agents?c={session_id}").style("overflow-wrap: anywhere")
                    if not rows:
                        ui.label("nothing").classes("text-grey")

    def _chart(self, name: str, numbers: dict[date, float | None]) -> None:
        figure = FIGURES[name]
        unit = "%" if figure.of else figure.unit

        def look(event: EChartPointClickEventArguments) -> None:
            ui.navigate.to(f"/figures/{name}?day={event.name}")

        with ui.card().props("flat bordered").classes("gap-0 w-full").style("padding: 6px 10px").mark("figure"):
            with ui.row().classes("w-full no-wrap items-baseline"):
                ui.link(figure.title, f"/figures/{name}?days={self._days}").classes("text-subtitle2 col")
                latest = next((one for one in reversed(list(numbers.values())) if one is not None), None)
                ui.label("–" if latest is None else f"{latest:.0f}{unit}").classes("text-h6").tooltip(
                    "The last day with any"
                )
            ui.echart(
                {
                    "animation": False,
                    "grid": {"left": 36, "right": 8, "top": 10, "bottom": 22},
                    "tooltip": {"trigger": "axis"},
                    "xAxis": {"type": "category", "data": [day.isoformat() for day in numbers]},
                    "yAxis": {"type": "value", "min": 0, "minInterval": 1},
                    "series": [
                        {"type": "bar", "name": figure.title, "data": [_rounded(one) for one in numbers.values()]}
                    ],
                },
                on_point_click=look,
            ).style("height: 130px").props(f'role="img" aria-label="{figure.title}, by day"')


class FactsPage:
    """What one figure was counted from: on one day, or over the last days."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._zone = ZoneInfo(view.console.settings.service_timezone)

    async def build(self) -> None:
        """Put everything on the page.

        Raises:
            NotFoundError: there is no such figure.
            BadInputError: the address names no day.
        """
        name = self._view.parameters["name"]
        if name not in FIGURES:
            raise NotFoundError(f"There is no figure {name!r}.")
        since, until, shown = self._range()
        facts = await self._view.read(facts_of, name, since, until)
        with ui.row().classes("items-center"):
            ui.label(f"{FIGURES[name].title}: {len(facts)}, {shown}").classes("text-h6")
            ui.button(
                "CSV", icon="download", on_click=lambda: ui.download.content(_csv(facts), f"{name}.csv", "text/csv")
            ).props("dense no-caps outline")
        with ui.list().props("dense separator").classes("w-full"):
            for fact in reversed(facts[-500:]):
                with ui.item(), ui.item_section():
                    said = fact.text[:300] or "the conversation"
                    at = f"{fact.at.astimezone(self._zone):%d %b %Y %H:%M}"
                    value = "" if fact.value is None else f" · {fact.value:.0f}{FIGURES[name].unit}"
                    if fact.session_id:
                        ui.link(said, f"/agents?c={fact.session_id}").style("overflow-wrap: anywhere").mark("fact")
                    else:
                        ui.label(said)
                    ui.item_label(at + value).props("caption")

    def _range(self) -> tuple[datetime, datetime, str]:
        query = self._view.query
        today = self._view.console.clock.now().astimezone(self._zone).date()
        try:
            if "day" in query:
                day = date.fromisoformat(query["day"])
                return _midnight(day, self._zone), _midnight(day + timedelta(days=1), self._zone), f"on {day:%d %b %Y}"
            days = min(max(int(query.get("days", _DAYS)), 1), 366)
        except (ValueError, OverflowError) as error:
            raise BadInputError("The address names no day; open it from the figures.") from error
        first = today - timedelta(days=days - 1)
        return (
            _midnight(first, self._zone),
            _midnight(today + timedelta(days=1), self._zone),
            f"in the last {days} days",
        )


def _csv(facts: list[Fact]) -> str:
    return csv_text(
        ["at", "conversation", "value", "text"],
        ([fact.at.isoformat(), fact.session_id, fact.value, fact.text] for fact in facts),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
