"""Does Spark give what this machine gives: the same vectors, as good tastes, and one sentence where it cannot?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse
from hostile import HOSTILE
from typer.testing import CliRunner

from bot.cli import app
from recommender.catalogue.lease import Leases
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import SystemClock
from recommender.db import Database
from recommender.encoder.onnx import OnnxEncoder
from recommender.errors import ConfigurationError, ConflictError, UnavailableError
from recommender.index.following import LEASE
from recommender.index.generation import Generation, current
from recommender.personalisation.features import Features
from recommender.personalisation.members.als import ImplicitAls
from recommender.personalisation.past import HeldOut, Interactions
from recommender.personalisation.store import FactorModels
from recommender.settings import PROJECT_ROOT
from recommender.spark.als import SparkAls
from recommender.spark.embedding import Text, embed
from recommender.spark.session import spark_session

pytestmark = [
    pytest.mark.usefixtures("spark_installed"),
    pytest.mark.filterwarnings("ignore:distutils Version classes:DeprecationWarning"),  # which PySpark uses
]

ENCODER = PROJECT_ROOT / "build" / "encoder"
MASTER = "local[2]"
PRODUCTS, PEOPLE, KINDS, TAKEN = 120, 480, 6, 10


def shoppers() -> Interactions:
    """Everybody takes products of one kind out of six, and one of any kind before the last."""
    random = np.random.default_rng(0)
    met = []
    for person in range(PEOPLE):
        own = np.arange(person % KINDS, PRODUCTS, KINDS)
        theirs = random.choice(own, TAKEN, replace=False, p=_falling(len(own)))
        theirs[-2] = random.choice(np.setdiff1d(np.arange(PRODUCTS), theirs))
        met.append(theirs)
    features = Features(np.zeros((PRODUCTS, 1), dtype=np.float32), sparse.csr_matrix((PRODUCTS, 1), dtype=np.float32))
    return Interactions(
        [f"p{row:03d}" for row in range(PRODUCTS)],
        features,
        np.arange(0, PEOPLE * TAKEN + 1, TAKEN),
        np.concatenate(met).astype(np.int32),
        np.ones(PEOPLE * TAKEN, dtype=np.float32),
    )


def _falling(count: int) -> np.ndarray:
    weights = 1 / np.arange(1, count + 1)
    return weights / weights.sum()


def hit_rate(model: ImplicitAls, held_out: Sequence[HeldOut], depth: int = 20) -> float:
    return float(np.mean([one.target in model.recommend(one.past, depth) for one in held_out]))


def test_tastes_found_on_spark_are_as_good_as_those_found_here(tmp_path: Path) -> None:
    before, held_out = shoppers().hold_out_last()
    here = ImplicitAls(16, iterations=11).fit(before)
    with spark_session(MASTER) as spark:
        there = SparkAls(spark, tmp_path / "exchange", factors=16, iterations=11).fit(before)
        # Every tenth alternation forgets how it came about; dozens of them would end Java's stack otherwise.
        assert str(tmp_path / "exchange") in str(spark.sparkContext.getCheckpointDir())
    assert hit_rate(here, held_out) > 0.6
    assert hit_rate(there, held_out) == pytest.approx(hit_rate(here, held_out), rel=0.03)
    assert not list((tmp_path / "exchange").iterdir())  # what people did does not stay there
    there.save(tmp_path / "model")
    kept = ImplicitAls.load(tmp_path / "model")
    assert kept.recommend(held_out[0].past, 5).tolist() == there.recommend(held_out[0].past, 5).tolist()


def test_vectors_made_on_spark_are_those_made_here(tmp_path: Path) -> None:
    sizes = [f"{kind} of size {size}" for kind in ("lamp", "rug", "vase") for size in range(20)]
    texts = [*(text[:2000] for text in HOSTILE.values()), *sizes]
    wanted = {str(number): text for number, text in enumerate(texts)}
    here = OnnxEncoder.load(ENCODER)
    found: dict[str, np.ndarray] = {}
    with spark_session(MASTER) as spark:
        given = (Text(number, f"hash-{number}", text) for number, text in wanted.items())
        for some in embed(spark, given, ENCODER, "int8", tmp_path / "exchange"):
            assert some.text_hashes == [f"hash-{number}" for number in some.ids]
            found |= dict(zip(some.ids, some.vectors, strict=True))
    assert found.keys() == wanted.keys()
    cosines = [float(found[number] @ here.encode([text])[0]) for number, text in wanted.items()]
    assert min(cosines) >= 0.999


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop of lamps and rugs that nobody embedded yet."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "shoptalk.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("SHOPTALK_HOME", str(home))
    monkeypatch.delenv("SHOPTALK_DATABASE_URL", raising=False)
    monkeypatch.setattr("os.nice", lambda _more: 0)  # niceness lasts as long as the process, which is the tests'
    database = Database(f"sqlite:///{home / 'shoptalk.db'}")
    SqlCatalogue(database, SystemClock()).upsert(
        [Product(f"{kind}-{number:02d}", f"{kind} number {number}") for kind in ("lamp", "rug") for number in range(12)]
    )
    database.close()
    return home


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160"})
    if result.exception:
        raise result.exception
    return result.output


def test_a_shop_is_embedded_and_trained_on_spark_and_serves_what_it_made(home: Path) -> None:
    assert "up to date" in run("catalog", "embed", "--engine", "spark")
    folder = current(home / "index")
    assert folder is not None
    generation = Generation.open(folder)
    assert generation.embedded == 1.0
    product = Product("rug-03", "rug number 3")
    assert generation.vectors[generation.rows["rug-03"]] @ OnnxEncoder.load(ENCODER).encode([product.text])[0] > 0.999
    assert "up to date" in run("catalog", "embed", "--engine", "spark")  # nothing is left to do
    assert current(home / "index") == folder

    events = home / "events.csv"
    rows = [
        f"c{person},{('lamp', 'rug')[person % 2]}-{(person // 2 + step) % 12:02d},{step}"
        for person in range(24)
        for step in range(5)
    ]
    events.write_text("\n".join(["user_id,item_id,position", *rows]), encoding="utf-8")
    run("events", "import", str(events))
    assert "It serves from now on" in run("train", "factors", "--engine", "spark")
    trained = FactorModels(home).current()
    assert trained is not None
    factors = trained.ensemble.members["als"]
    assert isinstance(factors, ImplicitAls)
    assert factors.factors.any()
    assert not list((home / "spark").iterdir())


def test_while_an_assistant_indexes_spark_is_refused(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'shoptalk.db'}")
    assert Leases(database, SystemClock()).acquire(LEASE, "the running assistant", timedelta(minutes=1))
    with pytest.raises(ConflictError, match="stop it"):
        run("catalog", "embed", "--engine", "spark")
    database.close()


def test_a_master_that_is_none_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"local\[many\]"), spark_session("local[many]"):
        pass


def test_what_fails_on_spark_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="Spark gave up"), spark_session(MASTER) as spark:
        spark.read.parquet((tmp_path / "nothing").as_uri())


KILLED = """
from recommender.errors import UnavailableError
from recommender.spark.session import spark_session

try:
    with spark_session("local[1]") as spark:
        java = spark.sparkContext._gateway.proc
        java.kill()
        java.wait()
        spark.range(3).count()
except UnavailableError as error:
    print(error)
"""


def test_a_killed_java_process_is_one_sentence() -> None:
    # In a process of its own, since no other session can be begun after it.
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert "Spark gave up" in done.stdout, done.stderr
