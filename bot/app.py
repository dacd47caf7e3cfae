"""How does one process serve shoppers and Rasa: the gateway on its public port, the action webhook on loopback?

Run with `python -m bot.app`.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
import uvloop
from rasa_sdk.executor import ActionExecutor
from starlette.types import ASGIApp

from actions.services import Services, current
from bot.backend import RasaBackend
from bot.gateway.app import create_gateway
from bot.logs import log_as_json
from bot.webhook import MOST_CALLS, create_webhook
from feedback.conversations import answer_of
from recommender.errors import ConfigurationError, ShoptalkError

__all__ = ["main", "serve"]

ACTION_THREADS = 4
"""Actions that compute at once; more only make each other slower on a small machine."""

_DRAIN_S = 15
"""How long open requests may go on once the process is told to stop."""


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to `serve`: there are two of them in this process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve(services: Services) -> None:
    """Serve both applications until SIGINT or SIGTERM; the gateway stops first, for its turns need the webhook.

    Raises:
        ConfigurationError: a port cannot be listened on.
    """
    settings = services.settings
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(ACTION_THREADS, thread_name_prefix="action"))
    executor = ActionExecutor()
    executor.register_package("actions")
    # Rasa's calls reach any of the processes, so one may get what all of them let Rasa make.
    most_calls = MOST_CALLS * settings.app_processes
    webhook_app = create_webhook(executor, settings.secret("actions_token"), most_calls)
    webhook = _server(webhook_app, "127.0.0.1", settings.actions_port)

    def recorded(turn_id: str) -> list[dict[str, Any]] | None:
        with services.database.reading() as session:
            return answer_of(session, turn_id)

    backend = RasaBackend(settings.rasa_ports, settings.secret("rasa_token"), settings.rasa_timeout_s, recorded)
    gateway = _server(create_gateway(services, backend, settings), settings.host, settings.port)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, gateway.handle_exit, number, None)
    shared = settings.app_processes > 1
    gateway_ends = asyncio.create_task(_run(gateway, shared))
    webhook_ends = asyncio.create_task(_run(webhook, shared))
    await asyncio.wait((gateway_ends, webhook_ends), return_when=asyncio.FIRST_COMPLETED)
    try:
        gateway.should_exit = True
        await gateway_ends
    finally:
        webhook.should_exit = True
        await webhook_ends


def main() -> None:
    """Serve until told to stop; an error a person can mend ends the process with one sentence."""
    log_as_json()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(current()))
    except ShoptalkError as error:
        structlog.get_logger().error("app_cannot_run", error=type(error).__name__, message=str(error))
        sys.exit(error.exit_code)


def _server(app: ASGIApp, host: str, port: int) -> _Server:
    # The gateway logs requests itself, believes proxies by its own list, and names no server software.
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    return _Server(config)


async def _run(server: _Server, shared: bool) -> None:
    try:
        await server.serve([_shared_socket(server.config.host, server.config.port)] if shared else None)
    except (OSError, SystemExit) as error:  # uvicorn says by SystemExit that it cannot listen
        raise ConfigurationError(
            f"Cannot listen on {server.config.host}:{server.config.port}: stop what listens there, or set another port."
        ) from error


def _shared_socket(host: str, port: int) -> socket.socket:
    """A listening socket on a port that other processes listen on as well; the kernel spreads connections over them."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048, reuse_port=True)


if __name__ == "__main__":
    main()
