"""A shopper's client, as small as one can be."""

from __future__ import annotations

from typing import Any

import httpx

__all__ = ["Shopper"]


class Shopper:
    """A shopper's client over HTTP: says, presses, votes, and remembers the last replies."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=60)
        answer = self.client.post("/api/sessions", json={})
        assert answer.status_code == httpx.codes.CREATED, answer.text
        self.session_id = answer.json()["session_id"]
        self.client.headers["Authorization"] = "Bearer " + answer.json()["token"]
        self.replies: list[dict[str, Any]] = []
        self.turn_id = ""

    def say(self, text: str, **more: str) -> list[dict[str, Any]]:
        return self._post({"text": text, **more})

    def press(self, title: str) -> list[dict[str, Any]]:
        chips = [(chip["title"], chip["payload"]) for chip in self.parts("chips")]
        chips += [(chip["label"], chip["remove_payload"]) for chip in self.parts("constraints")]
        for shown, payload in chips:
            if title.lower() in shown.lower():
                return self._post({"payload": payload})
        raise AssertionError(f"no chip {title!r} among {[shown for shown, _ in chips]}")

    def parts(self, kind: str) -> list[dict[str, Any]]:
        """The items of every reply of this kind, in order."""
        return [item for reply in self.replies if reply["type"] == kind for item in reply["items"]]

    @property
    def products(self) -> list[dict[str, Any]]:
        return self.parts("products")

    @property
    def text(self) -> str:
        return "\n".join(reply["text"] for reply in self.replies if "text" in reply)

    def _post(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self.client.post("/api/messages", json=body)
        assert answer.status_code == httpx.codes.OK, answer.text
        self.turn_id = answer.json()["turn_id"]
        self.replies = answer.json()["replies"]
        return self.replies
