"""On which kinds of queries must a version be no worse, and which products must it go on finding?"""

from __future__ import annotations

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from feedback.training.gate import Canary
from recommender.catalogue.product import Product
from recommender.errors import BadInputError
from recommender.evaluation.trec import Judgements
from recommender.index.terms import content_words

__all__ = ["canaries", "slices"]

_SAMPLED: Final = 60
_SHORT: Final = 2
_LARGEST: Final = 8


def slices(
    queries: Mapping[str, str], judgements: Judgements, products: Mapping[str, Product], asked: Mapping[str, int]
) -> dict[str, list[str]]:
    """The keys of `queries` by slice: the widest category of their best products, head and tail, script, length.

    Args:
        queries: the texts, by key.
        judgements: their grades.
        products: the judged products, by id.
        asked: how often each key was asked for, where that is known; the more frequent half are the head.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    counts = sorted((asked.get(key, 0) for key in queries), reverse=True)
    median = counts[len(counts) // 2] if counts else 0
    for key, text in queries.items():
        category = _category(judgements.get(key, {}), products)
        if category:
            found[f"category {category}"].append(key)
        if len(set(counts)) > 1:
            found["frequent queries" if asked.get(key, 0) > median else "rare queries"].append(key)
        found["queries in other scripts" if not text.isascii() else "queries in plain letters"].append(key)
        words = len(list(content_words(text)))
        found["short queries" if words <= _SHORT else "long queries"].append(key)
    kept = Counter({name: len(keys) for name, keys in found.items() if name.startswith("category")})
    return {
        name: keys
        for name, keys in found.items()
        if not name.startswith("category") or name in dict(kept.most_common(_LARGEST))
    }


def canaries(folder: Path, products: Iterable[Product], count: int = _SAMPLED) -> list[Canary]:
    """Products that must be found: those the shop lists in `folder/canaries.tsv`, and a sample by their own titles.

    A title that more than one product has names none of them. Lines of the file are `query, tab, product id`.

    Raises:
        BadInputError: a line of the file has another form.
    """
    listed = _listed(folder / "canaries.tsv")
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for product in products:
        titles[product.title].append(product.id)
    alone: Sequence[tuple[str, str]] = sorted((title, ids[0]) for title, ids in titles.items() if len(ids) == 1)
    chosen = random.Random(0).sample(alone, min(count, len(alone)))  # noqa: S311 - a sample, not a secret
    return [*listed, *(Canary(title, item_id) for title, item_id in chosen)]


def _listed(path: Path) -> list[Canary]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} cannot be read: {error}.") from error
    for number, row in enumerate(rows, start=1):
        if len(row) != 2:
            raise BadInputError(f"{path}, line {number}: expected a query, a tab and a product's id.")
    return [Canary(query, item_id) for query, item_id in rows]


def _category(judged: Mapping[str, int], products: Mapping[str, Product]) -> str:
    best = max(judged.values(), default=0)
    widest = Counter(
        products[item].categories[0]
        for item, grade in judged.items()
        if grade == best and item in products and products[item].categories
    )
    return widest.most_common(1)[0][0] if widest else ""
