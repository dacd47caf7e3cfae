"""Which words does this shop's catalogue know, and for what?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from recommender.catalogue.facets import (
    STATED_FACETS,
    brand_key,
    category_names,
    facet_words,
    facets,
)
from recommender.catalogue.product import Product
from recommender.catalogue.words import fold, singular, words
from recommender.understanding.english import is_english
from recommender.understanding.phrases import word_set
from recommender.understanding.query import Facet

__all__ = ["ENOUGH_PRODUCTS", "LONGEST_NAME_WORDS", "PURPOSE_WORDS", "Vocabulary"]

ENOUGH_PRODUCTS: Final = 3
"""A value that fewer products state is searched for by its words instead of being made a condition."""
LONGEST_NAME_WORDS: Final = 5
WELL_KNOWN: Final = 10
"""With this many products a brand's own titles tell whether its name is also an everyday word."""
PURPOSE_WORDS: Final = frozenset({"for", "with", "w"})
"""What follows says what a thing is for or comes with, not what it is."""

NAMED_IN_CATEGORY: Final = 0.8
"""A category is a condition only if at least this share of the products whose title names it are in it."""
SHORTEST_FIRST_WORD: Final = 4
"""A brand's first word is not taken for the whole if it is shorter than this ("Dr", "La")."""
OWN_INITIALS: Final = 0.8
"""Initials name a brand if at least this share of the titles that hold them are its own."""
FIXED_PHRASE: Final = 0.6
"""A colour before a word is part of a name ("green bay") if it precedes this share of the word's occurrences."""

_WORD = re.compile(r"\w+")
_NO_BRAND = word_set("vocabulary.no_brand") | {""}
# What companies write after their name and nobody says.
_SUFFIXES = word_set("vocabulary.suffixes")
# Brands that are everyday words: only "from Simple", "Simple brand" or a capital within the sentence means them.
_EVERYDAY_WORDS = word_set("vocabulary.everyday_words")


