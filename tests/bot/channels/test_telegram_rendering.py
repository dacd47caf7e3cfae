"""Does every kind of answer fit into Telegram's messages, whatever is in it?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hostile import HOSTILE, LONG
from hypothesis import given
from hypothesis import strategies as st
from test_telegram_presses import card

from actions.replies.schema import (
    CartItem,
    CartReply,
    Chip,
    ChipsReply,
    ComparisonReply,
    ComparisonRow,
    ConstraintChip,
    ConstraintsReply,
    HandoffReply,
    ProductsReply,
    Reply,
    TextReply,
)
from bot.channels.phrases import english
from bot.channels.telegram.parts import Album, Button, Note, Photo, TelegramPart, keyboard_of
from bot.channels.telegram.pictures import picture_of, web_address
from bot.channels.telegram.rendering import Look, Rendering
from bot.channels.telegram.rich import MOST_IN_CAPTION, MOST_IN_MESSAGE, RichText, cut, shorten, units
from feedback.conversations import Message

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def look(tmp_path: Path) -> Look:
    return Look(english(), "en_US", "our shop", tmp_path)


def rendered(look: Look, *replies: Reply, sender: str = "bot", agent: str | None = None) -> list[TelegramPart]:
    messages = [
        Message(number, "turn", None, sender, reply.model_dump(mode="json"), NOW, agent)
        for number, reply in enumerate(replies, start=1)
    ]
    return Rendering(look).render(messages)


def titles(part: TelegramPart) -> list[list[str]]:
    assert not isinstance(part, Album)
    return [[button.title for button in row] for row in part.keyboard]


def test_a_product_is_a_picture_with_facts_and_buttons(look: Look) -> None:
    one = card(
        1, image_url="https://shop.example/1.jpg", url="https://shop.example/1", reasons=["matches lamp"], rating=4.5,
        rating_count=12, add_payload="a", similar_payload="s", why_payload="w",
    )  # fmt: skip
    [part] = rendered(look, ProductsReply(items=[one]))
    assert isinstance(part, Photo)
    assert part.picture == "https://shop.example/1.jpg"
    assert part.caption.text == "Lamp 1\nAcme · $10.00 · in stock · ★ 4.5 (12)\n✓ matches lamp"
    assert titles(part) == [["🛒 Add to cart", "≈ Similar"], ["❓ Why this?"], ["👍", "👎"], ["Open in the shop"]]
    [link] = part.caption.entities()
    assert (link.type, link.url, link.offset, link.length) == ("text_link", "https://shop.example/1", 0, 6)


def test_a_product_without_a_picture_is_a_text(look: Look) -> None:
    [part] = rendered(look, ProductsReply(items=[card(1, price=None, in_stock=False)]))
    assert isinstance(part, Note)
    assert part.text.text == "Lamp 1\nAcme · no price given · out of stock"
    assert titles(part) == [["👍", "👎"]]


def test_a_list_is_an_album_and_one_text_with_a_row_of_buttons_for_each(look: Look) -> None:
    cards = [card(number, image_url=f"https://shop.example/{number}.jpg", why_payload="w") for number in (1, 2, 3)]
    replies = [
        TextReply(text="Here you are."), ProductsReply(items=cards),
        ConstraintsReply(items=[ConstraintChip(label="up to $50", remove_payload="c")]),
        ChipsReply(items=[Chip(title="More", payload="m"), Chip(title="Cheaper", payload="d")]),
    ]  # fmt: skip
    intro, album, text = rendered(look, *replies)
    assert isinstance(intro, Note)
    assert isinstance(album, Album)
    assert [caption.text for _, caption in album.pictures] == [
        "1. Lamp 1 · $10.00",
        "2. Lamp 2 · $20.00",
        "3. Lamp 3 · $30.00",
    ]
    assert isinstance(text, Note)
    assert text.text.text.startswith("1. Lamp 1\nAcme · $10.00 · in stock\n\n2. Lamp 2")
    assert titles(text) == [
        ["1 ❓", "1 👍", "1 👎"],
        ["2 ❓", "2 👍", "2 👎"],
        ["3 ❓", "3 👍", "3 👎"],
        ["✕ up to $50"],
        ["More", "Cheaper"],
    ]


def test_an_album_holds_two_to_ten_pictures(look: Look) -> None:
    cards = [card(number, image_url=f"https://shop.example/{number}.jpg") for number in range(1, 13)]
    album, _ = rendered(look, ProductsReply(items=cards))
    assert isinstance(album, Album)
    assert len(album.pictures) == 10
    single, _ = rendered(look, ProductsReply(items=[cards[0], card(2)]))
    assert isinstance(single, Photo)


def test_what_a_chip_offers_a_card_does_not_repeat(look: Look) -> None:
    one = card(1, add_payload="a", similar_payload="s")
    rendering = Rendering(look, offered={"add_to_cart", "similar"})
    chips = ChipsReply(items=[Chip(title="Add to cart", payload="x")])
    [part] = rendering.render(
        [
            Message(1, "t", None, "bot", reply.model_dump(mode="json"), NOW)
            for reply in (ProductsReply(items=[one]), chips)
        ]
    )
    assert titles(part) == [["👍", "👎"], ["Add to cart"]]


def test_a_vote_that_counts_is_ticked(look: Look) -> None:
    [part] = rendered(look, ProductsReply(items=[card(1, vote=-1)]))
    assert titles(part) == [["👍", "👎 ✓"]]


def test_thumbs_mean_the_impression(look: Look) -> None:
    rendering = Rendering(look)
    body = ProductsReply(items=[card(1)]).model_dump(mode="json")
    rendering.render([Message(1, "t", None, "bot", body, NOW)])
    assert [(one.intent, one.arguments) for one in rendering.pressables] == [
        ("thumb_up", {"impression_id": "impression1", "value": 1}),
        ("thumb_down", {"impression_id": "impression1", "value": -1}),
    ]


def test_a_comparison_is_told_line_by_line(look: Look) -> None:
    rows = [
        ComparisonRow(label="Price", values=["$10.00", "$20.00"]),
        ComparisonRow(label="Colour", values=["red", ""]),
    ]
    [part] = rendered(look, ComparisonReply(items=[card(1), card(2)], rows=rows))
    assert isinstance(part, Note)
    assert part.text.text == "1. Lamp 1\n2. Lamp 2\n\nPrice\n1. $10.00\n2. $20.00\n\nColour\n1. red\n2. –"


def line(number: int, **more: Any) -> CartItem:
    return CartItem.model_validate(
        {
            "id": f"item{number}", "title": f"Lamp {number}", "brand": "", "price": "10.00", "currency": "USD",
            "quantity": number, "line_total": f"{number}0.00", "in_stock": True, "image_url": "", "url": "", **more,
        }
    )  # fmt: skip


def test_a_cart_that_is_listed_can_be_changed(look: Look) -> None:
    items = [line(1, more_payload="m", remove_payload="r"), line(2, fewer_payload="f", in_stock=False)]
    [part] = rendered(look, CartReply(text="Your cart: …", listing=True, items=items, total="$30.00"))
    assert isinstance(part, Note)
    assert part.text.text == "1. 1 × Lamp 1 · $10.00\n2. 2 × Lamp 2 · $20.00 · out of stock\n\nTotal: $30.00"
    assert titles(part) == [["1 ➕", "1 🗑"], ["2 ➖"]]


def test_a_cart_that_only_changed_says_how(look: Look) -> None:
    [part] = rendered(look, CartReply(text="Added.", items=[line(1)], total="$10.00"))
    assert isinstance(part, Note)
    assert (part.text.text, part.keyboard) == ("Added.", ())


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (HandoffReply(status="queued", text="Somebody comes.", position=1, wait_minutes=1),
         "Somebody comes.\nYou are number 1 in the queue.\nLately people waited about a minute."),
        (HandoffReply(status="human", text="Eve is here.", agent="Eve"), "Eve is here."),
        (HandoffReply(status="unavailable", text="Nobody is there.", email="help@shop.example"),
         "Nobody is there.\nhelp@shop.example"),
        (HandoffReply(status="closed", text="Goodbye."), "Goodbye."),
    ],
)  # fmt: skip
def test_who_speaks_is_told(look: Look, reply: HandoffReply, text: str) -> None:
    [part] = rendered(look, reply)
    assert isinstance(part, Note)
    assert part.text.text == text


def test_a_person_is_named(look: Look) -> None:
    [part] = rendered(look, TextReply(text="Hello!"), sender="human", agent="Eve")
    assert isinstance(part, Note)
    assert part.text.text == "👤 Eve (our shop)\nHello!"


def test_chips_alone_get_a_text_to_stand_under(look: Look) -> None:
    [part] = rendered(
        look, ChipsReply(items=[Chip(title="A very long title of a chip", payload="a"), Chip(title="B", payload="b")])
    )
    assert isinstance(part, Note)
    assert part.text.text == "What next?"
    assert titles(part) == [["A very long title of a chip"], ["B"]]


# Whatever is in it ---------------------------------------------------------------------------------------------------


def everything(text: str) -> list[Reply]:
    """Every kind of reply, each text of which is `text`."""
    one = card(
        1, id=text[:200] or "x", title=text, brand=text, image_url=text, url=text, reasons=[text], currency="USD",
        add_payload="a", similar_payload=text[:200],
    )  # fmt: skip
    return [
        TextReply(text=text), ProductsReply(items=[one]), ProductsReply(items=[one, one]),
        ComparisonReply(items=[one, one], rows=[ComparisonRow(label=text, values=[text, text])]),
        CartReply(text=text, items=[line(1, title=text, more_payload="m")], total=text, listing=True),
        ConstraintsReply(items=[ConstraintChip(label=text, remove_payload="c")]),
        ChipsReply(items=[Chip(title=text, payload="p")]), HandoffReply(status="queued", text=text, email=text),
    ]  # fmt: skip


def check(parts: list[TelegramPart]) -> None:
    for part in parts:
        texts = [caption for _, caption in part.pictures] if isinstance(part, Album) else []
        texts += [part.text] if isinstance(part, Note) else [part.caption] if isinstance(part, Photo) else []
        for text in texts:
            assert units(text.text) <= (MOST_IN_MESSAGE if isinstance(part, Note) else MOST_IN_CAPTION)
            assert not set(text.text) & set("\x00\x1b\u202e\u2066")
            for mark in text.entities():
                assert mark.type in {"bold", "text_link"}
                assert mark.offset + mark.length <= units(text.text)
                assert mark.url is None or mark.url.startswith(("http://", "https://"))
        if isinstance(part, Note):
            assert part.text.text.strip()
        if not isinstance(part, Album) and (keyboard := keyboard_of(part.keyboard)) is not None:
            for row in keyboard.inline_keyboard:
                for button in row:
                    assert 0 < units(button.text) <= 64
                    assert button.url is None or button.url.startswith(("http://", "https://"))
                    assert button.url or 1 <= len(str(button.callback_data).encode()) <= 64


@pytest.mark.parametrize("text", [*HOSTILE.values(), LONG], ids=[*HOSTILE, "a megabyte"])
def test_hostile_text_stays_text(look: Look, text: str) -> None:
    for reply in everything(text):
        check(rendered(look, reply))
    check(rendered(look, *everything(text)))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200).flatmap(lambda text: st.just(text * 60)))
def test_cut_pieces_fit_and_lose_nothing_but_white_space(text: str) -> None:
    rich = RichText().add(text, "bold")
    pieces = cut(rich, 100, pieces=10_000)
    assert all(units(piece.text) <= 100 and piece.text.strip() for piece in pieces)
    assert "".join("".join(piece.text for piece in pieces).split()) == "".join(rich.text.split())
    for piece in pieces:
        assert all(0 <= span.start < span.end <= len(piece.text) for span in piece.spans)


@given(st.text(max_size=300), st.integers(5, 50))
def test_shortening_fits(text: str, most: int) -> None:
    short = shorten(RichText().add(text), most)
    assert units(short.text) <= most


def test_texts_are_cut_where_people_pause() -> None:
    text = "One paragraph. " * 4 + "\n\n" + "Another one. " * 6
    first, second = cut(RichText().add(text), 100)
    assert first.text.endswith("\n\n")
    assert second.text.startswith("Another")


def test_no_emoji_and_no_letter_is_cut_apart() -> None:
    family = "👨‍👩‍👧‍👦"
    for piece in cut(RichText().add(family * 30), 50):
        assert piece.text.replace(family, "") == ""
    for piece in cut(RichText().add("e\u0301" * 100), 25):
        assert not piece.text.startswith("\u0301")


def test_what_is_too_long_for_a_chat_ends_with_an_ellipsis() -> None:
    pieces = cut(RichText().add(LONG))
    assert len(pieces) == 8
    assert pieces[-1].text.endswith(" …")


def test_a_caption_keeps_its_links_where_it_is_cut() -> None:
    rich = RichText().add("Lamp", "text_link", "https://shop.example").add(" word" * 400)
    short = shorten(rich, MOST_IN_CAPTION)
    assert short.spans == rich.spans
    assert short.text.endswith("word …")


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://shop.example/a.jpg", True), ("http://shop.example/a", True), ("javascript:alert(1)", False),
        ("//shop.example/a", False), ("https://", False), ("https://localhost/a", False), ("tg://user?id=1", False),
        ("https://shop.example/a b", False), ("https://[::1", False), ("", False),
        ("https://shop.example/\u202e", False),
    ],
)  # fmt: skip
def test_only_addresses_of_the_web_are_links(url: str, usable: bool) -> None:
    assert (web_address(url) is not None) == usable


def test_pictures_of_the_shops_own_folder_are_uploaded_and_nothing_outside_it(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "lamp 1.PNG").write_bytes(b"png")
    (pictures / "lamp.svg").write_text("<svg/>")
    (tmp_path / "secret.png").write_bytes(b"secret")
    assert picture_of("/pictures/lamp%201.PNG", pictures) == pictures.resolve() / "lamp 1.PNG"
    for other in ("/pictures/lamp.svg", "/pictures/../secret.png", "/pictures/%2e%2e/secret.png", "/pictures/none.png"):
        assert picture_of(other, pictures) is None
    assert picture_of("https://shop.example/drawing.svg", pictures) is None


def test_a_keyboard_leaves_out_what_telegram_would_refuse() -> None:
    rows = tuple((Button(str(number), data=f"d{number}"),) for number in range(150))
    keyboard = keyboard_of(((Button("too long", data="x" * 65), Button("nothing")), *rows))
    assert keyboard is not None
    assert len(keyboard.inline_keyboard) == 100
    assert keyboard_of(((Button("none"),),)) is None
