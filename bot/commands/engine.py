"""Where does heavy work run?"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["NICENESS", "Engine"]

NICENESS: Final = 15
"""Below everything that a running shop needs."""


class Engine(StrEnum):
    """This machine, or Apache Spark."""

    LOCAL = "local"
    SPARK = "spark"
