"""What does a call take in a process of its own, where nothing else is counted with it?"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

__all__ = ["Apart", "apart"]

T = TypeVar("T")


@dataclass(frozen=True)
class Apart(Generic[T]):
    """What a call gave, the seconds on the clock and of the processor it took, and the process's peak memory in MB."""

    value: T
    seconds: float
    processor_seconds: float
    peak_mb: float


def apart(call: Callable[..., T], *arguments: Any) -> Apart[T]:
    """Call a function of a module in a fresh process; what it imports and what it is given count as its memory."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_timed, call, arguments).result()


def _timed(call: Callable[..., T], arguments: tuple[Any, ...]) -> Apart[T]:
    started, processor = time.perf_counter(), time.process_time()
    value = call(*arguments)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Apart(value, seconds, processor, kilobytes / 1024)
