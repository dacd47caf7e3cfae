"""Which passage of the shop's own texts answers a question, and how surely?

The texts are `faq.yml` and the Markdown files in `policies/`. They are searched by meaning and by words, like the
catalogue, and read again whenever a file changes: what an admin edits is answered with at once.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import regex
import structlog
import yaml
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from recommender.encoder.port import Encoder
from recommender.errors import ConfigurationError, UnavailableError
from recommender.index.terms import content_words, terms, word_terms

__all__ = ["ANSWERS_FROM", "FAQ_FILE", "POLICIES", "Found", "Knowledge", "Passage", "parse_faq", "parse_policy"]

FAQ_FILE: Final = "faq.yml"
POLICIES: Final = "policies"

ANSWERS_FROM: Final = 0.5
"""A passage that scores less is not said to be the answer; see benchmarks/copilot.py."""

_FEWEST_WORDS: Final = 0.2

ON_TOPIC_FROM: Final = 0.15
"""Where the topic is certain, a passage on it need only be a little like the question."""

_MEANING: Final = 0.7
"""What meaning weighs against words; with words alone (no encoder) they weigh everything."""

_PASSAGE_CHARACTERS = 700
_FENCE = regex.compile(r"^\s*(```|~~~)")
_HEADING = regex.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_MARKS = regex.compile(r"(\*\*|__|`)|!?\[([^\]]*)\]\([^)]*\)")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the shop's own text in `file`: a question with its answer, or a section of a policy."""

    title: str
    text: str
    file: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage, how surely it answers (0 to 1), and which share of the question's words it holds (rare ones more)."""

    passage: Passage
    score: float
    words: float = 0.0

    @property
    def sure(self) -> bool:
        """Whether it may be said to be the answer, whatever was asked: alike in meaning, and not by meaning alone."""
        return self.score >= ANSWERS_FROM and self.words >= _FEWEST_WORDS


@dataclass(frozen=True, slots=True)
class _Entry:
    topic: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class _File:
    entries: list[_Entry]


_FILE = TypeAdapter(_File)


def parse_faq(text: str, file: str = FAQ_FILE) -> list[Passage]:
    """The questions and answers of a `faq.yml`.

    Raises:
        ConfigurationError: it does not hold entries.
    """
    try:
        entries = _FILE.validate_python(yaml.safe_load(text)).entries
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as questions and answers: each entry needs topic, question and answer as text."
        ) from error
    return [Passage(entry.question, entry.answer.strip(), file, entry.topic) for entry in entries]


def parse_policy(text: str, file: str) -> list[Passage]:
    """The sections of a Markdown file, long ones in pieces of whole paragraphs; the headings above make the title."""
    headings: dict[int, str] = {}
    passages: list[Passage] = []
    paragraphs: list[str] = []

    def close() -> None:
        title = " › ".join(headings[level] for level in sorted(headings)) or Path(file).stem
        piece = ""
        for paragraph in "\n".join(paragraphs).split("\n\n"):
            paragraph = _plain(paragraph)
            if piece and len(piece) + len(paragraph) > _PASSAGE_CHARACTERS:
                passages.append(Passage(title, piece, file))
                piece = ""
            piece = f"{piece}\n{paragraph}".strip()
        if piece:
            passages.append(Passage(title, piece, file))
        paragraphs.clear()

    fenced = False
    for line in text.splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            paragraphs.append(line)
            continue
        close()
        level = len(heading[1])
        headings = {above: title for above, title in headings.items() if above < level}
        headings[level] = _plain(heading[2])
    close()
    return passages


