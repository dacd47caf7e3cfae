"""How does an answer look in a Telegram chat?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from pydantic import TypeAdapter

from actions.replies.phrases import Phrases
from actions.replies.schema import (
    CartReply,
    Chip,
    ChipsReply,
    ComparisonReply,
    ConstraintsReply,
    HandoffReply,
    ProductCard,
    ProductsReply,
    Reply,
)
from bot.channels.telegram.parts import MOST_IN_ALBUM, Album, Button, Keyboard, Note, Photo, Picture, TelegramPart
from bot.channels.telegram.pictures import picture_of, web_address
from bot.channels.telegram.rich import MOST_IN_CAPTION, RichText, cut, shorten
from feedback.conversations import Message
from feedback.payloads import Pressable
from recommender.errors import BadInputError
from recommender.money import format_money

__all__ = ["REASONS", "TICK", "Look", "Rendering"]

TICK = " ✓"
"""On the button of a vote that counts."""

REASONS = ("too_expensive", "wrong_style", "wrong_size", "not_what_i_asked", "have_it_already")
"""The codes of reasons for a thumb down that are offered to press."""

_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
_SHORT_TITLE = 18
"""Two buttons with titles up to so long fit side by side on a phone."""

_IN_ALBUM_CAPTION = 200


@dataclass(frozen=True, slots=True)
class Look:
    """What a shop's messages look like: its words, its money, its name, its pictures."""

    phrases: Phrases
    locale: str
    shop: str
    pictures: Path

    def in_language(self, language: str | None) -> Look:
        """The same for somebody who reads `language`."""
        return replace(self, phrases=self.phrases.in_language(language))


