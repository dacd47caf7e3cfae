"""What does the shop itself answer to a frequent question?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError
from rapidfuzz import fuzz

from recommender.errors import ConfigurationError

__all__ = ["Faq", "FaqEntry"]

_ALIKE = 75.0
"""From this likeness (0 to 100, words in any order) on, a text is taken for one of the shop's questions."""


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """A question the shop expects and its answer, word for word. Topics the assistant knows: shipping, returns,
    payment, hours; any other topic is found by its question."""

    topic: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class _File:
    entries: list[FaqEntry]


_FILE = TypeAdapter(_File)


class Faq:
    """The shop's `faq.yml`, read again whenever the file changes; a shop without the file answers nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: int | None = None
        self._entries: list[FaqEntry] = []

    def about(self, topic: str, text: str) -> FaqEntry | None:
        """Of the entries on `topic` the one whose question is most like `text`; None when the shop says nothing."""
        entries = [entry for entry in self._current() if entry.topic == topic]
        shared = {entry: fuzz.token_set_ratio(_folded(text), _folded(entry.question)) for entry in entries}
        return max(entries, key=lambda entry: shared[entry], default=None)

    def matching(self, text: str) -> FaqEntry | None:
        """The entry of any topic whose question is much like `text`, if there is one."""
        # Not by shared words alone: "do you" shares all of its words with many a question.
        likeness = {entry: fuzz.token_sort_ratio(_folded(text), _folded(entry.question)) for entry in self._current()}
        best = max(likeness, key=lambda entry: likeness[entry], default=None)
        return best if best is not None and likeness[best] >= _ALIKE else None

    def _current(self) -> Sequence[FaqEntry]:
        """
        Raises:
            ConfigurationError: the file does not hold entries.
        """
        try:
            changed_at = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return ()
        if changed_at != self._read_at:
            try:
                self._entries = _FILE.validate_python(yaml.safe_load(self._path.read_text(encoding="utf-8"))).entries
            except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
                raise ConfigurationError(
                    f"{self._path} cannot be read: it has to hold `entries`, each with topic, question and answer."
                ) from error
            self._read_at = changed_at
        return self._entries


def _folded(text: str) -> str:
    return text.casefold().strip(" ?!.")
