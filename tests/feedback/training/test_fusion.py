"""Do votes move what words and meaning count for, a step at a time, within bounds, and never for one person?"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop_floor import ShopFloor

from feedback.privacy import erase
from feedback.training.fusion import LEAST_PEOPLE, Judged, direction, train_fusion, voices
from feedback.training.gate import Check, Verdict
from feedback.training.lineage import debts, uses
from feedback.training.supervision import is_held_out
from recommender.catalogue.product import Product
from recommender.catalogue.store import SqlCatalogue
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.index.following import catch_up
from recommender.search.fusion import EVEN, LEAST, MOST, STEP, Fusion, fusions
from recommender.settings import Settings
from tests.feedback.training.conftest import TEXTS

FAR = {"lexical": 0.2, "dense": 0.8}
NEAR = {"lexical": 0.8, "dense": 0.2}

counts = st.integers(0, 400)
luck = st.floats(0.001, 0.999)


def pair(person: str, good: Mapping[str, float], bad: Mapping[str, float], query: str = "sofa") -> list[Judged]:
    return [Judged(person, "t", query, 1, bad, -1), Judged(person, "t", query, 2, good, 1)]


@given(meaning=counts, words=counts, drawn=luck)
def test_no_single_person_turns_it_around(meaning: int, words: int, drawn: float) -> None:
    way = direction(meaning, words, drawn)
    others = [(meaning + up, words + down) for up, down in ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, 1), (1, -1))]
    assert all(direction(max(m, 0), max(w, 0), drawn) != -way or way == 0 for m, w in others)


@given(meaning=counts, words=counts, drawn=luck)
def test_few_people_move_nothing(meaning: int, words: int, drawn: float) -> None:
    if meaning + words < LEAST_PEOPLE:
        assert direction(meaning, words, drawn) == 0


@given(drawn=luck)
def test_when_all_are_of_one_mind_that_is_the_way(drawn: float) -> None:
    assert direction(400, 0, drawn) == 1
    assert direction(0, 400, drawn) == -1


@given(ways=st.lists(st.sampled_from((-1, 0, 1)), max_size=60))
def test_steps_are_small_and_stay_within_the_bounds(ways: list[int]) -> None:
    now = EVEN
    for way in ways:
        moved = now.moved(way)
        assert abs(moved.dense - now.dense) <= STEP + 1e-9
        assert LEAST <= moved.dense <= MOST
        assert sum(moved.weights.values()) == pytest.approx(1.0)
        now = moved


def test_weights_out_of_bounds_are_no_weights() -> None:
    with pytest.raises(ValueError, match="not from"):
        Fusion(0.9)


def test_a_person_has_one_voice_however_much_they_vote() -> None:
    zealot = [one for n in range(500) for one in pair("zoe", FAR, NEAR, f"sofa {n}")]
    found = voices([*zealot, *pair("ada", NEAR, FAR)], EVEN)
    assert set(found.meaning) == {"zoe"}
    assert set(found.words) == {"ada"}
    assert direction(len(found.meaning), 0, 0.5) == 0


def test_what_both_legs_agree_on_says_nothing_nor_does_a_held_out_query() -> None:
    both = {"lexical": 0.9, "dense": 0.9}
    held_out = next(f"sofa {n}" for n in range(100) if is_held_out(f"sofa {n}"))
    assert voices(pair("ada", both, {"lexical": 0.1, "dense": 0.1}), EVEN).meaning == {}
    assert voices(pair("ada", FAR, NEAR, held_out), EVEN).meaning == {}
    assert voices(pair("ada", {"dense": 1.0}, {"dense": 0.1}), EVEN).meaning == {}, "a search by one leg alone"


def test_what_was_passed_over_counts_and_what_was_not_reached_does_not() -> None:
    rows = [Judged("ada", "t", "sofa", 1, NEAR, 0), Judged("ada", "t", "sofa", 2, FAR, 1)]
    assert voices(rows, EVEN).meaning == {"ada": 1}
    assert voices([replace(rows[0], position=3), rows[1]], EVEN).meaning == {}


@pytest.mark.parametrize(("truth", "reached"), [(0.9, MOST), (0.1, LEAST)])
def test_it_goes_to_the_side_on_which_shoppers_are_right(truth: float, reached: float) -> None:
    chance = random.Random(0)
    now = EVEN
    for _day in range(12):
        rows = []
        for person in range(40):
            legs = [{"lexical": chance.random(), "dense": chance.random()} for _ in range(6)]
            worth = [truth * one["dense"] + (1 - truth) * one["lexical"] + chance.gauss(0, 0.2) for one in legs]
            good, bad = worth.index(max(worth)), worth.index(min(worth))
            rows += pair(f"p{person}", legs[good], legs[bad])
        found = voices(rows, now)
        now = now.moved(direction(len(found.meaning), len(found.words), chance.random()))
    assert now.dense == reached


def gate(*, passed: bool) -> Callable[[Fusion, Fusion], Verdict]:
    def judge(moved: Fusion, now: Fusion) -> Verdict:
        names = f"meaning {moved.dense:g}", f"meaning {now.dense:g}"
        return Verdict(*names, (Check("better", passed, "+0.1"),), dict.fromkeys(names, 0.5), 9, [], [])

    return judge


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path / "home", build=tmp_path / "build")


@pytest.fixture
def floor(database: Database, clock: FakeClock) -> ShopFloor:
    """A shop in which fourteen people liked what only meaning finds."""
    floor = ShopFloor(database, clock)
    query = next(f"sofa {n}" for n in range(100) if not is_held_out(f"sofa {n}"))
    for n in range(14):
        name = f"shopper {n}"
        shown = floor.says(name, f"{query}", [f"near {n}", f"far {n}"], legs={f"near {n}": NEAR, f"far {n}": FAR})
        floor.votes(name, shown[f"near {n}"], -1)
        floor.votes(name, shown[f"far {n}"], 1)
    return floor


def test_a_step_that_passes_serves_is_remembered_and_taken_back(floor: ShopFloor, settings: Settings) -> None:
    moved = train_fusion(settings, floor.database, floor.clock, measured=gate(passed=True))
    kept = fusions(settings.home)
    current = kept.current()
    assert current is not None
    assert (current.dense, current.version) == (0.55, moved.version)
    assert "14 people are for more meaning, 0 for more words" in moved.reason
    assert moved.version is not None
    assert uses(floor.database)[moved.version].people == 14
    erase(floor.database, floor.people["shopper 3"][0])
    assert debts(floor.database)[moved.version].people == 1
    assert kept.rollback() is None
    assert kept.current() is None


def test_a_step_that_the_gate_refuses_is_not_taken(floor: ShopFloor, settings: Settings) -> None:
    moved = train_fusion(settings, floor.database, floor.clock, measured=gate(passed=False))
    assert moved.version is None
    assert "the gate refused 0.55" in moved.reason
    assert fusions(settings.home).current() is None


def test_where_few_said_anything_nothing_is_measured(database: Database, clock: FakeClock, settings: Settings) -> None:
    moved = train_fusion(settings, database, clock)
    assert moved.reason == "0 people are for more meaning, 0 for more words, which decides nothing"


def test_the_gate_searches_as_shoppers_do_with_the_shop_s_own_words(
    tmp_path: Path, sqlite_template: Path, tiny_folder: Path, exported: Path, clock: FakeClock
) -> None:
    home = tmp_path / "home"
    (home / "shop").mkdir(parents=True)
    (home / "shoptalk.db").write_bytes(sqlite_template.read_bytes())
    (home / "shop" / "synonyms.yml").write_text("synonyms: [[rug, settee]]\n", encoding="utf-8")
    rugs = "".join(f"settee\t{one}\n" for one in TEXTS if one.endswith("rug"))
    (home / "shop" / "canaries.tsv").write_text(rugs, encoding="utf-8")
    settings = Settings(_env_file=None, home=home, build=exported, encoder=str(tiny_folder), precision="fp32")
    database = Database(settings.sql_url)
    SqlCatalogue(database, clock).upsert([Product(item_id, text) for item_id, text in TEXTS.items()])
    catch_up(settings)
    floor = ShopFloor(database, clock)
    ids = list(TEXTS)
    for n in range(20):
        near, far = ids[n], ids[n - 7]
        shown = floor.says(f"shopper {n}", f"sofa {n}", [near, far], legs={near: NEAR, far: FAR})
        floor.votes(f"shopper {n}", shown[near], -1)
        floor.votes(f"shopper {n}", shown[far], 1)
    moved = train_fusion(settings, database, clock)
    database.close()
    verdict = moved.verdict
    assert verdict is not None, moved.reason
    assert {"meaning 0.55", "meaning 0.5"} == {verdict.version, verdict.against}
    found = next(check for check in verdict.checks if check.name == "canary products found")
    assert found.detail.startswith("24 of 24 "), found.detail
