"""What does the intent part of config.yml make of another bot's messages, learned from that bot's examples?

`python -m bot.nlu.evaluate_intents TRAIN.csv TEST.csv OUT.csv`, in Rasa's environment. The components are Rasa's and
ours, with the settings and the threshold of config.yml; examples go in as they stand, not through a training data
format with a syntax of its own.
"""

from __future__ import annotations

import csv
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_config_file

from bot.nlu.train import PROJECT_ROOT

__all__ = ["NO_INTENT", "IntentPipeline", "main"]

OUT_OF_SCOPE = "out_of_scope"
NO_INTENT = "NO_NODES_DETECTED"
"""The label of a message that is none of the bot's business."""


class IntentPipeline:
    """The components of config.yml up to the threshold, trained on examples.

    Args:
        examples: pairs of text and label. What this shop's own assistant is taught to be nobody's business
            (`out_of_scope` in data/nlu) is taught to every bot, with the label NO_INTENT.
        folder: an empty folder for what the components persist.
    """

    def __init__(self, examples: Iterable[tuple[str, str]], folder: Path) -> None:
        storage = LocalModelStorage(folder)
        context = ExecutionContext(GraphSchema({}))
        taught = [*_out_of_scope(), *((text, label) for text, label in examples if text.strip())]
        data = TrainingData([Message({TEXT: text, INTENT: label}) for text, label in taught])
        self._components = []
        for place, settings in enumerate(_intent_components()):
            settings = dict(settings)
            registered = DefaultV1Recipe._from_registry(settings.pop("name"))
            config = {**registered.clazz.get_default_config(), **settings}
            resource = Resource(f"{place}_{registered.clazz.__name__}")
            component = registered.clazz.create(config, storage, resource, context)
            if registered.is_trainable:
                component.train(data)
            if hasattr(component, "process_training_data"):
                data = component.process_training_data(data)
            self._components.append(component)

    def label(self, text: str) -> tuple[str, float]:
        """The label of `text` and the confidence of the likeliest intent; NO_INTENT below the threshold."""
        messages = [Message({TEXT: text})]
        if not text.strip():
            return NO_INTENT, 0.0
        for component in self._components:
            messages = component.process(messages)
        ranking = messages[0].get(INTENT_RANKING_KEY)
        best = next(intent for intent in ranking if intent[INTENT_NAME_KEY] != DEFAULT_NLU_FALLBACK_INTENT_NAME)
        refused = messages[0].get(INTENT)[INTENT_NAME_KEY] == DEFAULT_NLU_FALLBACK_INTENT_NAME
        return NO_INTENT if refused else best[INTENT_NAME_KEY], best[PREDICTED_CONFIDENCE_KEY]


def _out_of_scope() -> list[tuple[str, str]]:
    """Messages that are no shop's business, as every assistant of this project learns them."""
    messages = load_data(str(PROJECT_ROOT / "data" / "nlu" / "talk.yml")).intent_examples
    return [(message.get(TEXT), NO_INTENT) for message in messages if message.get(INTENT) == OUT_OF_SCOPE]


def _intent_components() -> Iterator[dict[str, object]]:
    """The pipeline of config.yml without what extracts entities."""
    for settings in read_config_file(PROJECT_ROOT / "config.yml")["pipeline"]:
        kinds = DefaultV1Recipe._from_registry(settings["name"]).types
        if DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR not in kinds:
            yield settings


def _rows(path: Path, columns: list[str]) -> list[list[str]]:
    """The named columns of a CSV file; ends the program with exit code 2 if one is missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in columns if column not in (reader.fieldnames or [])]
            if missing:
                _refuse(f"{path} has no column {missing[0]}: its first line must name {' and '.join(columns)}.")
            rows = []
            for row in reader:
                values = [row[column] for column in columns]
                if None in values:
                    _refuse(f"{path}, line {reader.line_num}, has too few columns.")
                rows.append(values)
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        _refuse(f"{path} cannot be read as UTF-8 CSV: {error}.")


def _refuse(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(2)


def main(train: str, test: str, out: str) -> None:
    """Train on one file (sentence,label), label the sentences of another, write sentence,label,confidence."""
    examples = _rows(Path(train), ["sentence", "label"])
    sentences = [row[0] for row in _rows(Path(test), ["sentence"])]
    if len({label for _, label in examples}) < 2:
        _refuse(f"{train} needs examples of at least two labels.")
    with tempfile.TemporaryDirectory() as folder:
        pipeline = IntentPipeline(((text, label) for text, label in examples), Path(folder))
        labels = [pipeline.label(sentence) for sentence in sentences]
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sentence", "label", "confidence"])
        for sentence, (label, confidence) in zip(sentences, labels, strict=True):
            writer.writerow([sentence, label, f"{confidence:.6f}"])


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(*sys.argv[1:])
