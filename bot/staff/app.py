"""How is the staff's console put together and served?"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import structlog
import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.gateway.threads import Threads
from bot.logs import log_as_json
from bot.staff.door import Door
from bot.staff.guard import Guard
from feedback.staff.logins import FIRST_LINK_LIFETIME, issue_first_link
from recommender.clock import Clock, SystemClock
from recommender.db import Database
from recommender.errors import ConfigurationError, ShoptalkError
from recommender.settings import Settings

__all__ = ["create_entrance", "create_staff_app", "is_loopback", "main"]

PAGES: Final = (
    "bot.staff.pages.home",
    "bot.staff.agents.pages",
    "bot.staff.review",
    "bot.staff.pages.accounts",
)
"""The modules whose `register` adds pages, in the order of the navigation."""

_DATABASE_THREADS: Final = 8
_DRAIN_S: Final = 3
_PACKAGE = Path(__file__).parent


def create_entrance(database: Database, clock: Clock, settings: Settings, threads: Threads) -> FastAPI:
    """Everything before the login, and the guard; the pages behind it are mounted by `create_staff_app`."""
    door = Door(database, clock, settings.secret("session_key"), threads)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(door.router)
    app.mount("/style", StaticFiles(directory=_PACKAGE / "style"))
    app.add_middleware(Guard, names=settings.staff_names, find_actor=door.find_actor)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    return app


def create_staff_app(settings: Settings, database: Database, clock: Clock) -> ASGIApp:
    """The whole console. NiceGUI keeps one application a process, so this is called once in each."""
    # Before NiceGUI is imported: it would keep its storage, which is not used, in the working directory.
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(settings.home / "staff"))
    from nicegui import ui

    from bot.staff.console import Console, quiet_framework

    threads = Threads(_DATABASE_THREADS)
    entrance = create_entrance(database, clock, settings, threads)
    console = Console(settings, database, clock, threads)
    for module in PAGES:
        import_module(module).register(console)
    ui.run_with(entrance, title="Shoptalk", favicon="💬", dark=None, show_welcome_message=False, language="en-US")
    quiet_framework()
    return entrance


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def main() -> None:
    """Serve the console until told to stop; an error a person can mend ends the process with one sentence."""
    settings = Settings()
    log_as_json()
    try:
        database, clock = Database(settings.sql_url), SystemClock()
        app = create_staff_app(settings, database, clock)
        config = uvicorn.Config(
            app, host=settings.staff_host, port=settings.staff_port, access_log=False, log_config=None,
            proxy_headers=False, server_header=False, timeout_graceful_shutdown=_DRAIN_S,
        )  # fmt: skip
        _offer_first_link(settings, database, clock)
        try:
            asyncio.run(uvicorn.Server(config).serve())
        except SystemExit as error:  # this is how uvicorn says that it cannot listen
            raise ConfigurationError(
                f"Cannot listen on {settings.staff_host}:{settings.staff_port}: stop what listens there, "
                "or set SHOPTALK_STAFF_PORT."
            ) from error
    except ShoptalkError as error:
        structlog.get_logger().error("staff_cannot_run", error=type(error).__name__, message=str(error))
        sys.exit(error.exit_code)


def _offer_first_link(settings: Settings, database: Database, clock: Clock) -> None:
    if not is_loopback(settings.staff_host):
        return
    with database.transaction() as session:
        token = issue_first_link(session, clock.now())
    if token is not None:
        minutes = int(FIRST_LINK_LIFETIME.total_seconds() // 60)
        print(
            f"Nobody has an account yet. Make the first one, once, within {minutes} minutes: "
            f"http://{settings.staff_host}:{settings.staff_port}/first?token={token}",
            flush=True,
        )
