"""When does "or" join two kinds of thing, and when only what is said of one?"""

from __future__ import annotations

import pytest

from recommender.understanding.alternatives import alternatives


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("lamp or jacket", ("lamp", "jacket")),
        ("headphones or speakers", ("headphones", "speakers")),
        ("desk lamps or jackets for boys", ("desk lamps", "jackets for boys")),
        ("usb cable or a mouse", ("usb cable", "mouse")),
        ("a lamp or a rug or a mouse", ("lamp", "rug", "mouse")),
        ("waterproof or windproof jacket", ("waterproof or windproof jacket",)),
        ("a or b or c or d", ("a", "b", "c", "d")),
        ("or".join([" a "] * 300).strip(), ("or".join([" a "] * 300).strip(),)),
        ("jacket", ("jacket",)),
        ("or", ("or",)),
        ("", ("",)),
    ],
)
def test_alternatives(text: str, kinds: tuple[str, ...]) -> None:
    assert alternatives(text) == kinds
