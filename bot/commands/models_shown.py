"""What is there to know of model versions, trainings and trials, in the terminal?"""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.record import open_record

__all__ = ["compare", "list_versions", "runs", "shadow", "show"]

Version = Annotated[str, typer.Argument(help="A version, as `shoptalk models list` shows it.")]


def list_versions() -> None:
    """Show every version: what it was trained on, what its gate said, what live thumbs say, whether it serves."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from feedback.review.live_votes import votes_by_version, votes_of
    from feedback.training.lineage import debts
    from recommender.models.registry import Registry
    from recommender.personalisation.store import FactorModels
    from recommender.ranking.store import rankers
    from recommender.search.fusion import fusions
    from recommender.settings import Settings

    settings = Settings()
    registry = Registry.of(settings)
    serving = registry.serving()
    with open_record() as database:
        owed = debts(database)
        with database.reading() as session:
            votes = votes_by_version(session)

    def knows(version: str) -> str:
        return f"; knows {owed[version].people} erased" if version in owed else ""

    table = Table("Version", "Is", "Method", "Trained", "Parameters", "nDCG@10", "Gate", "Live thumbs", "Made")
    for manifest in registry.versions():
        verdict = registry.verdict(manifest.version) or {}
        gain = (verdict.get("ndcg") or {}).get(manifest.version)
        trained = manifest.card.get("trained_parameters")
        said = "" if not verdict else ("passed" if verdict["passed"] else "refused")
        thumbs = votes_of(votes, manifest.version)
        interval = thumbs.interval
        table.add_row(
            Text(manifest.version),
            serving.role_of(manifest.version),
            manifest.method,
            f"{manifest.card['grades']:,} grades" if "grades" in manifest.card else "",
            "" if trained is None else f"{trained:,} ({manifest.card['share_trained']:.2%})",
            "" if gain is None else f"{gain:.4f}",
            said + knows(manifest.version),
            "" if interval is None else f"{thumbs.up} of {thumbs.count} up ({interval[0]:.0%} to {interval[1]:.0%})",
            manifest.made,
        )
    for manifest in rankers(settings.home).manifests():
        card = manifest.card
        table.add_row(
            Text(manifest.version),
            "serves" if manifest.version == rankers(settings.home).serving() else "way back",
            manifest.method,
            f"{card['grades']:,} grades",
            "",
            f"{card['ndcg']:.4f}",
            "passed" + knows(manifest.version),
            "",
            manifest.made,
        )
    for manifest in fusions(settings.home).manifests():
        verdict = manifest.card["verdict"]
        table.add_row(
            Text(manifest.version),
            "serves" if manifest.version == fusions(settings.home).serving() else "way back",
            manifest.method,
            f"{manifest.card['meaning'] + manifest.card['words']:,} people",
            f"meaning {manifest.card['dense']:g}",
            f"{verdict['ndcg'][verdict['version']]:.4f}",
            "passed" + knows(manifest.version),
            "",
            manifest.made,
        )
    for manifest, serves in FactorModels(settings.home).versions():
        table.add_row(
            Text(manifest.version),
            "serves" if serves else "way back",
            manifest.method,
            f"{manifest.card['interactions']:,} interactions",
            *("", "", knows(manifest.version).removeprefix("; "), ""),
            manifest.made,
        )
    Console().print(table)


def compare(
    version: Version, other: Annotated[str | None, typer.Argument(help="The other; else what serves.")] = None
) -> None:
    """Show two versions side by side, and what the gate said of the first."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    from recommender.models.registry import Registry
    from recommender.settings import Settings

    registry = Registry.of(Settings())
    names = [version, other or registry.serving().current]
    manifests = [registry.manifest(name) for name in names]
    table = Table("", *map(escape, names))
    for field in ("method", "parent", "data_hash", "code_version", "created_at"):
        table.add_row(field, *(Text(str(getattr(manifest, field) or "")) for manifest in manifests))
    for field in ("trained_parameters", "share_trained", "grades", "queries", "steps", "seconds", "peak_mb"):
        table.add_row(field, *(str(manifest.card.get(field, "")) for manifest in manifests))
    for place, precision in enumerate(("fp32", "int8")):
        exports = [manifest.card.get("exports", [{}, {}])[place] for manifest in manifests]
        for field in ("mb", "ms_a_query", "ndcg_in_pool"):
            table.add_row(f"{precision} {field}", *(str(export.get(field, "")) for export in exports))
    Console().print(table)
    verdict = registry.verdict(version)
    if verdict is None:
        return
    typer.echo(f"Gate, against {verdict['against']}: {'passed' if verdict['passed'] else 'refused'}")
    for check in verdict["checks"]:
        typer.echo(f"  {'passed ' if check['passed'] else 'REFUSED'}  {check['name']}: {check['detail']}")
    for name in ("better", "worse"):
        for query, difference in verdict[name]:
            typer.echo(f"  {difference:+.3f}  {query}")


