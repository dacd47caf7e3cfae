"""Are the shop's own words read, used, followed and refused clearly?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_shop import small_shop

from recommender.errors import BadInputError
from recommender.understanding.query import Facet
from recommender.understanding.synonyms import ShopWords, SynonymFile, read_synonyms
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "synonyms.yml"


def test_a_shops_word_names_the_category(path: Path) -> None:
    path.write_text("synonyms:\n  - [laptop, notebook, portable computer]\n", encoding="utf-8")
    understander = Understander(Vocabulary.from_products(small_shop(), read_synonyms(path).synonyms))
    for text in ("notebooks", "light notebook for travel", "portable computers"):
        (constraint,) = understander.understand(text).query.constraints
        assert (constraint.facet, constraint.values) == (Facet.CATEGORY, ("laptop",))


def test_both_kinds_of_group_are_read_as_they_were_written(path: Path) -> None:
    path.write_text("units:\n- [inch, in]\n\nsynonyms:\n- ['no', none]\n- [on, running]\n", encoding="utf-8")
    assert read_synonyms(path) == ShopWords((("no", "none"), ("on", "running")), (("inch", "in"),))


def test_a_shop_can_do_without_units(path: Path) -> None:
    path.write_text("units: []\n", encoding="utf-8")
    assert read_synonyms(path) == ShopWords(units=())


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "synonyms:\n", "synonyms: []\n"])
def test_an_empty_file_means_no_synonyms(path: Path, content: str) -> None:
    assert read_synonyms(path) == ShopWords()
    path.write_text(content, encoding="utf-8")
    assert read_synonyms(path) == ShopWords()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("- a\n", 1),
        ("synonyms: sofa\n", 1),
        ("synonyms:\n  - [a, b]\n  - [1]\n", 3),
        ("synonyms:\n  - [a, b]\n  - b\n", 3),
        ("synonyms:\n  - [a, b]\n  -\n", 3),
        ("synonyms:\n  - [a, ' ']\n", 2),
        ("synonyms:\n  - [a, [b]]\n", 2),
        ("units:\n  inch: in\n", 2),
        ("synonyms: []\nwords: []\n", 2),
        ("synonyms:\n  - [a, b\n", 3),
        (": [", 1),
        ("? [sofa, couch]\n: settee\n", 1),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(path: Path, content: str, line: int) -> None:
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInputError, match=rf"synonyms\.yml, line {line}[ :]"):
        read_synonyms(path)


def test_what_is_no_text_is_refused(path: Path) -> None:
    path.write_bytes(b"synonyms: [[\xff, b]]")
    with pytest.raises(BadInputError, match=r"synonyms\.yml"):
        read_synonyms(path)


def test_an_edit_counts_at_once_and_a_broken_one_leaves_what_counted(path: Path) -> None:
    words = SynonymFile(path)
    assert words() == ShopWords()
    written = 0

    def write(content: str) -> None:
        nonlocal written
        written += 1
        path.write_text(content, encoding="utf-8")
        os.utime(path, ns=(written, written))

    write("synonyms: [[sofa, couch]]")
    assert words().synonyms == (("sofa", "couch"),)
    assert words() is words()
    write("synonyms: [[sofa, couch")
    assert words().synonyms == (("sofa", "couch"),)
    write("units: [[l, litre]]")
    assert words() == ShopWords((), (("l", "litre"),))
    path.unlink()
    assert words() == ShopWords()
