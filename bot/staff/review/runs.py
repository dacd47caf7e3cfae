"""Which trainings were there, what did each come to, and what did more feedback bring?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nicegui import ui

from bot.staff.console import View
from bot.staff.review.model_pages import links
from bot.staff.review.table import show_head, show_table
from bot.staff.review.verdict import show_verdict
from feedback.training.runs import Learned, Run, find_run, learning_curve, runs

__all__ = ["RunPage", "Runs"]

_SHOWN: Final = 100
_LOOK_EVERY_S: Final = 2.0


class Runs:
    """Every run of the encoder's training, newest first, under the learning curve that they make."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._home = view.console.settings.home
        self._runs: Sequence[Run] = ()

    async def build(self) -> None:
        """The curve and the list."""
        links(self._view)
        curve = await self._view.work(learning_curve, self._home)
        ui.label("Learning curve").classes("text-h6 q-mt-md")
        if curve:
            _learning_chart(curve)
        else:
            ui.label("It is drawn from the second finished training on: what each found on held-out queries.").classes(
                "text-grey"
            )
        ui.label("Runs").classes("text-h6 q-mt-md")
        self._runs = await self._view.work(runs, self._home)
        self._list()
        ui.timer(_LOOK_EVERY_S, self._look)

    @ui.refreshable_method
    def _list(self) -> None:
        if not self._runs:
            ui.label("Nothing was trained yet: start on the page Versions (V).").classes("text-grey")
            return
        with ui.element("table").classes("w-full text-left"):
            show_head(("Run", "State", "Method", "From", "Version", "Why"))
            with ui.element("tbody"):
                for run in self._runs[:_SHOWN]:
                    with ui.element("tr"):
                        with ui.element("td").classes("q-px-sm"):
                            ui.link(run.name, f"/models/runs/{run.name}")
                        state = run.state + (f": {run.stage}, {_how_far(run)}" if run.state == "running" else "")
                        state += ", can go on" if run.resumable else ""
                        for text in (state, run.method, run.source, run.version, run.reason[:300]):
                            with ui.element("td").classes("q-px-sm").style("vertical-align: top"):
                                ui.label(text).style("overflow-wrap: anywhere")

    async def _look(self) -> None:
        found = await self._view.work(runs, self._home)
        if found != self._runs:
            self._runs = found
            self._list.refresh()


class RunPage:
    """One run: what it was given, how its loss fell, what its gate said."""

    def __init__(self, view: View) -> None:
        self._view = view

    async def build(self) -> None:
        """Put everything on the page.

        Raises:
            NotFoundError: there is no such run.
        """
        links(self._view)
        run, folder = await self._view.work(find_run, self._view.console.settings.home, self._view.parameters["name"])
        ui.label(run.name).classes("text-h6 q-mt-md")
        ui.label(" · ".join(part for part in (run.state, run.method, run.source, run.reason) if part)).style(
            "overflow-wrap: anywhere"
        )
        if run.version:
            ui.link(run.version, f"/models/version/{run.version}")
        card = await self._view.work(folder.read, "card.json")
        begun = await self._view.work(folder.read, "begun.json")
        losses = await self._view.work(folder.read, "losses.json")
        if points := losses.get("points"):
            ui.label("Loss by step").classes("text-subtitle1 q-mt-md")
            _chart("Loss by step", "steps", "loss", {"loss": points})
        if card:
            split = card["split"]
            figures = {
                "Trained on": f"{split['train']['grades']:,} grades of {split['train']['queries']:,} queries, "
                f"of {card.get('people', 0):,} people",
                "Held out": f"{split['held_out']['grades']:,} grades of {split['held_out']['queries']:,} queries",
                "Data": str(card["data_hash"]),
            }
            ui.label("Data").classes("text-subtitle1 q-mt-md")
            show_figures(figures)
        if plan := card.get("plan") or begun.get("plan"):
            ui.label("Settings").classes("text-subtitle1 q-mt-md")
            show_figures({name.replace("_", " "): str(value) for name, value in plan.items()})
        if verdict := card.get("verdict"):
            show_verdict(verdict, opened=True)
        ui.label(f"TensorBoard: tensorboard --logdir {folder.folder / 'tensorboard'}").classes("text-caption text-grey")


def show_figures(figures: Mapping[str, str]) -> None:
    """Names and what they are, in two columns."""
    with ui.grid(columns="auto 1fr").classes("gap-x-6 gap-y-0"):
        for name, value in figures.items():
            ui.label(name).classes("text-grey")
            ui.label(value).style("overflow-wrap: anywhere")


def _learning_chart(curve: Sequence[Learned]) -> None:
    ordered = sorted(curve, key=lambda one: (one.grades, one.run))
    _chart(
        "nDCG@10 on held-out queries, by how many grades were trained on", "grades", "nDCG@10",
        {
            "the trained version": [[one.grades, one.ndcg] for one in ordered],
            "what served then": [[one.grades, one.ndcg_before] for one in ordered],
        },
    )  # fmt: skip
    rows = []
    for one in curve:
        said = "passed" if one.passed else "refused"
        rows.append((one.run, f"{one.grades:,}", f"{one.queries:,}", f"{one.ndcg:.4f}", f"{one.ndcg_before:.4f}", said))
    show_table(("Run", "Grades", "Queries", "nDCG@10", "Before", "Gate"), rows)


def _chart(title: str, x: str, y: str, series: Mapping[str, Sequence[Sequence[float]]]) -> None:
    options: dict[str, Any] = {
        "animation": False,
        "grid": {"left": 56, "right": 24, "top": 36, "bottom": 40},
        "legend": {"show": len(series) > 1, "top": 0, "textStyle": {"color": "#7a7a7a"}},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "value", "name": x, "nameLocation": "middle", "nameGap": 26, "min": "dataMin"},
        "yAxis": {"type": "value", "name": y, "scale": True},
        "series": [
            {"type": "line", "name": name, "data": [list(point) for point in points], "symbolSize": 8}
            for name, points in series.items()
        ],
    }
    ui.echart(options).style("height: 260px").classes("w-full").props(f'role="img" aria-label="{title}"')


def _how_far(run: Run) -> str:
    return f"{run.done:,} of {run.total:,}" if run.total else "begun"