@dataclass(frozen=True)
class Vocabulary:
    """What the words of this catalogue are. Plain data, made anew when the catalogue changes.

    Attributes:
        brands: what people write for a brand, to the brand keys it can mean.
        brand_counts: products by brand key.
        everyday_brands: names that mean the brand only in a brand's place ("from Simple").
        values: by facet, what people write to the values that products state (see `recommender.catalogue.facets`).
        curated: phrases that mean a colour, material or size wherever they stand.
        categories: what people write for a kind of thing, to the key of the category that holds all products called so.
        words: the folded words of all products, and their singulars.
        name_words: how many products have each word in title, brand or categories, where enough do.
        collocations: pairs of words that are one name in this catalogue's titles ("green bay").
        spellings: by facet, how the catalogue writes the keys of its brands and categories.
        names: such names as are known of English ("green tea").
        after_no: words that titles put after "no" or "non" ("no show socks").
        currency: the currency of most products that have a price; "" where none has.
    """

    brands: dict[str, tuple[str, ...]] = field(default_factory=dict)
    brand_counts: dict[str, int] = field(default_factory=dict)
    everyday_brands: frozenset[str] = frozenset()
    values: dict[Facet, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    curated: frozenset[str] = frozenset()
    categories: dict[str, str] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    name_words: dict[str, int] = field(default_factory=dict)
    collocations: frozenset[tuple[str, str]] = frozenset()
    after_no: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    spellings: dict[Facet, dict[str, str]] = field(default_factory=dict)
    currency: str = ""

    @classmethod
    def from_products(cls, products: Iterable[Product], synonyms: Iterable[Sequence[str]] = ()) -> Vocabulary:
        """The vocabulary of these products, with the shop's own groups of words that mean the same."""
        counts = _Counts()
        for product in products:
            counts.add(product)
        vocabulary = counts.vocabulary()
        for group in synonyms:
            vocabulary = vocabulary._joining([" ".join(words(phrase)) for phrase in group])
        return vocabulary

    def _joining(self, group: Sequence[str]) -> Vocabulary:
        """The vocabulary where every phrase of the group means what any of them means, as brand, value or word."""

        def joined(meanings: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
            found = tuple(dict.fromkeys(key for phrase in group for key in meanings.get(phrase, ())))
            return dict.fromkeys(group, found) | meanings if found else meanings

        known = any(all(map(self.knows, phrase.split())) for phrase in group)
        kinds = [" ".join(map(singular, phrase.split())) for phrase in group]
        category = next((self.categories[kind] for kind in kinds if kind in self.categories), None)
        return replace(
            self,
            brands=joined(self.brands),
            categories=dict.fromkeys(kinds, category) | self.categories if category else self.categories,
            values={facet: joined(meanings) for facet, meanings in self.values.items()},
            words=self.words.union(*(phrase.split() for phrase in group)) if known else self.words,
        )

    def category_at_end(self, phrase: Sequence[str]) -> str | None:
        """The category that the last of these folded words name, the longest such name; None when they name none."""
        singulars = [singular(word) for word in phrase]
        names = (" ".join(singulars[first:]) for first in range(max(0, len(singulars) - 3), len(singulars)))
        return next((self.categories[name] for name in names if name in self.categories), None)

    def knows(self, word: str) -> bool:
        """Whether the folded `word` occurs in any product, in this form or in the singular."""
        return word in self.words or singular(word) in self.words


class _Counts:
    """What has to be counted to tell names from words."""

    def __init__(self) -> None:
        self.brands: Counter[str] = Counter()
        self.brand_forms: dict[str, str] = {}
        self.values: dict[Facet, Counter[str]] = {facet: Counter() for facet in STATED_FACETS}
        self.categories: Counter[str] = Counter()
        self.category_forms: dict[str, str] = {}
        self.titles: list[tuple[list[str], frozenset[str], str]] = []
        self.written: Counter[str] = Counter()
        self.currencies: Counter[str] = Counter()

    def add(self, product: Product) -> None:
        """Count one product."""
        brand = brand_key(product.brand)
        if brand not in _NO_BRAND:
            self.brands[brand] += 1
            self.brand_forms.setdefault(brand, product.brand)
        names = category_names(product)
        keys = frozenset(names)
        self.categories.update(keys)
        self.category_forms = names | self.category_forms
        for facet, values in facets(product).items():
            self.values[facet].update(values)
        title = words(product.title)
        self.titles.append((title, keys, brand))
        self.written.update(set(_WORD.findall(product.text.replace("'", "").replace("’", ""))))
        if product.price is not None:
            self.currencies[product.currency] += 1

    def vocabulary(self) -> Vocabulary:
        """What the counts say."""
        known = facet_words()
        values: dict[Facet, dict[str, tuple[str, ...]]] = {}
        for facet, counted in self.values.items():
            enough = {value for value, count in counted.items() if count >= ENOUGH_PRODUCTS}
            values[facet] = {
                phrase: implied[:1] for phrase, implied in known[facet].values.items() if implied[0] in enough
            }
            values[facet].update((value, (value,)) for value in enough)
        brands = self._brand_names()
        folded = frozenset(map(fold, self.written))
        curated = {phrase for facet in STATED_FACETS for phrase in known[facet].in_titles}
        return Vocabulary(
            brands=brands,
            brand_counts=dict(self.brands),
            everyday_brands=self._everyday_brands(brands),
            values=values,
            curated=frozenset(curated),
            categories=self._exact_categories(),
            words=folded.union(map(singular, folded)),
            name_words=self._name_words(),
            collocations=self._collocations(curated),
            after_no=self._after_no(),
            names=frozenset(name for facet in STATED_FACETS for name in known[facet].names),
            spellings={Facet.BRAND: self.brand_forms, Facet.CATEGORY: self.category_forms},
            currency=self.currencies.most_common(1)[0][0] if self.currencies else "",
        )

    def _name_words(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for title, keys, brand in self.titles:
            counts.update({*title, *brand.split(), *(word for key in keys for word in key.split())})
        return {word: count for word, count in counts.items() if count >= ENOUGH_PRODUCTS}

    def _brand_names(self) -> dict[str, tuple[str, ...]]:
        names: dict[str, set[str]] = {}
        for brand in self.brands:
            names.setdefault(brand, set()).add(brand)
            parts = brand.split()
            if len(parts) > 1:
                if "-" in self.brand_forms[brand]:
                    names.setdefault("".join(parts), set()).add(brand)
                if parts[-1] in _SUFFIXES:
                    names.setdefault(" ".join(parts[:-1]), set()).add(brand)
            elif brand.endswith("com") and ".com" in fold(self.brand_forms[brand]):
                names.setdefault(brand[:-3], set()).add(brand)
        for short, keys in self._short_names().items():
            names.setdefault(short, set()).update(keys)
        return {name: tuple(sorted(keys)) for name, keys in names.items()}

    def _short_names(self) -> dict[str, set[str]]:
        """What people say for a longer brand, where it can mean nothing else: its first words, or its initials.

        "Loreal" is L'Oreal Paris, and L'Oreal Kids as well, whether or not there is a plain L'Oreal too; "John" is no
        brand, though the names of some begin so, for it is a word of English. Initials count only if the brand's own
        titles use them, and others' hardly do.
        """
        short: dict[str, set[str]] = {}
        initials = {brand: "".join(part[0] for part in brand.split()) for brand in self.brands if " " in brand}
        wanted = set(initials.values())
        own: Counter[str] = Counter()
        everywhere: Counter[str] = Counter()
        for title, _, brand in self.titles:
            found = wanted.intersection(title)
            everywhere.update(found)
            own[brand] += initials.get(brand) in found
        for brand, letters in initials.items():
            is_own = own[brand] >= ENOUGH_PRODUCTS and own[brand] >= OWN_INITIALS * everywhere[letters]
            if is_own and not is_english(letters):
                short.setdefault(letters, set()).add(brand)
            parts = brand.split()
            for end in range(1, min(len(parts), LONGEST_NAME_WORDS + 1)):
                name = " ".join(parts[:end])
                if len(name) >= SHORTEST_FIRST_WORD and not all(map(is_english, parts[:end])):
                    short.setdefault(name, set()).add(brand)
        return short

    def _everyday_brands(self, names: dict[str, tuple[str, ...]]) -> frozenset[str]:
        """Names of brands that are also written small within texts, or stand mostly in other brands' titles.

        Where few products speak for or against a name, English has the say.
        """
        elsewhere: Counter[str] = Counter()
        for title, _, brand in self.titles:
            elsewhere.update(word for word in set(title) if word in names and brand not in names[word])
        found = set()
        for name, brands in names.items():
            count = sum(self.brands[brand] for brand in brands)
            written_small = 0 if any(self.brand_forms[brand].islower() for brand in brands) else self.written[name]
            doubtful = name in _EVERYDAY_WORDS and (count < WELL_KNOWN or written_small > 2)
            doubtful |= name not in self.brands and all(map(is_english, name.split()))
            if doubtful or written_small > max(2, count // 4) or elsewhere[name] > count:
                found.add(name)
        return frozenset(found)

    def _exact_categories(self) -> dict[str, str]:
        """The categories that (nearly) all products are in that are called so: by a title's last such name."""
        named: Counter[str] = Counter()
        inside: Counter[str] = Counter()
        for title, keys, _ in self.titles:
            called = self._called(title)
            if called:
                named[called] += 1
                inside[called] += called in keys
        return {
            key: key
            for key, count in self.categories.items()
            if count >= ENOUGH_PRODUCTS and inside[key] >= NAMED_IN_CATEGORY * named[key]
        }

    def _called(self, title: list[str]) -> str | None:
        """The category that the title names last, before it says what for: "laptop bag for travel" is a bag."""
        end = next((at for at, word in enumerate(title) if word in PURPOSE_WORDS), len(title))
        singulars = [singular(word) for word in title[:end]]
        for last in range(end, 0, -1):
            for first in range(max(0, last - 3), last):
                phrase = " ".join(singulars[first:last])
                if phrase in self.categories:
                    return phrase
        return None

    def _collocations(self, curated: set[str]) -> frozenset[tuple[str, str]]:
        followers: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for title, _, _ in self.titles:
            followers.update(set(title))
            pairs.update({(one, other) for one, other in pairwise(title) if one in curated})
        return frozenset(
            pair
            for pair, count in pairs.items()
            if count >= ENOUGH_PRODUCTS and count >= FIXED_PHRASE * followers[pair[1]] and pair[1] not in curated
        )

    def _after_no(self) -> frozenset[str]:
        after: Counter[str] = Counter()
        for title, _, _ in self.titles:
            after.update({other for one, other in pairwise(title) if one in ("no", "non")})
        return frozenset(word for word, count in after.items() if count > 1)
