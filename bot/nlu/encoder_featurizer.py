"""What does the exported sentence encoder make of a message, inside Rasa?"""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import rasa.shared.utils.io
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer as RasaTokenizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tokenizers import Tokenizer

__all__ = ["EncoderFeaturizer", "SentenceEncoder", "encoder_folder", "spell_out_symbols"]

_PROJECT_ROOT = Path(__file__).resolve().parents[2]
_FIRST_PICTOGRAPH = 0x2600  # below it lie signs like ™ and °, which belong to product names


def encoder_folder() -> Path:
    """Where `make setup` puts the exported encoder: `$SHOPTALK_BUILD/encoder`, by default build/encoder."""
    return Path(os.environ.get("SHOPTALK_BUILD", _PROJECT_ROOT / "build")) / "encoder"


def spell_out_symbols(text: str) -> str:
    """`text` with each pictograph replaced by its Unicode name, since the encoder knows words only.

    Without this a thumb up and a thumb down are the same unknown token.
    """
    if text.isascii():
        return text
    return "".join(
        f" {unicodedata.name(char, '').lower()} "
        if ord(char) >= _FIRST_PICTOGRAPH and unicodedata.category(char) == "So"
        else char
        for char in text
    )


class SentenceEncoder:
    """The exported encoder of `folder`, run by onnxruntime in one thread."""

    def __init__(self, folder: Path) -> None:
        """Load the int8 graph and its tokenizer.

        Raises:
            RasaException: the folder lacks a file of the export.
        """
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            graph = (folder / "model-int8.onnx").read_bytes()
        except OSError as error:
            raise RasaException(f"The encoder {folder} is incomplete ({error}): run make setup.") from error
        self.version: str = manifest["version"]
        self.dimension: int = manifest["dimension"]
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._inputs = [node.name for node in self._session.get_inputs()]

    def encode(self, text: str) -> NDArray[np.float32]:
        """The unit vector of `text`, shape (dimension,).

        One text a run, also in training: int8 scales its activations over the whole batch, so that in a batch the
        vector of a message would depend on its neighbours and differ from the one it gets when it is typed.
        """
        encoding = self._tokenizer.encode(spell_out_symbols(text))
        values = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.array([values[name]], dtype=np.int64) for name in self._inputs}
        vector: NDArray[np.float32] = self._session.run(None, feed)[0][0]
        return vector / max(float(np.linalg.norm(vector)), 1e-12)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class EncoderFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds the sentence vector to every message; a trained model refuses an encoder of another version."""

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer: Rasa checks that sentence features stand beside tokens."""
        return [RasaTokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that Rasa checks for before it builds the graph."""
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing can be configured but what every featurizer has."""

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        encoder: SentenceEncoder,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EncoderFeaturizer:
        """The featurizer over the encoder of this checkout."""
        return cls(config, execution_context.node_name, model_storage, resource, SentenceEncoder(encoder_folder()))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EncoderFeaturizer:
        """The featurizer of a trained model.

        Raises:
            RasaException: the model was trained with another encoder.
        """
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            trained_with = rasa.shared.utils.io.read_json_file(folder / "encoder.json")["version"]
        if trained_with != component._encoder.version:
            raise RasaException(
                f"The Rasa model was trained with encoder {trained_with}, but {encoder_folder()} holds "
                f"{component._encoder.version}: run make setup."
            )
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Remember which encoder the rest of the pipeline learns from."""
        with self._model_storage.write_to(self._resource) as folder:
            rasa.shared.utils.io.dump_obj_as_json_to_file(folder / "encoder.json", {"version": self._encoder.version})
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the vectors of all training messages."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add to each message with text one sentence feature, shape (1, dimension), float32."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                vector = self._encoder.encode(text)[np.newaxis]
                message.add_features(
                    Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self._config[FEATURIZER_CLASS_ALIAS])
                )
        return messages
