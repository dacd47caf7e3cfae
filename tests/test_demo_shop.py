"""Is the demo shop what it is meant to be: the same every time, varied, true to itself, and free of foreign parts?"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from recommender.settings import PROJECT_ROOT

GENERATOR = PROJECT_ROOT / "data" / "demo" / "generate.py"
SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def generate(folder: Path, hash_seed: str) -> Path:
    subprocess.run(
        [sys.executable, str(GENERATOR), str(folder)], check=True, env={**os.environ, "PYTHONHASHSEED": hash_seed}
    )
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("demo"), hash_seed="1")


@pytest.fixture(scope="module")
def products(shop: Path) -> list[dict[str, Any]]:
    with (shop / "products.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def events(shop: Path) -> list[dict[str, str]]:
    with (shop / "events.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_script_writes_the_same_bytes(shop: Path, tmp_path: Path) -> None:
    def digests(folder: Path) -> dict[str, str]:
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    assert digests(generate(tmp_path / "again", hash_seed="2")) == digests(shop)


def test_there_are_two_thousand_products_of_every_family_and_sixty_of_each_type(products: list[dict[str, Any]]) -> None:
    assert len(products) >= 2_000
    assert len({product["id"] for product in products}) == len(products)
    assert len({product["title"] for product in products}) == len(products)
    families = {product["categories"][0] for product in products}
    assert families == {"Clothing", "Shoes", "Electronics", "Home", "Kitchen", "Beauty", "Sports", "Toys"}
    assert {"Audio", "Computers"} <= {product["categories"][1] for product in products}
    assert min(Counter(product["categories"][-1] for product in products).values()) >= 60


def test_every_type_spans_prices_colours_brands_and_wordings(products: list[dict[str, Any]]) -> None:
    by_type: dict[str, list[dict[str, Any]]] = {}
    for product in products:
        by_type.setdefault(product["categories"][-1], []).append(product)
    for name, several in by_type.items():
        prices = [Decimal(product["price"]) for product in several if product["price"]]
        assert max(prices) > 3 * min(prices) > 0, name
        assert len({product["image_url"] for product in several}) >= 3, name
        assert len({product["brand"] for product in several}) >= 7, name
        assert len({product["description"] for product in several}) > 0.9 * len(several), name


def test_gaps_are_those_of_a_real_shop(products: list[dict[str, Any]]) -> None:
    assert 10 <= sum(product["price"] is None for product in products) <= 60
    assert 40 <= sum(not product["in_stock"] for product in products) <= 200
    assert 50 <= sum(product["rating"] is None for product in products) <= 250
    for product in products:
        assert (product["rating"] is None) == (product["rating_count"] == 0)
        assert product["rating"] is None or 1 <= product["rating"] <= 5


def test_every_number_in_a_text_is_an_attribute(products: list[dict[str, Any]]) -> None:
    for product in products:
        stated = " ".join(product["attributes"].values())
        known = set(NUMBER.findall(stated)) | {"42"} | set(NUMBER.findall(product["categories"][-1] + product["title"]))
        told = set(NUMBER.findall(product["description"]))
        assert told <= known | {"30"}, (product["id"], told - known)


def test_a_description_never_says_the_contrary_of_an_attribute(products: list[dict[str, Any]]) -> None:
    for product in products:
        text, attributes = product["description"].lower(), product["attributes"]
        if attributes.get("noise cancelling") == "no":
            assert "active noise cancelling" not in text.replace("no active", "").replace("without active", "")
            assert "noise-cancelling" not in product["title"]
        if attributes.get("waterproof") == "no":
            assert "waterproof" not in text.replace("not waterproof", "").replace("rather than waterproof", "")


def test_every_product_has_its_picture_and_pictures_hold_shapes_only(
    shop: Path, products: list[dict[str, Any]]
) -> None:
    used = {product["image_url"] for product in products}
    assert {f"/pictures/{path.name}" for path in (shop / "pictures").iterdir()} == used
    shapes = {"svg", "g", "path", "rect", "circle", "ellipse"}
    for path in (shop / "pictures").iterdir():
        for element in ElementTree.parse(path).iter():
            assert element.tag.removeprefix(SVG) in shapes, path.name
            assert not {name for name in element.attrib if name.startswith("on") or "href" in name or name == "style"}


def test_six_hundred_shoppers_did_twenty_thousand_things_in_order(
    events: list[dict[str, str]], products: list[dict[str, Any]]
) -> None:
    assert len(events) == 20_000
    assert len({event["user_id"] for event in events}) == 600
    assert {event["event"] for event in events} == {"view", "cart", "purchase"}
    assert {event["item_id"] for event in events} <= {product["id"] for product in products}
    times = [datetime.fromisoformat(event["timestamp"]) for event in events]
    assert times == sorted(times)
    assert all(time.tzinfo is not None for time in times)


def test_nobody_buys_what_they_did_not_look_at_and_put_in_the_cart(events: list[dict[str, str]]) -> None:
    seen = set()
    for event in events:
        pair = (event["user_id"], event["item_id"])
        if event["event"] == "cart":
            assert (*pair, "view") in seen
        if event["event"] == "purchase":
            assert (*pair, "cart") in seen
        seen.add((*pair, event["event"]))


def test_shoppers_have_tastes(events: list[dict[str, str]], products: list[dict[str, Any]]) -> None:
    """Two purchases of one shopper share a brand far oftener than purchases of two shoppers do."""
    brand = {product["id"]: product["brand"] for product in products}
    bought: dict[str, list[str]] = {}
    for event in events:
        if event["event"] == "purchase":
            bought.setdefault(event["user_id"], []).append(brand[event["item_id"]])
    own = [a == b for mine in bought.values() for i, a in enumerate(mine) for b in mine[:i]]
    pooled = [name for mine in bought.values() for name in mine]
    chance = sum((count / len(pooled)) ** 2 for count in Counter(pooled).values())
    assert sum(own) / len(own) > 5 * chance


def test_orders_are_whole_and_their_dates_and_states_agree(shop: Path) -> None:
    with (shop / "orders.csv").open(encoding="utf-8", newline="") as file:
        orders = list(csv.DictReader(file))
    assert len(orders) == 40
    assert len({order["order_number"] for order in orders}) == 40
    assert {order["status"] for order in orders} == {"processing", "shipped", "delivered", "returned", "cancelled"}
    for order in orders:
        sent = order["status"] in ("shipped", "delivered", "returned")
        assert bool(order["carrier"]) == bool(order["tracking"]) == sent
        assert bool(order["expected_on"]) == (order["status"] != "cancelled")
        if order["expected_on"]:
            assert date.fromisoformat(order["expected_on"]) > date.fromisoformat(order["placed_on"])
        assert order["email"].endswith("@mail.example")


def test_the_faq_answers_what_the_assistant_is_asked(shop: Path) -> None:
    entries = yaml.safe_load((shop / "faq.yml").read_text(encoding="utf-8"))["entries"]
    assert all(set(entry) == {"topic", "question", "answer"} and all(entry.values()) for entry in entries)
    assert {"shipping", "returns", "payment", "hours"} <= {entry["topic"] for entry in entries}


def test_synonyms_are_groups_of_words(shop: Path) -> None:
    groups = yaml.safe_load((shop / "synonyms.yml").read_text(encoding="utf-8"))["synonyms"]
    words = [word for group in groups for word in group]
    assert all(len(group) >= 2 for group in groups)
    assert len(words) == len(set(words))
