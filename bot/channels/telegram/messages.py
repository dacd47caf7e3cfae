"""What is done with a message: words, a command, an address with a product or a code, something that cannot be read?"""

from __future__ import annotations

import re

from telegram import Message

from bot.channels.telegram.addresses import code_of, item_of
from bot.channels.telegram.parts import Button
from bot.channels.telegram.talk import Talk
from feedback.channels.inbox import Waiting, waiting_of_kind

__all__ = ["COMMANDS", "LINK", "NO_LINK", "take_edit", "take_message"]

COMMANDS = {
    "help": "help",
    "cart": "show_cart",
    "saved": "show_saved",
    "orders": "order_status",
    "more": "more",
    "new": None,
    "human": "human",
    "know": "what_you_know",
    "forget": "forget_me",
    "link": None,
    "unlink": None,
}
"""Every command but /start, and the intent it stands for; None is done by the channel itself."""

LINK, NO_LINK = "link:", "nolink"
"""What the buttons send that confirm a link; the code is one that whoever presses has already."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)


async def take_message(talk: Talk, update: Waiting, message: Message) -> None:
    """Answer a message of a private chat."""
    place, id_ = update.place, _turn_id(message)
    text = message.text if message.text is not None else message.caption
    if text is None:
        if message.effective_attachment is not None:
            await talk.tell(place, "only_text")
        return
    text = await _as_edited_meanwhile(talk, place, message) or text
    if message.text is None:
        await talk.tell(place, "only_caption")
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        await talk.take(place, id_, text=text)
    else:
        await _command(talk, place, id_, command[1].lower(), (command[2] or "").strip())


async def take_edit(talk: Talk, update: Waiting, message: Message) -> None:
    """Answer the newest message anew if its words have changed; older ones are left as they were answered."""
    text = message.text if message.text is not None else message.caption
    known = await talk.said(update.place, _turn_id(message))
    if text is None or known is None or known[0].strip() == text.strip():
        return
    if known[1]:
        await talk.take(update.place, f"edit:{update.external_id}", text=text)
    else:
        await talk.tell(update.place, "only_the_newest")


async def _command(talk: Talk, place: str, id_: str, name: str, argument: str) -> None:
    phrases = talk.look.phrases
    if name == "start":
        await _start(talk, place, id_, argument)
    elif name not in COMMANDS:
        await talk.tell(place, "command.unknown", command=f"/{name}")
    elif name == "new":
        await talk.begin_anew(place)
    elif name == "unlink":
        await talk.linking(place, talk.gateway.unlink)
    elif name == "link":
        await talk.linking(place, lambda session_id: _code(talk, session_id))
    else:
        await talk.command(place, id_, COMMANDS[name] or name, phrases.say(f"command.{name}"))


async def _start(talk: Talk, place: str, id_: str, argument: str) -> None:
    code, item = code_of(argument), item_of(argument)
    if code is not None:
        # An address can be sent by anybody: whoever followed it is asked first.
        say = talk.look.phrases.say
        buttons = ((Button(say("link.yes"), data=LINK + code[:50]), Button(say("link.no"), data=NO_LINK)),)
        await talk.chat(place)
        await talk.tell(place, "link.confirm", buttons)
    elif item is not None:
        await talk.command(place, id_, "show_item", talk.look.phrases.say("product"), item_id=item)
    else:
        await talk.command(place, id_, "greet", "/start")


async def _code(talk: Talk, session_id: str) -> str:
    code = await talk.gateway.issue_code(session_id)
    return talk.look.phrases.say("link.code", code=code, shop=talk.settings.shop_name)


async def _as_edited_meanwhile(talk: Talk, place: str, message: Message) -> str | None:
    """The words as the newest edit that waits has them: a message that was corrected in time is answered once."""
    edits = await talk.threads.run(_waiting_edits, talk, place)
    texts = [
        edited.get("text", edited.get("caption"))
        for edited in (edit.body.get("edited_message", {}) for edit in edits)
        if edited.get("message_id") == message.message_id
    ]
    return next((text for text in reversed(texts) if isinstance(text, str)), None)


def _waiting_edits(talk: Talk, place: str) -> list[Waiting]:
    with talk.database.reading() as session:
        return waiting_of_kind(session, talk.account, "edited_message", place)


def _turn_id(message: Message) -> str:
    return f"message:{message.message_id}"
