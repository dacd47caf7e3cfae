"""What may a client send, and what does it get back?"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from actions.replies.schema import Reply

__all__ = [
    "ERRORS",
    "MAX_EVENTS",
    "MAX_TEXT",
    "ErrorBody",
    "EventIn",
    "EventsIn",
    "EventsOut",
    "FeedbackIn",
    "ForgottenOut",
    "HistoryOut",
    "MenuOut",
    "MessageIn",
    "MessageOut",
    "ReadinessOut",
    "ReceiptOut",
    "SessionIn",
    "SessionOut",
    "SpeakerOut",
    "TurnOut",
    "clean",
]

MAX_TEXT = 2000
MAX_EVENTS = 1000

_Name = StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def clean(text: str) -> str:
    """The text without control characters (line breaks become `\\n`) and without marks that turn its direction."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in text if one in "\n\t" or not _is_control(one))


def _is_control(character: str) -> bool:
    if unicodedata.category(character) in {"Cc", "Cs"}:
        return True
    return unicodedata.bidirectional(character) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _short_enough(text: str) -> str:
    text = clean(text)
    if len(text) > MAX_TEXT:
        raise ValueError(f"has {len(text)} characters, {MAX_TEXT} are the most")
    return text


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SessionIn(_In):
    """How a conversation begins: without a name, or with the shop's word for who this is.

    `language` (a BCP 47 tag such as zh-CN) is what the shopper reads.
    """

    identity: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[!-~]*$")] | None = None
    language: Annotated[str, StringConstraints(max_length=35, pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")] | None = None


class MessageIn(_In):
    """What the shopper typed, or the payload of what they pressed; one of the two.

    A `client_message_id` of the client's own making makes it safe to send the same message again. `product_id` is the
    product whose page the shopper is on: "this one" then means it.
    """

    text: Annotated[str, AfterValidator(_short_enough)] | None = None
    payload: Annotated[str, _Name] | None = None
    client_message_id: Annotated[str, _Name, Field(max_length=100)] | None = None
    product_id: Annotated[str, _Name] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.text is None) == (self.payload is None):
            raise ValueError("exactly one of text and payload is needed")
        return self


class FeedbackIn(_In):
    """A thumb up (1), down (-1), or taken back (0) for something that was shown."""

    impression_id: Annotated[str, _Name]
    value: Literal[1, -1, 0]
    reason: Annotated[str, Field(max_length=200), AfterValidator(clean)] | None = None


class EventIn(_In):
    """Something a shopper did with a product. `id` is the sender's; `user_id` is for servers with an API key only."""

    id: Annotated[str, _Name]
    kind: Literal["view", "click", "cart", "uncart", "save", "purchase", "return"]
    item_id: Annotated[str, _Name]
    at: Annotated[AwareDatetime, Field(ge=_EARLIEST, lt=_LATEST)] | None = None
    user_id: Annotated[str, _Name] | None = None


class EventsIn(_In):
    """A batch of events."""

    events: Annotated[list[EventIn], Field(min_length=1, max_length=MAX_EVENTS)]


class MenuOut(BaseModel):
    """What can be pressed at any time; each is a payload like a chip's."""

    human: str
    cart: str
    saved: str


class SessionOut(BaseModel):
    """A new conversation, the token that speaks for it, and what its client may always offer to press."""

    session_id: str
    token: str
    menu: MenuOut


class ForgottenOut(BaseModel):
    """How many records were erased and how many a second look still found, and the same in words."""

    erased: int
    left: int
    text: str


class TurnOut(BaseModel):
    """What became of a message. `replies` is empty while a human speaks: they answer through the stream."""

    turn_id: str
    replies: list[Reply]
    timing_ms: dict[str, float]


class MessageOut(BaseModel):
    """One message of a conversation; product cards carry the shopper's own live vote.

    `agent` is the display name of the person who said it, where `sender` is `human`.
    """

    id: int
    turn_id: str | None
    client_message_id: str | None
    sender: Literal["shopper", "bot", "human"]
    agent: str | None = None
    body: Reply
    created_at: datetime


class SpeakerOut(BaseModel):
    """Who has the conversation right now; `GET /api/speaker`, and the stream's `speaker` events whenever it changes.

    `agent` is the person's display name while `speaker` is `human`; `position` (from 1) and `wait_minutes` (None:
    unknown) are told while it is `queued`.
    """

    speaker: Literal["bot", "queued", "human", "closed"]
    agent: str | None = None
    position: int | None = None
    wait_minutes: int | None = None


class HistoryOut(BaseModel):
    """A stretch of a conversation; ask again with `after` the last id until it comes back empty."""

    messages: list[MessageOut]


class EventsOut(BaseModel):
    """How many events came, and how many of them were not there before."""

    received: int
    new: int


class ReceiptOut(BaseModel):
    """The vote that now counts, whether this request changed it, and in words what follows from it."""

    impression_id: str
    value: Literal[1, -1, 0]
    changed: bool
    text: str


class ReadinessOut(BaseModel):
    """Whether each part works."""

    ready: bool
    parts: dict[str, bool]


class _Error(BaseModel):
    code: str
    message: str
    request_id: str


class ErrorBody(BaseModel):
    """What every error looks like."""

    error: _Error


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "What was sent cannot be used; nothing was changed."},
    401: {"model": ErrorBody, "description": "The token, key or identity is missing, not genuine or expired."},
    404: {"model": ErrorBody, "description": "There is no such thing, or it is somebody else's."},
    413: {"model": ErrorBody, "description": "The body is too large."},
    429: {"model": ErrorBody, "description": "Too many requests; `Retry-After` says when to come back."},
    503: {"model": ErrorBody, "description": "Not accepted; `Retry-After` says when to come back."},
}
