"""Which model of this shop does Rasa serve?

A shop that corrects messages gets models of its own, beside the one every checkout has. Which one serves is a small
file that is replaced whole. Needs neither Rasa nor the application: both ask it.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Serving", "read_serving", "serving_model", "write_serving"]

POINTER = "serving.json"


@dataclass(frozen=True)
class Serving:
    """The version that serves and the one before; None is the checkout's own model. `base` is what both build on."""

    base: str
    current: str | None = None
    previous: str | None = None


def read_serving(folder: Path, base: str) -> Serving:
    """What serves in `folder` on top of the checkout's model `base`; the checkout's own where nothing (good) is said.

    A shop's model that was made from other rules, components or examples than the checkout has now is not served: it
    might name actions that are not there any more.
    """
    try:
        serving = Serving(**json.loads((folder / POINTER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Serving(base)
    return serving if serving.base == base else Serving(base)


def write_serving(folder: Path, serving: Serving) -> None:
    """Say what serves from now on, in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / f"{POINTER}.{os.getpid()}"
    whole.write_text(json.dumps(asdict(serving)), encoding="utf-8")
    whole.replace(folder / POINTER)


def serving_model(folder: Path, base_model: Path) -> Path:
    """The model file that Rasa is to serve: the shop's, else the checkout's `base_model`."""
    current = read_serving(folder, base_model.name.removesuffix(".tar.gz")).current
    model = folder / f"{current}.tar.gz"
    return model if current is not None and model.is_file() else base_model
