"""What is shown of the one thing that is judged?"""

from __future__ import annotations

from nicegui import ui

from bot.staff.console import outside_link
from feedback.review.queues import CONFLICT
from feedback.review.subject import SKIP, Kind, ReviewItem
from recommender.catalogue.product import Product

__all__ = ["show_item", "show_product"]

_LONGEST_DESCRIPTION = 600
_MOST_ATTRIBUTES = 12


def show_item(item: ReviewItem, product: Product | None) -> None:
    """Why it was picked, the query or message, and the product."""
    with ui.row().classes("items-center"):
        ui.badge(item.reason).mark("reason")
        if item.kind is Kind.MESSAGE:
            ui.label(f"{item.down} thumbs down on what it was answered with").classes("text-grey")
        else:
            ui.label(f"shown {item.shown}×, {item.up} up, {item.down} down").classes("text-grey")
        # Others' decisions would sway: they are shown only where they are what is to be decided on.
        if item.reason == CONFLICT or item.reason.startswith("labelled "):
            decided = sorted(value for value in item.labels.values() if value != SKIP)
            ui.label("decided: " + ", ".join(decided)).classes("text-orange-9")
    if item.kind is Kind.MESSAGE:
        ui.label(item.text).classes("text-h5").style("overflow-wrap: anywhere").mark("text")
        confidence = "" if item.confidence is None else f", {item.confidence:.0%} sure"
        ui.label(f"taken for {item.intent or 'nothing'}{confidence}").classes("text-grey")
        return
    if item.kind is Kind.JUDGEMENT:
        ui.label("somebody looked for").classes("text-caption text-grey")
        ui.label(item.text).classes("text-h5").style("overflow-wrap: anywhere").mark("text")
    else:
        ui.label(f"somebody who asked for nothing was shown ({item.surface})").classes("text-caption text-grey")
    if product is None:
        ui.label("This product is not sold any more.")
    else:
        show_product(product)


def show_product(product: Product) -> None:
    """A product in the words of its feed."""
    with ui.card().classes("w-full gap-1").props("flat bordered"):
        ui.label(product.title).classes("text-subtitle1 text-weight-bold").mark("product")
        price = "no price" if product.price is None else f"{product.price} {product.currency}"
        stock = "in stock" if product.in_stock else "sold out"
        ui.label(" · ".join(part for part in (product.brand, price, stock) if part))
        ui.label(" › ".join(product.categories)).classes("text-caption text-grey")
        if product.description:
            text = product.description
            ui.label(text[:_LONGEST_DESCRIPTION] + ("…" if len(text) > _LONGEST_DESCRIPTION else ""))
        with ui.grid(columns="auto 1fr").classes("text-caption gap-x-4 gap-y-0"):
            for name, value in list(product.attributes.items())[:_MOST_ATTRIBUTES]:
                ui.label(name).classes("text-grey")
                ui.label(value)
        if product.url:
            outside_link("the shop's page", product.url)
