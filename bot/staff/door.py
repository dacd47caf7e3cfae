"""How does somebody log in, and how is the first account made?

Plain HTML without a script, so that nothing of what is behind the login has to be open to those before it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError

from bot.gateway.threads import Threads
from bot.staff.guard import COOKIE
from feedback.staff.accounts import add_staff, check_password, hash_password
from feedback.staff.audit import audit
from feedback.staff.logins import (
    LONGEST_LOGIN,
    begin_attempt,
    end_login,
    find_login,
    forgive,
    hash_token,
    is_first_link,
    mark_seen,
    open_login,
    password_hash_of,
    redeem_first_link,
)
from feedback.staff.roles import Actor, Role
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import BusyError, NotFoundError, ShoptalkError

__all__ = ["Door"]

_FORM_COOKIE = "shoptalk_form"
_FORM_LIFETIME_S = 3600
_FORM_BYTES = 8 * 1024
_HASHING_THREADS: Final = 2
"""A hash takes 64 MiB: only so many at once."""

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)
_log = structlog.get_logger()


class Door:
    """The pages before the login.

    Args:
        database: the record.
        clock: tells when logins and links end.
        key: signs the forms.
        threads: where the record is read and written.
    """

    def __init__(self, database: Database, clock: Clock, key: str, threads: Threads) -> None:
        self._database = database
        self._clock = clock
        self._forms = URLSafeTimedSerializer(key, salt="shoptalk.staff.form")
        self._threads = threads
        self._hashing = Threads(_HASHING_THREADS)
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route("/login", self._ask, methods=["GET"])
        self.router.add_api_route("/login", self._log_in, methods=["POST"])
        self.router.add_api_route("/first", self._ask_first, methods=["GET"])
        self.router.add_api_route("/first", self._make_first, methods=["POST"])
        self.router.add_api_route("/healthz", self._healthy, methods=["GET"])

    async def find_actor(self, token: str) -> Actor:
        """Who is logged in with what this cookie holds.

        Raises:
            LoggedOutError: nobody is.
        """
        return await self._threads.run(self._find_actor, token)

    def _find_actor(self, token: str) -> Actor:
        login_id, now = hash_token(token), self._clock.now()
        with self._database.reading() as session:
            actor, unseen = find_login(session, login_id, now)
        if unseen:
            with self._database.transaction() as session:
                mark_seen(session, login_id, now)
        return actor

    async def _healthy(self) -> PlainTextResponse:
        return PlainTextResponse("ok")

    async def _ask(self, request: Request) -> Response:
        return self._login_form(request, following=_local(request.query_params.get("next", "/")))

    async def _log_in(self, request: Request) -> Response:
        form = await _read_form(request)
        name, following = form.get("name", ""), _local(form.get("next", "/"))
        if not self._is_ours(request, form):
            return self._login_form(request, name, following, "This form has expired; try again.", 403)
        try:
            token = await self._hashing.run(self._let_in, name, form.get("password", ""), _address(request))
        except BusyError as error:
            response = self._login_form(request, name, following, str(error), 429)
            response.headers["Retry-After"] = str(error.retry_after_s)
            return response
        except NotFoundError as error:
            return self._login_form(request, name, following, str(error), 401)
        except SQLAlchemyError as error:
            return self._login_form(request, name, following, _unreachable(error), 503)
        return _logged_in(request, token, following)

    def _let_in(self, name: str, password: str, address: str) -> str:
        now = self._clock.now()
        with self._database.transaction() as session:
            begin_attempt(session, name, address, now)
        with self._database.reading() as session:
            staff_id, password_hash = password_hash_of(session, name)
        if not check_password(password_hash, password) or staff_id is None:
            # Not the name: somebody may have typed their password there.
            _log.warning("login_failed")
            raise NotFoundError("The name or the password is wrong.")
        with self._database.transaction() as session:
            forgive(session, name, address)
            token = open_login(session, staff_id, now)
            audit(session, find_login(session, hash_token(token), now)[0], "login", now)
        return token

    async def _ask_first(self, request: Request) -> Response:
        token = request.query_params.get("token", "")
        if not await self._threads.run(self._is_first_link, token):
            return self._page("This link is no longer good", notice=_NO_LINK, status=404)
        return self._first_form(request, token)

    async def _make_first(self, request: Request) -> Response:
        form = await _read_form(request)
        name, link = form.get("name", ""), form.get("token", "")
        if not self._is_ours(request, form):
            return self._first_form(request, link, name, "This form has expired; try again.", 403)
        try:
            token = await self._hashing.run(self._open_first, link, name, form.get("password", ""))
        except ShoptalkError as error:
            return self._first_form(request, link, name, str(error), error.http_status)
        except SQLAlchemyError as error:
            return self._first_form(request, link, name, _unreachable(error), 503)
        return _logged_in(request, token, "/")

    def _is_first_link(self, token: str) -> bool:
        with self._database.reading() as session:
            return is_first_link(session, token, self._clock.now())

    def _open_first(self, link: str, name: str, password: str) -> str:
        password_hash, now = hash_password(password), self._clock.now()
        with self._database.transaction() as session:
            redeem_first_link(session, link, now)
            account = add_staff(session, name, Role.ADMIN, password_hash, now)
            token = open_login(session, account.id, now)
            actor = find_login(session, hash_token(token), now)[0]
            audit(session, actor, "staff.first", now, name=account.name)
        return token

    def log_out(self, actor: Actor) -> None:
        """End the login through which `actor` acts. Blocks."""
        with self._database.transaction() as session:
            end_login(session, actor.login_id)

    # The pages --------------------------------------------------------------------------------------------------

    def _login_form(
        self, request: Request, name: str = "", following: str = "/", error: str = "", status: int = 200
    ) -> Response:
        return self._form(
            request, "Log in", error, status, action="/login", hidden={"next": following}, name=name,
            autocomplete="current-password", button="Log in",
        )  # fmt: skip

    def _first_form(self, request: Request, token: str, name: str = "", error: str = "", status: int = 200) -> Response:
        return self._form(
            request, "Make the first account", error, status, action="/first", hidden={"token": token}, name=name,
            autocomplete="new-password", button="Make it and log in",
            notice="It is an admin's: it may do everything and make the other accounts.",
        )  # fmt: skip

    def _form(
        self, request: Request, title: str, error: str, status: int, notice: str = "", **shown: object
    ) -> Response:
        nonce = request.cookies.get(_FORM_COOKIE) or secrets.token_urlsafe(16)
        shown["form"] = self._forms.dumps(nonce)
        response = self._page(title, error=error, notice=notice, status=status, shown=shown)
        response.set_cookie(
            _FORM_COOKIE, nonce, max_age=_FORM_LIFETIME_S, httponly=True, samesite="strict", secure=_is_secure(request)
        )
        return response

    def _page(
        self,
        title: str,
        *,
        error: str = "",
        notice: str = "",
        status: int = 200,
        shown: Mapping[str, object] | None = None,
    ) -> Response:
        values = {"action": "", **(shown or {}), "title": title, "error": error, "notice": notice}
        page = _pages.get_template("door.html").render(values)
        return HTMLResponse(page, status, headers={"Content-Security-Policy": _POLICY})

    def _is_ours(self, request: Request, form: dict[str, str]) -> bool:
        """Whether this browser was given that form: another site can send neither the cookie nor what signs it."""
        try:
            nonce = self._forms.loads(form.get("form", ""), max_age=_FORM_LIFETIME_S)
        except BadSignature:
            return False
        return isinstance(nonce, str) and secrets.compare_digest(nonce, request.cookies.get(_FORM_COOKIE, ""))


_NO_LINK = "Restart Shoptalk for another one, or make an account with `shoptalk staff add NAME --role admin`."


async def _read_form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _FORM_BYTES:
            return {}  # no form of ours is this long; without its token it is refused
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _logged_in(request: Request, token: str, following: str) -> Response:
    response = RedirectResponse(following, 303)
    response.set_cookie(
        COOKIE, token, max_age=int(LONGEST_LOGIN.total_seconds()), httponly=True, samesite="lax",
        secure=_is_secure(request),
    )  # fmt: skip
    response.delete_cookie(_FORM_COOKIE)
    return response


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def _local(path: str) -> str:
    """The path if it leads to a page of ours; a link to the login must not lead on to another site."""
    unsafe = not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable()
    return "/" if unsafe else path


def _unreachable(error: SQLAlchemyError) -> str:
    _log.error("record_unreachable", error=type(error).__name__)
    return "The record cannot be reached right now; try again in a moment."
