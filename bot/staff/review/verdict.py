"""What did a gate say of a version, and why?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

__all__ = ["show_verdict"]


def show_verdict(verdict: Mapping[str, Any], *, opened: bool = False) -> None:
    """Passed or refused with the reason; behind it every check, and the queries that moved most."""
    said = "passed" if verdict["passed"] else "refused"
    with ui.expansion(f"Gate: {said}. {verdict.get('reason', '')}", value=opened).classes("w-full").mark("verdict"):
        for check in verdict.get("checks", ()):
            with ui.row().classes("items-center no-wrap"):
                met = bool(check["passed"])
                ui.icon("check" if met else "close", color="positive" if met else "negative").props(
                    f'role=img aria-label="{"met" if met else "not met"}"'
                )
                ui.label(f"{check['name']}: {check['detail']}").style("overflow-wrap: anywhere")
        for name, title in (("better", "Better found than before"), ("worse", "Worse found than before")):
            if verdict.get(name):
                ui.label(title).classes("text-weight-bold q-mt-sm")
            for query, difference in verdict.get(name, ()):
                ui.label(f"{difference:+.3f}  {query}").classes("text-caption").style("overflow-wrap: anywhere")