def show(version: Version) -> None:
    """Show where a version comes from: from which one, on whose feedback, in which run, and what happened to it.

    Of a ranker, recommendation model, assistant or weights: what it was trained on, and on whom.
    """
    from feedback.review.live_votes import votes_by_version, votes_of
    from recommender.models.registry import Registry
    from recommender.settings import Settings

    about = _other(version)
    if about is not None:
        typer.echo(about)
        _say_lineage(version)
        return
    registry = Registry.of(Settings())
    manifest = registry.manifest(version)
    with open_record() as database, database.reading() as session:
        thumbs = votes_of(votes_by_version(session), version)
    card = manifest.card
    typer.echo(f"{version}: {registry.serving().role_of(version) or 'not in use'}")
    typer.echo(f"  {manifest.method}" + (f", from {manifest.parent}" if manifest.parent else ", the base encoder"))
    if "grades" in card:
        typer.echo(f"  trained on {card['grades']:,} grades of {card['queries']:,} queries, data {manifest.data_hash}")
    _say_lineage(version)
    if "run" in card:
        typer.echo(f"  run {card['run']}")
    typer.echo(f"  live: {thumbs}")
    for move in registry.moves():
        if move["version"] == version:
            typer.echo(f"  {move['at'][:16].replace('T', ' ')}  {move['what']}  {move.get('reason', '')}".rstrip())


def _other(version: str) -> str | None:
    """What is known of a version that is no encoder; None where there is none of that name."""
    from bot.assistant.versions import AssistantVersions
    from recommender.personalisation.store import FactorModels
    from recommender.ranking.store import rankers
    from recommender.search.fusion import fusions
    from recommender.settings import Settings

    settings = Settings()
    found: list[tuple[str, bool, str]] = [
        (one.version, one.version == rankers(settings.home).serving(), f"{one.card['grades']:,} grades, {one.made}")
        for one in rankers(settings.home).manifests()
    ]
    found += [
        (one.version, one.version == fusions(settings.home).serving(),
         f"the voices of {one.card['meaning']:,} people for meaning, {one.card['words']:,} for words, {one.made}")
        for one in fusions(settings.home).manifests()
    ]  # fmt: skip
    found += [
        (one.version, serves, f"{one.card['interactions']:,} interactions, {one.made}")
        for one, serves in FactorModels(settings.home).versions()
    ]
    if version.startswith("shop-"):  # whoever has no assistant needs no Rasa model built to look at the others
        found += [
            (one.name, one.serves, f"{one.corrections:,} corrected messages, {one.made_at[:16].replace('T', ' ')}")
            for one in AssistantVersions(settings).versions()
        ]
    return next(
        (
            f"{name}: {'serves' if serves else 'does not serve'}\n  trained on {trained_on}"
            for name, serves, trained_on in found
            if name == version
        ),
        None,
    )


def _say_lineage(version: str) -> None:
    """On whose feedback a version was trained, and how many of those people were erased since."""
    from feedback.training.lineage import debts, uses

    # What is counted are votes for an encoder, events for recommendations, messages for an assistant, and for weights
    # the comparisons of what somebody liked with what they did not.
    units = {"factors": "events and votes", "shop": "messages", "fusion": "comparisons"}
    unit = units.get(version.partition("-")[0], "votes")
    with open_record() as database:
        used, owed = uses(database).get(version), debts(database).get(version)
    if used is not None:
        typer.echo(f"  {used.votes:,} {unit} of {used.people:,} people, {used.most:,} of one person at most")
    if owed is not None:
        typer.echo(f"  {owed.people:,} people with {owed.votes:,} {unit} were erased since: retire it, or train again")


def runs() -> None:
    """Show every training of the encoder: how far it is or how it ended, and what each learned from how much."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from feedback.training.runs import learning_curve
    from feedback.training.runs import runs as all_runs
    from recommender.settings import Settings

    home = Settings().home
    learned = {one.run: one for one in learning_curve(home)}
    table = Table("Run", "State", "Grades", "nDCG@10", "Before", "Version", "Why")
    for run in all_runs(home):
        one = learned.get(run.name)
        how_far = f": {run.stage} {run.done}/{run.total}" if run.state == "running" and run.total else ""
        table.add_row(
            run.name,
            run.state + how_far + (", can go on" if run.resumable else ""),
            *(("", "", "") if one is None else (f"{one.grades:,}", f"{one.ndcg:.4f}", f"{one.ndcg_before:.4f}")),
            Text(run.version),
            Text(run.reason),
        )
    Console().print(table)


def shadow(
    version: Annotated[str | None, typer.Argument(help="A version; else the one that answered unseen last.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many searches, those first that differ most.")] = 10,
) -> None:
    """Show what a version that answers unseen would have shown, beside what was shown."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from feedback.training.shadow import shadow_searches, shadowed_versions
    from recommender.catalogue.store import SqlCatalogue
    from recommender.clock import SystemClock
    from recommender.errors import NotFoundError

    with open_record() as database:
        with database.reading() as session:
            name = version or next(iter(shadowed_versions(session)), None)
            found = [] if name is None else shadow_searches(session, name, limit)
        if not found:
            raise NotFoundError(
                f"{name or 'No version'} has answered nothing unseen: begin with "
                "`shoptalk models promote VERSION --shadow`."
            )
        ids = sorted({item for one in found for item in (*one.shown[:5], *one.unseen[:5])})
        products = SqlCatalogue(database, SystemClock()).get(ids)
    for one in found:
        Console().print(Text(f"\n{one.query}  ({one.overlap:.0%} in common)", style="bold"))
        table = Table("", "Shown", f"Unseen: {one.version}")
        for place in range(5):
            sides = [ids[place] if place < len(ids) else "" for ids in (one.shown, one.unseen)]
            table.add_row(str(place + 1), *(Text(products[id_].title if id_ in products else id_) for id_ in sides))
        Console().print(table)
