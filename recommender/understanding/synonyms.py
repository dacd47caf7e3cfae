"""Which words and units mean the same in this shop? The shop's own `synonyms.yml`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
import yaml

from recommender.errors import BadInputError

__all__ = ["UNITS", "Group", "ShopWords", "SynonymFile", "read_synonyms"]

Group = tuple[str, ...]
"""Words or phrases that mean the same, in the shop's own writing."""

UNITS: Final[tuple[Group, ...]] = (
    ("inch", "inches", "in", '"'),
    ("ft", "foot", "feet"),
    ("cm", "centimetre", "centimetres", "centimeter", "centimeters"),
    ("mm", "millimetre", "millimetres", "millimeter", "millimeters"),
    ("l", "litre", "litres", "liter", "liters"),
    ("ml", "millilitre", "millilitres", "milliliter", "milliliters"),
    ("kg", "kilo", "kilos", "kilogram", "kilograms"),
    ("oz", "ounce", "ounces"),
    ("lb", "lbs", "pound", "pounds"),
    ("gb", "gigabyte", "gigabytes", "gigs"),
    ("tb", "terabyte", "terabytes"),
    ("w", "watt", "watts"),
    ("v", "volt", "volts"),
)
"""The ways to write a unit that hold in every shop whose file names none."""

_EXAMPLES: Final = {"synonyms": "[sofa, couch]", "units": "[inch, inches, in]"}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ShopWords:
    """What the shop says means the same: words or phrases, and units behind a number."""

    synonyms: tuple[Group, ...] = ()
    units: tuple[Group, ...] = UNITS


def read_synonyms(path: Path) -> ShopWords:
    """The groups in the file, `synonyms: [[sofa, couch], …]` and `units: [[inch, in], …]`.

    Where it says nothing of units, or there is no file, `UNITS` hold.

    Raises:
        BadInputError: the file is not of that form; names the line.
    """
    if not path.is_file():
        return ShopWords()
    try:
        document = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise BadInputError(f"{where} cannot be read: write `synonyms:` and below it `- [sofa, couch]`.") from error
    if document is None:
        return ShopWords()
    if not isinstance(document, yaml.MappingNode):
        raise BadInputError(f"{path}, line 1: write `synonyms:` or `units:` first, and the groups below it.")
    found: dict[str, tuple[Group, ...]] = {}
    for key, value in document.value:
        if not isinstance(key, yaml.ScalarNode) or key.value not in _EXAMPLES:
            raise BadInputError(
                f"{path}, line {_line(key)}: {key.value!r} is neither `synonyms` nor `units`; nothing else is read."
            )
        found[key.value] = tuple(_groups(path, value, _EXAMPLES[key.value]))
    return ShopWords(**found)


def _groups(path: Path, node: yaml.Node, example: str) -> Iterator[Group]:
    if isinstance(node, yaml.ScalarNode) and not node.value:
        return
    if not isinstance(node, yaml.SequenceNode):
        raise BadInputError(f"{path}, line {_line(node)}: write a list of groups, each like `- {example}`.")
    for group in node.value:
        # What YAML would take for a truth or a number ("no", "on", "7") is a word here, as it was written.
        members = group.value if isinstance(group, yaml.SequenceNode) else []
        words = [one.value.strip() for one in members if isinstance(one, yaml.ScalarNode)]
        if len(words) < 2 or len(words) != len(members) or not all(words):
            raise BadInputError(f"{path}, line {_line(group)}: a group is two words or more, for example {example}.")
        yield tuple(words)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class SynonymFile:
    """The shop's words as the file has them now: an edit counts from the next search on, without a restart.

    A file that cannot be read is said in the log once, and what was read before goes on counting: the shop's words are
    a help, not a need. Safe to use from several threads.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reading = threading.Lock()
        self._read: tuple[object, ShopWords] = (None, ShopWords())

    def __call__(self) -> ShopWords:
        """What counts now; the same object as long as the file stays as it is."""
        stamp = self._stamp()
        if self._read[0] != stamp:
            with self._reading:
                if self._read[0] != stamp:
                    self._read = stamp, self._read_again()
        return self._read[1]

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _read_again(self) -> ShopWords:
        try:
            return read_synonyms(self._path)
        except BadInputError as error:
            _log.error("synonyms_not_read", message=str(error))
            return self._read[1]
