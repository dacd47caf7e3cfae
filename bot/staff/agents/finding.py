"""Small windows in which an agent chooses: a product of the catalogue, a canned reply, a macro, a colleague."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from nicegui import ui

from actions.copilot.drafts import price_in_words
from actions.services import Services
from bot.staff.console import View
from recommender.catalogue.product import Product

__all__ = ["Option", "choose", "search_products"]

T = TypeVar("T")

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose: what it is called, what is said below it, and what choosing it means."""

    title: str
    caption: str
    value: object


def choose(
    view: View,
    label: str,
    look_up: Callable[[str], Awaitable[Sequence[Option]]],
    chosen: Callable[[object], Awaitable[None] | None],
    *,
    stays: bool = False,
) -> None:
    """A window with a search: arrows move, Enter chooses (and, with `stays`, leaves it open for more), Esc closes."""
    with view.dialog() as dialog, ui.card().classes("w-full").props(f'role="dialog" aria-label="{label}"'):
        options: list[Option] = []
        at = 0

        async def look(_event: object = None) -> None:
            nonlocal options, at
            options, at = list(await look_up(field.value or ""))[:_SHOWN], 0
            listing.refresh()

        async def take() -> None:
            if options:
                result = chosen(options[min(at, len(options) - 1)].value)
                if result is not None:
                    await result
                if stays:
                    field.run_method("focus")
                else:
                    dialog.close()

        def move(by: int) -> None:
            nonlocal at
            at = min(max(at + by, 0), max(len(options) - 1, 0))
            listing.refresh()

        async def pick(place: int) -> None:
            nonlocal at
            at = place
            await take()

        field = (
            ui.input(label, on_change=view.handler(look))
            .props("autofocus outlined dense debounce=120")
            .classes("w-full")
        )
        field.mark("find")
        field.on("keydown.enter", view.handler(take))
        field.on("keydown.down", lambda: move(1))
        field.on("keydown.up", lambda: move(-1))

        @ui.refreshable
        def listing() -> None:
            if not options:
                ui.label("Nothing found.").classes("text-grey")
            with ui.list().props("dense separator").classes("w-full"):
                for place, one in enumerate(options):
                    with (
                        ui.item(on_click=view.handler(lambda where=place: pick(where)))
                        .props(f"{'active' if place == at else ''}")
                        .mark("option"),
                        ui.item_section(),
                    ):
                        ui.item_label(one.title)
                        ui.item_label(one.caption).props("caption lines=2")

        listing()
        ui.timer(0.01, view.handler(look), once=True)


def search_products(view: View, services: Services, chosen: Callable[[Product], None]) -> None:
    """A window that searches the catalogue as the assistant does; each Enter puts one product into the answer."""

    def look_up(words: str) -> list[Option]:
        query = services.understander.understand(words).query
        hits = services.searcher.search(query, limit=_SHOWN).hits if words.strip() else []
        products = services.catalogue.get([hit.id for hit in hits])
        found = [products[hit.id] for hit in hits if hit.id in products]
        return [
            Option(
                one.title,
                f"{price_in_words(one, services)}, {'in stock' if one.in_stock else 'out of stock'} · {one.brand}",
                one,
            )
            for one in found
        ]

    async def search(words: str) -> list[Option]:
        return await view.work(look_up, words)

    def take(value: object) -> None:
        assert isinstance(value, Product)
        chosen(value)

    choose(view, "Find a product", search, take, stays=True)
