"""Does feedback become an encoder that serves and finds what nobody found before, and is there a way back?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback.training.encoder import Result, new_run, train_encoder
from feedback.training.plan import Plan
from feedback.training.progress import RunFolder
from feedback.training.supervision import Grade, Supervision
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.errors import BadInputError, ConflictError
from recommender.index.following import catch_up
from recommender.models.registry import Registry
from recommender.models.serving import ServedModels, ServedSearcher
from recommender.search.engine import SearchEngine
from recommender.settings import Settings
from recommender.understanding.query import Query
from tests.feedback.training.conftest import COLOURS, TEXTS, THINGS

SLANG = dict(zip(("couch", "light", "boiler", "seat", "carpet"), THINGS, strict=True))
PATTERNS = ("{}", "a {}", "{} for home", "a {} for home", "for home a {}", "home {}", "for a {}", "a home {}")
GRADES = tuple(
    Grade(pattern.format(word), item_id, 1.0 if item_id.endswith(thing) else 0.0)
    for word, thing in SLANG.items()
    for pattern in PATTERNS
    for item_id in TEXTS
)
PLAN = Plan(method="full", learning_rate=2e-3, epochs=6, max_tokens=16, unlabelled=2)
QUICK = Plan(method="lora", epochs=0.1, max_tokens=16)


class Recorded:
    """Remembers which parts of the work there were."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.steps: list[tuple[int, int]] = []

    def stage(self, name: str) -> None:
        self.stages.append(name)

    def step(self, done: int, total: int) -> None:
        self.steps.append((done, total))


class Shop:
    """A home with a catalogue, indexed by the tiny encoder."""

    def __init__(self, folder: Path, template: Path, tiny: Path, exported: Path, clock: FakeClock) -> None:
        home = folder / "home"
        home.mkdir()
        (home / "shoptalk.db").write_bytes(template.read_bytes())
        self.settings = Settings(home=home, build=exported, encoder=str(tiny), precision="fp32")
        self.database = Database(self.settings.sql_url)
        self.clock = clock
        self.catalogue = SqlCatalogue(self.database, clock)
        self.catalogue.upsert([Product(item_id, text) for item_id, text in TEXTS.items()])
        catch_up(self.settings)
        self.registry = Registry.of(self.settings)
        self.progress = Recorded()

    def train(
        self,
        grades: tuple[Grade, ...],
        plan: Plan = PLAN,
        stop_after: int | None = None,
        run: RunFolder | None = None,
    ) -> Result:
        supervision = Supervision(grades, "test")
        run = run or new_run(self.settings, self.clock, plan.method)
        stopped = (lambda: len(self.progress.steps) >= stop_after) if stop_after is not None else (lambda: False)
        return train_encoder(self.settings, self.database, self.clock, supervision, plan, run, self.progress, stopped)

    def searcher(self) -> ServedSearcher:
        served = ServedModels(
            self.registry,
            self.catalogue,
            self.settings.home / "index",
            lambda folder: OnnxEncoder.load(folder, "fp32"),
            SearchEngine,
            follow=False,
        )
        return ServedSearcher(served)


@pytest.fixture
def shop(tmp_path: Path, sqlite_template: Path, tiny_folder: Path, exported: Path, clock: FakeClock) -> Iterator[Shop]:
    shop = Shop(tmp_path, sqlite_template, tiny_folder, exported, clock)
    yield shop
    shop.database.close()


def test_slang_that_no_product_holds_is_learned_served_and_taken_back(shop: Shop) -> None:
    base = shop.registry.serving().current
    result = shop.train(GRADES)
    assert result.verdict is not None
    assert result.verdict.passed, result.verdict.reason
    serving = shop.registry.serving()
    assert (serving.current, serving.previous) == (result.version, base)
    sofas = {f"{colour}-sofa" for colour in COLOURS}
    found = shop.searcher().search(Query("couch"), limit=4)
    assert found.versions["encoder"] == f"{result.version}-fp32"
    assert {hit.id for hit in found.hits} == sofas
    shop.registry.rollback("test")
    assert shop.searcher().search(Query("couch")).versions["encoder"] == f"{base}-fp32"

    card = RunFolder(shop.settings.home / "runs" / result.run, shop.clock).read("card.json")
    assert card["split"]["train"]["queries"] + card["split"]["held_out"]["queries"] == len(SLANG) * len(PATTERNS)
    assert card["verdict"]["better"]
    manifest = shop.registry.manifest(result.version or "")
    assert (manifest.parent, manifest.method) == (base, "full")
    assert [export["precision"] for export in manifest.card["exports"]] == ["fp32", "int8"]
    assert list((shop.settings.home / "runs" / result.run / "tensorboard").iterdir())
    assert shop.progress.stages[0] == "Training"


def test_a_run_that_was_stopped_goes_on_and_what_is_no_better_is_refused(shop: Shop) -> None:
    before = shop.registry.serving()
    run = new_run(shop.settings, shop.clock, "lora")
    assert shop.train(GRADES, QUICK, stop_after=1, run=run).version is None
    assert run.read("state.json")["state"] == "stopped"
    result = shop.train(GRADES, QUICK, run=run)
    assert result.version is not None
    assert result.verdict is not None
    assert not result.verdict.passed
    assert run.read("state.json")["state"] == "refused"
    assert shop.registry.serving() == before
    assert shop.registry.verdict(result.version) is not None
    # While shoppers try a version, no other one may take its place as the candidate.
    shop.registry.try_out(result.version, share=0.1)
    with pytest.raises(ConflictError, match="is being tried on shoppers"):
        shop.train(GRADES)


def test_without_a_held_out_query_nothing_is_trained(shop: Shop) -> None:
    with pytest.raises(BadInputError, match="more queries are needed"):
        shop.train(tuple(grade for grade in GRADES if grade.query == "couch"))
