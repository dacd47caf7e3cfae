"""A Bot API server on this machine, for tests: HTTP, the documented JSON, Telegram's limits and its error codes.

It was written from https://core.telegram.org/bots/api and from the errors that the official server is known to give. It
is no Telegram: what it does not check, Telegram may still refuse.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot_api.people import Chatter
from bot_api.rules import (
    PHOTO,
    RefusedError,
    caption_of,
    check,
    entities_of,
    markup_of,
    parameters_of,
    public,
    units,
)

__all__ = ["TOKEN", "BotApi", "Call"]

TOKEN = "4711:AAtestTokenOfNoRealBot_0123456789abc"
BOT = {"id": 4711, "is_bot": True, "first_name": "Shop", "username": "shoptalk_test_bot"}
WAIT_S = 20.0

T = TypeVar("T")


@dataclass
class Call:
    """One call of a method: with which parameters, when, and how it was answered."""

    method: str
    parameters: dict[str, Any]
    at: float
    status: int = 200
    description: str = ""


@dataclass
class BotApi:
    """The server. `chats` are those who may be written to; what was sent to each is in `sent`."""

    token: str = TOKEN
    calls: list[Call] = field(default_factory=list)
    sent: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    fetchable: Callable[[str], bool] = lambda url: True
    floods: list[int] = field(default_factory=list)
    """Seconds to wait, one for each message that is to be refused from now on."""
    outages: list[Callable[[], Any]] = field(default_factory=list)
    """What happens to the next messages instead of an answer, each once."""

    def __post_init__(self) -> None:
        self._changed = threading.Condition()
        self._updates: list[dict[str, Any]] = []
        self._next_update = 1000
        self._next_message = 1
        self._queries: set[str] = set()
        self._webhook: dict[str, Any] = {"url": ""}
        self._polls = 0
        self._stopping = False

    # Running --------------------------------------------------------------------------------------------------------

    @contextmanager
    def running(self) -> Iterator[BotApi]:
        """Serve on a free port of this machine."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        routes = [Route("/bot{token}/{method}", self._serve, methods=["GET", "POST"])]
        config = uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        pushing = threading.Thread(target=self._push)
        serving.start()
        pushing.start()
        try:
            yield self
        finally:
            with self._changed:
                self._stopping = True
                self._changed.notify_all()
            server.should_exit = True
            serving.join()
            pushing.join()
            listener.close()

    def until(self, holds: Callable[[], T], seconds: float = WAIT_S) -> T:
        """Wait until `holds` says something true; that."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not (found := holds()):
                left = deadline - time.monotonic()
                assert left > 0, f"it did not happen within {seconds} s; the last calls: {self.calls[-5:]}"
                self._changed.wait(min(left, 0.2))
        return found

    # What people do -------------------------------------------------------------------------------------------------

    def person(self, id_: int, name: str = "Ada") -> Chatter:
        """Somebody who writes to the bot."""
        return Chatter(self, id_, name)

    def deliver(self, kind: str, content: dict[str, Any], number: int | None = None) -> int:
        """Let something happen; the number of the update that tells of it."""
        with self._changed:
            if number is None:
                self._next_update += 1
                number = self._next_update
            self._updates.append({"update_id": number, kind: content})
            self._changed.notify_all()
            return number

    def message_id(self) -> int:
        """The number of the next message."""
        with self._changed:
            self._next_message += 1
            return self._next_message

    def query(self, id_: str) -> None:
        """From now on this press may be acknowledged."""
        with self._changed:
            self._queries.add(id_)

    def named(self, method: str) -> list[Call]:
        """The calls of one method so far."""
        return [call for call in self.calls if call.method == method]

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """The updates that nobody has taken."""
        return list(self._updates)

    # HTTP -----------------------------------------------------------------------------------------------------------

    async def _serve(self, request: Request) -> JSONResponse:
        method = request.path_params["method"]
        parameters = await parameters_of(request)
        call = Call(method, parameters, time.monotonic())
        try:
            if request.path_params["token"] != self.token:
                raise RefusedError(401, "Unauthorized")
            if method == "getUpdates":
                result = await self._get_updates(parameters)
            else:
                handler = getattr(self, f"_{method}", None)
                if handler is None:
                    raise RefusedError(404, "Not Found: method not found")
                with self._changed:
                    result = handler(parameters)
            answer: dict[str, Any] = {"ok": True, "result": result}
        except RefusedError as refusal:
            call.status, call.description = refusal.code, refusal.description
            answer = {"ok": False, "error_code": refusal.code, "description": refusal.description}
            if refusal.parameters:
                answer["parameters"] = refusal.parameters
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()
        return JSONResponse(answer, call.status)

    # Methods --------------------------------------------------------------------------------------------------------

    def _getMe(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    def _setMyCommands(self, p: dict[str, Any]) -> bool:  # noqa: N802
        for command in p["commands"]:
            check(command["command"].islower() and len(command["command"]) <= 32, "Bad Request: BOT_COMMAND_INVALID")
            check(1 <= len(command["description"]) <= 256, "Bad Request: command description is invalid")
        return True

    async def _get_updates(self, p: dict[str, Any]) -> list[dict[str, Any]]:
        if self._webhook["url"]:
            raise RefusedError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                "webhook first",
            )
        with self._changed:
            self._polls += 1
            poll = self._polls
        deadline = time.monotonic() + min(float(p.get("timeout", 0)), 50)
        while True:
            with self._changed:
                if poll != self._polls:
                    raise RefusedError(
                        409,
                        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
                        "running",
                    )
                if "offset" in p:
                    self._updates = [one for one in self._updates if one["update_id"] >= int(p["offset"])]
                asked = p.get("allowed_updates")
                found = [one for one in self._updates if not asked or set(one) & set(asked)]
                if found or time.monotonic() >= deadline or self._stopping:
                    return found[: int(p.get("limit", 100))]
            await asyncio.sleep(0.01)

    def _setWebhook(self, p: dict[str, Any]) -> bool:  # noqa: N802
        url = urlsplit(p.get("url", ""))
        check(url.scheme in {"https", "http"}, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self._webhook = dict(p)
        self._changed.notify_all()
        return True

    def _deleteWebhook(self, _: dict[str, Any]) -> bool:  # noqa: N802
        self._webhook = {"url": ""}
        return True

    def _getWebhookInfo(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {
            "url": self._webhook["url"], "has_custom_certificate": False, "pending_update_count": len(self._updates),
        }  # fmt: skip

    def _sendChatAction(self, p: dict[str, Any]) -> bool:  # noqa: N802
        self._reachable(p)
        return True

    def _leaveChat(self, p: dict[str, Any]) -> bool:  # noqa: N802
        return True

    def _sendMessage(self, p: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        chat = self._reachable(p)
        self._flood()
        text = str(p.get("text", "")).strip()
        check(bool(text), "Bad Request: message text is empty")
        check(units(text) <= 4096, "Bad Request: message is too long")
        check("parse_mode" not in p, "Bad Request: can't parse entities: this server takes no markup")
        return self._sent(chat, p, {"text": text, **entities_of("entities", text, p)})

    def _sendPhoto(self, p: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        chat = self._reachable(p)
        self._flood()
        self._picture(p.get("photo"))
        return self._sent(chat, p, {"photo": PHOTO, "_shown": p.get("photo"), **caption_of(p)})

    def _sendMediaGroup(self, p: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: N802
        chat = self._reachable(p)
        self._flood()
        media = p.get("media", [])
        check(len(media) >= 2, "Bad Request: an album has 2-10 items")
        check(len(media) <= 10, "Bad Request: too many messages to send as an album")
        pictures = [p.get(one["media"].removeprefix("attach://"), one["media"]) for one in media]
        for picture in pictures:
            self._picture(picture)
        return [
            self._sent(chat, {}, {"photo": PHOTO, "media_group_id": "1", "_shown": picture, **caption_of(one)})
            for one, picture in zip(media, pictures, strict=True)
        ]

    def _answerCallbackQuery(self, p: dict[str, Any]) -> bool:  # noqa: N802
        id_ = str(p.get("callback_query_id"))
        check(
            id_ in self._queries, "Bad Request: query is too old and response timeout expired or query ID is invalid",
        )  # fmt: skip
        check(len(str(p.get("text", ""))) <= 200, "Bad Request: MESSAGE_TOO_LONG")
        self._queries.discard(id_)
        return True

    def _editMessageReplyMarkup(self, p: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        chat = self._reachable(p)
        found = [one for one in self.sent.get(chat, []) if one["message_id"] == int(p["message_id"])]
        check(bool(found), "Bad Request: message to edit not found")
        markup = markup_of(p)
        check(
            markup != found[0].get("reply_markup"),
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
            "same as a current content and reply markup of the message",
        )
        found[0].pop("reply_markup", None)
        if markup is not None:
            found[0]["reply_markup"] = markup
        return public(found[0])

    # Rules ----------------------------------------------------------------------------------------------------------

    def _reachable(self, p: dict[str, Any]) -> int:
        chat = int(p["chat_id"])
        check(chat in self.sent, "Bad Request: chat not found")
        check(chat not in self.blocked, "Forbidden: bot was blocked by the user", 403)
        return chat

    def _flood(self) -> None:
        if self.outages:
            self.outages.pop(0)()
        if self.floods:
            seconds = self.floods.pop(0)
            raise RefusedError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    def _picture(self, picture: Any) -> None:
        if isinstance(picture, bytes):
            check(0 < len(picture) <= 10 * 2**20, "Bad Request: IMAGE_PROCESS_FAILED")
            return
        url = str(picture)
        check(url.startswith(("http://", "https://")), "Bad Request: wrong file identifier/HTTP URL specified")
        check(self.fetchable(url), "Bad Request: failed to get HTTP URL content")

    def _sent(self, chat: int, p: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
        self._next_message += 1
        message = {
            "message_id": self._next_message, "date": int(time.time()), "chat": {"id": chat, "type": "private"},
            "from": BOT, **content,
        }  # fmt: skip
        markup = markup_of(p)
        if markup is not None:
            message["reply_markup"] = markup
        self.sent[chat].append(message)
        return public(message)

    def _push(self) -> None:
        """Call the webhook with each update, in order, again and again until it is taken."""
        pause = 0.05
        with httpx.Client(timeout=30, trust_env=False) as client:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._stopping or (self._webhook["url"] and self._updates), 1)
                    if self._stopping:
                        return
                    if not self._webhook["url"] or not self._updates:
                        continue
                    hook, update = dict(self._webhook), self._updates[0]
                headers = {"X-Telegram-Bot-Api-Secret-Token": hook.get("secret_token", "")}
                try:
                    taken = client.post(hook["url"], json=update, headers=headers).is_success
                except httpx.HTTPError:
                    taken = False
                with self._changed:
                    if taken and update in self._updates:
                        self._updates.remove(update)
                        self._changed.notify_all()
                if not taken:
                    time.sleep(pause)
