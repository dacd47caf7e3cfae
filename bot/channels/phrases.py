"""In which words do the channels themselves say something, besides what the assistant answers?"""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from actions.replies.phrases import Phrases, Templates

__all__ = ["english"]


@cache
def english() -> Phrases:
    """The English sentences, from `en.yml`, with their translations."""
    return Phrases(_read("en.yml"), translations={"zh": Phrases(_read("zh.yml"), "zh")})


def _read(name: str) -> Templates:
    source = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    templates: Templates = yaml.safe_load(source)
    return templates
