"""What is shown beside the one thing that is judged: what else was shown, and the whole conversation?"""

from __future__ import annotations

from collections.abc import Mapping

from nicegui import ui

from bot.staff.review.table import show_head
from feedback.review.context import Context, Shown
from recommender.catalogue.product import Product

__all__ = ["show_surroundings"]

_SPEAKERS = {"shopper": "Shopper", "bot": "Assistant", "human": "Shop", "system": "Note"}
_THUMBS = {1: ("thumb_up", "thumb up"), -1: ("thumb_down", "thumb down")}


def show_surroundings(around: Context, products: Mapping[str, Product], judged: str | None) -> None:
    """The products of the turn with positions, scores, versions and reasons; the conversation with the turn marked."""
    if around.session_id is None:
        ui.label("The shopper has been forgotten, and the conversation with them.").classes("text-grey")
        return
    if around.shown:
        ui.label("What was shown").classes("text-subtitle1")
        with ui.element("div").classes("w-full overflow-auto"), ui.element("table").classes("w-full text-left"):
            show_head(("", "Product", "Score", "Legs", "Why", ""))
            for one in around.shown:
                _row(one, products, marked=one.item_id == judged)
        versions = sorted({f"{name} {value}" for one in around.shown for name, value in one.versions.items()})
        ui.label("Versions: " + (", ".join(versions) or "none written down")).classes("text-caption text-grey")
    ui.label("The conversation").classes("text-subtitle1 q-mt-md")
    with ui.column().classes("w-full gap-1").mark("conversation"):
        for said in around.said:
            with ui.row().classes("w-full no-wrap items-start" + (" bg-blue-1 text-black" if said.here else "")):
                ui.label(_SPEAKERS.get(said.sender, said.sender)).classes("text-weight-bold").style("min-width: 6rem")
                ui.label(said.text).classes("col").style("overflow-wrap: anywhere; white-space: pre-wrap")
                ui.label(f"{said.at:%H:%M}").classes("text-grey")


def _row(one: Shown, products: Mapping[str, Product], *, marked: bool) -> None:
    product = products.get(one.item_id)
    legs = ", ".join(f"{leg} {score:.3f}" for leg, score in one.legs.items())
    title = one.item_id if product is None else product.title
    with ui.element("tr").classes("bg-blue-1 text-black" if marked else ""):
        for cell in (str(one.position), title, f"{one.score:.3f}", legs, "; ".join(one.reasons)):
            with ui.element("td").classes("q-px-sm").style("vertical-align: top"):
                ui.label(cell)
        with ui.element("td").classes("q-px-sm"):
            if one.vote in _THUMBS:
                icon, meaning = _THUMBS[one.vote]
                ui.icon(icon).props(f'aria-label="{meaning}" role=img')
