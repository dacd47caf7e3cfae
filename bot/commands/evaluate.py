"""`shoptalk evaluate`: how good is a part of the assistant, measured on data that is given?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.slots import slots

if TYPE_CHECKING:
    from recommender.evaluation.search import Measured

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Measure search, intents and slots on data of your own.")

_SHOWN_DIFFERENCES = 5


@app.callback()
def _group() -> None:
    """Measure a part of the assistant on data of your own."""


@app.command()
def search(
    queries: Annotated[Path, typer.Option(help="Tab-separated lines: query id, text.")],
    qrels: Annotated[Path, typer.Option(help="TREC judgements: query 0 product grade.")],
    run_out: Annotated[Path, typer.Option(help="Where to write the rankings, as a TREC run.")],
    compare: Annotated[Path | None, typer.Option(help="Another TREC run to compare with, query by query.")] = None,
) -> None:
    """Search for every query and measure the rankings; the shopper is nobody in particular.

    Example: shoptalk evaluate search --queries queries.tsv --qrels qrels.txt --run-out run.txt --compare before.txt
    """
    from actions.services import build
    from recommender.evaluation.search import measure, rank
    from recommender.evaluation.trec import read_judgements, read_queries, read_run, write_run
    from recommender.settings import Settings

    texts, judgements = read_queries(queries), read_judgements(qrels)
    other = None if compare is None else measure(read_run(compare), texts, judgements)
    rankings = rank(build(Settings()).searcher, texts)
    write_run(run_out, rankings, tag="shoptalk")
    ours = measure({query_id: [item for item, _ in hits] for query_id, hits in rankings.items()}, texts, judgements)
    typer.echo(f"{len(texts)} queries, {len(ours.ndcg)} of them with a relevant product; rankings in {run_out}")
    _print_means("this run", ours)
    if other is not None:
        _print_means(str(compare), other)
        _print_comparison(ours, other, texts)


@app.command(epilog="Example: shoptalk evaluate recommend --out lists.tsv --k 20")
def recommend(
    out: Annotated[Path, typer.Option(help="Where to write user_id, item_id, rank, separated by tabs.")],
    k: Annotated[int, typer.Option(min=1, help="How many products each customer is recommended.")] = 20,
) -> None:
    """Recommend to every customer with an event, without what they did anything with before.

    Scores alone decide, as for a shopper before a list is made varied. A shop that has no model yet trains one first.
    """
    # On a busy machine threads of the linear algebra wait for each other; one at a time is quicker.
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

    from actions.services import build
    from bot.commands.train.factors import train_here
    from feedback.customers import active_customers
    from feedback.history import FeedbackHistory
    from recommender.db import upgrade
    from recommender.errors import BadInputError
    from recommender.evaluation.recommend import recommended_to, write_lists
    from recommender.personalisation.recommender import UNTRAINED
    from recommender.settings import Settings

    settings = Settings()
    services = build(settings)
    upgrade(services.database)
    names = active_customers(services.database)
    if not names:
        raise BadInputError("No customer did anything yet: import past behaviour with `shoptalk events import FILE`.")
    items, model, version = services.recommender.serving()
    if version == UNTRAINED:
        typer.echo("No recommendation model was trained yet; training one:")
        train_here(settings, 1)
        items, model, version = services.recommender.serving()
    history = FeedbackHistory(services.feedback, services.database, services.clock)
    people, rows = write_lists(out, recommended_to(history.everybody(), names, model, items, k))
    typer.echo(f"{version}: {rows:,} recommendations for {people:,} customers in {out}")


@app.command()
def intents(
    train: Annotated[Path, typer.Option(help="CSV with the columns sentence,label: what to learn from.")],
    test: Annotated[Path, typer.Option(help="CSV with the column sentence: what to label.")],
    out: Annotated[
        Path, typer.Option(help="Where to write sentence,label,confidence, a row for each of the test file.")
    ],
) -> None:
    """Train the intent part of config.yml on one file and label another; NO_NODES_DETECTED below its threshold.

    Example: shoptalk evaluate intents --train train.csv --test test.csv --out labelled.csv
    """
    from bot.nlu_evaluation import evaluate_intents
    from recommender.settings import Settings

    evaluate_intents(Settings(), train, test, out)
    typer.echo(f"labelled: {out}")


app.command("slots")(slots)


def _print_means(name: str, measured: Measured) -> None:
    typer.echo(f"nDCG@10 {measured.mean_ndcg:.4f}   Recall@100 {measured.mean_recall:.4f}   {name}")


def _print_comparison(ours: Measured, theirs: Measured, texts: dict[str, str]) -> None:
    from recommender.evaluation.retrieval import compare

    for measure, left, right in (("nDCG@10", ours.ndcg, theirs.ndcg), ("Recall@100", ours.recall, theirs.recall)):
        comparison = compare(left, right)
        typer.echo(
            f"\n{measure}: {comparison.mean_difference:+.4f} on {len(comparison.differences)} queries, "
            f"p = {comparison.p_value:.4f} (paired randomisation, two-sided)"
        )
        wins, losses = comparison.largest(_SHOWN_DIFFERENCES)
        for query_id, difference in [*wins, *losses]:
            typer.echo(f"  {difference:+.4f}  {query_id}  {texts[query_id]}")
