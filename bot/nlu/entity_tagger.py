"""Which words of a message name a product type, a brand, a colour, a price and so on?

A linear-chain CRF over the words' spelling, by python-crfsuite. Rasa's own CRFEntityExtractor keeps its training data
and fits it again at every start; this one keeps the fitted model, in crfsuite's own format.

These entities are for Rasa's users and logs. What the words mean for search is read by recommender/understanding, which
knows the live catalogue.
"""

from __future__ import annotations

from typing import Any

import pycrfsuite
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

__all__ = ["EntityTagger", "spans", "tags", "word_features"]

_OUTSIDE = "O"

WITHOUT_ENTITIES = "without entities"
"""The metadata of an example whose entities nobody marked: it would teach that they are none."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class EntityTagger(EntityExtractorMixin, GraphComponent):
    """Tags spans of words; leaves alone what an extractor before it has found."""

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """L1 and L2: strengths of the two regularisations. ignored: entity types that are not learned."""
        return {"L1": 0.1, "L2": 0.01, "max_iterations": 60, "ignored": ["email", "order_number"]}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Any number will do."""

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._tagger: pycrfsuite.Tagger | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntityTagger:
        """An untrained tagger, which finds nothing."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntityTagger:
        """The tagger that `train` persisted."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            path = folder / "tagger.crfsuite"
            if path.exists():
                component._tagger = pycrfsuite.Tagger()
                component._tagger.open(str(path))
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the CRF on all messages; those without entities teach what is none. No entities, no CRF."""
        with self._model_storage.write_to(self._resource) as folder:
            if training_data.entity_examples:
                trainer = pycrfsuite.Trainer(verbose=False)
                trainer.set_params(
                    {
                        "c1": self._config["L1"],
                        "c2": self._config["L2"],
                        "max_iterations": self._config["max_iterations"],
                        "feature.possible_transitions": True,
                    }
                )
                for message in training_data.nlu_examples:
                    if message.get("metadata", {}).get("example") == WITHOUT_ENTITIES:
                        continue
                    tokens = message.get(TOKENS_NAMES[TEXT])
                    learned = [
                        entity
                        for entity in message.get(ENTITIES, [])
                        if entity[ENTITY_ATTRIBUTE_TYPE] not in self._config["ignored"]
                    ]
                    trainer.append(word_features(tokens), tags(tokens, learned))
                path = folder / "tagger.crfsuite"
                trainer.train(str(path))
                self._tagger = pycrfsuite.Tagger()
                self._tagger.open(str(path))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Append to each message's entities the spans found in it."""
        if self._tagger is None:
            return messages
        for message in messages:
            tokens = message.get(TOKENS_NAMES[TEXT])
            if not tokens:
                continue
            known = message.get(ENTITIES, [])
            found = [
                span
                for span in spans(message.get(TEXT), tokens, self._tagger.tag(word_features(tokens)))
                if not any(_overlap(span, other) for other in known)
            ]
            message.set(ENTITIES, known + self.add_extractor_name(found), add_to_output=True)
        return messages


def word_features(tokens: list[Token]) -> list[list[str]]:
    """For each token what the CRF sees: its word, shape and affixes, and the words up to two places away."""
    words = [token.text.lower() for token in tokens]
    padded = ["<<", "<", *words, ">", ">>"]
    features = []
    for place, (token, word) in enumerate(zip(tokens, words, strict=True)):
        features.append(
            [
                "bias",
                f"word={word}",
                f"shape={_shape(token.text)}",
                f"prefix={word[:3]}",
                f"suffix2={word[-2:]}",
                f"suffix3={word[-3:]}",
                f"digits={any(char.isdigit() for char in word)}",
                f"-2={padded[place]}",
                f"-1={padded[place + 1]}",
                f"+1={padded[place + 3]}",
                f"+2={padded[place + 4]}",
                f"-1,0={padded[place + 1]} {word}",
                f"0,+1={word} {padded[place + 3]}",
            ]
        )
    return features


def tags(tokens: list[Token], entities: list[dict[str, Any]]) -> list[str]:
    """The BIO tag of each token, from entities with character offsets."""
    result = [_OUTSIDE] * len(tokens)
    for entity in entities:
        inside = [
            place
            for place, token in enumerate(tokens)
            if token.start < entity[ENTITY_ATTRIBUTE_END] and token.end > entity[ENTITY_ATTRIBUTE_START]
        ]
        for place in inside:
            result[place] = ("B-" if place == inside[0] else "I-") + entity[ENTITY_ATTRIBUTE_TYPE]
    return result


def spans(text: str, tokens: list[Token], token_tags: list[str]) -> list[dict[str, Any]]:
    """The entities that BIO tags describe; an I- that continues nothing begins a span of its own."""
    found: list[dict[str, Any]] = []
    previous = _OUTSIDE
    for token, tag in zip(tokens, token_tags, strict=True):
        if tag != _OUTSIDE:
            kind = tag[2:]
            if tag.startswith("I-") and previous[2:] == kind:
                found[-1][ENTITY_ATTRIBUTE_END] = token.end
            else:
                found.append(
                    {ENTITY_ATTRIBUTE_TYPE: kind, ENTITY_ATTRIBUTE_START: token.start, ENTITY_ATTRIBUTE_END: token.end}
                )
        previous = tag
    for span in found:
        span[ENTITY_ATTRIBUTE_VALUE] = text[span[ENTITY_ATTRIBUTE_START] : span[ENTITY_ATTRIBUTE_END]]
    return found


def _shape(word: str) -> str:
    """`XPS-13` becomes `X-d`: kinds of characters in order, repeats dropped."""
    kinds = ["d" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c for c in word]
    return "".join(kind for place, kind in enumerate(kinds) if place == 0 or kind != kinds[place - 1])


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(
        one[ENTITY_ATTRIBUTE_START] < other[ENTITY_ATTRIBUTE_END]
        and other[ENTITY_ATTRIBUTE_START] < one[ENTITY_ATTRIBUTE_END]
    )
