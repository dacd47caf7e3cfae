"""What does one turn of the shopper have to hand, and how does it become an answer?"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from actions.changes import Changes
from actions.dialogue.state import DialogueState, Listing, Shown, SizeLimit, constraint_to_json
from actions.matching import meets
from actions.replies.labels import constraint_label
from actions.replies.reasons import reasons_in_words, telling
from actions.replies.schema import (
    Chip,
    ChipsReply,
    ConstraintChip,
    ConstraintsReply,
    ProductCard,
    ProductsReply,
    Reply,
    TextReply,
)
from actions.services import Services
from actions.shop.cart import Carts
from feedback.payloads import Pressable
from feedback.preferences import Decided, Preferences
from feedback.sql import SqlFeedbackStore
from feedback.store import Impression
from recommender.catalogue.product import Product
from recommender.explanation.reason import Reason
from recommender.explanation.search import explain_hit, explain_place
from recommender.money import decimal_string, money_in_words
from recommender.search.port import Hit
from recommender.understanding.query import Constraint, Facet, Query
from recommender.understanding.reading import Reading

__all__ = ["Turn", "TurnAnswer", "chips", "shortened", "shown_item", "with_chips"]

_NAMED_CHARACTERS = 60
_FOLLOWED_LATE = frozenset({Facet.PRICE, Facet.RATING, Facet.IN_STOCK})


@dataclass(frozen=True, slots=True)
class TurnAnswer:
    """What is answered to one turn, and how many milliseconds each part of it took."""

    replies: Sequence[Reply]
    timing_ms: Mapping[str, float] = field(default_factory=dict)
    erased: bool = False
    """The person is forgotten: there is no conversation left that the answer could be stored in."""

    @property
    def said(self) -> list[dict[str, Any]]:
        """The replies as plain data."""
        return [reply.model_dump(mode="json") for reply in self.replies]

    def body(self) -> dict[str, Any]:
        """The custom message that tells the gateway, through Rasa, that the answer is in the record.

        Only the answer to somebody who was forgotten is in it: there is no record left.
        """
        return {
            "replies": self.said if self.erased else [],
            "timing_ms": {part: round(ms, 2) for part, ms in self.timing_ms.items()},
        }


@dataclass
class Turn:
    """The work on one turn: what was said or pressed, what is known, and what will be kept once it is answered.

    `text` is what the shopper wrote, or what the chip they pressed stands for; `arguments` is what pressing it means.
    `intent` is what Rasa took it for, `guesses` are all the intents it thought of, likeliest first. `state` is replaced
    as the conversation moves on.
    """

    services: Services
    id: str
    session_id: str
    person_id: str
    text: str
    state: DialogueState
    arguments: Mapping[str, Any] = field(default_factory=dict)
    pressed: bool = False
    intent: str = ""
    guesses: Sequence[str] = ()
    timing_ms: dict[str, float] = field(default_factory=dict)
    pressables: list[Pressable] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    erased: bool = False
    """Set once the person is forgotten: there is no conversation left in which anything could be kept."""
    language: str | None = None
    """What the shopper reads (a BCP 47 tag); None where their client does not say."""

    def __post_init__(self) -> None:
        self.changes = Changes(self.services.database, self.id)
        self.phrases = self.services.phrases.in_language(self.language)

    @property
    def carts(self) -> Carts:
        """The carts, changed together with everything else that this turn changes."""
        return self.services.carts.within(self.changes.session)

    @property
    def feedback(self) -> SqlFeedbackStore:
        """The record of feedback, written together with everything else that this turn changes."""
        return self.services.feedback.within(self.changes.session)

    @property
    def preferences(self) -> Preferences:
        """What people decided, changed together with everything else that this turn changes."""
        return self.services.preferences.within(self.changes.session)

    # What is said -----------------------------------------------------------------------------------------------

    def say(self, key: str, **slots: object) -> TextReply:
        """The sentence `key`, in a variant that was not just used."""
        return self.quote(self.phrases.say(key, [*self.state.said, *self.said], **slots))

    def quote(self, text: str) -> TextReply:
        """A text that is not a template of ours: an error's sentence."""
        self.said.append(text)
        return TextReply(text=text)

    def words(self, key: str, **slots: object) -> str:
        """The words `key` for a title or a part of a sentence, always the same."""
        return self.phrases.say(key, **slots)

    def chip(self, title: str, intent: str, **arguments: object) -> Chip:
        """Something to press that means `intent`; it is taken back once the turn is kept."""
        pressable = Pressable(intent, title, arguments)
        self.pressables.append(pressable)
        return Chip(title=title, payload=pressable.id)

    def constraints(self, query: Query) -> list[Reply]:
        """The conditions in force and the size, each with the payload that drops it; nothing when there are none."""
        chips = []
        for constraint in query.constraints:
            title = self.words("chip.drop", label=self.label(constraint))
            dropping = self.chip(title, "drop_constraint", constraint=constraint_to_json(constraint))
            chips.append(ConstraintChip(label=self.label(constraint), remove_payload=dropping.payload))
        if (size := self.state.size) is not None:
            label = self.size_label(size)
            dropping = self.chip(self.words("chip.drop", label=label), "drop_constraint", size=asdict(size))
            chips.append(ConstraintChip(label=label, remove_payload=dropping.payload))
        return [ConstraintsReply(items=chips)] if chips else []

    def label(self, constraint: Constraint) -> str:
        """A condition in words."""
        services = self.services
        return constraint_label(constraint, self.phrases, self._limit, services.understander.written)

    def size_label(self, size: SizeLimit) -> str:
        """A size to keep to, in words."""
        return self.words(f"measured.label.{size.side}", written=size.written)

    def money(self, amount: Decimal, currency: str | None = None, *, brief: bool = False) -> str:
        """An amount as the shop writes it: in the currency that prices are compared in, unless another is given."""
        services = self.services
        return money_in_words(amount, currency or services.currency, services.settings.locale, brief=brief)

    def _limit(self, amount: Decimal) -> str:
        return self.money(amount, brief=True)

    def price(self, product: Product) -> str:
        """A product's price in words; says so when the catalogue names none."""
        return self.words("no_price") if product.price is None else self.money(product.price, product.currency)

    # What is known ----------------------------------------------------------------------------------------------

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Add the time the block takes to `timing_ms[part]`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.timing_ms[part] = self.timing_ms.get(part, 0.0) + (time.perf_counter() - start) * 1000

    def read(
        self,
        text: str | None = None,
        *,
        amend: bool | None = None,
        shown: Sequence[Shown] | None = None,
        previous: Query | None = None,
        respell: bool = True,
    ) -> Reading:
        """What the words (those of the turn, unless others are given) mean for search.

        `amend` is whether the intent changes the query in force, or `previous` in its place; `shown` what can be
        pointed at; `respell` whether misspelled words are read as those of the catalogue.
        """
        items = [one.item for one in (self.state.shown if shown is None else shown)]
        with self.timed("understand"):
            return self.services.understander.understand(
                self.text if text is None else text,
                previous=self.state.query if previous is None else previous,
                shown=items,
                amend=amend,
                focus=self.state.focus,
                respell=respell,
            )

    @cached_property
    def unwanted(self) -> frozenset[str]:
        """The products this person voted down: they are not shown again."""
        return frozenset(vote.item_id for vote in self.services.feedback.votes(self.person_id) if vote.value < 0)

    @cached_property
    def decided(self) -> Decided:
        """What this person decided about what they are shown."""
        return self.services.preferences.of(self.person_id)

    def product(self, item_id: str) -> Product | None:
        """The product as the record has it now; None when the shop does not sell it (any more)."""
        return self.services.catalogue.get([item_id]).get(item_id)

    # What is shown ----------------------------------------------------------------------------------------------

    def show(
        self,
        hits: Sequence[Hit],
        listing: Listing,
        versions: Mapping[str, str],
        query: Query | None = None,
        causes: Mapping[str, Sequence[Reason]] | None = None,
    ) -> ProductsReply | None:
        """Show `hits` as the next page of `listing`, which "more" goes on with; None when nothing is left to show."""
        cards, shown = self.record(hits, listing, versions, query, causes)
        # What was left out counts as shown as well: the next page does not begin with it again.
        listing = replace(listing, shown_ids=(*listing.shown_ids, *(hit.id for hit in hits)))
        self.state = replace(self.state, listing=listing)
        if not shown:
            # Nothing came in front of the shopper, so what was there still is.
            return None
        self.state = replace(self.state, shown=shown, focus=shown[0].id if len(shown) == 1 else None)
        return ProductsReply(items=cards)

    def record(
        self,
        hits: Sequence[Hit],
        listing: Listing,
        versions: Mapping[str, str],
        query: Query | None = None,
        causes: Mapping[str, Sequence[Reason]] | None = None,
    ) -> tuple[list[ProductCard], tuple[Shown, ...]]:
        """Keep an impression of each of `hits`, which are about to be shown; their cards and what to remember of them.

        Every result is joined with its record; one that was deleted, or no longer meets the query, since the index
        last looked is left out. `causes` are the reasons of each where a search does not tell them.
        """
        if query is None:
            query, causes = Query(), causes or {hit.id: () for hit in hits}
        products = self.services.catalogue.get([hit.id for hit in hits])
        valid = [hit for hit in hits if hit.id in products and self._still_meets(products[hit.id], query)]
        cards, impressions, shown = [], [], []
        for position, hit in enumerate(valid, start=1):
            place = len(listing.shown_ids) + position
            if causes is not None:
                found = causes[hit.id]
            else:
                found = [
                    *explain_hit(hit, query, listing.weights),
                    *explain_place(products[hit.id], query, leads=place == 1),
                ]
            impression = Impression(
                id=uuid.uuid4().hex, person_id=self.person_id, session_id=self.session_id, turn_id=self.id,
                item_id=hit.id, surface=listing.surface, position=place,
                score=hit.score, legs=dict(hit.legs), versions=dict(versions), reasons=tuple(self._reasons(found)),
                query=query.text, propensity=hit.propensity,
            )  # fmt: skip
            impressions.append(impression)
            cards.append(self._card(products[hit.id], impression.id, self._reasons(telling(found))))
            shown.append(shown_item(products[hit.id], impression.id, position))
        if impressions:
            self.feedback.record_impressions(impressions)
        return cards, tuple(shown)

    def _card(self, product: Product, impression_id: str, reasons: Sequence[str]) -> ProductCard:
        """The product as it is shown, with what can be done with it by pressing."""
        named = {"item_id": product.id, "impression_id": impression_id}

        def pressing(key: str, intent: str) -> str:
            return self.chip(self.words(key, title=product.title), intent, **named).payload

        return ProductCard(
            id=product.id, title=product.title, brand=product.brand, currency=product.currency,
            price=None if product.price is None else decimal_string(product.price, product.currency),
            in_stock=product.in_stock, rating=product.rating, rating_count=product.rating_count,
            image_url=product.image_url, url=product.url, reasons=list(reasons), impression_id=impression_id,
            add_payload=pressing("chip.add", "add_to_cart") if product.in_stock else None,
            similar_payload=pressing("chip.similar_to", "similar"), why_payload=pressing("chip.why", "why_this"),
        )  # fmt: skip

    def _reasons(self, found: Sequence[Reason]) -> list[str]:
        return reasons_in_words(found, self._title, self.label, self.phrases)

    def _title(self, item_id: str) -> str:
        product = self.product(item_id)
        return self.words("a_product") if product is None else shortened(product.title)

    def _still_meets(self, product: Product, query: Query) -> bool:
        return all(meets(product, one) for one in query.constraints if one.facet in _FOLLOWED_LATE)


def shortened(title: str) -> str:
    """A title as it is named within a sentence: of a feed's endless ones the beginning."""
    if len(title) <= _NAMED_CHARACTERS:
        return title
    return title[:_NAMED_CHARACTERS].rsplit(" ", 1)[0].rstrip(" ,-") + " …"


def shown_item(product: Product, impression_id: str | None, position: int) -> Shown:
    """What is remembered of a product that is in front of the shopper."""
    return Shown(product.id, impression_id, position, product.title, product.brand, product.price)


def with_chips(replies: Sequence[Reply], items: Sequence[Chip]) -> list[Reply]:
    """The replies with more to press, beside what can be pressed already."""
    last = replies[-1] if replies else None
    if isinstance(last, ChipsReply):
        return [*replies[:-1], ChipsReply(items=[*last.items, *items])]
    return [*replies, *chips(items)]


def chips(items: Sequence[Chip]) -> list[Reply]:
    """The chips as a reply; nothing when there are none."""
    return [ChipsReply(items=list(items))] if items else []
