"""`shoptalk search`: what does the shop find for these words, and why?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from decimal import Decimal

    from actions.services import Services
    from recommender.catalogue.product import Product
    from recommender.search.port import SearchResult
    from recommender.understanding.query import Query

__all__ = ["search"]


def search(
    text: Annotated[str, typer.Argument(help="What to look for, as a shopper would write it.")],
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many products to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """Search the shop's catalogue. Example: shoptalk search "red sofa under 500" --limit 5"""
    from actions.services import build
    from recommender.settings import Settings

    services = build(Settings())
    query = services.understander.understand(text).query
    result = services.searcher.search(query, limit=limit)
    # Prices and stock are those of the record at this moment; what was deleted since the search is left out.
    products = services.catalogue.get([hit.id for hit in result.hits])
    if as_json:
        typer.echo(json.dumps(_as_object(query, result, products), ensure_ascii=False, indent=2))
    else:
        _print(services, query, result, products)


def _as_object(query: Query, result: SearchResult, products: dict[str, Product]) -> dict[str, Any]:
    return {
        "query": {
            "text": query.text,
            "constraints": [
                {
                    "facet": constraint.facet,
                    "op": constraint.op,
                    "values": constraint.values,
                    "bound": None if constraint.bound is None else str(constraint.bound),
                }
                for constraint in query.constraints
            ],
            "sort": query.sort,
        },
        "total": result.total,
        "hits": [
            {
                "id": hit.id,
                "title": product.title,
                "brand": product.brand,
                "price": None if product.price is None else str(product.price),
                "currency": product.currency,
                "in_stock": product.in_stock,
                "score": hit.score,
                "legs": hit.legs,
                "matched": hit.matched,
            }
            for hit in result.hits
            if (product := products.get(hit.id))
        ],
        "weights": result.weights,
        "versions": result.versions,
        "timing_ms": result.timing_ms,
    }


def _print(services: Services, query: Query, result: SearchResult, products: dict[str, Product]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from actions.replies.labels import constraint_label
    from recommender.money import money_in_words

    def limit(amount: Decimal) -> str:
        return money_in_words(amount, services.currency, services.settings.locale, brief=True)

    console = Console()
    understood = [
        constraint_label(constraint, services.phrases, limit, services.understander.written)
        for constraint in query.constraints
    ]
    # Text from shoppers and catalogues is plain text, never rich's markup.
    console.print(Text(f"Looking for: {query.text or 'anything'}"))
    console.print(Text(f"Conditions: {', '.join(understood) or 'none'}; order: {query.sort}; {result.total} products"))
    legs = list(result.weights)
    table = Table("#", "Product", "Price", "Stock", "Score", *(leg.capitalize() for leg in legs), "Matched")
    for position, hit in enumerate(result.hits, start=1):
        product = products.get(hit.id)
        if product is None:
            continue
        price = product.price
        table.add_row(
            str(position),
            Text("\n".join((product.title, " · ".join(part for part in (product.brand, product.id) if part)))),
            "" if price is None else money_in_words(price, product.currency, services.settings.locale),
            "yes" if product.in_stock else "no",
            f"{hit.score:.3f}",
            *(f"{hit.legs.get(leg, 0.0):.3f}" for leg in legs),
            Text(", ".join(hit.matched)),
        )
    console.print(table)
    parts = ", ".join(f"{name} {ms:.1f}" for name, ms in result.timing_ms.items())
    console.print(Text(f"{_encoder(result)} Milliseconds: {parts}."))


def _encoder(result: SearchResult) -> str:
    """Which encoder read the query; without one, why not."""
    version = result.versions.get("encoder", "not asked")
    missing = version.removeprefix("off: ")
    return (
        f"Encoder: {version}." if missing == version else f"Found by words alone, encoder off: {missing.rstrip('.')}."
    )
