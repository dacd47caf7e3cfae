"""Which records does a file with one JSON object a line hold?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from recommender.catalogue.feed.delimited import lines_of
from recommender.catalogue.feed.record import Entry, Record, Unreadable, Value

__all__ = ["read_jsonl"]


def read_jsonl(file: TextIO, path: Path) -> Iterator[Entry]:
    """Every line that is a JSON object, as a record. Empty lines are left out.

    Numbers keep the digits they are written with ("6.0" gives "6"); null is as if it were not there; a list of simple
    values stays one, other lists become JSON text; an object's fields become columns "outer.inner".

    Raises:
        BadInputError: as `lines_of` does.
    """
    for number, line in enumerate(lines_of(file, path), start=1):
        text = line.strip("\ufeff \t\r\n")
        if not text:
            continue
        try:
            value = _DECODER.decode(text)
        except RecursionError:
            yield Unreadable(number, "the JSON is nested too deeply")
        except json.JSONDecodeError as error:
            yield Unreadable(number, f"no JSON: {error.msg} at character {error.pos + 1}")
        else:
            if isinstance(value, dict):
                yield Record(number, dict(_columns(value, "")))
            else:
                yield Unreadable(number, "no JSON object")


def _columns(values: dict[str, Any], prefix: str) -> Iterator[tuple[str, Value]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _columns(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            simple = all(isinstance(item, str | bool) or item is None for item in value)
            yield (
                f"{prefix}{name}",
                [_text(item) for item in value] if simple else json.dumps(value, ensure_ascii=False),
            )
        elif value is not None:
            yield f"{prefix}{name}", _text(value)


def _text(value: str | bool | None) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else "yes" if value else "no"


def _shortest(digits: str) -> str:
    whole, _, fraction = digits.partition(".")
    return whole if fraction and not fraction.strip("0") else digits


_DECODER = json.JSONDecoder(parse_float=_shortest, parse_int=str, parse_constant=str)
