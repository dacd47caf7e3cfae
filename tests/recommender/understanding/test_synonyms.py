"""Are the shop's own words read, used and refused clearly?"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_shop import small_shop

from recommender.errors import BadInputError
from recommender.understanding.query import Facet
from recommender.understanding.synonyms import read_synonyms
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary


def test_a_shops_word_names_the_category(tmp_path: Path) -> None:
    path = tmp_path / "synonyms.yml"
    path.write_text("synonyms:\n  - [laptop, notebook, portable computer]\n", encoding="utf-8")
    understander = Understander(Vocabulary.from_products(small_shop(), read_synonyms(path)))
    for text in ("notebooks", "light notebook for travel", "portable computers"):
        (constraint,) = understander.understand(text).query.constraints
        assert (constraint.facet, constraint.values) == (Facet.CATEGORY, ("laptop",))


def test_no_file_means_no_synonyms(tmp_path: Path) -> None:
    assert read_synonyms(tmp_path / "synonyms.yml") == []


@pytest.mark.parametrize(
    "content", ["- a\n", "synonyms: sofa\n", "synonyms: [[1]]\n", "synonyms: [[a], b]\n", ": [", "words: []\n"]
)
def test_a_wrong_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "synonyms.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInputError, match=r"synonyms\.yml"):
        read_synonyms(path)
