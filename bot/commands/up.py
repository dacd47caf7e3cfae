"""`shoptalk up`: the whole assistant in one terminal."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.rasa_environment import rasa_python
from bot.supervisor import ChildSpec, Supervisor
from recommender.errors import ConfigurationError
from recommender.settings import Settings

__all__ = ["up"]

# One thread each for numeric libraries: four processes share the cores, and more threads only fight over them.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
_INDEXER_NICENESS = 10


def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="Load the demo shop first, if this home has no shop yet.")
    ] = False,
) -> None:
    """Run Rasa, the app, the staff's console and the indexer until Ctrl-C. Example: shoptalk up --demo"""
    settings = Settings()
    model = _rasa_model(settings)
    for name, port in (
        ("gateway", settings.port),
        ("action webhook", settings.actions_port),
        *(("Rasa", port) for port in settings.rasa_ports),
        ("staff's console", settings.staff_port),
    ):
        _check_port_free(name, port)
    _prepare_home(settings)
    if demo:
        from bot.demo import load_demo

        load_demo(settings)
    supervisor = Supervisor(
        _children(settings, model),
        ready=lambda: _is_ready(settings),
        on_ready=lambda: typer.secho(
            f"\nThe chat is at http://{settings.host}:{settings.port}/, "
            f"the staff's console at http://{settings.staff_host}:{settings.staff_port}/  (Ctrl-C stops it)\n",
            bold=True,
        ),
        write=lambda line: typer.echo(line),
    )
    asyncio.run(supervisor.run())


def _prepare_home(settings: Settings) -> None:
    """Make the schema current before several processes start on it at once."""
    from recommender.db import Database, upgrade

    database = Database(settings.sql_url)
    upgrade(database)
    database.close()
    settings.shop_dir.mkdir(parents=True, exist_ok=True)


def _children(settings: Settings, model: Path) -> list[ChildSpec]:
    environment = os.environ | _ONE_THREAD | {"PYTHONUNBUFFERED": "1"}
    rasa_home = settings.home / "rasa"
    rasa_home.mkdir(parents=True, exist_ok=True)
    rasa_environment = environment | {
        "RASA_TELEMETRY_ENABLED": "false",
        "SHOPTALK_ACTIONS_URL": f"http://127.0.0.1:{settings.actions_port}/webhook",
        "SHOPTALK_ACTIONS_TOKEN": settings.secret("actions_token"),
        "SHOPTALK_TRACKER_DB": str(rasa_home / "tracker.db"),
        "SHOPTALK_RASA_TOKEN": settings.secret("rasa_token"),
        "SHOPTALK_RASA_MODEL": str(model),
        "SHOPTALK_RASA_SHOP_MODELS": str(rasa_home / "models"),
        # Rasa's dependencies warn about each other's age at every start; nothing here can be done about it.
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    children = [
        *(
            ChildSpec(
                _numbered("rasa", number),
                [str(rasa_python(settings)), "-m", "bot.nlu.serve"],
                rasa_environment | {"SHOPTALK_RASA_PORT": str(port)},
            )
            for number, port in enumerate(settings.rasa_ports, 1)
        ),
        *(
            ChildSpec(_numbered("app", number), [sys.executable, "-m", "bot.app"], environment)
            for number in range(1, settings.app_processes + 1)
        ),
        ChildSpec("staff", [sys.executable, "-m", "bot.staff"], environment),
        ChildSpec("indexer", [sys.executable, "-m", "recommender.index.following"], environment, _INDEXER_NICENESS),
    ]
    if settings.telegram_token is not None:
        children.append(ChildSpec("telegram", [sys.executable, "-m", "bot.channels.telegram"], environment))
    if settings.redis_url is not None:
        children.append(ChildSpec("events", [sys.executable, "-m", "bot.event_stream"], environment))
    return children


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


def _rasa_model(settings: Settings) -> Path:
    from bot.nlu.train import model_file

    model = model_file(settings.build)
    if not model.is_file():
        raise ConfigurationError(f"The Rasa model {model} has not been trained: run `make setup`.")
    return model


def _check_port_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ConfigurationError(
                f"Port {port} for the {name} is taken: stop what listens there (another `shoptalk up`?) "
                "or choose other ports with SHOPTALK_PORT, SHOPTALK_ACTIONS_PORT, SHOPTALK_RASA_PORT "
                "and SHOPTALK_STAFF_PORT."
            ) from error


async def _is_ready(settings: Settings) -> bool:
    import httpx

    try:
        async with httpx.AsyncClient() as client:
            shoppers = await client.get(f"http://{settings.host}:{settings.port}/readyz", timeout=5)
            staff = await client.get(f"http://{settings.staff_host}:{settings.staff_port}/healthz", timeout=5)
    except httpx.HTTPError:
        return False
    return shoppers.status_code == staff.status_code == httpx.codes.OK
