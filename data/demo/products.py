"""What does the demo shop sell? Products drawn from the families described in `families/*.toml`.

A family has invented `brands` (each with the factor its name adds to a price) and `models`, and `types` of product.
A type names its category path, price range, colours, sizes and its `facts`: an attribute and its values, from the
plainest to the finest unless listed under `unordered`. Its `kinds` add a noun, a price factor, materials and facts of
their own, or `drop` facts of the type. `say` holds the sentences for a fact, for every value ("waterproof") or for one
("waterproof=yes"). A product's grade, from 0 to 1, decides price and ordered facts alike, so that more costs more;
chance moves the facts a little, except those that are `tied` to each other. `headline` names the fact that titles may
state, `headline_text` how; `colour_of` is what has the colour where the product itself has none worth a title.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

__all__ = ["DemoProduct", "make_products", "slug"]

_FAMILIES = Path(__file__).parent / "families"
_WITHOUT_PRICE = 0.012
_OUT_OF_STOCK = 0.04
_UNRATED = 0.06
_TITLES = (
    "{brand} {model} {noun}, {colour}",
    "{brand} {model} {noun} in {colour}",
    "{model} {noun} by {brand}, {colour}",
    "{brand} {colour} {noun} {model}",
    "{brand} {model} {mood} {noun}, {colour}",
    "{brand} {model}: {colour} {material} {noun}",
    "{brand} {model} {headline} {noun}, {colour}",
    "{headline} {noun} {brand} {model} ({colour})",
)
_PLAIN_TITLES = (
    "{brand} {model} {noun}",
    "{model} {noun} by {brand}",
    "{brand} {model} {mood} {noun}",
    "{brand} {model} {headline} {noun}",
    "{brand} {noun} {model}, {headline}",
)


@dataclass(frozen=True)
class DemoProduct:
    """A product as it is written to products.jsonl, and what only the simulation knows of it.

    `grade` is from 0 (plain) to 1 (fine); `appeal` is how many times as often as the median product it is looked at.
    """

    record: dict[str, Any]
    family: str
    code: str
    colour: str
    grade: float
    appeal: float

    @property
    def id(self) -> str:
        """The product's id."""
        return str(self.record["id"])


def slug(words: str) -> str:
    """Words as they stand in a file name."""
    return words.lower().replace(" ", "-")


def make_products(seed: int) -> list[DemoProduct]:
    """Every product of the shop; the same seed makes the same products, whatever other types there are."""
    products = []
    for path in sorted(_FAMILIES.glob("*.toml")):
        family = tomllib.loads(path.read_text(encoding="utf-8"))
        for type_ in family["types"]:
            random = Random(f"{seed}/{type_['code']}")
            titles: set[str] = set()
            products += [_make(random, family, type_, number, titles) for number in range(1, type_["count"] + 1)]
    return products


def _make(random: Random, family: dict[str, Any], type_: dict[str, Any], number: int, titles: set[str]) -> DemoProduct:
    kind = random.choice(type_["kinds"])
    brand = random.choice(list(family["brands"]))
    colour = random.choice(type_["colours"])
    material = random.choice(kind["materials"]) if kind["materials"] else ""
    grade = min(1.0, max(0.0, random.betavariate(1.6, 2.2)))
    facts = _facts(random, type_, kind, grade)
    words = {
        "brand": brand,
        "noun": kind["noun"],
        "colour": colour,
        "material": material,
        "mood": random.choice(type_["moods"]),
        "headline": _headline(type_, facts),
    }
    title = _title(random, family, words, "colour_of" not in type_, titles)
    code = type_["code"]
    product_id = f"{code}-{number:03d}"
    unrated = random.random() < _UNRATED
    appeal = random.lognormvariate(0, 0.9)
    rating = min(5.0, max(2.1, random.gauss(4.05 + 0.25 * (grade - 0.4), 0.42)))
    record: dict[str, Any] = {
        "id": product_id,
        "title": title,
        "description": _description(random, type_, words, facts),
        "brand": brand,
        "categories": type_["path"],
        "price": _price(random, type_, kind["price"] * family["brands"][brand], grade),
        "currency": "USD",
        "in_stock": random.random() >= _OUT_OF_STOCK,
        "rating": None if unrated else round(rating, 1),
        "rating_count": 0 if unrated else 1 + int(appeal * random.uniform(12, 70)),
        "image_url": f"/pictures/{code}-{slug(colour)}.svg",
        "url": f"https://demo-shop.example/products/{product_id}",
        "attributes": {type_.get("colour_of", "colour"): colour, "type": kind["noun"]}
        | ({"material": material} if material else {})
        | ({"sizes": ", ".join(_sizes(random, type_["sizes"]))} if "sizes" in type_ else {})
        | facts,
    }
    return DemoProduct(record, family["family"], code, colour, grade, appeal)


