"""Which products answer a query best? Words and meaning over the whole catalogue, fused, under exact constraints."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.db import Money
from recommender.encoder.port import Encoder
from recommender.encoder.scripts import ReadsScripts
from recommender.errors import ConfigurationError, NotFoundError, UnavailableError
from recommender.index.columns import NO_BRAND, NO_PRICE
from recommender.index.follower import CatalogueView, Snapshot
from recommender.index.generation import Generation
from recommender.index.scan import best
from recommender.ranking.model import CANDIDATES, Ranker, reordered
from recommender.search.expansion import PLAIN, Expansion, Wanted, Way, share
from recommender.search.filters import meeting
from recommender.search.fusion import EVEN, Fusion
from recommender.search.order import FEEDBACK_PRODUCTS, POOL, feedback, order, reordering
from recommender.search.port import CatalogueShape, Hit, SearchResult
from recommender.search.relevance import named, nearest
from recommender.understanding.query import Constraint, Query, Sort
from recommender.understanding.synonyms import ShopWords

__all__ = ["SearchEngine"]

LEAST_EMBEDDED: Final = 0.9
"""With a smaller share of the catalogue embedded, search goes by words alone: the few products that have a vector would
come before all others. With 256 of 19,406 products embedded, nDCG@10 was .674 with both legs and .804 by words."""

CACHED_QUERIES: Final = 4096
"""The vectors of so many texts are kept: people ask for the same, and reading a text takes longest of a search."""

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


class SearchEngine:
    """The `Searcher` over a `CatalogueView`.

    Both legs see every product and lie between 0 and 1. `lexical` is the product's BM25F as a share of the most that
    the query's words could give, squared, so that a product that holds half of what was asked for does not outrank one
    that is close in meaning. `dense` is the cosine of query and product, below 0 cut off. Neither depends on
    constraints or on other products, so a product has one score under all of them. All vectors are scanned
    (index/scan.py): under constraints that is many times faster than Chroma (benchmarks/search_speed.py has both side
    by side). Prices are compared in the currency of most products; one in another counts as none.

    Where both legs are there, the best products of a search by relevance are put in a better order than that of the
    weighted sum (search/order.py): what this adds to a score is the leg "order", which depends on the other products
    that meet the constraints.

    Where `ranker` gives a trained ranker, it puts the best candidates of a search by relevance in its own order: what
    it adds to a score is the leg "ranker", which alone depends on the other candidates.

    `shop_words` gives what the shop says means the same (its synonyms and units): a product's words count in whichever
    of these ways it says what was asked for (search/expansion.py).

    `fusion` gives what the legs count for where the shop's votes moved that; else both count alike.

    Without an encoder, or with one of another version than the index, search goes on with words alone and says so in
    the result's versions.
    """

    def __init__(
        self,
        view: CatalogueView,
        encoder: Encoder | None,
        ranker: Callable[[], Ranker | None] = lambda: None,
        shop_words: Callable[[], ShopWords] = ShopWords,
        fusion: Callable[[], Fusion | None] = lambda: None,
    ) -> None:
        self._view = view
        self._encoder = encoder
        self._ranker = ranker
        self._shop_words = shop_words
        self._fusion = fusion
        self._expanding: tuple[ShopWords | None, Expansion] = (None, PLAIN)
        self._vector_of = lru_cache(maxsize=CACHED_QUERIES)(self._read)

    def search(self, query: Query, *, limit: int = 10, offset: int = 0, exclude: Collection[str] = ()) -> SearchResult:
        """The best products for `query`; a page that follows another never repeats nor skips (ties go by id)."""
        stopwatch = _Stopwatch()
        snapshot = self._view.snapshot
        with stopwatch("filter"):
            mask = _without(meeting(snapshot, query.constraints), snapshot, exclude)
        expansion = self._expansion
        wanted = expansion.wanted(query.text)
        scored = self._score(snapshot.generation, query.text, wanted, stopwatch)
        with stopwatch("rank"):
            if query.sort is not Sort.RELEVANCE:
                # Where nothing is as it was described, what a search by relevance would show first is put in order.
                is_named = named(snapshot.generation, query, mask, lambda: scored.total, expansion)
                mask = is_named if is_named.any() else nearest(query, mask, scored.total, expansion)
            else:
                found = _rows(mask)
                scored = self._reranked(snapshot, query.text, found, _put_in_order(snapshot, found, scored))
            rows = _ordered(snapshot, _rows(mask), scored.total, query, offset + limit)[offset:]
            hits = _hits(snapshot, rows, scored, wanted)
        return SearchResult(hits, int(mask.sum()), scored.versions, scored.weights, stopwatch.timing_ms())

    def similar(
        self, item_id: str, *, constraints: Sequence[Constraint] = (), limit: int = 10, exclude: Collection[str] = ()
    ) -> SearchResult:
        """The products nearest in meaning to `item_id` among those that meet the constraints, itself left out.

        Raises:
            NotFoundError: there is no such product, or it is too new to be in the index.
        """
        stopwatch = _Stopwatch()
        snapshot = self._view.snapshot
        generation = snapshot.generation
        row = generation.rows.get(item_id)
        if row is None or not snapshot.alive[row] or not generation.vectors[row].any():
            raise NotFoundError(f"There is no product {item_id!r} in the search index.")
        with stopwatch("dense"):
            cosine = generation.scan.cosines(np.array(generation.vectors[row]))
        scored = _Scored(
            {"dense": cosine}, {"dense": 1.0}, {"index": generation.name, "encoder": generation.encoder_version}, cosine
        )
        with stopwatch("rank"):
            mask = _without(meeting(snapshot, constraints), snapshot, [item_id, *exclude])
            hits = _hits(snapshot, _best(_rows(mask), scored.total, limit), scored, ())
        return SearchResult(hits, int(mask.sum()), scored.versions, scored.weights, stopwatch.timing_ms())

    def shape(self, query: Query) -> CatalogueShape:
        """Exact counts and prices over the products that meet the constraints and that the text names."""
        snapshot = self._view.snapshot
        generation = snapshot.generation
        expansion = self._expansion

        def scores() -> Floats:
            return self._score(generation, query.text, expansion.wanted(query.text), _Stopwatch()).total

        mask = named(generation, query, meeting(snapshot, query.constraints), scores, expansion)
        prices = snapshot.price[mask]
        prices = prices[prices != NO_PRICE]
        brands = Counter(generation.columns.brand[mask].tolist())
        brands.pop(NO_BRAND, None)
        return CatalogueShape(
            total=int(mask.sum()),
            priced=len(prices),
            lowest=_amount(prices.min()) if len(prices) else None,
            highest=_amount(prices.max()) if len(prices) else None,
            brands={generation.columns.brand_names[number]: count for number, count in brands.most_common()},
        )

    def candidates(self, text: str, depth: int) -> tuple[Snapshot, Rows, Floats, dict[str, Floats]]:
        """The `depth` best products for `text` as they come without a ranker, which gets them to judge.

        Returns:
            the catalogue, the candidates' rows (best first), and every product's score and score by leg.
        """
        snapshot = self._view.snapshot
        alive = _rows(snapshot.alive)
        wanted = self._expansion.wanted(text)
        scored = _put_in_order(snapshot, alive, self._score(snapshot.generation, text, wanted, _Stopwatch()))
        return snapshot, _best(alive, scored.total, depth), scored.total, scored.legs

    @property
    def _expansion(self) -> Expansion:
        words, expansion = self._expanding
        newest = self._shop_words()
        if newest != words:
            expansion = Expansion(newest)
            self._expanding = newest, expansion
        return expansion

    def _reranked(self, snapshot: Snapshot, text: str, rows: Rows | None, scored: _Scored) -> _Scored:
        """With the leg "ranker", where there is a ranker for the encoder whose cosines these are."""
        ranker = self._ranker()
        if ranker is None or ranker.encoder_version != scored.versions.get("encoder"):
            return scored
        best = _best(rows, scored.total, CANDIDATES)
        added = reordered(ranker, snapshot, text, best, scored.total, scored.legs)
        versions = {**scored.versions, "ranker": ranker.version}
        return scored.plus("ranker", best, added, versions)

    def _score(self, generation: Generation, text: str, wanted: Sequence[Wanted], stopwatch: _Stopwatch) -> _Scored:
        """Both legs of `text` for every row; no legs for a text in which nothing is `wanted`."""
        versions = {"index": generation.name}
        if not wanted:
            return _Scored.of({}, {}, versions, len(generation.ids))
        with stopwatch("lexical"):
            lexical = np.square(share(generation.lexical, wanted))
        try:
            with stopwatch("encode"):
                vector = self._encode(generation, text)
        except (UnavailableError, ConfigurationError) as error:
            return _Scored({"lexical": lexical}, {"lexical": 1.0}, {**versions, "encoder": f"off: {error}"}, lexical)
        with stopwatch("dense"):
            dense = generation.scan.cosines(vector)
        versions["encoder"] = generation.encoder_version
        fusion = self._fusion() or EVEN
        if fusion.version:
            versions["fusion"] = fusion.version
        return _Scored.of({"lexical": lexical, "dense": dense}, fusion.weights, versions, len(lexical), vector)

    def _encode(self, generation: Generation, text: str) -> Floats:
        if self._encoder is None:
            raise UnavailableError("The sentence encoder is missing: build it with `make setup`.")
        if self._encoder.version != generation.encoder_version:
            raise ConfigurationError(
                f"The index was made by encoder {generation.encoder_version}, queries are read by "
                f"{self._encoder.version}: import the catalogue again."
            )
        if generation.embedded < LEAST_EMBEDDED:
            raise UnavailableError("The catalogue is still being embedded.")
        if isinstance(self._encoder, ReadsScripts) and not self._encoder.reads(text):
            raise UnavailableError("It does not know the script of this text: SHOPTALK_ENCODER can name one that does.")
        return self._vector_of(text)

    def _read(self, text: str) -> Floats:
        assert self._encoder is not None
        vector = np.array(self._encoder.encode([text])[0])
        vector.flags.writeable = False
        return vector


@dataclass(frozen=True)
class _Scored:
    """What each leg gives every row, and their weighted sum; `vector` is the query's, where both legs answered."""

    legs: dict[str, Floats]
    weights: dict[str, float]
    versions: dict[str, str]
    total: Floats
    vector: Floats | None = None

    @classmethod
    def of(
        cls,
        legs: dict[str, Floats],
        weights: dict[str, float],
        versions: dict[str, str],
        size: int,
        vector: Floats | None = None,
    ) -> _Scored:
        """The legs of a catalogue of `size` products."""
        total = np.zeros(size, dtype=np.float32)
        for leg, values in legs.items():
            total += np.float32(weights[leg]) * values
        return cls(legs, weights, versions, total, vector)

    def plus(self, leg: str, rows: Rows, added: Floats, versions: dict[str, str]) -> _Scored:
        """With another leg, which moves only `rows`."""
        total = self.total.copy()
        total[rows] += added[rows]
        return _Scored({**self.legs, leg: added}, {**self.weights, leg: 1.0}, versions, total, self.vector)


