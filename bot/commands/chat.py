"""`shoptalk chat`: how does one talk to the running assistant in a terminal?"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recommender.errors import BadInputError, ConfigurationError, ShoptalkError, UnavailableError

if TYPE_CHECKING:
    import httpx

    from recommender.settings import Settings

__all__ = ["Conversation", "chat", "sign_identity"]

_TIMEOUT_S = 30.0
_IDENTITY_S = 300


def chat(
    user: Annotated[
        str | None,
        typer.Option("--as", metavar="USER", help="Talk as this customer of the shop."),
    ] = None,
) -> None:
    """Talk to the running assistant; a chip's number presses it, an empty line ends. Example: shoptalk chat --as u17"""
    import httpx

    from bot.terminal import Terminal
    from recommender.settings import Settings

    settings = Settings()
    identity = None if user is None else sign_identity(settings, user)
    address = f"http://{settings.host}:{settings.port}"
    with httpx.Client(base_url=address, timeout=_TIMEOUT_S, trust_env=False) as client:
        conversation = Conversation(client, identity)
        terminal = Terminal(settings)
        terminal.greet()
        while True:
            text = terminal.ask()
            if not text:
                return
            payload = terminal.pressed(text)
            try:
                with terminal.waiting():
                    turn = conversation.say(payload=payload) if payload else conversation.say(text=text)
            except ShoptalkError as error:
                # Too long, too fast, or just being restarted: the conversation is not over.
                terminal.tell(str(error))
            else:
                terminal.show(turn["replies"], turn["timing_ms"])


def sign_identity(settings: Settings, user: str) -> str:
    """The shop's word, good for a few minutes, that the speaker is its customer `user`.

    Raises:
        ConfigurationError: the installation has no identity key to sign with.
    """
    import jwt

    from recommender.clock import SystemClock

    if not settings.identity_keys:
        raise ConfigurationError("To talk as a customer, set SHOPTALK_IDENTITY_KEY for `shoptalk up` and for this.")
    expires = int(SystemClock().now().timestamp()) + _IDENTITY_S
    claims = {"sub": user, "aud": settings.identity_audience, "exp": expires}
    return jwt.encode(claims, settings.identity_keys[0].get_secret_value(), algorithm="HS256")


class Conversation:
    """One session over HTTP.

    Args:
        client: speaks to the gateway's address.
        identity: the shop's signed word for who speaks, if it is to be somebody it knows.

    Raises:
        UnavailableError: no assistant answers there.
        BadInputError: it refused.
    """

    def __init__(self, client: httpx.Client, identity: str | None = None) -> None:
        self._client = client
        body = {} if identity is None else {"identity": identity}
        token = self._post("/api/sessions", body)["token"]
        client.headers["Authorization"] = f"Bearer {token}"

    def say(self, **said: str) -> dict[str, Any]:
        """Send `text` or `payload`; the turn as the HTTP contract describes it.

        Raises:
            UnavailableError: the assistant does not answer (any more).
            BadInputError: it refused.
        """
        return self._post("/api/messages", {**said, "client_message_id": uuid.uuid4().hex})

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        import httpx

        try:
            response = self._client.post(path, json=body)
        except httpx.HTTPError as error:
            raise UnavailableError(
                f"No assistant answers at {self._client.base_url}: start it with `shoptalk up`."
            ) from error
        if response.is_success:
            answer: dict[str, Any] = response.json()
            return answer
        said = _refusal(response)
        if response.is_server_error:
            raise UnavailableError(said)
        raise BadInputError(said)


def _refusal(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"The assistant answered with HTTP {response.status_code}; is something else running at this address?"
