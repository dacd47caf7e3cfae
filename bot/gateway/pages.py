"""Which files does the gateway serve: the widget, its demo page, the shop's pictures?"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

__all__ = ["add_pages"]

_WIDGET = Path(__file__).resolve().parent.parent / "widget"

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A picture opened on its own may be an SVG that somebody else drew: it gets no scripts, no network and no origin.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# Other sites' pages load the widget and the pictures. Module scripts are fetched with CORS, so that without this the
# widget could not even say that the shop's page was not allowed to talk.
_EMBEDDABLE = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}


class _Files(StaticFiles):
    """The files of one folder, and nothing outside it, with headers of their own."""

    def __init__(self, directory: Path, headers: dict[str, str]) -> None:
        super().__init__(directory=directory)
        self._headers = headers

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 404."""
        response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        return response


class _File:
    """One file of the widget, with headers of its own."""

    def __init__(self, name: str, headers: dict[str, str]) -> None:
        self._path, self._headers = _WIDGET / name, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await FileResponse(self._path, headers=self._headers)(scope, receive, send)


def add_pages(app: FastAPI, pictures: Path) -> None:
    """Serve the widget, the demo page and the folder `pictures`, which is made when it is missing."""
    pictures.mkdir(parents=True, exist_ok=True)
    fresh = _EMBEDDABLE | {"Cache-Control": "no-cache"}
    script = GZipMiddleware(_File("shoptalk.js", fresh))  # all that a shop's page needs; it imports its parts
    demo = _File("demo.html", {"Content-Security-Policy": _PAGE_POLICY})
    app.router.routes += [Route("/widget.js", script, methods=["GET"]), Route("/", demo, methods=["GET"])]
    app.mount("/widget", GZipMiddleware(_Files(_WIDGET, fresh)))
    picture_headers = {"Content-Security-Policy": _PICTURE_POLICY, "Cache-Control": "max-age=86400"}
    app.mount("/pictures", _Files(pictures, _EMBEDDABLE | picture_headers))