def _rows(mask: NDArray[np.bool_]) -> Rows | None:
    """The rows of the mask; None for every row, which spares looking each of them up."""
    return None if mask.all() else np.flatnonzero(mask)


def _put_in_order(snapshot: Snapshot, rows: Rows | None, scored: _Scored) -> _Scored:
    """With the leg "order", where there are both legs to agree on one."""
    if scored.vector is None or len(snapshot.alive if rows is None else rows) < 2:
        return scored
    vectors = snapshot.generation.vectors
    told = best(_rows(snapshot.alive), scored.total, FEEDBACK_PRODUCTS)
    lexical, dense = scored.legs["lexical"], scored.legs["dense"]
    worded = np.flatnonzero(lexical > 0) if rows is None else rows[lexical[rows] > 0]
    of_each = best(worded, lexical, POOL), best(rows, dense, POOL), best(rows, scored.total, POOL)
    pool = np.unique(np.concatenate(of_each))
    fed_back = vectors[pool] @ feedback(scored.vector, vectors[told])
    by_total = np.argsort(-scored.total[pool], kind="stable")
    pool, fed_back = pool[by_total], fed_back[by_total]
    added = reordering(pool, pool[order(lexical[pool], fed_back, scored.weights["dense"])], scored.total)
    return scored.plus("order", pool, added, scored.versions)


