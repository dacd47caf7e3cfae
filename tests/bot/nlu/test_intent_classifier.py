"""Three intents along three axes: what is right can be seen without running anything."""

from __future__ import annotations

import pytest
from conftest import Bench, with_vector
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.intent_classifier import NeighbourIntentClassifier

AXES = {"red": [1, 0, 0, 0], "green": [0, 1, 0, 0], "blue": [0, 0, 1, 0]}
NOWHERE = [0, 0, 0, 1]


def examples(intents: list[str]) -> TrainingData:
    return TrainingData([with_vector([*AXES[name][:3], wobble], name) for name in intents for wobble in (-0.1, 0, 0.1)])


def answer(classifier: NeighbourIntentClassifier, vector: list[float]) -> tuple[str, float]:
    intent = classifier.process([with_vector(vector)])[0].get("intent")
    return intent["name"], intent["confidence"]


@pytest.mark.parametrize("intents", [["red", "green", "blue"], ["green", "red"]])
def test_what_was_taught_is_known_for_sure(bench: Bench, intents: list[str]) -> None:
    classifier = bench.create(NeighbourIntentClassifier, C=1000.0)
    classifier.train(examples(intents))
    for name in intents:
        label, confidence = answer(classifier, AXES[name])
        assert label == name
        assert 0.9 < confidence <= 1.0


def test_what_is_unlike_everything_taught_has_no_confidence(bench: Bench) -> None:
    classifier = bench.create(NeighbourIntentClassifier, C=1000.0)
    classifier.train(examples(["red", "green", "blue"]))
    assert answer(classifier, NOWHERE)[1] < 0.3


def test_confidence_falls_as_a_message_drifts_away(bench: Bench) -> None:
    classifier = bench.create(NeighbourIntentClassifier)
    classifier.train(examples(["red", "green", "blue"]))
    confidences = [answer(classifier, [1 - drift, 0, 0, drift])[1] for drift in (0.0, 0.3, 0.6, 0.9)]
    assert confidences == sorted(confidences, reverse=True)
    assert len(set(confidences)) == 4


def test_the_ranking_is_ordered_bounded_and_led_by_the_intent(bench: Bench) -> None:
    classifier = bench.create(NeighbourIntentClassifier, ranking_length=2)
    classifier.train(examples(["red", "green", "blue"]))
    message = classifier.process([with_vector([0.6, 0.4, 0, 0])])[0]
    ranking = message.get("intent_ranking")
    assert [each["name"] for each in ranking] == ["red", "green"]
    assert message.get("intent") == ranking[0]
    assert ranking[0]["confidence"] > ranking[1]["confidence"] >= 0


def test_a_loaded_classifier_answers_as_the_trained_one(bench: Bench) -> None:
    classifier = bench.create(NeighbourIntentClassifier)
    classifier.train(examples(["red", "green", "blue"]))
    loaded = bench.load(NeighbourIntentClassifier)
    for vector in ([0.5, 0.4, 0.1, 0.2], NOWHERE, AXES["blue"]):
        assert answer(loaded, vector) == answer(classifier, vector)


def test_the_order_of_the_examples_does_not_matter(bench: Bench) -> None:
    data = examples(["red", "green", "blue"])
    classifier, other = bench.create(NeighbourIntentClassifier), bench.create(NeighbourIntentClassifier)
    classifier.train(data)
    other.train(TrainingData(data.training_examples[::-1]))
    name, confidence = answer(classifier, [0.2, 0.7, 0.4, 0.1])
    assert answer(other, [0.2, 0.7, 0.4, 0.1]) == (name, pytest.approx(confidence, abs=1e-3))


def test_a_message_without_text_has_no_intent(bench: Bench) -> None:
    classifier = bench.create(NeighbourIntentClassifier)
    classifier.train(examples(["red", "green"]))
    assert classifier.process([Message({TEXT: ""})])[0].get("intent") == {"name": None, "confidence": 0.0}


def test_one_intent_alone_is_refused(bench: Bench) -> None:
    with pytest.raises(RasaException, match="at least two intents"):
        bench.create(NeighbourIntentClassifier).train(examples(["red"]))


def test_a_pipeline_without_dense_features_is_refused(bench: Bench) -> None:
    data = TrainingData([Message({TEXT: "a", "intent": "red"}), Message({TEXT: "b", "intent": "green"})])
    with pytest.raises(RasaException, match="needs a dense featurizer"):
        bench.create(NeighbourIntentClassifier).train(data)


@pytest.mark.parametrize("settings", [{"C": 0.0}, {"sparse_weight": -1.0}])
def test_settings_that_mean_nothing_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(RasaException, match=r"config\.yml"):
        NeighbourIntentClassifier.validate_config({**NeighbourIntentClassifier.get_default_config(), **settings})
