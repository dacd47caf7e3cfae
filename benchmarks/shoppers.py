"""How do many shoppers talk at once? A locustfile; benchmarks/channels.py runs it in a process of its own.

Locust patches the standard library for gevent, which nothing else in this project should run under.
"""

from __future__ import annotations

import json
import os
import random
import time
import uuid
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, between, constant_pacing, events, task

from benchmarks.history import faults
from benchmarks.turn import MESSAGES

__all__ = ["BareRasa", "Shopper"]

PACE_S = float(os.environ.get("SHOPPERS_PACE_S", "5"))
"""Seconds from one message of a shopper to the next."""
THINKING = os.environ.get("SHOPPERS_THINK") == "yes"
"""Whether a pause follows an answer, half to one and a half times the pace, instead of messages at an even pace."""
RESULT = os.environ.get("SHOPPERS_RESULT")

_RETRY_S = 0.5
_HASTY = 0.1
_REFUSED = (0, 429, 502, 503, 504)

_turns: list[float] = []
_refused: list[int] = []
_conversations: list[list[str]] = []


def _wait(user: FastHttpUser) -> float:
    pause = between(PACE_S / 2, PACE_S * 1.5) if THINKING else constant_pacing(PACE_S)
    return float(pause(user))


class Shopper(FastHttpUser):
    """Talks over the gateway as the widget does: what was refused or cut off is sent again under the same id."""

    wait_time = _wait
    network_timeout = connection_timeout = 60.0

    def on_start(self) -> None:
        """Begin a conversation."""
        answer = self._until_taken("/api/sessions", {}, {})
        self._headers = {"Authorization": "Bearer " + answer["token"]}
        self._said: list[str] = []
        self._random = random.Random(len(_turns))
        self._next = self._random.randrange(len(MESSAGES))

    @task
    def say(self) -> None:
        """Say the next thing; sometimes another right after it, before there is an answer."""
        hasty = self._random.random() < _HASTY
        both = [gevent.spawn(self._say)]
        if hasty:
            gevent.sleep(0.02)
            both.append(gevent.spawn(self._say))
        gevent.joinall(both, raise_error=True)

    def on_stop(self) -> None:
        """Read the whole conversation back."""
        history: list[dict[str, Any]] = []
        while True:
            after = history[-1]["id"] if history else 0
            with self.client.get(f"/api/messages?after={after}", headers=self._headers, name="history") as answer:
                page = answer.json()["messages"] if answer.status_code == 200 else []
            if not page:
                break
            history += page
        _conversations.append(faults(history, self._said))

    def _say(self) -> None:
        text = MESSAGES[self._next % len(MESSAGES)]
        self._next += 1
        said = uuid.uuid4().hex
        started = time.perf_counter()
        answer = self._until_taken("/api/messages", {"text": text, "client_message_id": said}, self._headers)
        _turns.append((time.perf_counter() - started) * 1000)
        self._said.append(said)
        if not answer["replies"]:
            raise AssertionError(f"no reply to {text!r}")

    def _until_taken(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        while True:
            with self.client.post(path, json=body, headers=headers, name=path) as answer:
                if answer.status_code not in _REFUSED:
                    return dict(answer.json())
            _refused.append(answer.status_code)
            gevent.sleep(_RETRY_S)


class BareRasa(FastHttpUser):
    """Says the same to Rasa itself."""

    wait_time = _wait
    network_timeout = connection_timeout = 60.0

    def on_start(self) -> None:
        """Begin a conversation."""
        self._sender = uuid.uuid4().hex
        self._next = len(_turns)

    @task
    def say(self) -> None:
        """Say the next thing."""
        body = {"sender": self._sender, "message": MESSAGES[self._next % len(MESSAGES)]}
        self._next += 1
        started = time.perf_counter()
        with self.client.post("/webhooks/rest/webhook", json=body) as answer:
            if answer.status_code != 200:
                _refused.append(answer.status_code)
        _turns.append((time.perf_counter() - started) * 1000)


def _all_talk(**_: object) -> None:
    """What was measured while shoppers were still coming does not count."""
    _turns.clear()
    _refused.clear()


def _keep(**_: object) -> None:
    if RESULT is not None:
        kept = {"turns_ms": _turns, "refused": _refused, "conversations": _conversations}
        Path(RESULT).write_text(json.dumps(kept), encoding="utf-8")


events.spawning_complete.add_listener(_all_talk)  # type: ignore[no-untyped-call]
events.quitting.add_listener(_keep)  # type: ignore[no-untyped-call]
