"""The desk: the queue on the left, one conversation with its answer in the middle, and who it is with on the right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from nicegui import ui
from sqlalchemy.orm import Session

from actions.copilot.fields import fill
from actions.reaching_people import handoffs
from bot.staff.agents.aside import Aside
from bot.staff.agents.composer import Composer
from bot.staff.agents.desk import Desk, agent_of
from bot.staff.agents.finding import Option, choose, search_products
from bot.staff.agents.macros import run_macro
from bot.staff.agents.queue import Queue
from bot.staff.agents.suggested import Suggestions
from bot.staff.agents.talk import Conversation
from bot.staff.console import View
from feedback.canned import canned_replies, macros, steps_in_words
from feedback.desk import at_the_desk, be_present, leave_desk
from feedback.drafts import Suggested
from feedback.handoff import Agent, mark_contacted
from feedback.staff.audit import audit
from feedback.staff.roles import Actor
from recommender.errors import NotFoundError

__all__ = ["DeskPage"]

_PRESENT_EVERY_S: Final = 6.0

_STYLE = """
.shoptalk-desk { height: calc(100vh - 82px); }
.shoptalk-cited { outline: 3px solid #f59e0b; border-radius: 4px; }
.nicegui-content { padding: 4px; }
"""


_ANNOUNCE = """(waiting, here) => {
  document.title = (waiting ? `(${waiting}) ` : '') + 'Desk · Shoptalk';
  const more = waiting > (window.shoptalkWaiting ?? waiting);
  window.shoptalkWaiting = waiting;
  if (!more || !here) return;
  const sound = new AudioContext(), tone = sound.createOscillator(), volume = sound.createGain();
  volume.gain.value = 0.1;
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.2);
  tone.onended = () => sound.close();
}"""


@dataclass(frozen=True, slots=True)
class _Macro:
    shortcut: str


class DeskPage:
    """One agent's window on the desk."""

    def __init__(self, view: View, desk: Desk) -> None:
        self._view = view
        self._desk = desk
        self._agent = agent_of(view.actor)
        self._client = ui.context.client
        self._open: str | None = None
        self._seen = -1
        self._refreshing = False
        self._available = True
        self._queue = Queue(view, desk, self.open)
        self._talk = Conversation(view)
        self._aside = Aside(view, self._talk.highlight)
        self._composer = Composer(
            view, desk, session_id=lambda: self._open, may_send=lambda: self._has_it, expand=self._expand,
            sent=self._show_open,
        )  # fmt: skip
        self._suggestions = Suggestions(view, desk, self._composer)

    async def build(self) -> None:
        """Put everything on the page."""
        ui.add_css(_STYLE)
        with ui.row().classes("w-full no-wrap shoptalk-desk q-gutter-none"):
            with ui.column().classes("h-full no-wrap q-pr-sm scroll gap-1").style("width: 25%; min-width: 240px"):
                await self._queue.build()
            with ui.column().classes("h-full no-wrap col q-px-sm gap-1"):
                self._steps()
                self._talk.build()
                with ui.column().classes("w-full gap-1 no-wrap").style("max-height: 34vh; overflow: auto"):
                    self._suggestions.build()
                self._composer.build()
            with ui.column().classes("h-full no-wrap q-pl-sm scroll gap-1").style("width: 26%; min-width: 240px"):
                self._aside.build()
        self._keys()
        await self._be_present()
        self._desk.opened(self._view.actor, self)
        ui.context.client.on_delete(self._leave)
        ui.timer(1.0, self._tick)
        ui.timer(_PRESENT_EVERY_S, self._view.handler(self._be_present), immediate=False)
        if wanted := self._view.query.get("c"):
            await self.open(wanted)
        self._composer.enable()

    async def open(self, session_id: str | None) -> None:
        """Show a conversation."""
        if session_id is None:
            return
        before, self._open = self._open, session_id
        if before != session_id:
            self._composer.switch(before, session_id)
        self._queue.chosen = session_id
        self._queue._list.refresh()
        try:
            await self._show_open()
        except NotFoundError:
            self._open = None
            raise
        # Whoever loads the page again, by hand or because the console was restarted, is where they were.
        ui.navigate.history.replace(f"/agents?{urlencode({'c': session_id})}")
        await self._be_present()

    @property
    def _has_it(self) -> bool:
        return self._open is not None and self._talk.standing.speaker == "human" and self._holder == self._agent.id

    @property
    def _holder(self) -> str | None:
        return next((row.agent_id for row in self._queue.rows if row.session_id == self._open), None) or (
            self._agent.id if self._talk.standing.agent == self._agent.name else None
        )

    async def _show_open(self) -> None:
        if self._open is None:
            return
        told = self._suggestions.told
        services = (await self._view.work(self._desk.copilot)).services
        await self._talk.open(services, self._open)
        assert self._talk.talk is not None
        question = self._talk.talk.question
        unanswered = question is not None and bool(self._talk.talk.asked) and self._talk.standing.speaker != "bot"
        turn_id = question.turn_id if question is not None and unanswered else None
        await self._suggestions.open(self._open, turn_id, told)
        await self._aside.open(services, self._talk.talk)
        self._steps.refresh()
        self._composer.enable()

    async def changed(self) -> None:
        """Something at the desk is not as it was: show it."""
        # A refresh that waits for its turn reads what is newest by then: another one would only keep others waiting.
        if not self._refreshing and self._seen != self._desk.version and self._client.has_socket_connection:
            self._refreshing = True
            await self._view.handler(self._refresh)()

    async def drafted(self, session_id: str, drafts: list[Suggested]) -> None:
        """Show the drafts for what was just said, before anything else is read."""
        if session_id == self._open and self._client.has_socket_connection:
            with self._client:
                self._suggestions.tell(drafts)

    async def _tick(self) -> None:
        self._queue.tick()
        await self.changed()  # what happened while the browser was not connected

    async def _refresh(self) -> None:
        self._refreshing, self._seen = False, self._desk.version
        await self._queue.refresh()
        self._announce()
        if self._open is not None:
            await self._show_open()

    def _announce(self) -> None:
        """How many wait stands in the tab's title; one more is heard by who is here, whatever they look at."""
        ui.run_javascript(f"({_ANNOUNCE})({len(self._queue.waiting)}, {json.dumps(self._available)})")

    async def _be_present(self) -> None:
        if not self._client.has_socket_connection and self._seen >= 0:
            return  # the browser is gone, or was: it does not count as present
        agent, now, looking_at = self._agent, self._view.console.clock.now(), self._open

        def present(session: Session, _actor: Actor) -> bool:
            be_present(session, agent, now, looking_at=looking_at)
            return next((one.available for one in at_the_desk(session, now) if one.agent.id == agent.id), True)

        self._available = await self._view.write(present)

    async def _leave(self) -> None:
        if self._desk.closed(self._view.actor, self):
            agent, now = self._agent, self._view.console.clock.now()

            def leave() -> None:
                with self._view.console.database.transaction() as session:
                    leave_desk(session, agent, now)

            await self._view.console.threads.run(leave)

    # What can be done with the conversation -------------------------------------------------------------------------

    @ui.refreshable_method
    def _steps(self) -> None:
        with ui.row().classes("w-full items-center gap-1 no-wrap"):
            speaker = self._talk.standing.speaker
            if self._open is None:
                ui.button("Next in the queue (N)", on_click=self._view.handler(self._next)).props("no-caps dense")
            elif not self._has_it and speaker in ("queued", "bot", "closed"):
                label = "Answer this shopper (T)" if speaker == "queued" else "Take over (T)"
                ui.button(label, icon="front_hand", on_click=self._view.handler(self._take)).props(
                    "no-caps dense"
                ).mark("take")
            elif self._has_it:
                for text, icon, step in (
                    ("Hand back (B)", "smart_toy", self._hand_back),
                    ("End (E)", "done", self._close),
                    ("Requeue (R)", "undo", self._release),
                    ("Pass on (P)", "group", self._pass_on),
                ):
                    ui.button(text, icon=icon, on_click=self._view.handler(step)).props("no-caps dense outline").mark(
                        text.split(" (")[0].lower().replace(" ", "-")
                    )
            ui.space()
            row = next((one for one in self._queue.rows if one.session_id == self._open), None)
            if row is not None and row.contact_email:
                ui.button(f"Answered {row.contact_email} by e-mail", on_click=self._view.handler(self._mailed)).props(
                    "no-caps dense outline"
                ).mark("mailed")
            ui.button("I am here" if self._available else "I am away", on_click=self._view.handler(self._toggle)).props(
                "no-caps dense flat"
            ).tooltip("Whether new shoppers are told that you can come").mark("available")

    def _keys(self) -> None:
        key = self._view.key
        key("j", "next conversation", lambda: self.open(self._queue.step(1)))
        key("k", "previous conversation", lambda: self.open(self._queue.step(-1)))
        # What the shopper notices takes a capital letter: nobody hits it while typing too early into a window.
        key("N", "answer whoever has waited longest", self._next)
        key("T", "take the conversation", self._take)
        key("B", "hand back to the assistant", self._hand_back)
        key("E", "end the conversation", self._close)
        key("R", "put it back into the queue", self._release)
        key("P", "pass it on to a colleague", self._pass_on)
        key("i", "write the answer (Ctrl+Enter sends, Esc leaves)", self._composer.focus)
        key("f", "find a product and put it into the answer", self._find_product)
        key("c", "choose a canned reply or a macro", self._choose_canned)
        key("o", "write a note for colleagues", self._aside.write_note)
        key("/", "search all conversations", self._queue.focus_search)

    async def _step(self, name: str, action: str) -> None:
        session_id, agent, now = self._open, self._agent, self._view.console.clock.now()
        if session_id is None:
            return
        steps = handoffs((await self._view.work(self._desk.copilot)).services)

        def step(session: Session, actor: Actor) -> None:
            arguments = (now,) if name == "release" else (agent, now)
            getattr(steps, name)(session, session_id, *arguments)
            audit(session, actor, action, now, session_id=session_id)

        await self._view.write(step)
        await self._refresh()

    async def _take(self) -> None:
        if not self._has_it:
            await self._step("take_over", "talk.take_over")
            self._composer.focus()

    async def _next(self) -> None:
        waiting = self._queue.first_waiting()
        if waiting is None:
            ui.notify("Nobody waits.")
            return
        await self.open(waiting)
        await self._take()

    async def _hand_back(self) -> None:
        await self._step("hand_back", "talk.hand_back")

    async def _close(self) -> None:
        await self._step("close", "talk.close")

    async def _release(self) -> None:
        if self._has_it:
            await self._step("release", "talk.release")

    async def _pass_on(self) -> None:
        now = self._view.console.clock.now()
        people = [one for one in await self._view.read(at_the_desk, now) if one.agent.id != self._agent.id]

        async def look_up(words: str) -> list[Option]:
            return [
                Option(one.agent.name, "here" if one.available else "away", one.agent)
                for one in people
                if words.lower() in one.agent.name.lower()
            ]

        choose(self._view, "Pass on to", look_up, self._pass_to)

    async def _pass_to(self, to: object) -> None:
        session_id, agent, now = self._open, self._agent, self._view.console.clock.now()
        if session_id is None or not isinstance(to, Agent):
            return
        steps = handoffs((await self._view.work(self._desk.copilot)).services)

        def step(session: Session, actor: Actor) -> None:
            steps.pass_on(session, session_id, agent, to, now)
            audit(session, actor, "talk.pass_on", now, session_id=session_id, to=to.name)

        await self._view.write(step)
        await self._refresh()

    async def _toggle(self) -> None:
        agent, now, looking_at, available = self._agent, self._view.console.clock.now(), self._open, not self._available

        def toggle(session: Session, _actor: Actor) -> None:
            be_present(session, agent, now, available=available, looking_at=looking_at)

        await self._view.write(toggle)
        self._available = available
        self._steps.refresh()

    async def _mailed(self) -> None:
        session_id, now = self._open, self._view.console.clock.now()

        def done(session: Session, actor: Actor) -> None:
            mark_contacted(session, session_id or "", now)
            audit(session, actor, "talk.mailed", now, session_id=session_id)

        await self._view.write(done)
        await self._refresh()

    # What is put into the answer ------------------------------------------------------------------------------------

    async def _find_product(self) -> None:
        services = (await self._view.work(self._desk.copilot)).services
        search_products(self._view, services, self._composer.attach)

    async def _choose_canned(self) -> None:
        async def look_up(words: str) -> list[Option]:
            return await self._view.read(_options, words.lower().removeprefix("/"))

        choose(self._view, "Canned reply or macro", look_up, self._use)

    async def _use(self, value: object) -> None:
        if isinstance(value, _Macro):
            await self._run_macro(value.shortcut)
        elif (text := await self._expand(str(value))) is not None:
            self._composer.insert_text(text)

    async def _run_macro(self, shortcut: str) -> None:
        session_id = self._open
        if session_id is None:
            return
        services = (await self._view.work(self._desk.copilot)).services
        await self._view.write(run_macro, services, session_id, shortcut)
        await self._refresh()

    async def _expand(self, shortcut: str) -> str | None:
        talk = self._talk.talk
        if talk is None:
            return None
        services = (await self._view.work(self._desk.copilot)).services
        text = await self._view.read(_canned_text, shortcut)
        if text is None:
            return None
        filled = await self._view.work(fill, text, services, talk, self._agent.name)
        if filled.missing:
            ui.notify(f"No record for: {', '.join(filled.missing)}", type="warning")
        return filled.text


def _canned_text(session: Session, shortcut: str) -> str | None:
    return next((row.text for row in canned_replies(session) if row.shortcut == shortcut), None)


def _options(session: Session, words: str) -> list[Option]:
    options = [Option(f"/{row.shortcut} {row.title}", row.text, row.shortcut) for row in canned_replies(session)]
    options += [
        Option(f"/{row.shortcut} {row.title} (macro)", steps_in_words(row.steps), _Macro(row.shortcut))
        for row in macros(session)
    ]
    return [one for one in options if words in one.title.lower() or words in one.caption.lower()]