class _Stopwatch:
    """Times named steps, in milliseconds."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._steps: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self._steps[step] = (time.perf_counter() - started) * 1000

    def timing_ms(self) -> dict[str, float]:
        return {**self._steps, "total": (time.perf_counter() - self._started) * 1000}


def _without(mask: NDArray[np.bool_], snapshot: Snapshot, ids: Collection[str]) -> NDArray[np.bool_]:
    rows = [row for item_id in ids if (row := snapshot.generation.rows.get(item_id)) is not None]
    mask[rows] = False
    return mask


def _ordered(snapshot: Snapshot, found: Rows | None, scores: Floats, query: Query, depth: int) -> Rows:
    """The first `depth` of the rows in the query's order; what has no price or rating comes last, ties go by id."""
    if query.sort is Sort.RELEVANCE and scores.any():
        return _best(found, scores, depth)
    rows = np.arange(len(scores)) if found is None else found
    count = -snapshot.rating_count[rows]
    if query.sort is Sort.RELEVANCE:
        return rows[np.argsort(count, kind="stable")][:depth]
    if query.sort is Sort.RATING:
        rating = snapshot.rating[rows]
        keys = (-scores[rows], count, -np.nan_to_num(rating, nan=-np.inf))
    else:
        price = snapshot.price[rows]
        sign = 1 if query.sort is Sort.PRICE_ASC else -1
        keys = (-scores[rows], sign * price, price == NO_PRICE)
    return rows[np.lexsort(keys)][:depth]


