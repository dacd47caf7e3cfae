from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from recommender.catalogue.product import Product
from recommender.errors import ConfigurationError
from recommender.index.generation import Generation, current
from recommender.understanding.query import Facet

PRODUCTS = [
    Product("b", "Oak desk", brand="Norda", categories=("Furniture", "Desks"), price=Decimal("199.99"), rating=4.1),
    Product("a", "Red lamp", brand="NORDA", price=Decimal("20"), in_stock=False, rating_count=7),
    Product("c", "Wool rug"),
]
VECTORS = np.eye(3, 4, dtype=np.float32)


def build(index: Path, change_number: int = 3, version: str = "v1", products: list[Product] = PRODUCTS) -> Generation:
    vectors = VECTORS[: len(products)]
    return Generation.build(index, products, vectors, encoder_version=version, change_number=change_number)


def test_rows_come_in_order_of_id_whatever_the_order_of_the_products(tmp_path: Path) -> None:
    built = build(tmp_path)
    generation = Generation.open(built.folder)
    assert generation.ids == ["a", "b", "c"]
    assert generation.rows == {"a": 0, "b": 1, "c": 2}
    assert np.array_equal(generation.vectors, VECTORS[[1, 0, 2]])
    assert (generation.encoder_version, generation.change_number) == ("v1", 3)
    columns = generation.columns
    assert columns.price.tolist() == [200_000, 1_999_900, -1]
    assert columns.in_stock.tolist() == [False, True, True]
    assert columns.rating_count.tolist() == [7, 0, 0]
    assert columns.rating[1] == 4.1
    assert np.isnan(columns.rating[[0, 2]]).all()
    assert columns.text_hashes == [product.text_hash for product in sorted(PRODUCTS, key=lambda product: product.id)]
    assert columns.stating(Facet.BRAND, "norda").tolist() == [0, 1]
    assert columns.stating(Facet.CATEGORY, "desk").tolist() == [1]
    assert columns.stating(Facet.COLOUR, "red").tolist() == [0]
    assert columns.stating(Facet.COLOUR, "blue").tolist() == []
    assert columns.brand[2] == -1


def test_a_generation_cannot_be_written_to(tmp_path: Path) -> None:
    generation = build(tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        generation.vectors[0, 0] = 1


def test_the_pointer_names_the_newest_of_its_encoder_version(tmp_path: Path) -> None:
    assert current(tmp_path, "v1") is None
    assert current(tmp_path) is None
    build(tmp_path, 1)
    newest = build(tmp_path, 5)
    other = build(tmp_path, 9, "v2")
    assert current(tmp_path, "v1") == newest.folder
    assert current(tmp_path) == other.folder


def test_only_the_previous_generation_is_kept(tmp_path: Path) -> None:
    build(tmp_path, 1)
    second, third = build(tmp_path, 2), build(tmp_path, 3)
    assert {path for path in (tmp_path / "v1").iterdir() if path.is_dir()} == {second.folder, third.folder}


def test_a_build_that_fails_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    standing = build(tmp_path, 1)

    def broken() -> Iterator[Product]:
        yield PRODUCTS[0]
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="disk"):
        Generation.build(tmp_path, broken(), VECTORS, encoder_version="v1", change_number=2)
    assert current(tmp_path, "v1") == standing.folder
    assert [path for path in (tmp_path / "v1").iterdir() if path.is_dir()] == [standing.folder]


@pytest.mark.parametrize("products", [PRODUCTS[:2], [*PRODUCTS[:2], PRODUCTS[0]]], ids=["too few", "an id twice"])
def test_products_and_vectors_must_match(tmp_path: Path, products: list[Product]) -> None:
    with pytest.raises(ValueError, match="do not match"):
        Generation.build(tmp_path, products, VECTORS, encoder_version="v1", change_number=1)


def test_an_empty_catalogue_is_a_generation_too(tmp_path: Path) -> None:
    generation = Generation.build(
        tmp_path, [], np.empty((0, 4), dtype=np.float32), encoder_version="v1", change_number=0
    )
    assert generation.ids == []
    assert generation.vectors.shape == (0, 4)
    assert generation.columns.stating(Facet.COLOUR, "red").tolist() == []


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    generation = build(tmp_path)
    path = generation.folder / "columns" / "price.npy"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match=r"damaged \(columns/price.npy\)"):
        Generation.open(generation.folder)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    generation = build(tmp_path)
    (generation.folder / "ids.json").unlink()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Generation.open(generation.folder)


def test_another_format_is_refused(tmp_path: Path) -> None:
    generation = build(tmp_path)
    path = generation.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 0}))
    with pytest.raises(ConfigurationError, match="format 0"):
        Generation.open(generation.folder)


def test_an_encoder_version_that_is_no_folder_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot name a folder"):
        build(tmp_path, version="../elsewhere")
