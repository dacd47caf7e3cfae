"""How does a channel talk with the gateway: in a chat's own session, over the same HTTP as every other client?"""

from __future__ import annotations

from typing import Any, cast

import httpx

from bot.channels.port import TryAgainError
from bot.gateway.credentials import SessionTokens
from recommender.errors import BadInputError, ConflictError, NotFoundError
from recommender.settings import Settings

__all__ = ["GatewayClient"]

_TIMEOUT_S = 60.0
_RETRY_S = 1.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - an address to listen on is none to call


class GatewayClient:
    """The gateway's API, spoken for sessions that this installation opened itself.

    Args:
        settings: where the gateway listens, and the keys that both know.
        transport: takes the place of the network in tests.
    """

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._tokens = SessionTokens(settings.secret("session_key"))
        self._client = httpx.AsyncClient(
            base_url=f"http://{_EVERYWHERE.get(settings.host, settings.host)}:{settings.port}",
            # One address speaks for many people here; the server's key says that this is right.
            headers={"X-API-Key": settings.secret("api_key")},
            timeout=_TIMEOUT_S,
            trust_env=False,
            transport=transport,
        )

    async def say(
        self, session_id: str, message_id: str, *, text: str | None = None, payload: str | None = None
    ) -> list[dict[str, Any]]:
        """Say `text`, or press `payload`; the replies. The same `message_id` again is the same turn.

        Raises:
            BadInputError: it cannot be said; the sentence says why.
            NotFoundError: the session was erased or has expired.
            TryAgainError: the gateway cannot be reached or has too much to do.
        """
        body = {"text": text, "payload": payload, "client_message_id": message_id}
        answer = await self._post(
            "/api/messages", session_id, {key: one for key, one in body.items() if one is not None}
        )
        return cast("list[dict[str, Any]]", answer["replies"])

    async def vote(self, session_id: str, impression_id: str, value: int) -> str:
        """Cast or take back a vote; the receipt in words."""
        answer = await self._post("/api/feedback", session_id, {"impression_id": impression_id, "value": value})
        return str(answer["text"])

    async def issue_code(self, session_id: str) -> str:
        """A code with which another channel can be linked to this session's person."""
        return str((await self._post("/api/links", session_id, {}))["code"])

    async def use_code(self, session_id: str, code: str) -> str:
        """Link this session's person to whoever was given the code; what that changes, in words."""
        return str((await self._post("/api/links/redeem", session_id, {"code": code}))["text"])

    async def unlink(self, session_id: str) -> str:
        """Separate this conversation from the others it is linked to; what that changes, in words."""
        return str((await self._post("/api/links/undo", session_id, {}))["text"])

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, path: str, session_id: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._tokens.issue(session_id)}"}
        try:
            response = await self._client.post(path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise TryAgainError(f"the gateway cannot be reached: {type(error).__name__}", _RETRY_S) from error
        if response.is_success:
            return cast("dict[str, Any]", response.json())
        sentence = _sentence(response)
        match response.status_code:
            case httpx.codes.UNAUTHORIZED:
                raise NotFoundError(sentence)
            case httpx.codes.CONFLICT:
                raise ConflictError(sentence)
            case code if code == httpx.codes.TOO_MANY_REQUESTS or code >= httpx.codes.INTERNAL_SERVER_ERROR:
                wait = response.headers.get("Retry-After", "")
                raise TryAgainError(f"the gateway says {code}", float(wait) if wait.isdecimal() else _RETRY_S)
            case _:
                raise BadInputError(sentence)


def _sentence(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"The gateway answered {response.status_code}."
