"""Which corrected messages does the assistant learn from, without what would name somebody?

A message whose shopper was forgotten is not there any more, so the next training does without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import regex
import yaml
from sqlalchemy.orm import Session

from feedback.review.labels import decided
from feedback.review.reliability import consensus
from feedback.review.subject import Kind

__all__ = ["Example", "as_training_data", "corrected_messages", "scrub"]

_LEAST_CERTAIN: Final = 0.5
"""A message on which raters are split is nothing to learn from."""

_LONGEST: Final = 300

WITHOUT_ENTITIES: Final = "without entities"
"""Tells Rasa's tagger (bot/nlu/entity_tagger.py) that nobody marked the products and brands in these."""

# What is left of an order number or an address says as much to the classifier: that there was one.
_SCRUBBED: Final = (
    (regex.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "name@example.com"),
    (regex.compile(r"\bhttps?://\S+", regex.IGNORECASE), "a link"),
    (regex.compile(r"(?<![\w.,])\+?\d(?:[\s()/.-]{0,2}\d){6,}(?![\w.,])"), "12345"),
    (regex.compile(r"(?<=\b(?:my name is|i am called|this is)\s)\p{L}+(?:\s\p{Lu}\p{L}+)?", regex.IGNORECASE), "Sam"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A message and the intent it should be taken for."""

    text: str
    intent: str


def corrected_messages(session: Session) -> list[Example]:
    """What raters decided on messages, where they agree, scrubbed, without repetitions, in a stable order."""
    subjects = [one for one in decided(session, Kind.MESSAGE) if one.text]
    agreed, _ = consensus([one.values for one in subjects])
    found = {
        Example(scrub(subject.text or ""), truth.value)
        for subject, truth in zip(subjects, agreed, strict=True)
        if truth.certainty > _LEAST_CERTAIN
    }
    return sorted((one for one in found if one.text), key=lambda one: (one.intent, one.text))


def scrub(text: str) -> str:
    """The text without addresses, links, long numbers and names that somebody gave as theirs, on one line."""
    for pattern, instead in _SCRUBBED:
        text = pattern.sub(instead, text)
    return " ".join(text.split())[:_LONGEST]


def as_training_data(examples: Sequence[Example]) -> str:
    """The examples in Rasa's YAML. What has a meaning there, such as [word](entity), is taken out."""
    by_intent: dict[str, list[str]] = {}
    for one in examples:
        plain = " ".join(regex.sub(r"[\[\](){}|\\]", " ", one.text).split())
        if plain:
            by_intent.setdefault(one.intent, []).append(plain)
    nlu = [
        {"intent": intent, "examples": [{"text": text, "metadata": WITHOUT_ENTITIES} for text in texts]}
        for intent, texts in by_intent.items()
    ]
    return str(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True, sort_keys=False))
