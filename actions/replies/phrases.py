"""In which words does the assistant say something, without saying the same sentence twice in a row?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib import resources

import yaml
from babel import Locale

from recommender.errors import ConfigurationError

__all__ = ["Phrases", "english"]

Variants = Sequence[str]


class Phrases:
    """The sentences of one language, by key: several variants each, or variants by plural form of the slot `count`.

    Args:
        templates: variants with `{slots}`, by key.
        language: whose plural rules choose between "one" and "other".
    """

    def __init__(self, templates: Mapping[str, Variants | Mapping[str, Variants]], language: str = "en") -> None:
        self._templates = templates
        self._plural = Locale.parse(language).plural_form

    def __contains__(self, key: str) -> bool:
        return key in self._templates

    def say(self, key: str, said: Collection[str] = (), /, **slots: object) -> str:
        """The first variant of `key` that does not end up as a sentence in `said`; the last one if all do.

        What is put into a slot is text and never a template, whatever braces it holds.

        Raises:
            ConfigurationError: there is no such key, or a slot of it was not given.
        """
        try:
            variants = self._templates[key]
            if isinstance(variants, Mapping):
                variants = variants[self._plural(int(str(slots["count"])))]
            sentences = [variant.format_map(slots) for variant in variants]
        except KeyError as error:
            raise ConfigurationError(f"The sentence {key!r} lacks {error}: mend the file of replies.") from error
        return next((sentence for sentence in sentences if sentence not in said), sentences[-1])


@cache
def english() -> Phrases:
    """The English sentences, from `en.yml`."""
    source = resources.files(__package__).joinpath("en.yml").read_text(encoding="utf-8")
    return Phrases(yaml.safe_load(source))
