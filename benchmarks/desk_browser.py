"""How long after the gateway has accepted a shopper's message does the agent see the drafts, in a real browser?"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx
import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.installation import Installation
from benchmarks.machine import save

__all__ = ["measure_in_browser"]

# Whenever what the drafts say has changed, the moment of the next frame: then it is on the screen.
_WATCH = """
() => {
  const said = () => [...document.querySelectorAll('.shoptalk-draft')].map((one) => one.innerText).join('\\n');
  let before = said();
  window.draftsSeenAt = [];
  new MutationObserver(() => {
    const now = said();
    if (now === before) return;
    before = now;
    if (now) requestAnimationFrame(() => window.draftsSeenAt.push(performance.timeOrigin + performance.now()));
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}
"""
_SLOW_MS = 60_000


def measure_in_browser(installation: Installation, questions: Sequence[str], command: str) -> None:
    """Say each of the questions to an agent at an open desk, who answers with the first draft; print and keep how long
    the drafts took to be seen."""
    said = installation.command("staff", "add", "Timekeeper", "--role", "agent", "--generate").stdout
    password = said.rsplit(": ", 1)[1].strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_SLOW_MS)
        page.goto(installation.staff_url + "/agents")
        page.get_by_label("Name").fill("Timekeeper")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("I am here").wait_for()
        with httpx.Client(base_url=installation.url, timeout=60) as shopper:
            opened = shopper.post("/api/sessions", json={}).json()
            shopper.headers["Authorization"] = "Bearer " + opened["token"]
            shopper.post("/api/messages", json={"text": "I want to talk to a human"}).raise_for_status()
            page.get_by_text("waits for a person").wait_for()
            page.get_by_role("button", name="Next in the queue (N)").click()
            page.get_by_text("Timekeeper answers here.").wait_for()
            page.evaluate(_WATCH)
            waits, after = [], 0
            for question in questions:
                waited, after = _wait(page, shopper, question, after)
                waits.append(waited)
        browser.close()
    # The first messages find caches cold, as nobody's desk is after its first minute.
    warm = waits[3:]
    row = {"messages": len(warm)} | {
        f"p{at} ms": round(float(np.percentile(warm, at)), 1) for at in (50, 95, 99)
    }  # fmt: skip
    print(row)
    notes = [
        "From the moment at which the gateway accepts the message to the first frame with its drafts in Chromium.",
        "The agent answers each message with the first draft; browser, Rasa and all of Shoptalk share the machine.",
        f"The first three messages, with caches cold, took up to {max(waits[:3]):.0f} ms and are not counted.",
    ]
    save("copilot-browser", "From a shopper's message to the drafts on the agent's screen", command, [row], notes)


def _wait(page: Page, shopper: httpx.Client, question: str, after: int) -> tuple[float, int]:
    """Milliseconds from the acceptance of the question to its drafts on the screen; then it is answered.

    Every message is newer than the one with the id `after`; with the wait comes that of the question.
    """
    page.evaluate("window.draftsSeenAt = []")
    shopper.post("/api/messages", json={"text": question}).raise_for_status()
    page.wait_for_function("window.draftsSeenAt.length > 0")
    seen_at = float(page.evaluate("window.draftsSeenAt[0]"))
    messages: list[dict[str, Any]] = shopper.get("/api/messages", params={"after": after}).json()["messages"]
    accepted = next(one for one in reversed(messages) if one["sender"] == "shopper")
    wait = seen_at - datetime.fromisoformat(accepted["created_at"]).timestamp() * 1000
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.wait_for_function("document.querySelector('[aria-label=Answer]').value !== ''")
    page.get_by_role("button", name="Send").click()
    page.wait_for_function("document.querySelector('.shoptalk-draft') === null")
    time.sleep(0.2)  # an agent's own pace is slower still
    return wait, int(accepted["id"])