def _facts(random: Random, type_: dict[str, Any], kind: dict[str, Any], grade: float) -> dict[str, str]:
    possible = type_["facts"] | kind["facts"]
    facts = {}
    for name, values in possible.items():
        if name in kind.get("drop", ()):
            continue
        if name in type_.get("unordered", ()):
            facts[name] = random.choice(values)
            continue
        noise = 0.0 if name in type_.get("tied", ()) else random.gauss(0, 0.22)
        facts[name] = values[min(len(values) - 1, max(0, round((grade * 1.25 + noise) * (len(values) - 1))))]
    return facts


def _headline(type_: dict[str, Any], facts: dict[str, str]) -> str:
    value = facts.get(type_.get("headline", ""), "")
    return type_.get("headline_text", "{}").format(value) if value else ""


def _title(random: Random, family: dict[str, Any], words: dict[str, str], coloured: bool, titles: set[str]) -> str:
    """A title no other product of the type has; patterns that need a word this product lacks are left out."""
    patterns = [
        pattern
        for pattern in (_TITLES if coloured else _PLAIN_TITLES)
        if all(words[name] for name in ("headline", "material") if f"{{{name}}}" in pattern)
    ]
    while True:
        model = random.choice(family["models"])
        if family.get("numbered"):
            model += random.choice(("", " 2", " 3", " S", " Pro", " 300", " 500", " X"))
        title = random.choice(patterns).format(model=model, **words)
        title = title[0].upper() + title[1:]
        if title not in titles:
            titles.add(title)
            return title


def _description(random: Random, type_: dict[str, Any], words: dict[str, str], facts: dict[str, str]) -> str:
    """A few sentences that agree with the attributes, in one of several orders and lengths."""
    brand, noun, mood, colour = words["brand"], words["noun"], words["mood"], words["colour"]
    of_material = f" of {words['material']}" if words["material"] else ""
    coloured, in_colour = ("", "") if "colour_of" in type_ else (f"{colour} ", f", in {colour}")
    many = noun.endswith("s") and not noun.endswith("ss")
    opening = random.choice(
        (
            f"{mood.capitalize() if many else _a(mood)} {noun}{of_material}.",
            f"{brand} makes {'these' if many else 'this'} {mood} {coloured}{noun}{of_material}.",
            f"{mood.capitalize()} and unfussy: the {coloured}{noun} from {brand}.",
            f"{'These' if many else 'This'} {noun} {'are' if many else 'is'} {mood}{in_colour}.",
        )
    )
    sentences = [sentence for fact in facts.items() if (sentence := _say(random, type_["say"], *fact))]
    random.shuffle(sentences)
    uses = random.sample(type_["uses"], 2)
    shape = random.randrange(4)
    if shape == 0:
        parts = [opening, *sentences, uses[0]]
    elif shape == 1:
        parts = [uses[0], opening, *sentences[:3]]
    elif shape == 2:
        parts = [*sentences[:2], opening, *uses]
    else:
        parts = [opening, *uses, *sentences[:1]]
    return " ".join(parts)


def _say(random: Random, say: dict[str, list[str]], name: str, value: str) -> str:
    sentences = say.get(f"{name}={value}") or say.get(name)
    if sentences is None or (value in ("no", "none") and f"{name}={value}" not in say):
        return ""
    sentence = random.choice(sentences).format(value)
    return sentence[0].upper() + sentence[1:]


def _price(random: Random, type_: dict[str, Any], factor: float, grade: float) -> str | None:
    """A price as shops write them, within the type's range."""
    if random.random() < _WITHOUT_PRICE:
        return None
    lowest, highest = type_["price"]
    price = (lowest + (highest - lowest) * 0.75 * grade**1.5) * factor * random.uniform(0.92, 1.08)
    price = min(highest, max(lowest, price))
    if price < 20:
        return f"{int(price)}.{random.choice(('49', '95', '99'))}"
    if price < 200:
        return f"{round(price) - 1}.{random.choice(('00', '90', '95', '99'))}"
    return f"{round(price / 10) * 10 - 1}.00"


def _sizes(random: Random, sizes: list[str]) -> list[str]:
    """Most sizes, or a run of them."""
    if random.random() < 0.4:
        return sizes
    length = random.randint(max(1, len(sizes) // 2), len(sizes))
    start = random.randint(0, len(sizes) - length)
    return sizes[start : start + length]


def _a(words: str) -> str:
    return f"{'An' if words[0] in 'aeiou' else 'A'} {words}"