class Knowledge:
    """The shop's own texts. Read from any thread; a file that cannot be read leaves the others, and is logged.

    Args:
        folder: the shop's folder, with `faq.yml` and `policies/`.
        encoder: None where there is no model: search then goes by words alone.
    """

    def __init__(self, folder: Path, encoder: Encoder | None) -> None:
        self._folder = folder
        self._encoder = encoder
        self._index = _Index([], {}, None)
        self._stamps: dict[Path, int] = {}
        self._reading = threading.Lock()

    def files(self) -> list[Path]:
        """Every file there is, the questions first."""
        policies = sorted((self._folder / POLICIES).glob("*.md"))
        return [path for path in (self._folder / FAQ_FILE, *policies) if path.is_file()]

    def passages(self) -> Sequence[Passage]:
        """Every passage."""
        return self._current().passages

    def search(self, text: str, limit: int = 3) -> list[Found]:
        """The passages that come nearest to answering `text`, best first."""
        return self._current().search(text, limit)

    def answer(self, text: str) -> Passage | None:
        """The passage that answers `text`, whatever it is about; None when none does for sure enough."""
        best = next(iter(self.search(text, 1)), None)
        return best.passage if best is not None and best.sure else None

    def about(self, topic: str, text: str) -> Passage | None:
        """The passage that answers `text`, which is known to be about `topic`: so less likeness is enough."""
        found = self._current().search(text, len(self.passages()))
        if found and found[0].sure:
            return found[0].passage
        on_topic = [one for one in found if one.passage.topic == topic]
        return on_topic[0].passage if on_topic and on_topic[0].score >= ON_TOPIC_FROM else None

    def _current(self) -> _Index:
        stamps = {path: path.stat().st_mtime_ns for path in self.files()}
        if stamps == self._stamps:
            return self._index
        with self._reading:
            if stamps != self._stamps:
                passages = [passage for path in stamps for passage in self._read(path)]
                self._index = _Index(passages, self._index.vectors, self._encoder)
                self._stamps = stamps
        return self._index

    def _read(self, path: Path) -> list[Passage]:
        name = path.relative_to(self._folder).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
            return parse_faq(text, name) if path.name == FAQ_FILE else parse_policy(text, name)
        except (OSError, UnicodeDecodeError, ConfigurationError) as error:
            _log.error("knowledge_unreadable", file=name, reason=str(error))
            return []


class _Index:
    """Passages with their vectors and words; immutable. Vectors of texts that were known before are taken over."""

    def __init__(self, passages: list[Passage], known: dict[str, NDArray[np.float32]], encoder: Encoder | None) -> None:
        self.passages = passages
        self._terms = [set(terms(f"{one.title} {one.title} {one.text}")) for one in passages]
        counts = Counter(term for held in self._terms for term in held)
        self._weights = {term: math.log(1 + len(passages) / count) for term, count in counts.items()}
        self._unknown_weight = math.log(1 + len(passages))
        self._encoder = encoder
        self.vectors: dict[str, NDArray[np.float32]] = {}
        self._matrix: NDArray[np.float32] | None = None
        if encoder is not None and passages:
            self._matrix = self._embed(encoder, known)

    def search(self, text: str, limit: int) -> list[Found]:
        if not self.passages or not text.strip():
            return []
        words, meaning = self._by_words(text), self._by_meaning(text)
        scores = words if meaning is None else _MEANING * meaning + (1 - _MEANING) * words
        order = np.argsort(-scores, kind="stable")[:limit]
        return [Found(self.passages[row], float(min(max(scores[row], 0.0), 1.0)), float(words[row])) for row in order]

    def _embed(self, encoder: Encoder, known: dict[str, NDArray[np.float32]]) -> NDArray[np.float32] | None:
        """Two vectors a passage, of its question and of the whole: shape (passages, 2, dimension).

        The heading of a section is no question: "Gifts" is like every wish for a gift.
        """
        whole = [f"{one.title}\n{one.text}" for one in self.passages]
        texts = [
            text
            for one, all_ in zip(self.passages, whole, strict=True)
            for text in (one.title if one.topic else all_, all_)
        ]
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        try:
            made = dict(zip(missing, encoder.encode(missing), strict=True)) if missing else {}
        except UnavailableError as error:
            _log.warning("knowledge_by_words", reason=str(error))
            return None
        self.vectors = {text: made[text] if text in made else known[text] for text in texts}
        return np.stack([self.vectors[text] for text in texts]).reshape(len(self.passages), 2, -1)

    def _by_meaning(self, text: str) -> NDArray[np.float32] | None:
        if self._matrix is None or self._encoder is None:
            return None
        try:
            query = self._encoder.encode([text])[0]
        except UnavailableError:
            return None
        return np.asarray((self._matrix @ query).max(axis=1))

    def _by_words(self, text: str) -> NDArray[np.float32]:
        """The share of the question's words, weighted by how rare they are, that each passage holds."""
        wanted = {term for word in content_words(text) for term in word_terms(word)}
        total = sum(self._weights.get(term, self._unknown_weight) for term in wanted) or 1.0
        held = [sum(self._weights[term] for term in wanted & own) / total for own in self._terms]
        return np.asarray(held, dtype=np.float32)


def _plain(text: str) -> str:
    """Markdown's marks of emphasis and links taken off; list marks and line breaks stay as they are."""
    return str(_MARKS.sub(lambda found: found[2] or "", text)).strip()
