"""Writes down a conversation with a running assistant, in Markdown, for docs/tour.md.

`scripts/tour.py http://127.0.0.1:8000 "warm jacket" "in blue" …`; with --anonymous the names of products stay out, for
catalogues that are not ours to print.
"""

from __future__ import annotations

import argparse
from typing import Any

import httpx


def _product(item: dict[str, Any], number: int, *, anonymous: bool) -> str:
    title = f"product {number}" if anonymous else item["title"]
    price = "no price" if item["price"] is None else f"{item['price']} {item['currency']}"
    reasons = "" if anonymous else "; ".join(item["reasons"])
    return f"> {number}. **{title}**, {price}{'' if item['in_stock'] else ', out of stock'}" + (
        f" · *{reasons}*" if reasons else ""
    )


def _without_names(text: str, titles: list[str]) -> str:
    for title in sorted(titles, key=len, reverse=True):
        text = text.replace(title, "“…”")
    return text


def _reply(reply: dict[str, Any], titles: list[str], *, anonymous: bool) -> list[str]:
    kind = reply["type"]
    titles += [item["title"] for item in reply.get("items", []) if "impression_id" in item]
    if kind == "products":
        return [_product(item, number, anonymous=anonymous) for number, item in enumerate(reply["items"], 1)]
    if kind == "chips":
        shown = [item["title"] for item in reply["items"]]
        return ["> " + " ".join(f"`{title}`" for title in shown)] if not anonymous else [f"> {len(shown)} suggestions"]
    if kind == "constraints":
        return ["> In force: " + ", ".join(f"`{item['label']} ✕`" for item in reply["items"])] if reply["items"] else []
    if kind == "comparison":
        rows = [row["label"] for row in reply["rows"]]
        return [f"> (a table of {len(reply['items'])} products: {', '.join(rows)})"]
    if anonymous and kind == "text":
        return [f"> {line}" for line in _without_names(reply["text"], titles).splitlines()]
    return [f"> {line}" for line in reply["text"].splitlines()]


def main() -> None:
    """Talk, and print what was said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("messages", nargs="+")
    parser.add_argument("--anonymous", action="store_true")
    arguments = parser.parse_args()
    with httpx.Client(base_url=arguments.url, timeout=60) as client:
        token = client.post("/api/sessions", json={}).raise_for_status().json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        titles: list[str] = []
        for text in arguments.messages:
            answer = client.post("/api/messages", json={"text": text}).raise_for_status().json()
            print(f"**{text}**\n")
            for reply in answer["replies"]:
                print("\n>\n".join(_reply(reply, titles, anonymous=arguments.anonymous)) + "\n>")
            print()


if __name__ == "__main__":
    main()
