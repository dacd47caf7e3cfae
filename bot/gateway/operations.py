"""Is the assistant up, is each part of it ready, and what did it count?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fastapi import APIRouter, Response, status
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from bot.gateway.caller import Gateway, TheGateway
from bot.gateway.contract import ReadinessOut
from recommender.understanding.query import Query

__all__ = ["router"]

router = APIRouter()


@router.get("/healthz")
async def is_alive() -> dict[str, str]:
    """Whether this process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"model": ReadinessOut, "description": "A part is not ready."}})
async def is_ready(gateway: TheGateway, response: Response) -> ReadinessOut:
    """Whether a shopper would be served now: the database, the index and Rasa, each by name."""
    database, index, rasa = await asyncio.gather(
        gateway.threads.run(_works, _database_answers, gateway),
        gateway.threads.run(_works, _index_answers, gateway),
        gateway.backend.is_ready(),
    )
    parts = {"database": database, "index": index, "rasa": rasa}
    if not all(parts.values()):
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return ReadinessOut(ready=all(parts.values()), parts=parts)


@router.get("/metrics", response_class=Response)
async def metrics(gateway: TheGateway) -> Response:
    """What was counted, for Prometheus. Nothing in it is about one person; keep it off the internet all the same."""
    gateway.metrics.streams.set(gateway.live.open_streams)
    return Response(generate_latest(gateway.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _works(check: Callable[[Gateway], bool], gateway: Gateway) -> bool:
    try:
        return check(gateway)
    except Exception:  # noqa: BLE001 - whatever is wrong with a part, it is not ready
        return False


def _database_answers(gateway: Gateway) -> bool:
    with gateway.services.database.reading() as session:
        return bool(session.scalar(text("SELECT 1")) == 1)


def _index_answers(gateway: Gateway) -> bool:
    """Whether a search finds something, if there is something to find: in an older index too while one is built."""
    # The first reading makes the vocabulary, so that no shopper waits for it.
    gateway.services.understander.understand("")
    return gateway.services.searcher.search(Query(), limit=1).total > 0 or len(gateway.services.catalogue) == 0
