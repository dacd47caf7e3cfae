"""Draws docs/images/telegram.png: scripts/telegram_picture.py [HOME], where HOME holds the demo shop already.

It shows what the tests' Bot API server recorded of a real conversation.

It is no picture of Telegram's own app. The demo shop's drawings are turned into photographs first, for Telegram shows
no SVG.
"""

from __future__ import annotations

import base64
import html
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from bot_api import BotApi, Chatter  # noqa: E402

from benchmarks.installation import Installation  # noqa: E402

IMAGE = ROOT / "docs" / "images" / "telegram.png"

# Not every machine that draws has a font with these.
_IN_WORDS = {"🛒": "cart", "≈": "similar", "❓": "why?", "👍": "like", "👎": "no", "➖": "−", "➕": "+", "🗑": "remove"}

_STYLE = """
body { margin: 0; width: 460px; background: #dfe7ee; font: 15px/1.35 system-ui, sans-serif; padding: 14px; }
.note { text-align: center; color: #567; font-size: 12px; margin: 0 0 10px; }
.line { display: flex; flex-direction: column; align-items: flex-start; margin: 6px 0; }
.mine { align-items: flex-end; }
.bubble { background: #fff; border-radius: 12px; padding: 8px 11px; max-width: 390px; white-space: pre-wrap; }
.mine .bubble { background: #e3f6d3; }
.photos { display: grid; grid-template-columns: repeat(3, 1fr); gap: 3px; width: 390px; }
.photos figure { margin: 0; background: #fff; border-radius: 8px; overflow: hidden; font-size: 12px; }
.photos img { width: 100%; aspect-ratio: 1; object-fit: contain; display: block; background: #f3f5f7; }
figcaption { padding: 4px 6px; }
.keys { width: 412px; margin-top: 4px; }
.keys div { display: flex; gap: 4px; margin-top: 4px; }
.keys span { flex: 1; background: #b4c6d4; color: #123; text-align: center; border-radius: 8px; padding: 6px 2px; }
.toast { background: #334b; color: #fff; border-radius: 12px; padding: 5px 12px; font-size: 13px; margin: 6px auto; }
"""


def main() -> None:
    """Talk, and draw what was said."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium was not found: install the package chromium.")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder, BotApi().running() as api:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        environment = {"SHOPTALK_TELEGRAM_TOKEN": api.token, "SHOPTALK_TELEGRAM_API_URL": api.url}
        home = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder)
        with Installation(home, environment=environment) as installation:
            photograph(browser, installation)
            draw(browser, talk(api, api.person(1)))
        browser.close()


def photograph(browser: Browser, installation: Installation) -> None:
    """Give the jackets of the demo shop photographs."""
    pictures = installation.home / "shop" / "pictures"
    page = browser.new_page(viewport={"width": 400, "height": 400})
    changed = installation.home / "photographed.jsonl"
    with changed.open("w", encoding="utf-8") as file:
        for line in (ROOT / "build" / "demo" / "products.jsonl").read_text(encoding="utf-8").splitlines():
            product = json.loads(line)
            drawing = pictures / Path(product["image_url"]).name
            if "jacket" in product["title"]:
                photo = drawing.with_suffix(".png")
                if not photo.exists():
                    page.set_content(f"<body style='margin:0'>{drawing.read_text(encoding='utf-8')}</body>")
                    page.screenshot(path=photo)
                product["image_url"] = f"/pictures/{photo.name}"
            file.write(json.dumps(product) + "\n")
    installation.command("catalog", "import", str(changed))


def talk(api: BotApi, ada: Chatter) -> list[str]:
    """The conversation; what was said and shown, line by line, as HTML."""
    lines: list[str] = []

    def answers(said: str, last: Callable[[], bool]) -> None:
        lines.append(f"<div class='line mine'><div class='bubble'>{html.escape(said)}</div></div>")
        before = len(ada.heard)
        ada.says(said)
        api.until(lambda: len(ada.heard) > before and last())
        lines.append(before_and_after(ada.heard[before:]))

    answers("i'm looking for a jacket under 120", lambda: "1 👍" in ada.buttons)
    pressed = ada.presses("1 👍")
    api.until(lambda: "1 👍 ✓" in ada.buttons)
    lines[-1] = before_and_after(ada.heard)
    receipt = next(
        call.parameters["text"]
        for call in api.named("answerCallbackQuery")
        if call.parameters["callback_query_id"] == pressed
    )
    lines.append(f"<div class='line'><div class='toast'>{html.escape(receipt)}</div></div>")
    count = len(ada.heard)
    ada.presses("1 🛒")
    ada.hears(count + 1)
    lines.append(before_and_after(ada.heard[count:]))
    answers("/cart", lambda: "Total" in ada.texts[-1])
    return lines


def before_and_after(messages: list[dict[str, Any]]) -> str:
    """Messages of the bot as HTML: an album as one."""
    album = [one for one in messages if "media_group_id" in one]
    drawn = []
    if album:
        figures = (
            f"<figure><img src='data:image/png;base64,{base64.b64encode(one['_shown']).decode()}'>"
            f"<figcaption>{html.escape(one['caption'])}</figcaption></figure>"
            for one in album
        )
        drawn.append(f"<div class='line'><div class='photos'>{''.join(figures)}</div></div>")
    for one in messages:
        if "media_group_id" in one:
            continue
        rows = one.get("reply_markup", {}).get("inline_keyboard", [])
        keys = "".join(f"<div>{''.join(_key(key['text']) for key in row)}</div>" for row in rows)
        drawn.append(f"<div class='line'><div class='bubble'>{marked(one)}</div><div class='keys'>{keys}</div></div>")
    place = next((number for number, one in enumerate(messages) if "media_group_id" in one), 0)
    return "".join([*drawn[1 : place + 1], *drawn[:1], *drawn[place + 1 :]]) if album else "".join(drawn)


def _key(title: str) -> str:
    for sign, word in _IN_WORDS.items():
        title = title.replace(sign, word)
    return f"<span>{html.escape(title)}</span>"


def marked(message: dict[str, Any]) -> str:
    """The text with its bold parts and links, whose places are counted in UTF-16."""
    units = message.get("text", message.get("caption", "")).encode("utf-16-le")
    drawn, at = "", 0
    for mark in message.get("entities", []):
        start, end = mark["offset"] * 2, (mark["offset"] + mark["length"]) * 2
        tag = "b" if mark["type"] == "bold" else "u"
        drawn += html.escape(units[at:start].decode("utf-16-le"))
        drawn += f"<{tag}>{html.escape(units[start:end].decode('utf-16-le'))}</{tag}>"
        at = end
    return drawn + html.escape(units[at:].decode("utf-16-le"))


def draw(browser: Browser, lines: list[str]) -> None:
    """Keep the picture."""
    page = browser.new_page(viewport={"width": 488, "height": 600}, device_scale_factor=1.5)
    note = "Drawn from what a local Bot API server recorded; not Telegram's app. Signs on buttons in words"
    page.set_content(f"<style>{_STYLE}</style><p class='note'>{note}</p>{''.join(lines)}")
    page.screenshot(path=IMAGE, full_page=True)


if __name__ == "__main__":
    main()
