"""Everything behind a gateway under test: a real record, a fake assistant, a small index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import httpx
from fastapi import FastAPI

from actions.replies.phrases import english
from actions.services import Services
from bot.backend import ChatBackend, FakeChatBackend
from bot.gateway.app import create_gateway
from feedback.sql import SqlFeedbackStore
from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.search.port import SearchResult
from recommender.settings import Settings
from recommender.understanding.query import Query
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary

IDENTITY_KEY = "the-newest-identity-key-of-the-shop"
OLD_IDENTITY_KEY = "the-identity-key-before-the-newest"
API_KEY = "the-server-key-of-the-shop-backend"


class Questions:
    """Which conversations are amid a question."""

    def __init__(self) -> None:
        self.asking: set[str] = set()

    def is_asking(self, session: object, session_id: str) -> bool:
        return session_id in self.asking


class Index:
    """A search index that holds `total` products, or is broken."""

    def __init__(self) -> None:
        self.total = 1
        self.broken = False

    def search(self, query: Query, *, limit: int = 10) -> SearchResult:
        if self.broken:
            raise OSError("the index is gone")
        return SearchResult(hits=(), total=self.total)


@dataclass
class World:
    """Everything behind one gateway; `start` puts another gateway on the same record."""

    database: Database
    settings: Settings
    clock: FakeClock
    questions: Questions = field(default_factory=Questions)
    index: Index = field(default_factory=Index)
    backend: FakeChatBackend = field(default_factory=FakeChatBackend)
    fallback: FakeChatBackend = field(default_factory=FakeChatBackend)

    def __post_init__(self) -> None:
        self.feedback = SqlFeedbackStore(self.database, self.clock)
        self.catalogue = InMemoryCatalogue()
        self.catalogue.upsert([Product(id="lamp", title="Paper lamp")])

    def services(self) -> Services:
        """The parts that a gateway itself uses."""
        services = SimpleNamespace(
            settings=self.settings, database=self.database, clock=self.clock, feedback=self.feedback,
            dialogues=self.questions, searcher=self.index, catalogue=self.catalogue, phrases=english(),
            understander=Understander(Vocabulary()),
        )  # fmt: skip
        return cast("Services", services)

    def app(self, backend: ChatBackend | None = None) -> FastAPI:
        return create_gateway(self.services(), backend or self.backend, self.settings, self.fallback)

    @asynccontextmanager
    async def client(
        self, app: FastAPI | None = None, address: str = "203.0.113.7"
    ) -> AsyncIterator[httpx.AsyncClient]:
        app = app or self.app()
        transport = httpx.ASGITransport(app, client=(address, 4711), raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client,
        ):
            yield client


async def open_session(client: httpx.AsyncClient, **body: str) -> dict[str, str]:
    """The headers that speak for a new session."""
    answer = await client.post("/api/sessions", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}
