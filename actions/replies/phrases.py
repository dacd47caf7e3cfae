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
Templates = Mapping[str, Variants | Mapping[str, Variants]]


class Phrases:
    """The sentences of one language, by key: several variants each, or variants by plural form of the slot `count`.

    Args:
        templates: variants with `{slots}`, by key.
        language: whose plural rules choose between "one" and "other".
        translations: the same sentences in other languages, by language.
    """

    def __init__(
        self, templates: Templates, language: str = "en", translations: Mapping[str, Phrases] | None = None
    ) -> None:
        self._templates = templates
        self._plural = Locale.parse(language).plural_form
        self._translations = translations or {}

    def __contains__(self, key: str) -> bool:
        return key in self._templates

    def in_language(self, language: str | None) -> Phrases:
        """The sentences for somebody who reads `language` (a BCP 47 tag); these where there is no translation."""
        return self._translations.get((language or "").split("-")[0].lower(), self)

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
    """The English sentences, from `en.yml`, with their translations; what a translation lacks is said in English."""
    templates = _read("en.yml")
    return Phrases(templates, translations={"zh": Phrases({**templates, **_read("zh.yml")}, "zh")})


def _read(name: str) -> Templates:
    source = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    templates: Templates = yaml.safe_load(source)
    return templates
