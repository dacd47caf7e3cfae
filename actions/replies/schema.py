"""What can a reply be? The wire format of the HTTP contract, shared by every channel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "CartItem",
    "CartReply",
    "Chip",
    "ChipsReply",
    "ComparisonReply",
    "ComparisonRow",
    "ConstraintChip",
    "ConstraintsReply",
    "HandoffReply",
    "ProductCard",
    "ProductsReply",
    "Reply",
    "TextReply",
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TextReply(_Part):
    """A sentence or two."""

    type: Literal["text"] = "text"
    text: str


class ProductCard(_Part):
    """One product as it is shown. `price` is a decimal string, None when the catalogue names none.

    `vote` is the shopper's live vote on this impression, filled in when the conversation is read back. What may be done
    with the product by pressing carries a payload like a chip's; None where it cannot be done.
    """

    id: str
    title: str
    brand: str
    price: str | None
    currency: str
    in_stock: bool
    rating: float | None = None
    rating_count: int = 0
    image_url: str
    url: str
    reasons: list[str]
    impression_id: str
    vote: Literal[-1, 0, 1] = 0
    add_payload: str | None = None
    similar_payload: str | None = None
    why_payload: str | None = None


class ProductsReply(_Part):
    """Products, best first."""

    type: Literal["products"] = "products"
    items: list[ProductCard]


class ComparisonRow(_Part):
    """One line of a comparison: what it compares, and the value of each product (empty when it does not say)."""

    label: str
    values: list[str]


class ComparisonReply(_Part):
    """Products side by side."""

    type: Literal["comparison"] = "comparison"
    items: list[ProductCard]
    rows: list[ComparisonRow]


class CartItem(_Part):
    """One line of the cart at today's price; the payloads take one more, one less, or all of it out.

    `price` and `line_total` are decimal strings, None when the catalogue names no price.
    """

    id: str
    title: str
    brand: str
    price: str | None
    currency: str
    quantity: int
    line_total: str | None
    in_stock: bool
    image_url: str
    url: str
    more_payload: str | None = None
    fewer_payload: str | None = None
    remove_payload: str | None = None


class CartReply(_Part):
    """The cart as it is now. `text` says what happened to it or, where `listing`, names every line and the total, for
    who cannot show `items`; `total` is money in words, each currency on its own."""

    type: Literal["cart"] = "cart"
    text: str
    listing: bool = False
    items: list[CartItem]
    total: str


class Chip(_Part):
    """Something to press; `payload` is an opaque id this server issued to this session."""

    title: str
    payload: str


class ChipsReply(_Part):
    """What the shopper may press next."""

    type: Literal["chips"] = "chips"
    items: list[Chip]


class ConstraintChip(_Part):
    """A condition in force, in words, and the payload that drops it."""

    label: str
    remove_payload: str


class ConstraintsReply(_Part):
    """The conditions in force."""

    type: Literal["constraints"] = "constraints"
    items: list[ConstraintChip]


class HandoffReply(_Part):
    """Who speaks has changed, or cannot: the words for it, who comes, and how long that may take.

    `status` is who has the conversation from here on: `queued` (a person will come), `human`, `bot` (the assistant is
    back), `closed`; `unavailable` means that nobody is there and the assistant goes on. `agent` is the person's display
    name, `position` the shopper's place in the queue from 1, `wait_minutes` what people waited lately (None: unknown),
    `email` an address of the shop that is read by people.
    """

    type: Literal["handoff"] = "handoff"
    status: Literal["queued", "unavailable", "human", "bot", "closed"]
    text: str
    email: str | None = None
    agent: str | None = None
    position: int | None = None
    wait_minutes: int | None = None


Reply = Annotated[
    TextReply | ProductsReply | ComparisonReply | CartReply | ChipsReply | ConstraintsReply | HandoffReply,
    Field(discriminator="type"),
]
