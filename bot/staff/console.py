"""What does a page of the console have to hand, and how does it come to be one?"""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

import structlog
from fastapi import Request
from nicegui import app, ui
from nicegui.events import KeyEventArguments
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.gateway.threads import Threads
from bot.staff.frame import frame
from feedback.staff.logins import LoggedOutError, find_login
from feedback.staff.roles import Actor, Permission, authorize
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import ShoptalkError
from recommender.settings import Settings

__all__ = ["Console", "Key", "Page", "View", "outside_link"]

_PAGE_BUILT_WITHIN_S: Final = 30.0
_LOGIN_LOOKED_AT_EVERY_S: Final = 30.0
_BROWSER_GONE_AFTER_S: Final = 20.0

P = ParamSpec("P")
T = TypeVar("T")
Handler = Callable[..., Any]
Build = Callable[["View"], Awaitable[None]]

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it is, what it is called, who may see it; `listed` ones are in everybody's navigation."""

    path: str
    title: str
    icon: str
    needs: Permission
    build: Build
    listed: bool


@dataclass(frozen=True, slots=True)
class Key:
    """What a key does on a page."""

    key: str
    meaning: str
    handler: Handler


@dataclass
class Console:
    """The parts that every page may use, and the pages in the order of the navigation."""

    settings: Settings
    database: Database
    clock: Clock
    threads: Threads
    pages: list[Page] = field(default_factory=list)

    def page(
        self, path: str, *, title: str, icon: str, needs: Permission, listed: bool = True
    ) -> Callable[[Build], Build]:
        """Make the decorated function the page at `path` (FastAPI's syntax, with parameters)."""

        def register(build: Build) -> Build:
            page = Page(path, title, icon, needs, build, listed)
            self.pages.append(page)

            async def show(request: Request) -> None:
                await self._show(page, request)

            ui.page(path, title=f"{title} · Shoptalk", response_timeout=_PAGE_BUILT_WITHIN_S,
                    reconnect_timeout=_BROWSER_GONE_AFTER_S)(show)  # fmt: skip
            return build

        return register

    def pages_for(self, actor: Actor) -> list[Page]:
        """What is in this person's navigation."""
        return [page for page in self.pages if page.listed and actor.may(page.needs)]

    async def _show(self, page: Page, request: Request) -> None:
        view = View(self, page, request.state.actor, dict(request.path_params), dict(request.query_params))
        ui.on_exception(view.tell)
        view.listen()
        await frame(view)
        try:
            authorize(view.actor, page.needs)
            await page.build(view)
        except Exception as error:  # noqa: BLE001 - whatever broke, there is a page that says so
            ui.context.client.status_code = error.http_status if isinstance(error, ShoptalkError) else 500
            ui.label(_sentence(error)).classes("text-h6").mark("refusal")
            _log_unless_told(page, error)
        view.drawn()


