"""`shoptalk understand`: what does the shop read in these words, and in which of them?"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["understand"]


def understand(
    text: Annotated[str, typer.Argument(help="A message, as a shopper would write it.")],
    after: Annotated[str | None, typer.Option(help="The message before it, which this one may change.")] = None,
) -> None:
    """Show what a message is read as, with the words each part comes from.

    Example: shoptalk understand "not leather, under 60" --after "black jacket"
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from actions.replies.labels import constraint_label
    from actions.services import build
    from recommender.money import money_in_words
    from recommender.settings import Settings

    services = build(Settings())
    understander = services.understander
    previous = understander.understand(after).query if after else None
    reading = understander.understand(text, previous=previous)
    table = Table("Words", "Read as")
    for part in reading.parts:
        table.add_row(Text(text[part.start : part.end]), Text(part.meaning))
    console = Console()
    # Text from shoppers and catalogues is plain text, never rich's markup.
    if reading.parts:
        console.print(table)
    for written, meant in reading.respelled:
        console.print(Text(f"Spelling: {written} is read as {meant}"))
    conditions = [
        constraint_label(
            one,
            services.phrases,
            lambda amount: money_in_words(amount, services.currency, services.settings.locale, brief=True),
            understander.written,
        )
        for one in reading.query.constraints
    ]
    console.print(Text("A change of the search before" if reading.kind == "amend" else "A new search"))
    console.print(Text(f"Looking for: {reading.query.text or 'anything'}"))
    console.print(Text(f"Conditions: {', '.join(conditions) or 'none'}; order: {reading.query.sort}"))
    if reading.quantity:
        console.print(Text(f"Pieces: {reading.quantity}"))
    if reading.unmatched:
        console.print(Text(f"Unwanted, but no product has it: {', '.join(reading.unmatched)}"))
    for wish in reading.further:
        console.print(Text(f"A further wish, offered to press: {wish}"))
