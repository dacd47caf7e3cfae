"""Which one of the running apps keeps the desk's times, and what does a client hear of who speaks?"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from actions.desk_times import keep_desk_times
from actions.services import Services
from bot.gateway.threads import Threads
from recommender.catalogue.lease import Leases
from recommender.errors import ShoptalkError

__all__ = ["keep_time"]

_log = structlog.get_logger()

LEASE: Final = "desk"
_LEASE_LASTS = timedelta(seconds=10)
_EVERY_S = 2.0


async def keep_time(services: Services, threads: Threads) -> None:
    """Every few seconds do what is due at the desk, unless another app of this shop does."""
    leases = Leases(services.database, services.clock)
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    try:
        while True:
            await asyncio.sleep(_EVERY_S)
            await threads.run(_keep, services, leases, holder)
    finally:
        await threads.run(_give_back, leases, holder)


def _keep(services: Services, leases: Leases, holder: str) -> None:
    try:
        if leases.acquire(LEASE, holder, _LEASE_LASTS):
            keep_desk_times(services)
    except (SQLAlchemyError, ShoptalkError) as error:
        _log.warning("desk_times_not_kept", error=type(error).__name__, reason=str(error))


def _give_back(leases: Leases, holder: str) -> None:
    try:
        leases.release(LEASE, holder)
    except SQLAlchemyError as error:
        _log.warning("lease_not_given_back", error=type(error).__name__)
