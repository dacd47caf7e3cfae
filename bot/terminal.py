"""How does a conversation look in a terminal?

What comes from shoppers and catalogues is printed as plain text, never as rich's markup or as what a terminal obeys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from recommender.errors import BadInputError
from recommender.money import format_money
from recommender.settings import Settings

__all__ = ["Terminal", "plain"]

_CARD_WIDTH = 38
_OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def plain(text: str, style: str = "") -> Text:
    """`text` as a terminal shows it, without the characters that move its cursor, colour it or turn its direction.

    Rich itself drops some of these and lets through ESC, which begins every escape sequence.
    """
    return Text(_OBEYED.sub(" ", text), style=style)


class Terminal:
    """Shows replies, and knows what the numbers of the last ones stand for."""

    def __init__(self, settings: Settings, console: Console | None = None) -> None:
        self._settings = settings
        self._console = console or Console()
        self._payloads: list[str] = []

    def greet(self) -> None:
        """Say how this works."""
        self._console.print(
            Text(f"Talking to {self._settings.shop_name}. Type a number in brackets to press it; an empty line ends.")
        )

    def ask(self) -> str:
        """What the shopper types; "" when they are done."""
        try:
            return self._console.input("[bold]you>[/bold] ").strip()
        except (EOFError, KeyboardInterrupt):
            self._console.print()
            return ""

    def waiting(self) -> AbstractContextManager[object]:
        """Something that moves while the assistant thinks."""
        return self._console.status("…")

    def pressed(self, text: str) -> str | None:
        """The payload that the typed number stands for; None when it is none of the numbers shown last."""
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        return self._payloads[number - 1] if 1 <= number <= len(self._payloads) else None

    def tell(self, sentence: str) -> None:
        """Say something that is no reply of the assistant."""
        self._console.print(plain(sentence, "red"))

    def show(self, replies: Sequence[Mapping[str, Any]], timing_ms: Mapping[str, float]) -> None:
        """Draw the replies to one turn; what can be pressed gets a number."""
        self._payloads = []
        for reply in replies:
            self._console.print(self._drawn(reply))
        stages = ", ".join(f"{stage} {ms:.0f}" for stage, ms in timing_ms.items())
        self._console.print(Text(f"{stages} ms", style="dim"))

    def _drawn(self, reply: Mapping[str, Any]) -> RenderableType:
        match reply["type"]:
            case "products":
                return Columns([self._card(at, card) for at, card in enumerate(reply["items"], start=1)])
            case "comparison":
                return self._comparison(reply)
            case "chips":
                return self._pressables((chip["title"], chip["payload"]) for chip in reply["items"])
            case "constraints":
                return self._pressables((f"{one['label']} ✕", one["remove_payload"]) for one in reply["items"])
            case _:
                return plain(str(reply["text"]))

    def _card(self, position: int, card: Mapping[str, Any]) -> Panel:
        facts = [card["brand"], self._price(card), "in stock" if card["in_stock"] else "out of stock"]
        if card["rating"] is not None:
            facts.append(f"★ {card['rating']:g} ({card['rating_count']})")
        lines = [plain(card["title"], "bold"), plain(" · ".join(fact for fact in facts if fact))]
        lines += [plain(f"✓ {reason}", "green") for reason in card["reasons"]]
        if card["url"]:
            address = plain(card["url"], "dim")
            address.overflow = "fold"
            lines.append(address)
        return Panel(Group(*lines), title=f"#{position}", title_align="left", width=_CARD_WIDTH)

    def _price(self, card: Mapping[str, Any]) -> str:
        if card["price"] is None:
            return "no price given"
        try:
            return format_money(Decimal(card["price"]), card["currency"], self._settings.locale)
        except BadInputError:
            return f"{card['price']} {card['currency']}"

    def _comparison(self, reply: Mapping[str, Any]) -> Table:
        table = Table("", *(Column(plain(card["title"])) for card in reply["items"]))
        for row in reply["rows"]:
            table.add_row(plain(row["label"]), *(plain(value) for value in row["values"]))
        return table

    def _pressables(self, items: Iterable[tuple[str, str]]) -> Text:
        text = Text()
        for title, payload in items:
            self._payloads.append(payload)
            text.append(f"[{len(self._payloads)}] ", style="cyan bold")
            text.append_text(plain(f"{title}   "))
        return text
