"""What reads the messages of these tests."""

from __future__ import annotations

import pytest

from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary
from tests.recommender.understanding.small_shop import small_shop


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.from_products(small_shop())


@pytest.fixture(scope="session")
def understander(vocabulary: Vocabulary) -> Understander:
    return Understander(vocabulary)
