"""A shop with a base encoder and trained versions, without any weights: encoders that hash letters stand in."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.clock import FakeClock
from recommender.encoder.hashing import HashingEncoder
from recommender.encoder.manifest import Manifest
from recommender.index.generation import Generation
from recommender.models.manifest import ENCODER_FOLDER, ModelManifest
from recommender.models.registry import Registry
from recommender.models.serving import ServedModels
from recommender.search.engine import SearchEngine

BASE, TUNED, OTHER = "base-1", "tuned-1", "tuned-2"
DIMENSIONS = {BASE: 32, TUNED: 64, OTHER: 96}
PRODUCTS = [Product(f"p{number:02}", f"{colour} {thing}") for number, (colour, thing) in enumerate(
    (colour, thing) for colour in ("red", "green", "blue") for thing in ("sofa", "lamp", "kettle", "chair")
)]  # fmt: skip


class Models:
    """A registry whose versions have encoders of different dimensions, so that mixing them cannot go unnoticed."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.home, self.build = folder / "home", folder / "build"
        self.registry = Registry(self.home, self.build, clock)
        self.index = self.home / "index"
        self.catalogue = InMemoryCatalogue(PRODUCTS)
        write_encoder(self.build / "encoder", BASE)
        self.loaded: list[str] = []
        self.publish(BASE)

    def add(self, version: str) -> ModelManifest:
        with self.registry.making() as temporary:
            made = temporary / version
            write_encoder(made / ENCODER_FOLDER, version)
            return self.registry.add(made, ModelManifest(version, BASE, "lora", "data", "code", "2026-01-01T00:00:00"))

    def load(self, folder: Path) -> HashingEncoder:
        version = Manifest.read(folder).version
        self.loaded.append(version)
        return HashingEncoder(DIMENSIONS[version])

    def publish(self, version: str) -> None:
        encoder = HashingEncoder(DIMENSIONS[version])
        vectors = encoder.encode([product.title for product in PRODUCTS])
        Generation.build(self.index, PRODUCTS, vectors, encoder_version=encoder.version, change_number=len(PRODUCTS))

    def served(self, *, follow: bool = True) -> ServedModels:
        return ServedModels(self.registry, self.catalogue, self.index, self.load, SearchEngine, follow=follow)


def write_encoder(folder: Path, version: str) -> None:
    folder.mkdir(parents=True)
    manifest = Manifest(version, version, DIMENSIONS[version], 16, {})
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest)))


@pytest.fixture
def models(tmp_path: Path, clock: FakeClock) -> Models:
    return Models(tmp_path, clock)
