"""What the search tests share: a small shop whose right answers can be told by hand, and an encoder of plain axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.errors import UnavailableError
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.search.engine import SearchEngine

MEANINGS = {"coat": 0, "jacket": 0, "parka": 0, "lamp": 1, "light": 1, "sofa": 2, "couch": 2, "red": 3, "blue": 4}


class AxisEncoder:
    """Each known word points along the axis of its meaning: words of one meaning have cosine 1, others 0."""

    version = "axes-1"
    dimension = 6

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in text.lower().split():
                vector[MEANINGS.get(word, 5)] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)


class BrokenEncoder(AxisEncoder):
    """An encoder whose model cannot run."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise UnavailableError("the model cannot run")


SHOP = [
    Product("coat-1", "Red jacket", brand="Norda", categories=("Clothing", "Jackets"), price=Decimal("80"), rating=4.5),
    Product("coat-2", "Blue jacket", brand="Veld", categories=("Clothing", "Jackets"), price=Decimal("60"), rating=4.1),
    Product("coat-3", "Red parka", brand="Norda", categories=("Clothing", "Jackets"), price=Decimal("120")),
    Product(
        "coat-4",
        "Leather jacket",
        brand="Veld",
        categories=("Clothing", "Jackets"),
        attributes={"material": "leather"},
        in_stock=False,
    ),
    Product("lamp-1", "Red lamp", brand="Orla", price=Decimal("20"), description="Goes with a jacket hook"),
    Product("lamp-2", "Blue light", brand="Orla", price=Decimal("25"), rating=4.1, rating_count=9),
    Product("sofa-1", "Blue sofa", price=Decimal("500")),
]


class Shop:
    """A catalogue, its published generation and an engine on both."""

    def __init__(self, index: Path, products: Iterable[Product] = SHOP) -> None:
        self.catalogue = InMemoryCatalogue(products)
        self.index = index
        self.encoder = AxisEncoder()
        self.publish()
        self.view = CatalogueView(self.catalogue, index, self.encoder.version)
        self.engine = SearchEngine(self.view, self.encoder)

    def publish(self) -> None:
        """Index the catalogue as it is now."""
        number, products = self.catalogue.last_change(), list(self.catalogue)
        vectors = self.encoder.encode([product.title for product in products])
        Generation.build(self.index, products, vectors, encoder_version=self.encoder.version, change_number=number)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "index")
