"""Are the fields of a canned reply filled from the records of this conversation, and from no other?"""

from __future__ import annotations

from actions.copilot.fields import FIELDS, fill
from tests.actions.copilot.conftest import Desk


def filled(desk: Desk, text: str) -> tuple[str, tuple[str, ...]]:
    outcome = fill(text, desk.services, desk.talk(), "Ada")
    return outcome.text, outcome.missing


def test_an_order_is_filled_in_for_who_named_it_with_its_address(desk: Desk) -> None:
    assert filled(desk, "It is {order.status}.") == ("It is [order.status?].", ("order.status",))
    desk.says("order SH-10042")
    assert filled(desk, "It is {order.status}.")[1] == ("order.status",)
    desk.says("placed with ada@example.org")
    text = "Order {order.number} with {order.carrier} ({order.tracking}) is {order.status}, due {order.expected_on}."
    assert filled(desk, text)[0] == "Order SH-10042 with PostBird (PB77120) is on its way, due 2026-01-06."


def test_product_and_cart_carry_todays_price(desk: Desk) -> None:
    desk.shopper.say("blue jackets", "search")
    desk.shopper.say("add the first one", "add_to_cart")
    text, missing = filled(desk, "{agent} of {shop}: {product.title}, {product.price}, {product.stock}; {cart.total}")
    assert missing == ()
    assert text == "Ada of our shop: Norda blue jacket model A, $45.00, in stock; $45.00"


def test_what_is_no_field_stays_as_it_was_written(desk: Desk) -> None:
    text = "{} {0} {agent.__class__} {unknown} {{agent}} {order.status.x} { agent }"
    assert filled(desk, text)[0] == "{} {0} {agent.__class__} {unknown} {Ada} {order.status.x} Ada"


def test_what_a_record_says_is_never_a_field_again(desk: Desk) -> None:
    assert fill("{agent}", desk.services, desk.talk(), "{shop.email}").text == "{shop.email}"


def test_every_field_says_what_it_is(desk: Desk) -> None:
    for meaning, read in FIELDS.values():
        assert meaning
        assert callable(read)
