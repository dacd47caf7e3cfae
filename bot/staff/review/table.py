"""How do the trainers' pages show rows of text?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nicegui import ui

__all__ = ["show_head", "show_table"]


def show_head(titles: Sequence[str]) -> None:
    """The titles of the columns, within a table."""
    with ui.element("thead"), ui.element("tr"):
        for title in titles:
            with ui.element("th").classes("q-px-sm"):
                ui.label(title)


def show_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table of nothing but text."""
    with ui.element("table").classes("text-left"):
        show_head(titles)
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for cell in row:
                        with ui.element("td").classes("q-px-sm"):
                            ui.label(cell).style("overflow-wrap: anywhere")
