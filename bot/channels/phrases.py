"""In which words do the channels themselves say something, besides what the assistant answers?"""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from actions.replies.phrases import Phrases

__all__ = ["english"]


@cache
def english() -> Phrases:
    """The English sentences, from `en.yml`."""
    source = resources.files(__package__).joinpath("en.yml").read_text(encoding="utf-8")
    return Phrases(yaml.safe_load(source))
