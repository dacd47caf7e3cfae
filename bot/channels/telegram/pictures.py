"""Which picture of a product can Telegram show?"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.channels.telegram.parts import Picture

__all__ = ["picture_of", "web_address"]

_SHOWN = {".jpg", ".jpeg", ".png", ".webp"}
_LARGEST_UPLOAD_BYTES = 10 * 1024 * 1024
_OWN_PICTURES = "/pictures/"


def picture_of(image_url: str, pictures: Path) -> Picture | None:
    """What to show: a web address as it is, a file of the shop's own `pictures` folder as an upload; else None.

    Telegram shows photographs, no drawings (SVG).
    """
    if image_url.startswith(_OWN_PICTURES):
        path = (pictures / unquote(image_url.removeprefix(_OWN_PICTURES))).resolve()
        inside = path.is_relative_to(pictures.resolve())
        if inside and path.suffix.lower() in _SHOWN and path.is_file():
            return path if path.stat().st_size <= _LARGEST_UPLOAD_BYTES else None
        return None
    address = web_address(image_url)
    return None if address is None or urlsplit(address).path.lower().endswith(".svg") else address


def web_address(url: str) -> str | None:
    """The address if it is one of the web that Telegram would open; None for anything else."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    usable = parts.scheme in {"http", "https"} and "." in host and url.isprintable() and " " not in url
    return url if usable and len(url) <= 2000 else None
