"""Is what a shop's page loads small, complete, and free of everything a strict page forbids?"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

WIDGET = Path(__file__).resolve().parents[2] / "bot" / "widget"
MOST_BYTES = 40_000
DEMO = {"demo.js", "demo.html", "demo.css"}
FILES = sorted(path for path in WIDGET.rglob("*") if path.is_file() and path.name not in DEMO)

# What would run, or parse, a text; what a Content-Security-Policy without 'unsafe-inline' and 'unsafe-eval' refuses.
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML|\beval\(|"
    r"new Function|javascript:|setAttribute\(\"(style|on\w+)\"|createElement\(\"(style|script)\"|import .*https?:"
)


def test_everything_a_page_loads_is_under_40_kb_compressed() -> None:
    assert {path.suffix for path in FILES} == {".js"}
    assert sum(len(gzip.compress(path.read_bytes(), 6)) for path in FILES) < MOST_BYTES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_parses_or_runs_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert FORBIDDEN.findall(source) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_import_is_a_file_of_ours(path: Path) -> None:
    for target in re.findall(r"(?:from|import\()\s*\"([^\"]+)\"", path.read_text(encoding="utf-8")):
        # /widget.js is served from the folder's shoptalk.js, the rest from /widget/.
        base = WIDGET.parent if path.name == "shoptalk.js" else path.parent
        assert (base / target).resolve() in FILES


def test_every_string_that_is_said_exists() -> None:
    words = (WIDGET / "strings" / "en.js").read_text(encoding="utf-8")
    known = set(re.findall(r"^ {2}(\w+):", words, re.MULTILINE))
    source = "\n".join(path.read_text(encoding="utf-8") for path in FILES if path.parent == WIDGET)
    said = set(re.findall(r"\b(?:say|get)\(\"(\w+)\"", source))
    assert said <= known
    # The rest is said by a name that is put together: the entries of the menu, the steps of the cart.
    put_together = {"cart", "saved", "human", "fresh", "transcript", "forget", "more", "fewer", "remove"}
    assert known - said <= put_together
