"""How big, how fast and how good is an exported encoder, in full and in small numbers?"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any, Final

import numpy as np

from recommender.encoder.onnx import OnnxEncoder
from recommender.encoder.port import Encoder
from recommender.evaluation.retrieval import ndcg
from recommender.evaluation.trec import Judgements

__all__ = ["dense_ndcg", "measure_export", "pool"]

POOL: Final = 500
"""How many products the card's nDCG ranks: the judged ones and a sample."""

_TIMED: Final = 20
_MB: Final = 1e6


def pool(judgements: Judgements, texts: Mapping[str, str], size: int = POOL) -> dict[str, str]:
    """The texts of the judged products and a sample of others, by id: `size` of them, if that is enough."""
    judged = {item for grades in judgements.values() for item in grades if item in texts}
    others = sorted(texts.keys() - judged)
    sampled = random.Random(0).sample(others, max(0, min(size - len(judged), len(others))))  # noqa: S311 - a sample
    return {item: texts[item] for item in sorted(judged) + sampled}


def dense_ndcg(
    encoder: Encoder, queries: Mapping[str, str], judgements: Judgements, texts: Mapping[str, str]
) -> dict[str, float]:
    """nDCG@10 of each query when `texts` (by product id) are ranked by cosine alone."""
    ids = list(texts)
    vectors = encoder.encode([texts[item] for item in ids])
    found = {}
    for key, text in queries.items():
        order = np.argsort(-(vectors @ encoder.encode([text])[0]), kind="stable")[:10]
        gain = ndcg([ids[row] for row in order], judgements.get(key, {}))
        if gain is not None:
            found[key] = gain
    return found


def measure_export(
    folder: Path, queries: Mapping[str, str], judgements: Judgements, texts: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Size, speed and nDCG@10 over `texts` (the pool) of both precisions of the encoder exported to `folder`."""
    rows = []
    for precision, file in (("fp32", "model.onnx"), ("int8", "model-int8.onnx")):
        encoder = OnnxEncoder.load(folder, precision)
        gains = dense_ndcg(encoder, queries, judgements, texts) if texts else {}
        rows.append(
            {
                "precision": precision,
                "mb": round((folder / file).stat().st_size / _MB, 1),
                "ms_a_query": round(_ms(encoder, list(queries.values())), 2),
                "ndcg_in_pool": round(fmean(gains.values()), 4) if gains else None,
                "pool": len(texts),
            }
        )
    return rows


def _ms(encoder: Encoder, texts: Sequence[str]) -> float:
    chosen = (list(texts) or ["a red lamp"])[:_TIMED]
    taken = []
    for text in chosen * max(1, _TIMED // len(chosen)):
        started = time.perf_counter()
        encoder.encode([text])
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken)
