"""What a graph component needs around it, and how a message with chosen features is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message


class Bench:
    """Creates and loads components over one model storage."""

    def __init__(self, folder: Path) -> None:
        self._storage = LocalModelStorage(folder)
        self._resource = Resource("component")
        self._context = ExecutionContext(GraphSchema({}))

    def create(self, component: type, **settings: Any) -> Any:
        config = {**component.get_default_config(), **settings}
        return component.create(config, self._storage, self._resource, self._context)

    def load(self, component: type, **settings: Any) -> Any:
        config = {**component.get_default_config(), **settings}
        return component.load(config, self._storage, self._resource, self._context)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def with_vector(vector: list[float], intent: str | None = None, text: str = "some words") -> Message:
    """A message that a featurizer gave `vector`."""
    message = Message({TEXT: text, **({INTENT: intent} if intent else {})})
    features = Features(np.array([vector], dtype=np.float32), FEATURE_TYPE_SENTENCE, TEXT, "test")
    message.add_features(features)
    return message
