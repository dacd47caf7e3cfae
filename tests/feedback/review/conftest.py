"""A shop floor for the tests of this folder."""

from __future__ import annotations

import pytest
from shop_floor import ShopFloor

from recommender.clock import FakeClock
from recommender.db import Database


@pytest.fixture
def floor(database: Database, clock: FakeClock) -> ShopFloor:
    return ShopFloor(database, clock)
