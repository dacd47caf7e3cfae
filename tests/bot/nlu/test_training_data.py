"""Is there enough training data, is what is held out really held out, and does each intent lead to an action?"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml_file

from bot.nlu.train import PROJECT_ROOT

HELD_OUT = Path(__file__).parent / "heldout"
FROM_CHIPS_ONLY = {"drop_constraint", "relax", "show_item"}
NO_EXAMPLES = FROM_CHIPS_ONLY | {"nlu_fallback"}


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(PROJECT_ROOT / "domain.yml"))


@pytest.fixture(scope="module")
def intents() -> set[str]:
    """The domain's own intents: `Domain.intents` holds Rasa's built-in ones too."""
    return set(read_yaml_file(PROJECT_ROOT / "domain.yml")["intents"])


@pytest.fixture(scope="module")
def taught() -> TrainingData:
    return load_data(str(PROJECT_ROOT / "data" / "nlu"))


@pytest.fixture(scope="module")
def held_out() -> TrainingData:
    return load_data(str(HELD_OUT))


def written(folder: Path) -> list[str]:
    """Every example line as it stands in the files: Rasa's loader drops repetitions silently."""
    lines = (line for path in sorted(folder.glob("*.yml")) for line in path.read_text(encoding="utf-8").splitlines())
    return [line.strip()[2:] for line in lines if line.startswith("      - ")]


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"\[(.*?)\]\(\w+\)", r"\1", text.lower())).split())


def test_there_are_enough_examples_and_a_tenth_is_held_out(taught: TrainingData, held_out: TrainingData) -> None:
    assert len(taught.intent_examples) >= 1500
    assert len(held_out.intent_examples) >= len(taught.intent_examples) / 10


def test_no_example_is_written_twice_or_also_held_out() -> None:
    train = Counter(written(PROJECT_ROOT / "data" / "nlu"))
    assert [text for text, count in train.items() if count > 1] == []
    words = {plain(text) for text in train} - {""}
    assert [text for text in written(HELD_OUT) if plain(text) in words] == []


def test_every_intent_has_examples_to_learn_and_to_be_tested_on(
    intents: set[str], taught: TrainingData, held_out: TrainingData
) -> None:
    assert taught.intents == intents - NO_EXAMPLES
    assert held_out.intents == intents - NO_EXAMPLES
    assert min(taught.number_of_examples_per_intent.values()) >= 20


def test_one_rule_an_intent_leads_to_its_own_action(domain: Domain, intents: set[str]) -> None:
    rules = [
        rule
        for path in sorted((PROJECT_ROOT / "data" / "rules").glob("*.yml"))
        for rule in read_yaml_file(path)["rules"]
    ]
    led = {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in rules}
    assert len(led) == len(rules)
    assert set(led) == intents
    assert set(led.values()) == set(domain.user_actions)
    named = {"nlu_fallback": "action_ask_back"}
    for intent, action in led.items():
        expected = "action_faq" if intent.startswith("faq_") else named.get(intent, f"action_{intent}")
        assert action == expected


def test_entities_annotated_are_declared_and_all_are_used(domain: Domain, taught: TrainingData) -> None:
    assert set(taught.entities) == set(domain.entities)