class View:
    """One page in one browser."""

    def __init__(
        self, console: Console, page: Page, actor: Actor, parameters: Mapping[str, str], query: Mapping[str, str]
    ) -> None:
        self.console = console
        self.page = page
        self.actor = actor
        self.parameters = parameters
        self.query = query
        self.keys: list[Key] = []
        self._client = ui.context.client
        self._in_order = asyncio.Lock()
        self._drawn = asyncio.Event()
        self._dialogs: set[int] = set()

    async def read(self, function: Callable[Concatenate[Session, P], T], *arguments: P.args, **named: P.kwargs) -> T:
        """What `function(session, …)` makes of a snapshot of the record, in a thread."""

        def reading() -> T:
            with self.console.database.reading() as session:
                return function(session, *arguments, **named)

        return await self.console.threads.run(reading)

    async def write(
        self, function: Callable[Concatenate[Session, Actor, P], T], *arguments: P.args, **named: P.kwargs
    ) -> T:
        """What `function(session, actor, …)` does in one transaction, in a thread.

        Raises:
            LoggedOutError: the login has ended since the page was opened.
            NotAllowedError: the account's role has changed since.
        """

        def writing() -> T:
            with self.console.database.transaction() as session:
                actor, _ = find_login(session, self.actor.login_id, self.console.clock.now())
                authorize(actor, self.page.needs)
                return function(session, actor, *arguments, **named)

        return await self.console.threads.run(writing)

    async def work(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """What `function(…)` returns, called in a thread."""
        return await self.console.threads.run(lambda: function(*arguments, **named))

    def key(self, key: str, meaning: str, handler: Handler) -> None:
        """Let `key` (a character, or a name such as "ArrowLeft") do what `meaning` says; a later one replaces it."""
        self.keys = [one for one in self.keys if one.key != key]
        self.keys.append(Key(key, meaning, handler))

    def handler(self, function: Handler) -> Handler:
        """The function for an event: an error a person can mend is shown, and two clicks come one after the other."""

        async def handle(*event: Any) -> None:
            # What was pressed may be gone by the time this is done (a list that refreshed); the page itself is not.
            async with self._in_order:
                with self._client:
                    await self._handled(function, event)

        async def handle_event(event: Any) -> None:
            await handle(event)

        async def handle_nothing() -> None:
            await handle()

        # NiceGUI looks at the signature to see whether the event is wanted.
        return handle_event if _takes_event(function) else handle_nothing

    async def _handled(self, function: Handler, event: tuple[Any, ...]) -> None:
        try:
            result = function(*event)
            if inspect.isawaitable(result):
                await result
        except Exception as error:  # noqa: BLE001 - whatever broke, the page stays and says so
            self.tell(error)

    def dialog(self) -> ui.dialog:
        """An open dialog to put elements into; while it is there, keys are its own and not the page's."""
        dialog = ui.dialog(value=True)
        self._dialogs.add(dialog.id)

        def closed() -> None:
            if not dialog.value:
                self._dialogs.discard(dialog.id)

        # The keys are the page's again as soon as it closes; it is gone once it has faded.
        dialog.on_value_change(closed)
        dialog.on("hide", dialog.delete)
        return dialog

    def listen(self) -> None:
        """Begin to take keys, before there is anything to see.

        A page that begins a timer is sent to the browser half drawn; what is pressed there waits until all is drawn.
        """
        ui.keyboard(self._pressed, repeating=False, ignore=["input", "select", "textarea"])

    def drawn(self) -> None:
        """The page is whole: its keys do what they say, and whether the login is still good is looked at."""
        from bot.staff.frame import show_keys

        self.key("?", "show these keys", lambda: show_keys(self))
        self._drawn.set()
        ui.timer(_LOGIN_LOOKED_AT_EVERY_S, self._still_logged_in, immediate=False)

    def tell(self, error: Exception) -> None:
        """Show an error to whoever looks at the page."""
        if isinstance(error, LoggedOutError):
            ui.navigate.to("/login")
            return
        _log_unless_told(self.page, error)
        ui.notify(_sentence(error), type="negative", close_button="OK", timeout=0)

    async def _pressed(self, event: KeyEventArguments) -> None:
        await self._drawn.wait()
        held = event.modifiers
        if self._dialogs or not event.action.keydown or held.ctrl or held.meta or held.alt:
            return
        for one in self.keys:
            if one.key == event.key.name:
                # Looked at again when it is its turn: a key that was pressed before may have opened a window meanwhile.
                await self.handler(lambda do=one.handler: None if self._dialogs else do())()
                return

    async def _still_logged_in(self) -> None:
        try:
            await self.read(find_login, self.actor.login_id, self.console.clock.now())
        except LoggedOutError as error:
            self.tell(error)
        except SQLAlchemyError as error:
            _log.warning("login_not_looked_at", error=type(error).__name__)


def _takes_event(function: Handler) -> bool:
    return any(
        one.default is one.empty and one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
        for one in inspect.signature(function).parameters.values()
    )


def outside_link(text: str, address: str | None) -> None:
    """A link to another site that a feed named; only its text where the address is none a browser should open."""
    try:
        good = address is not None and urlsplit(address).scheme in ("http", "https")
    except ValueError:
        good = False
    if good and address is not None:
        ui.link(text, address, new_tab=True).props('rel="noopener noreferrer"')
    else:
        ui.label(text)


def quiet_framework() -> None:
    """Keep NiceGUI from logging, with the text of the error, what `View.tell` logs without it."""
    app._exception_handlers.clear()


def _log_unless_told(page: Page, error: Exception) -> None:
    """Log what a person cannot mend: where it happened, never its text, which may hold what a shopper wrote."""
    if not isinstance(error, ShoptalkError):
        where = "".join(traceback.format_tb(error.__traceback__))
        _log.error("page_failed", page=page.path, error=type(error).__name__, where=where)


def _sentence(error: Exception) -> str:
    if isinstance(error, ShoptalkError):
        return str(error)
    if isinstance(error, SQLAlchemyError):
        return "The record cannot be reached right now; try again in a moment."
    return "Something is wrong on our side; the log says what."
