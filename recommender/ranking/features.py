"""What does the ranker know of a product that was found for a query?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.index.follower import Snapshot
from recommender.index.lexical import LexicalIndex
from recommender.index.terms import content_words, terms, word_terms

__all__ = ["FEATURES", "RISING", "features"]

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

FEATURES: Final = {
    "fused": "the weighted sum of the legs: what orders a list without a ranker",
    "lexical": "how much of what the query's words could give the product's words give, squared (BM25F)",
    "dense": "cosine of query and product, below 0 cut off",
    "fused_gap": "by how much the best candidate's fused score is above this one's",
    "lexical_gap": "by how much the best candidate's lexical score is above this one's",
    "dense_gap": "by how much the best candidate's cosine is above this one's",
    "lexical_place": "1 / (1 + place among the candidates by the lexical score)",
    "dense_place": "1 / (1 + place among the candidates by the cosine)",
    "in_name": "share of the query's terms, rare ones counting for more, in title, brand or categories",
    "in_text": "the same share anywhere in the product",
    "all_in_name": "1 where title, brand and categories hold every term of the query",
    "name_covered": "how much of title, brand and categories the query says: its terms there by all terms there",
    "brand_named": "1 where the query names the product's brand",
    "query_words": "how many content words the query has",
    "rating": "the product's rating, that of the average product where it has none",
    "rating_count": "log(1 + how many rated it)",
}
"""Every feature, in order, and what it says. All but the last three compare a product with others or with the query,
so that a model makes sense of another catalogue too."""

RISING: Final = frozenset({"fused", "lexical", "dense", "in_name", "in_text", "all_in_name"})
"""More of these never lowers a product: what a few queries teach must not turn search on its head."""


def features(snapshot: Snapshot, text: str, rows: Rows, fused: Floats, legs: Mapping[str, Floats]) -> Floats:
    """The features of the candidates `rows` for the query `text`: shape (rows, len(FEATURES)), float32.

    Args:
        snapshot: the catalogue.
        text: the query.
        rows: the candidates.
        fused: every product's fused score, shape (products,).
        legs: every product's score by leg; one that is missing counts as 0.
    """
    nothing = np.zeros(len(rows), dtype=np.float32)
    total = fused[rows]
    lexical, dense = (legs[name][rows] if name in legs else nothing for name in ("lexical", "dense"))
    words = content_words(text)
    wanted = list(dict.fromkeys(term for word in words for term in word_terms(word)))
    index = snapshot.generation.lexical
    weights = index.rarities(wanted)
    in_name = _holding(index, rows, wanted, in_name=True)
    in_text = _holding(index, rows, wanted, in_name=False)
    rating = snapshot.rating[rows]
    usual = np.nanmean(snapshot.rating) if np.isfinite(snapshot.rating).any() else 0.0
    columns = [
        total,
        lexical,
        dense,
        _gap(total),
        _gap(lexical),
        _gap(dense),
        _place(lexical),
        _place(dense),
        in_name @ weights,
        in_text @ weights,
        in_name.all(axis=1),
        in_name.sum(axis=1) / np.maximum(index.name_lengths[rows], 1),
        _brand_named(snapshot, rows, set(wanted)),
        np.full(len(rows), len(words)),
        np.where(np.isnan(rating), usual, rating),
        np.log1p(snapshot.rating_count[rows]),
    ]
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)


def _holding(index: LexicalIndex, rows: Rows, wanted: list[str], *, in_name: bool) -> Floats:
    """Which candidate holds which term: shape (rows, terms), 1 or 0."""
    columns = [np.isin(rows, index.rows(term, in_name=in_name)) for term in wanted]
    return np.stack(columns, axis=1).astype(np.float32) if columns else np.zeros((len(rows), 0), dtype=np.float32)


def _gap(values: Floats) -> Floats:
    return np.asarray(values.max(initial=0.0) - values)


def _place(values: Floats) -> NDArray[np.float64]:
    """1 / (1 + place); equal values share the best place among them."""
    return np.asarray(1.0 / (1 + np.searchsorted(np.sort(-values), -values)))


def _brand_named(snapshot: Snapshot, rows: Rows, wanted: set[str]) -> list[bool]:
    columns = snapshot.generation.columns
    named = [bool(said := terms(name)) and wanted.issuperset(said) for name in columns.brand_names]
    return [number >= 0 and named[number] for number in columns.brand[rows].tolist()]
