"""How well are the slots of queries found, learned from tagged queries that are given?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["slots"]

_SAY_EVERY = 50


def slots(
    train: Annotated[Path, typer.Option(help="JSON lines with tokens and tags (BIO): what to learn from.")],
    test: Annotated[Path, typer.Option(help="JSON lines with tokens: what to tag.")],
    out: Annotated[Path, typer.Option(help="Where to write tokens and tags, a line for each of the test file.")],
) -> None:
    """Fine-tune the encoder on tagged queries and tag others; strict micro-F1 where the test file has tags.

    Training takes ten minutes at most: on a machine too slow for every step it is shorter.

    Example: shoptalk evaluate slots --train train.jsonl --test test.jsonl --out tagged.jsonl
    """
    # One thread: short queries are small matrices, and a second thread costs more than it gives on a busy machine.
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"

    from recommender.settings import Settings
    from recommender.understanding.slots.tagged import (
        Tagged,
        has_tags,
        micro_f1,
        read_tagged,
        read_tokens,
        write_tagged,
    )

    rows, queries = read_tagged(train), read_tokens(test)
    truth = read_tagged(test) if has_tags(test) else None

    import torch

    from recommender.understanding.slots.training import train_tagger

    torch.set_num_threads(1)

    def say(done: int, total: int, loss: float) -> None:
        if done % _SAY_EVERY == 0 or done == total:
            typer.echo(f"step {done:,} of {total:,}, loss {loss:.3f}")

    tagger = train_tagger(rows, Settings().encoder, progress=say)
    found = tagger.tag(queries)
    write_tagged(out, (Tagged(tokens, tags) for tokens, tags in zip(queries, found, strict=True)))
    typer.echo(f"{len(queries):,} queries tagged in {out}")
    if truth is not None:
        typer.echo(f"strict micro-F1 {micro_f1([row.tags for row in truth], found):.4f}")
