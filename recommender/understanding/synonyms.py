"""Which words mean the same in this shop? The shop's own `synonyms.yml`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from recommender.errors import BadInputError

__all__ = ["read_synonyms"]


def read_synonyms(path: Path) -> Sequence[Sequence[str]]:
    """The groups of words in the file, `synonyms: [[sofa, couch], …]`; none when there is no file.

    Raises:
        BadInputError: the file is no such list.
    """
    if not path.is_file():
        return []
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        groups = content["synonyms"]
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise BadInputError(
            f"{path} cannot be read: write `synonyms:` and below it lists such as [sofa, couch]."
        ) from error
    for group in groups if isinstance(groups, list) else [None]:
        if not isinstance(group, list) or not all(isinstance(word, str) and word.strip() for word in group):
            raise BadInputError(f"{path}: {group!r} is no list of words; write for example [sofa, couch].")
    return groups  # type: ignore[no-any-return]  # checked just above