def _best(rows: Rows | None, scores: Floats, depth: int) -> Rows:
    """The `depth` best-scored of the rows (ascending, so in order of id), equal scores in order of id."""
    found = scores if rows is None else scores[rows]
    if 0 < depth < len(found):
        # Sorting only what can be among the best; all that tie with the last of them stay in.
        reached = np.flatnonzero(found >= found[best(None, found, depth)].min())
        rows, found = reached if rows is None else rows[reached], found[reached]
    by_score = np.argsort(-found, kind="stable")[:depth]
    return by_score if rows is None else rows[by_score]


def _hits(snapshot: Snapshot, rows: Rows, scored: _Scored, wanted: Sequence[Wanted]) -> list[Hit]:
    matched = _matched(snapshot.generation, rows, wanted)
    return [
        Hit(
            snapshot.generation.ids[row],
            float(scored.total[row]),
            {name: float(leg[row]) for name, leg in scored.legs.items()},
            # Of a text that was edited since, it is not known here which words are still in it.
            () if snapshot.stale[row] else said,
        )
        for row, said in zip(rows.tolist(), matched, strict=True)
    ]


def _matched(generation: Generation, rows: Rows, wanted: Sequence[Wanted]) -> list[tuple[str, ...]]:
    """For each row the words of the query that the product holds, or says in another way; those in its name first."""

    def held(way: Way, *, in_name: bool) -> NDArray[np.bool_]:
        each = [generation.lexical.holding(rows, term, in_name=in_name) for term in way.terms]
        return np.logical_and.reduce(each) if each else np.zeros(len(rows), dtype=np.bool_)

    ways = [[(way.said, held(way, in_name=True), held(way, in_name=False)) for way in one.ways] for one in wanted]
    found = []
    for at in range(len(rows)):
        said = [way for one in ways if (way := next((way for way in one if way[2][at]), None))]
        found.append(tuple(word for word, in_name, _ in sorted(said, key=lambda way: not way[1][at])))
    return found


def _amount(units: int) -> Decimal:
    return Decimal(int(units)) / Money.SCALE
