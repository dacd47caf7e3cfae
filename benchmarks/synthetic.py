"""What does a catalogue of any size look like, where no real one is large enough?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.catalogue.product import Product

__all__ = ["products", "queries", "vectors"]

DIMENSION: Final = 384
KINDS: Final = 400
_SYLLABLES: Final = ("ba", "co", "di", "fu", "ga", "lo", "mi", "no", "pe", "ru", "sa", "te", "va", "wi", "xo", "zu")
_COLOURS: Final = ("black", "white", "red", "blue", "green", "grey", "silver", "brown")
_WORDS: Final = 20_000
_CHUNK: Final = 50_000


def products(count: int) -> Iterator[Product]:
    """The first `count` products of an endless shop: kinds, brands and words as unequally frequent as in real ones."""
    for start in range(0, count, _CHUNK):
        chance = np.random.default_rng(start)
        size = min(_CHUNK, count - start)
        kinds = chance.integers(KINDS, size=size)
        brands = chance.zipf(1.3, size) % 500
        words = chance.zipf(1.2, (size, 16)) % _WORDS
        prices = np.round(chance.lognormal(3.5, 1.0, size), 2)
        for at in range(size):
            number = start + at
            name = f"{_word(int(brands[at]) + _WORDS)} {_word(int(words[at, 0]))} {_kind(int(kinds[at]))}"
            yield Product(
                f"p{number:08d}",
                f"{name} {_COLOURS[number % 8]} {number % 997}",
                " ".join(_word(int(word)) for word in words[at]),
                brand=_word(int(brands[at]) + _WORDS),
                categories=(_kind(int(kinds[at])),),
                price=Decimal(str(prices[at])),
                rating=float(number % 50) / 10,
                rating_count=number % 300,
            )


def vectors(count: int) -> Iterator[NDArray[np.float32]]:
    """Unit vectors of `products(count)` in pieces: each lies about its kind, as closely as titles of one kind do."""
    centres = np.random.default_rng(0).normal(size=(KINDS, DIMENSION)).astype(np.float32)
    for start in range(0, count, _CHUNK):
        chance = np.random.default_rng(start)
        size = min(_CHUNK, count - start)
        kinds = chance.integers(KINDS, size=size)
        spread = np.random.default_rng(start + 1).standard_normal((size, DIMENSION), dtype=np.float32)
        made = centres[kinds] + spread
        yield made / np.linalg.norm(made, axis=1, keepdims=True)


def queries(count: int) -> list[str]:
    """What shoppers of that shop write, each once: a kind, often with a colour, and another word."""
    chance = np.random.default_rng(1)
    found: dict[str, None] = {}
    number = -1
    while len(found) < count:
        number += 1
        said = [_kind(int(chance.integers(KINDS)))]
        if number % 2:
            said.insert(0, _COLOURS[int(chance.integers(8))])
        if number % 3 == 0:
            said.append(_word(int(chance.zipf(1.2)) % _WORDS))
        found[" ".join(said)] = None
    return list(found)


def _kind(number: int) -> str:
    return _word(number + 2 * _WORDS)


def _word(number: int) -> str:
    said = ""
    while True:
        number, rest = divmod(number, len(_SYLLABLES))
        said += _SYLLABLES[rest]
        if not number:
            return said
