"""Are answers about the whole catalogue true? Each is worked out a second time, record by record, in plain Python."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.search.engine import SearchEngine
from recommender.search.port import CatalogueShape
from recommender.understanding.query import Constraint, Facet, Op, Query, Sort
from tests.actions.conftest import AxisEncoder, Shop, Shopper

KINDS = {"jacket": "Jackets", "lamp": "Lamps", "headphones": "Headphones"}
COLOURS = ("red", "blue", "black")
BRANDS = ("Norda", "Veld", "Orla", "Tonar", "Echoa")

Meets = Callable[[Product], bool]


def _product(number: int, kind: str, colour: str, brand: str, price: int | None, currency: str, stock: bool) -> Product:
    return Product(
        f"p{number:03}",
        f"{brand} {colour} {kind}",
        brand=brand,
        categories=("Shop", KINDS[kind]),
        price=None if price is None else Decimal(price) / 100,
        currency=currency,
        in_stock=stock,
        attributes={"colour": colour},
    )


def _is(kind: str | None = None, colour: str | None = None, brand: str | None = None) -> Meets:
    return lambda one: (
        (kind is None or KINDS[kind] in one.categories)
        and (colour is None or one.attributes["colour"] == colour)
        and (brand is None or one.brand == brand)
    )


def _prices(products: Sequence[Product]) -> list[Decimal]:
    return [one.price for one in products if one.price is not None and one.currency == "USD"]


# Said in words -------------------------------------------------------------------------------------------------------

QUESTIONS: dict[str, Meets] = {
    "jackets": _is("jacket"),
    "red lamps": _is("lamp", "red"),
    "blue Norda jackets": _is("jacket", "blue", "Norda"),
    "headphones by Tonar": _is("headphones", None, "Tonar"),
    "lamps that are not black": lambda one: _is("lamp")(one) and one.attributes["colour"] != "black",
    "headphones that aren't red": lambda one: _is("headphones")(one) and one.attributes["colour"] != "red",
    "jackets not from Veld": lambda one: _is("jacket")(one) and one.brand != "Veld",
    "jackets under 50": (
        lambda one: _is("jacket")(one) and one.currency == "USD" and one.price is not None and one.price <= 50
    ),
    "lamps in stock": lambda one: _is("lamp")(one) and one.in_stock,
}


@pytest.fixture(params=range(3))
def told(
    request: pytest.FixtureRequest, tmp_path: Path, database: Database, clock: FakeClock
) -> tuple[Shop, list[Product]]:
    chance = random.Random(request.param)
    # Most of the shop is priced in dollars; what is not cannot be compared, so it has no price here.
    products = [
        _product(
            number,
            chance.choice(list(KINDS)),
            chance.choice(COLOURS),
            chance.choice(BRANDS),
            None if chance.random() < 0.1 else chance.randrange(500, 20_000),
            "USD" if chance.random() < 0.9 else "EUR",
            chance.random() < 0.7,
        )
        for number in range(160)
    ]
    return Shop(tmp_path / "home", database, clock, products), products


@pytest.mark.parametrize("words", QUESTIONS)
def test_what_is_said_of_the_catalogue_is_so(told: tuple[Shop, list[Product]], words: str) -> None:
    shop, products = told
    meets = QUESTIONS[words]
    right = [one for one in products if meets(one)]
    prices = _prices(right)
    brands = Counter(one.brand for one in right)

    def ask(text: str, intent: str) -> Shopper:
        shopper = Shopper(shop.services)
        shopper.say(text, intent)
        return shopper

    text = ask(f"how many {words} do you have", "how_many").text()
    assert re.search(rf"\b{len(right)}\b", text.splitlines()[0]), text
    named = re.findall(r"(\w+) \((\d+)\)", text)
    assert all(brands[brand] == int(count) for brand, count in named)

    text = ask(f"which brands of {words} do you carry", "how_many").text()
    assert dict(re.findall(r"(\w+) \((\d+)\)", text)) == {brand: str(count) for brand, count in brands.items()}
    assert re.search(rf"\b{len(brands)} brand", text), text

    for question, intent, best in (("cheapest", "cheapest", min(prices)), ("most expensive", "dearest", max(prices))):
        shopper = ask(f"the {question} {words}", intent)
        assert f"${best:,.2f}" in shopper.text()
        first = next(one for one in products if one.id == shopper.ids()[0])
        assert (first.price, meets(first)) == (best, True)

    text = ask(f"what do {words} cost", "price_range").text()
    assert f"${min(prices):,.2f}" in text
    assert f"${max(prices):,.2f}" in text

    shopper = ask(f"do you have any {words} at all", "search")
    assert shopper.ids()
    assert all(meets(one) for one in products if one.id in shopper.ids())


@pytest.mark.parametrize("question", ["how many jackets are not black", "how many jackets aren't black?"])
def test_a_denial_in_a_question_is_a_condition(told: tuple[Shop, list[Product]], question: str) -> None:
    shop, products = told
    right = [one for one in products if _is("jacket")(one) and one.attributes["colour"] != "black"]
    shopper = Shopper(shop.services)
    shopper.say(question, "how_many")
    assert re.search(rf"\b{len(right)}\b", shopper.text().splitlines()[0]), shopper.text()


def test_what_there_is_none_of_is_told(told: tuple[Shop, list[Product]]) -> None:
    shop, _ = told
    shopper = Shopper(shop.services)
    shopper.say("how many red jackets under 1 do you have", "how_many")
    assert not shopper.ids()
    assert "none" in shopper.text().lower() or "nothing" in shopper.text().lower()


# Any catalogue at all ------------------------------------------------------------------------------------------------

PRODUCT = st.builds(
    _product,
    st.just(0),
    st.sampled_from(list(KINDS)),
    st.sampled_from(COLOURS),
    st.sampled_from(BRANDS),
    st.none() | st.integers(0, 40_000),
    st.just("USD"),
    st.booleans(),
)
SHELF = st.lists(PRODUCT, min_size=1, max_size=25).map(
    lambda found: [replace(one, id=f"p{number:03}") for number, one in enumerate(found)]
)


def _shapes(folder: Path, products: Sequence[Product]) -> Callable[[Query], CatalogueShape]:
    return _engine(folder, products).shape


def _engine(folder: Path, products: Sequence[Product]) -> SearchEngine:
    catalogue, encoder = InMemoryCatalogue(products), AxisEncoder()
    vectors = encoder.encode([one.title for one in products])
    number = catalogue.last_change()
    Generation.build(folder, products, vectors, encoder_version=encoder.version, change_number=number)
    return SearchEngine(CatalogueView(catalogue, folder, encoder.version), encoder)


any_catalogue = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@any_catalogue
@given(SHELF, st.sampled_from(list(KINDS)), st.sampled_from(COLOURS), st.integers(0, 400))
def test_counts_prices_and_brands_are_those_of_the_records(
    tmp_path_factory: pytest.TempPathFactory, products: list[Product], kind: str, colour: str, bound: int
) -> None:
    engine = _engine(tmp_path_factory.mktemp("any"), products)
    red = Constraint(Facet.COLOUR, Op.ANY_OF, (colour,))
    cheap = Constraint(Facet.PRICE, Op.AT_MOST, bound=Decimal(bound))
    dear = Constraint(Facet.PRICE, Op.AT_LEAST, bound=Decimal(bound))
    known = any(_is(kind)(one) for one in products)
    for constraints in ((), (red,), (cheap,), (dear, red), (replace(red, op=Op.NONE_OF), cheap)):
        query = Query(kind, constraints)
        right = [one for one in products if _is(kind)(one) and _meets(one, constraints)]
        shape = engine.shape(query)
        if known:
            prices = _prices(right)
            assert (shape.total, shape.priced) == (len(right), len(prices))
            assert (shape.lowest, shape.highest) == (min(prices, default=None), max(prices, default=None))
            assert shape.brands == Counter(one.brand for one in right)
        for sort, sign in ((Sort.PRICE_ASC, 1), (Sort.PRICE_DESC, -1)):
            found = engine.search(Query(kind, constraints, sort), limit=len(products)).hits
            by_id = {one.id: one.price for one in products}
            listed = [price for hit in found if (price := by_id[hit.id]) is not None]
            assert listed == sorted(listed, key=lambda price: sign * price)


@any_catalogue
@given(SHELF, PRODUCT, st.randoms(use_true_random=False))
def test_what_changes_elsewhere_changes_no_answer(
    tmp_path_factory: pytest.TempPathFactory, products: list[Product], one: Product, chance: random.Random
) -> None:
    """The order of the feed changes nothing; another kind changes nothing; one more of this kind counts once."""
    query = Query("jacket")
    products = [*products, _product(900, "jacket", "red", "Norda", 1000, "USD", True)]
    before = _shapes(tmp_path_factory.mktemp("before"), products)(query)
    shuffled = list(products)
    chance.shuffle(shuffled)
    assert _shapes(tmp_path_factory.mktemp("shuffled"), shuffled)(query) == before

    after = _shapes(tmp_path_factory.mktemp("after"), [*products, replace(one, id="p999")])(query)
    if "Jackets" not in one.categories:
        assert after == before
    else:
        assert after.total == before.total + 1
        assert after.brands[one.brand] == before.brands.get(one.brand, 0) + 1
        if one.price is not None:
            assert after.lowest == min(one.price, before.lowest or one.price)
            assert after.highest == max(one.price, before.highest or one.price)


@any_catalogue
@given(SHELF, st.integers(0, 400))
def test_the_parts_add_up(tmp_path_factory: pytest.TempPathFactory, products: list[Product], bound: int) -> None:
    """What costs at most so much and what costs more are together what has a price; a brand and not it are all."""
    shape = _shapes(tmp_path_factory.mktemp("parts"), products)
    limit = Decimal(bound)
    below = shape(Query("", (Constraint(Facet.PRICE, Op.AT_MOST, bound=limit),)))
    above = shape(Query("", (Constraint(Facet.PRICE, Op.AT_LEAST, bound=limit + Decimal("0.0001")),)))
    every = shape(Query(""))
    assert below.total + above.total == every.priced
    assert every.total == sum(every.brands.values())
    norda = Constraint(Facet.BRAND, Op.ANY_OF, ("norda",))
    parts = shape(Query("", (norda,))), shape(Query("", (replace(norda, op=Op.NONE_OF),)))
    assert sum(part.total for part in parts) == every.total


def _meets(product: Product, constraints: Sequence[Constraint]) -> bool:
    return all(_meets_one(product, one) for one in constraints)


def _meets_one(product: Product, constraint: Constraint) -> bool:
    if constraint.facet is Facet.COLOUR:
        return (product.attributes["colour"] in constraint.values) != (constraint.op is Op.NONE_OF)
    assert constraint.bound is not None
    if product.price is None:
        return False
    return product.price <= constraint.bound if constraint.op is Op.AT_MOST else product.price >= constraint.bound
