"""What does a product look like? The drawing of its type from `drawings/`, coloured in.

A drawing is the inside of an SVG of 400 by 400: `$main`, `$light` and `$dark` stand for the product's colour, `$gold`
for fittings. It holds shapes only: no scripts, no styles, no links.
"""

from __future__ import annotations

from pathlib import Path
from string import Template

__all__ = ["COLOURS", "picture"]

_DRAWINGS = Path(__file__).parent / "drawings"
_GOLD = "#d9a441"

COLOURS = {
    "amber": "#d98a1f",
    "beige": "#d8c6a5",
    "black": "#33363c",
    "blue": "#3a6fc4",
    "brown": "#80553a",
    "burgundy": "#7b2038",
    "camel": "#bf9058",
    "copper": "#b5693c",
    "coral": "#f08068",
    "cream": "#ede1c4",
    "dark blue": "#24427f",
    "emerald": "#18825c",
    "forest green": "#2d5a3d",
    "gold": "#d1a83c",
    "green": "#4a9a57",
    "grey": "#8b9097",
    "indigo": "#3b4483",
    "lavender": "#b19fd8",
    "light blue": "#8db8de",
    "lime": "#a9cf3a",
    "mint": "#93d6b8",
    "multicolour": "#d9537f",
    "mustard": "#d1a02c",
    "navy": "#26355d",
    "nude": "#d3a184",
    "oak": "#c49a63",
    "olive": "#737a3c",
    "orange": "#ec8330",
    "pink": "#ec91b1",
    "plum": "#753a64",
    "purple": "#7c4fae",
    "red": "#c93a3a",
    "rose": "#d3637f",
    "rose gold": "#d6a093",
    "sage": "#9db08c",
    "sand": "#d5be91",
    "silver": "#bcc3ca",
    "sky blue": "#6fb5e3",
    "space grey": "#5b6068",
    "tan": "#bb8a5b",
    "teal": "#22868a",
    "terracotta": "#bf6444",
    "turquoise": "#37b9b5",
    "walnut": "#6e4a32",
    "white": "#f1f0ec",
    "yellow": "#f1ca38",
}
"""How the shop's colours are drawn."""


def picture(code: str, colour: str) -> str:
    """The SVG of a product of type `code` in `colour`."""
    main = COLOURS[colour]
    drawing = Template((_DRAWINGS / f"{code}.svg").read_text(encoding="utf-8")).substitute(
        main=main, light=_mix(main, "#ffffff", 0.38), dark=_mix(main, "#14161c", 0.32), gold=_GOLD
    )
    # Pale things stand before a darker wall, so that they are seen.
    wall = _mix(main, "#ffffff", 0.84) if _brightness(main) < 190 else _mix("#a3afbd", main, 0.22)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400">\n'
        f'<rect width="400" height="400" fill="{wall}"/>\n'
        f'<path d="M0 296 H400 V400 H0Z" fill="{_mix(wall, "#14161c", 0.07)}"/>\n'
        '<ellipse cx="200" cy="334" rx="148" ry="15" fill="#14161c" opacity=".16"/>\n'
        f"{drawing}</svg>\n"
    )


def _mix(colour: str, other: str, share: float) -> str:
    """`colour` with `share` of `other` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02x}" for mine, theirs in pairs)


def _brightness(colour: str) -> float:
    red, green, blue = _channels(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
