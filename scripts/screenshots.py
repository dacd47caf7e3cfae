"""Takes the screenshots of the docs from a running assistant on the demo shop: scripts/screenshots.py URL"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"


@dataclass(frozen=True)
class Shot:
    """One picture: the screen, the page's language and direction, what is said, and what is pressed in the end."""

    name: str
    width: int
    height: int
    said: Sequence[str]
    pressed: Sequence[str] = ()
    scheme: Literal["light", "dark"] = "light"
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"


SHOTS = (
    Shot("desktop", 1280, 860, ("i'm looking for a warm jacket under 150", "in blue please")),
    Shot("phone", 390, 844, ("running shoes",)),
    Shot("compare", 1280, 860, ("wireless headphones", "compare the first two"), scheme="dark"),
    Shot("tablet", 820, 1000, ("desk lamp",), ("Add 1", "Show my cart (1)")),
    Shot("rtl", 820, 860, ("warm jacket",), direction="rtl"),
)


def main() -> None:
    """Talk in a real Chromium and keep what it shows; names after the address choose some of the pictures."""
    url, *names = sys.argv[1:]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium was not found: install the package chromium.")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for shot in SHOTS:
            if not names or shot.name in names:
                take(browser, url, shot)
        browser.close()


def take(browser: Browser, url: str, shot: Shot) -> None:
    """Take one picture in a browser profile of its own."""
    page = browser.new_context(
        viewport={"width": shot.width, "height": shot.height}, device_scale_factor=1.5, color_scheme=shot.scheme,
        locale="en-US",
    ).new_page()  # fmt: skip
    page.goto(url)
    # Language and direction are read when the element begins.
    page.evaluate(
        """([lang, dir]) => {
          Object.assign(document.documentElement, { lang, dir });
          const chat = document.createElement("shoptalk-chat");
          chat.setAttribute("open", "");
          document.querySelector("shoptalk-chat").replaceWith(chat);
        }""",
        [shot.language, shot.direction],
    )
    for number, text in enumerate(shot.said, start=1):
        page.locator("textarea").fill(text)
        page.locator("textarea").press("Enter")
        expect(page.locator("ul.cards, .comparison")).to_have_count(number, timeout=30_000)
    for name in shot.pressed:
        press(page, name)
    page.wait_for_timeout(2000)  # pictures and motion; the open stream never lets the network be idle
    page.screenshot(path=IMAGES / f"{shot.name}.png")
    page.context.close()


def press(page: Page, name: str) -> None:
    """Press the first card's button to add it, or the button of this name, and wait for the answer."""
    answered = page.locator(".row.bot").count()
    button = page.locator(".add").first if name == "Add 1" else page.get_by_role("button", name=name).first
    button.click()
    expect(page.locator(".row.bot").nth(answered)).to_be_visible(timeout=30_000)


if __name__ == "__main__":
    main()
