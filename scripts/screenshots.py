"""Takes the screenshots of the docs from a running assistant on the demo shop: scripts/screenshots.py URL"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SHOTS = (
    ("desktop", 1280, 860, ("i'm looking for a warm jacket under 150", "in blue please")),
    ("phone", 390, 844, ("running shoes",)),
    ("compare", 1280, 860, ("wireless headphones", "compare the first two")),
)


def main() -> None:
    """Talk in a real Chromium and keep what it shows."""
    (url,) = sys.argv[1:]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium was not found: install the package chromium.")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        for name, width, height, messages in SHOTS:
            page = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=1.5).new_page()
            page.goto(url)
            for number, text in enumerate(messages, start=1):
                page.get_by_label("Your message").fill(text)
                page.get_by_label("Your message").press("Enter")
                expect(page.locator("ul.products, .comparison")).to_have_count(number)
            page.wait_for_timeout(1500)  # pictures; the open stream never lets the network be idle
            page.screenshot(path=IMAGES / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