@dataclass
class Rendering:
    """Makes the parts of one turn's messages; `pressables` is what its buttons will mean.

    `offered` are the intents that the turn's own chips stand for: a card does not repeat them.
    """

    look: Look
    offered: Collection[str] = ()
    pressables: list[Pressable] = field(default_factory=list)
    _parts: list[TelegramPart] = field(default_factory=list)

    def render(self, messages: Sequence[Message]) -> list[TelegramPart]:
        """The parts, in order."""
        for message in messages:
            reply = _REPLY.validate_python(message.body)
            if message.sender == "human":
                self._human(message, reply)
            else:
                self._add(reply)
        return self._parts

    def _add(self, reply: Reply) -> None:
        match reply:
            case ProductsReply(items=[card]):
                self._card(card)
            case ProductsReply():
                self._list(reply.items)
            case CartReply():
                self._note(self._cart(reply), self._cart_rows(reply))
            case ComparisonReply():
                self._note(self._comparison(reply))
            case ConstraintsReply():
                self._press([Chip(title=f"✕ {one.label}", payload=one.remove_payload) for one in reply.items])
            case ChipsReply():
                self._press(reply.items)
            case HandoffReply():
                self._note(self._handoff(reply))
            case _:
                self._note(RichText().add(reply.text))

    def _note(self, text: RichText, keyboard: Keyboard = ()) -> None:
        pieces = cut(text) or [RichText().add("…")]
        self._parts += [Note(piece) for piece in pieces[:-1]]
        self._parts.append(Note(pieces[-1], keyboard))

    def _press(self, chips: Sequence[Chip]) -> None:
        """Put the chips under the last message that has room for them."""
        shown = {
            button.data
            for part in self._parts
            if not isinstance(part, Album)
            for row in part.keyboard
            for button in row
        }
        rows = tuple(_rows([Button(chip.title, data=chip.payload) for chip in chips if chip.payload not in shown]))
        if not self._parts or isinstance(self._parts[-1], Album):
            self._note(RichText().add(self._say("next")))
        last = self._parts[-1]
        assert not isinstance(last, Album)
        self._parts[-1] = replace(last, keyboard=(*last.keyboard, *rows))

    # Products -------------------------------------------------------------------------------------------------------

    def _card(self, card: ProductCard) -> None:
        text = self._described(card)
        open_it = web_address(card.url)
        keyboard = (
            tuple(_rows(self._doing(card))),
            (self._thumb(card, 1), self._thumb(card, -1)),
            (Button(self._say("button.open"), url=open_it),) if open_it else (),
        )
        rows = (*keyboard[0], *(row for row in keyboard[1:] if row))
        picture = picture_of(card.image_url, self.look.pictures)
        if picture is None:
            self._note(text, rows)
        else:
            self._parts.append(Photo(picture, shorten(text, MOST_IN_CAPTION), rows))

    def _list(self, cards: Sequence[ProductCard]) -> None:
        if not cards:
            return
        shown: list[tuple[Picture, RichText]] = []
        text = RichText()
        rows = []
        for number, card in enumerate(cards, start=1):
            picture = picture_of(card.image_url, self.look.pictures)
            if picture is not None:
                title = f"{number}. {card.title} · {self._price(card)}"
                shown.append((picture, shorten(RichText().add(title), _IN_ALBUM_CAPTION)))
            text = self._described(card, text.add("\n\n") if text.text else text, f"{number}. ")
            rows.append(self._short_row(number, card))
        if len(shown) == 1:
            self._parts.append(Photo(*shown[0]))
        elif shown:
            self._parts.append(Album(shown[:MOST_IN_ALBUM]))
        self._note(text, tuple(rows))

    def _described(self, card: ProductCard, text: RichText | None = None, before: str = "") -> RichText:
        """The card in words, behind `text`."""
        text = (text or RichText()).add(before)
        address = web_address(card.url)
        title = " ".join(card.title.split()) or card.id
        text = text.add(title, "text_link", address) if address else text.add(title, "bold")
        facts = [card.brand, self._price(card), self._say("in_stock" if card.in_stock else "out_of_stock")]
        if card.rating is not None:
            facts.append(f"★ {card.rating:g} ({card.rating_count})")
        text = text.line(" · ".join(fact for fact in facts if fact))
        for reason in card.reasons:
            text = text.line(f"✓ {reason}")
        return text

    def _doing(self, card: ProductCard) -> list[Button]:
        actions = {
            "add_to_cart": ("button.cart", card.add_payload),
            "similar": ("button.similar", card.similar_payload),
            "why_this": ("button.why", card.why_payload),
        }
        return [
            Button(self._say(key), data=payload)
            for intent, (key, payload) in actions.items()
            if payload is not None and intent not in self.offered
        ]

    def _short_row(self, number: int, card: ProductCard) -> tuple[Button, ...]:
        signs = (("🛒", card.add_payload), ("≈", card.similar_payload), ("❓", card.why_payload))
        doing = (Button(f"{number} {sign}", data=payload) for sign, payload in signs if payload is not None)
        return (*doing, self._thumb(card, 1, f"{number} "), self._thumb(card, -1, f"{number} "))

    def _cart(self, cart: CartReply) -> RichText:
        """What happened to the cart or, where it is listed, its lines, numbered like the buttons below."""
        if not cart.listing:
            return RichText().add(cart.text)
        text = RichText()
        for number, one in enumerate(cart.items, start=1):
            price = self._money(one.line_total, one.currency)
            text = text.line(f"{number}. {one.quantity} × {' '.join(one.title.split())} · {price}")
            if not one.in_stock:
                text = text.add(f" · {self._say('out_of_stock')}")
        return text.add("\n").line(self._say("cart.total", total=cart.total), "bold")

    def _cart_rows(self, cart: CartReply) -> Keyboard:
        """One less, one more, all of it out: for each line of a cart that is listed."""
        rows = (
            tuple(
                Button(f"{number} {sign}", data=payload)
                for sign, payload in (("➖", one.fewer_payload), ("➕", one.more_payload), ("🗑", one.remove_payload))
                if payload is not None
            )
            for number, one in enumerate(cart.items, start=1)
        )
        return tuple(row for row in rows if row) if cart.listing else ()

    def _thumb(self, card: ProductCard, value: int, before: str = "") -> Button:
        sign, intent = ("👍", "thumb_up") if value > 0 else ("👎", "thumb_down")
        pressable = Pressable(intent, f"{sign} {card.title}", {"impression_id": card.impression_id, "value": value})
        self.pressables.append(pressable)
        return Button(f"{before}{sign}{TICK if card.vote == value else ''}", data=pressable.id)

    def _price(self, card: ProductCard) -> str:
        return self._money(card.price, card.currency)

    def _money(self, amount: str | None, currency: str) -> str:
        if amount is None:
            return self._say("no_price")
        try:
            return format_money(Decimal(amount), currency, self.look.locale)
        except BadInputError:
            return f"{amount} {currency}"

    # The rest -------------------------------------------------------------------------------------------------------

    def _comparison(self, reply: ComparisonReply) -> RichText:
        text = RichText()
        for number, card in enumerate(reply.items, start=1):
            text = text.line(f"{number}. {card.title}", "bold")
        for row in reply.rows:
            text = text.add("\n").line(row.label, "bold")
            for number, value in enumerate(row.values, start=1):
                text = text.line(f"{number}. {value or '–'}")
        return text

    def _handoff(self, reply: HandoffReply) -> RichText:
        text = RichText().add(reply.text)
        if reply.position is not None:
            text = text.line(self._say("queue.position", position=reply.position))
        if reply.wait_minutes is not None:
            text = text.line(self._say("queue.wait", count=max(1, reply.wait_minutes)))
        if reply.email is not None and reply.email not in reply.text:
            text = text.line(reply.email)
        return text

    def _human(self, message: Message, reply: Reply) -> None:
        """What a person of the shop wrote begins with who that is."""
        who = self._say("human", agent=message.agent, shop=self.look.shop) if message.agent else ""
        who = who or self._say("human.unnamed", shop=self.look.shop)
        before = len(self._parts)
        self._add(reply)
        first = self._parts[before] if len(self._parts) > before else None
        if isinstance(first, Note):
            said = RichText().add(f"👤 {who}", "bold").line(first.text.text)
            pieces = cut(said)
            self._parts[before : before + 1] = [*(Note(one) for one in pieces[:-1]), Note(pieces[-1], first.keyboard)]

    def _say(self, key: str, **slots: object) -> str:
        return self.look.phrases.say(key, **slots)


def _rows(buttons: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    """Buttons two by two where both are short, else one below the other."""
    waiting: Button | None = None
    for button in buttons:
        short = len(button.title) <= _SHORT_TITLE
        if waiting is not None and short:
            yield (waiting, button)
            waiting = None
            continue
        if waiting is not None:
            yield (waiting,)
            waiting = None
        if short:
            waiting = button
        else:
            yield (button,)
    if waiting is not None:
        yield (waiting,)
