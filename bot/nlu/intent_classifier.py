"""Which intent does a message have, and is it like anything that was taught at all?

A logistic regression answers the first question and is sure of itself even about messages that belong nowhere. The
cosine to the nearest example of the same intent answers the second. Their geometric mean,
sqrt(probability x cosine), is near 1 only where both agree, and means the same for every bot, however many intents it
has: one constant threshold (FallbackClassifier in config.yml) tells what is out of scope.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import rasa.shared.utils.io
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression

__all__ = ["NeighbourIntentClassifier"]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NeighbourIntentClassifier(IntentClassifier, GraphComponent):
    """Logistic regression over sentence features, joined with the cosine to the nearest example of each intent."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Featurizers that give dense, and may give sparse, sentence features."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that Rasa checks for before it builds the graph."""
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """C: inverse strength of the regularisation. sparse_weight: length of the sparse part, the dense part has 1."""
        return {"C": 25.0, "sparse_weight": 0.75, "ranking_length": 10}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Refuse values that mean nothing.

        Raises:
            RasaException: C is not positive, or sparse_weight is negative.
        """
        if config["C"] <= 0 or config["sparse_weight"] < 0:
            raise RasaException("NeighbourIntentClassifier in config.yml needs C > 0 and sparse_weight >= 0.")

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._labels: list[str] = []
        self._weights = np.zeros((0, 0), dtype=np.float32)  # (features, labels), rows together as scipy reads them
        self._bias = np.zeros(0, dtype=np.float32)  # (labels,)
        self._examples = np.zeros((0, 0), dtype=np.float32)  # (examples, dense), unit rows, ordered by label
        self._starts = np.zeros(0, dtype=np.int64)  # (labels,) where each label's examples begin

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NeighbourIntentClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NeighbourIntentClassifier:
        """The classifier that `train` persisted: plain arrays and JSON, nothing that could run code."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._labels = rasa.shared.utils.io.read_json_file(folder / "labels.json")
            with np.load(folder / "classifier.npz", allow_pickle=False) as arrays:
                component._weights = arrays["weights"]
                component._bias = arrays["bias"]
                component._examples = arrays["examples"]
                component._starts = arrays["starts"]
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit both parts on the examples that have an intent and a text.

        Raises:
            RasaException: there are fewer than two intents to tell apart.
        """
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        examples.sort(key=lambda message: str(message.get(INTENT)))  # stable: each label's examples stand together
        labels, starts, targets = np.unique(
            [message.get(INTENT) for message in examples], return_index=True, return_inverse=True
        )
        if len(labels) < 2:
            raise RasaException("The training data needs examples of at least two intents.")
        dense = _dense(examples)
        model = LogisticRegression(C=self._config["C"], class_weight="balanced", max_iter=500, random_state=0)
        model.fit(self._features(dense, examples), targets)
        weights, bias = model.coef_, model.intercept_
        if len(labels) == 2:  # the binary model has one row of weights, for the second label
            weights, bias = np.concatenate([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        self._labels = labels.tolist()
        self._weights = np.ascontiguousarray(weights.T, dtype=np.float32)
        self._bias = bias.astype(np.float32)
        self._examples, self._starts = dense, starts
        with self._model_storage.write_to(self._resource) as folder:
            rasa.shared.utils.io.dump_obj_as_json_to_file(folder / "labels.json", self._labels)
            np.savez(
                folder / "classifier.npz",
                weights=self._weights,
                bias=self._bias,
                examples=self._examples,
                starts=self._starts,
            )
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking`, best first; confidences lie between 0 and 1 and need not sum to 1.

        A message without text has no intent, with confidence 0.
        """
        readable = [message for message in messages if message.get(TEXT)]
        for message in messages:
            message.set(INTENT, {INTENT_NAME_KEY: None, PREDICTED_CONFIDENCE_KEY: 0.0}, add_to_output=True)
        if not readable:
            return messages
        dense = _dense(readable)
        scores = np.sqrt(self._probabilities(dense, readable) * self._nearest(dense))
        for message, row in zip(readable, scores, strict=True):
            order = np.argsort(-row, kind="stable")[: self._config["ranking_length"]]
            ranking = [{INTENT_NAME_KEY: self._labels[i], PREDICTED_CONFIDENCE_KEY: float(row[i])} for i in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _features(self, dense: NDArray[np.float32], messages: list[Message]) -> csr_matrix:
        """Dense and sparse features side by side, shape (messages, dense + sparse)."""
        sparse = _sparse(messages)
        if sparse is None:
            return csr_matrix(dense)
        return hstack([csr_matrix(dense), sparse * self._config["sparse_weight"]]).tocsr()

    def _probabilities(self, dense: NDArray[np.float32], messages: list[Message]) -> NDArray[np.float32]:
        """Softmax of the regression, shape (messages, labels)."""
        logits = self._features(dense, messages) @ self._weights + self._bias
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def _nearest(self, dense: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosine to the nearest example of each label, at least 0, shape (messages, labels)."""
        return np.maximum.reduceat(dense @ self._examples.T, self._starts, axis=1).clip(0.0, 1.0)


def _dense(messages: list[Message]) -> NDArray[np.float32]:
    """Unit sentence vectors, shape (messages, dimension).

    Raises:
        RasaException: the pipeline has no dense featurizer.
    """
    rows = []
    for message in messages:
        _, sentence = message.get_dense_features(TEXT)
        if sentence is None:
            raise RasaException("NeighbourIntentClassifier needs a dense featurizer before it in config.yml.")
        rows.append(sentence.features[0])
    vectors = np.asarray(rows, dtype=np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def _sparse(messages: list[Message]) -> csr_matrix | None:
    """Sparse sentence features with rows of length 1, shape (messages, features), or None where there are none."""
    rows = [message.get_sparse_features(TEXT)[1] for message in messages]
    if rows[0] is None:
        return None
    counts = vstack([row.features for row in rows]).astype(np.float32)
    counts.data = np.log1p(counts.data)
    lengths = np.sqrt(counts.multiply(counts).sum(axis=1)).A1
    scale = csr_matrix((1.0 / np.maximum(lengths, 1e-12), (range(len(rows)), range(len(rows)))))
    return scale @ counts
