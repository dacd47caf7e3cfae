"""Where an agent writes: the text, the products that go with it, and the shortcuts that fill it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

from nicegui import ui
from sqlalchemy.orm import Session

from actions.copilot.sending import LONGEST_ANSWER, MOST_PRODUCTS, send_answer
from bot.staff.agents.desk import Desk, agent_of
from bot.staff.console import View
from feedback.desk import types
from feedback.drafts import Suggested
from feedback.staff.audit import audit
from feedback.staff.roles import Actor
from recommender.catalogue.product import Product

__all__ = ["Composer"]

_SAYS_TYPING_EVERY_S: Final = 2.5
_SHORTCUT = re.compile(r"(?:^|(?<=\s))/([a-z0-9][a-z0-9_-]*)\s$")

# What is typed lives in the page's server; so that a restart of it loses nothing, the tab keeps it as well.
_KEEP = """document.addEventListener('input', ({target}) => {
  if (target.dataset.talk) sessionStorage.setItem('answer ' + target.dataset.talk, target.value);
}, true)"""
_RESTORE = """setTimeout(() => {
  const box = document.querySelector('[aria-label=Answer]');
  const kept = sessionStorage.getItem('answer ' + box.dataset.talk);
  if (kept && !box.value) { box.value = kept; box.dispatchEvent(new Event('input', {bubbles: true})); }
}, 100)"""

Expand = Callable[[str], Awaitable[str | None]]


class Composer:
    """The answer that is being written. It outlives every refresh of the page: what was typed is never lost to one.

    Args:
        view: the page.
        desk: what pages share.
        session_id: the conversation it is for, None while none is open.
        may_send: whether the agent has that conversation.
        expand: what stands for `/shortcut` and a space, None where there is no such shortcut.
        sent: told after an answer went out.
    """

    def __init__(
        self,
        view: View,
        desk: Desk,
        *,
        session_id: Callable[[], str | None],
        may_send: Callable[[], bool],
        expand: Expand,
        sent: Callable[[], Awaitable[None]],
    ) -> None:
        self._view = view
        self._desk = desk
        self._session_id = session_id
        self._may_send = may_send
        self._expand = expand
        self._sent = sent
        self._products: list[Product] = []
        self._draft: int | None = None
        self._kept: dict[str, tuple[str, list[Product], int | None]] = {}
        self._typed_at = 0.0

    def build(self) -> None:
        """Put it on the page."""
        self._attached()
        with ui.row().classes("w-full items-end no-wrap"):
            self._text = (
                ui.textarea(placeholder="Answer… (/shortcut, Ctrl+Enter sends, Esc leaves)", on_change=self._changed)
                .props(f'outlined autogrow dense maxlength={LONGEST_ANSWER} aria-label="Answer"')
                .props('input-style="max-height: 30vh"')
                .classes("col")
                .mark("answer")
            )
            ui.run_javascript(_KEEP)
            self._text.on("keydown.ctrl.enter", self._view.handler(self.send))
            self._text.on("keydown.meta.enter", self._view.handler(self.send))
            self._text.on("keydown.esc", js_handler="(event) => event.target.blur()")
            self._button = (
                ui.button("Send", icon="send", on_click=self._view.handler(self.send)).props("no-caps").mark("send")
            )

    @property
    def empty(self) -> bool:
        """Whether nothing was written yet."""
        return not (self._text.value or "").strip() and not self._products

    def switch(self, before: str | None, after: str | None) -> None:
        """Another conversation is open: what was being written for the last one waits for its return."""
        if before is not None:
            self._kept[before] = (self._text.value or "", self._products, self._draft)
        text, self._products, self._draft = self._kept.pop(after or "", ("", [], None))
        self._text.value = text
        self._text.props["data-talk"] = after or ""
        self._attached.refresh()
        ui.run_javascript(_RESTORE)

    def enable(self) -> None:
        """Let the agent write and send exactly where they have the conversation."""
        self._button.set_enabled(self._may_send())

    def focus(self) -> None:
        """Put the cursor into the answer."""
        self._text.run_method("focus")

    def insert_draft(self, draft: Suggested, products: list[Product]) -> None:
        """Take a draft as the answer, to be changed and sent by hand."""
        self._draft = draft.id
        self._text.value = draft.text
        self._products = list(products)
        self._attached.refresh()
        self.focus()

    def insert_text(self, text: str) -> None:
        """Put a text after what was written."""
        before = (self._text.value or "").rstrip()
        self._text.value = f"{before}\n{text}".strip() if before else text
        self.focus()

    def attach(self, product: Product) -> None:
        """Show a product along with the answer."""
        if len(self._products) < MOST_PRODUCTS and product.id not in {one.id for one in self._products}:
            self._products.append(product)
            self._attached.refresh()
        self.focus()

    async def send(self) -> None:
        """Send what was written."""
        session_id = self._session_id()
        if session_id is None or self.empty:
            return
        copilot = await self._view.work(self._desk.copilot)
        text, items = self._text.value or "", [one.id for one in self._products]
        agent, draft, services = agent_of(self._view.actor), self._draft, copilot.services

        def say(session: Session, actor: Actor) -> None:
            sent = send_answer(services, session, session_id, agent, text, items, draft_id=draft)
            audit(session, actor, "talk.say", services.clock.now(), session_id=session_id, messages=len(sent))

        await self._view.write(say)
        self._text.value, self._products, self._draft = "", [], None
        ui.run_javascript(f"sessionStorage.removeItem({json.dumps(f'answer {session_id}')})")
        self._attached.refresh()
        await self._sent()

    async def _changed(self, _event: object) -> None:
        text = self._text.value or ""
        if not text.strip() and not self._products:
            self._draft = None
        if found := _SHORTCUT.search(text):
            filled = await self._expand(found[1])
            if filled is not None:
                self._text.value = text[: found.start()] + filled
        session_id = self._session_id()
        if session_id is None or not text or not self._may_send():
            return
        if time.monotonic() - self._typed_at > _SAYS_TYPING_EVERY_S:
            self._typed_at = time.monotonic()
            agent, now = agent_of(self._view.actor), self._view.console.clock.now()
            await self._view.write(lambda session, _actor: types(session, agent, session_id, now))

    @ui.refreshable_method
    def _attached(self) -> None:
        with ui.row().classes("gap-1 w-full"):
            for product in self._products:

                def remove(one: Product = product) -> None:
                    self._products.remove(one)
                    self._attached.refresh()

                with ui.chip(product.title, icon="shopping_bag", removable=True).props("dense outline") as chip:
                    chip.on("remove", lambda _, take=remove: take())
                chip.mark("attached")
