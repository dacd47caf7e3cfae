"""A gateway of the test's own: the real widget and pages, the contract's routes, and answers that a test writes.

It keeps one record a session in memory and speaks over real HTTP, so that a browser meets what it meets at a shop:
CORS, streams, lines that drop. What the answers mean is for the tests of the real installation.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, StreamingResponse

from benchmarks.installation import free_port
from bot.gateway.pages import add_pages

__all__ = ["ScriptedGateway", "card"]

Body = dict[str, Any]


def card(number: int = 1, **fields: Any) -> Body:
    """A product card of the contract."""
    return {
        "id": f"p{number}", "title": f"Lamp {number}", "brand": "Norda", "price": "79.90", "currency": "USD",
        "in_stock": True, "rating": 4.5, "rating_count": 12, "image_url": "/pictures/lamp.svg",
        "url": f"/?product=p{number}", "reasons": ["matches “lamp”"], "impression_id": f"shown-{number}", "vote": 0,
        "add_payload": f"add-{number}", "similar_payload": f"similar-{number}", "why_payload": f"why-{number}",
        **fields,
    }  # fmt: skip


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 60"><circle cx="30" cy="30" r="20"/></svg>'
MENU = {"human": "menu-human", "cart": "menu-cart", "saved": "menu-saved"}


@dataclass
class _Record:
    messages: list[Body] = field(default_factory=list)
    turns: dict[str, list[Body]] = field(default_factory=dict)
    speaker: Body = field(default_factory=lambda: {"speaker": "bot"})


class ScriptedGateway:
    """A context manager. `answer(text or payload)` gives the replies; `refusing` is a status that everything gets."""

    def __init__(self, pictures: Path) -> None:
        self.answer: Callable[[str], list[Body]] = lambda said: [{"type": "text", "text": f"You said {said}."}]
        self.refusing: int | None = None
        self.records: dict[str, _Record] = {}
        self.requests: list[tuple[str, Body]] = []
        self.streams = 0
        self.url = f"http://127.0.0.1:{free_port()}"
        pictures.mkdir(parents=True, exist_ok=True)
        (pictures / "lamp.svg").write_text(PICTURE)
        config = uvicorn.Config(
            self._app(pictures), port=int(self.url.rsplit(":", 1)[1]), log_level="error", lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> ScriptedGateway:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)

    def posted(self, path: str) -> list[Body]:
        """The bodies that came to `path`."""
        return [body for at, body in self.requests if at == path]

    def say(self, body: Body, sender: str = "bot", agent: str | None = None) -> None:
        """Let something be said in every conversation, without being asked."""
        for record in self.records.values():
            self._keep(record, body, sender, agent=agent)

    def speaks(self, **speaker: Any) -> None:
        """Let somebody else have every conversation."""
        for record in self.records.values():
            record.speaker = speaker

    def _keep(self, record: _Record, body: Body, sender: str, **fields: Any) -> None:
        message = {
            "id": sum(len(one.messages) for one in self.records.values()) + 1, "turn_id": None,
            "client_message_id": None, "sender": sender, "agent": None, "body": body,
            "created_at": "2026-01-02T10:00:00Z", **fields,
        }  # fmt: skip
        record.messages.append(message)

    def _app(self, pictures: Path) -> FastAPI:
        app = FastAPI()

        def record_of(request: Request) -> _Record | None:
            return self.records.get(request.headers.get("authorization", "").removeprefix("Bearer "))

        @app.middleware("http")
        async def refuse(request: Request, call_next: Any) -> Any:
            if not request.url.path.startswith("/api/"):
                return await call_next(request)
            if request.method == "POST":
                self.requests.append((request.url.path, json.loads(await request.body() or b"{}")))
            if self.refusing is not None and request.method != "OPTIONS":
                return error(self.refusing, "The scripted gateway refuses.")
            if record_of(request) is None and request.url.path != "/api/sessions" and request.method != "OPTIONS":
                return error(401, "The session is gone.")
            return await call_next(request)

        app.add_middleware(
            CORSMiddleware,
            allow_origins=["*"],
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["Retry-After"],
        )

        def error(status: int, message: str) -> JSONResponse:
            body = {"error": {"code": "refused", "message": message, "request_id": "0"}}
            headers = {"Retry-After": "1", "Access-Control-Allow-Origin": "*"}
            return JSONResponse(body, status, headers=headers)

        @app.post("/api/sessions", status_code=201)
        async def sessions() -> Body:
            token = uuid.uuid4().hex
            self.records[token] = _Record()
            return {"session_id": token, "token": token, "menu": MENU}

        @app.post("/api/messages")
        async def say(request: Request) -> Body:
            record, body = record_of(request), await request.json()
            assert record is not None
            key = body["client_message_id"]
            if key not in record.turns:
                text = body.get("text") or body["payload"]
                record.turns[key] = self.answer(text) if record.speaker["speaker"] == "bot" else []
                self._keep(record, {"type": "text", "text": text}, "shopper", client_message_id=key, turn_id=key)
                for reply in record.turns[key]:
                    self._keep(record, reply, "bot", turn_id=key)
            return {"turn_id": key, "replies": record.turns[key], "timing_ms": {}}

        @app.get("/api/messages")
        async def history(request: Request, after: int = 0) -> Body:
            record = record_of(request)
            assert record is not None
            return {"messages": [message for message in record.messages if message["id"] > after]}

        @app.get("/api/speaker")
        async def speaker(request: Request) -> Body:
            record = record_of(request)
            assert record is not None
            return record.speaker

        @app.post("/api/feedback")
        async def vote(request: Request) -> Body:
            body = await request.json()
            return {**body, "changed": True, "text": f"Noted: {body['value']}."}

        @app.post("/api/events")
        async def events(request: Request) -> Body:
            count = len((await request.json())["events"])
            return {"received": count, "new": count}

        @app.post("/api/links")
        async def link() -> Body:
            return {
                "code": "ABCD-EFGH",
                "expires_at": "2026-01-02T10:15:00Z",
                "telegram_url": "https://t.me/shop_bot?start=ABCD-EFGH",
            }

        @app.post("/api/forget")
        async def forget(request: Request) -> Body:
            del self.records[request.headers["authorization"].removeprefix("Bearer ")]
            return {"erased": 3, "left": 0, "text": "All 3 records were erased."}

        @app.get("/api/stream")
        async def stream(request: Request) -> StreamingResponse:
            record = record_of(request)
            assert record is not None
            last = int(request.headers.get("last-event-id", "0"))
            return StreamingResponse(self._events(request, record, last), media_type="text/event-stream")

        add_pages(app, pictures)
        return app

    async def _events(self, request: Request, record: _Record, last: int) -> AsyncIterator[str]:
        self.streams += 1
        speaker: Body = {"speaker": "bot"}
        try:
            while not self._server.should_exit and self.refusing is None and not await request.is_disconnected():
                for message in [one for one in record.messages if one["id"] > last]:
                    last = message["id"]
                    yield f"id: {last}\r\nevent: message\r\ndata: {json.dumps(message)}\r\n\r\n"
                if record.speaker != speaker:
                    speaker = record.speaker
                    yield f"event: speaker\r\ndata: {json.dumps(speaker)}\r\n\r\n"
                yield ": ping\r\n\r\n"
                await asyncio.sleep(0.05)
        finally:
            self.streams -= 1
