"""Which files does the gateway serve: the widget, its demo page, the shop's pictures?"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

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

_router = APIRouter(include_in_schema=False)


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


@_router.get("/widget.js")
async def widget() -> FileResponse:
    """The one script a shop's page needs; it imports its parts from /widget/."""
    return FileResponse(_WIDGET / "shoptalk.js", headers=_EMBEDDABLE | {"Cache-Control": "no-cache"})


@_router.get("/")
async def demo() -> FileResponse:
    """A page with the widget on it."""
    return FileResponse(_WIDGET / "demo.html", headers={"Content-Security-Policy": _PAGE_POLICY})


def add_pages(app: FastAPI, pictures: Path) -> None:
    """Serve the widget, the demo page and the folder `pictures`, which is made when it is missing."""
    pictures.mkdir(parents=True, exist_ok=True)
    app.include_router(_router)
    app.mount("/widget", _Files(_WIDGET, _EMBEDDABLE | {"Cache-Control": "no-cache"}))
    picture_headers = {"Content-Security-Policy": _PICTURE_POLICY, "Cache-Control": "max-age=86400"}
    app.mount("/pictures", _Files(pictures, _EMBEDDABLE | picture_headers))
