"""Is what an agent answered with among the copilot's drafts, and are the drafts there in time?

Replays conversations recorded by hand (`benchmarks/conversations/desk.yml`) on the demo shop: for how many turns of the
agent is the accepted passage, product or order the first draft, or one of the three? And how long after the shopper's
message is kept are the drafts kept? Run with

    python -m benchmarks.copilot [--home FOLDER]

FOLDER is a home with the demo shop in it; without one a whole installation is started in a temporary folder, and there
it is measured as well how long the drafts take to be on an agent's screen, in Chromium.
"""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
import yaml

from actions.copilot.suggestions import Copilot
from actions.reaching_people import handoffs
from actions.services import Services, build
from benchmarks.desk_browser import measure_in_browser
from benchmarks.installation import Installation
from benchmarks.machine import save
from feedback.conversations import accept_turn, open_session
from feedback.desk import be_present
from feedback.drafts import Suggested
from feedback.handoff import Agent
from feedback.people import new_person
from recommender.catalogue.product import Product
from recommender.settings import Settings

CONVERSATIONS: Final = Path(__file__).parent / "conversations" / "desk.yml"
COMMAND: Final = "python -m benchmarks.copilot"
_AGENT = Agent("benchmark", "Benchmark")
_ORDER = "DS-10003"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One turn: the place (from 1) of the answer among the drafts, None where it is not there, and the time it took."""

    kind: str
    place: int | None
    milliseconds: float
    cpu_milliseconds: float
    said: str


def replay(services: Services, copilot: Copilot, says: list[str], answer: Mapping[str, Any]) -> Replayed:
    """Say it to a person, have drafts made, and look for the answer."""
    with services.database.transaction() as session:
        person_id = new_person(session, services.clock.now())
        session_id = open_session(session, person_id, "web", services.clock.now()).id
        # Whoever is not at the desk loses their conversations to the queue.
        be_present(session, _AGENT, services.clock.now())
        handoffs(services).take_over(session, session_id, _AGENT, services.clock.now())
    drafts: list[Suggested] = []
    milliseconds = cpu_milliseconds = 0.0
    for text in says:
        with services.database.transaction() as session:
            accept_turn(session, session_id, text=text, now=services.clock.now())
        started, worked = time.perf_counter(), time.process_time()
        drafts = copilot.suggest(session_id)
        milliseconds = (time.perf_counter() - started) * 1000
        cpu_milliseconds = (time.process_time() - worked) * 1000
    with services.database.transaction() as session:
        handoffs(services).close(session, session_id, _AGENT, services.clock.now())
    (kind, wanted), *_ = answer.items()
    places = [place for place, one in enumerate(drafts, start=1) if _is(services, one, kind, wanted)]
    return Replayed(kind, places[0] if places else None, milliseconds, cpu_milliseconds, says[-1])


def _is(services: Services, draft: Suggested, kind: str, wanted: Any) -> bool:
    if kind == "passage":
        titles = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        return draft.source in ("passage", "answer") and draft.title.startswith(titles)
    if kind == "order":
        return draft.source == "order" and str(wanted) in draft.text
    if draft.source != "products" or not draft.item_ids:
        return False
    products = services.catalogue.get(draft.item_ids)
    return all(_meets(products[one], wanted) for one in draft.item_ids if one in products)


def _meets(product: Product, wanted: Mapping[str, Any]) -> bool:
    text = product.text.casefold()
    return (
        str(wanted["title"]) in text
        and ("colour" not in wanted or str(wanted["colour"]) in text)
        and ("under" not in wanted or (product.price is not None and product.price <= wanted["under"]))
    )


def _email(services: Services) -> str:
    with (services.settings.shop_dir / "orders.csv").open(encoding="utf-8", newline="") as file:
        return next(row["email"] for row in csv.DictReader(file) if row["order_number"] == _ORDER)


def measure(settings: Settings, show_misses: bool) -> None:
    """Replay both parts, print and keep the numbers."""
    services = build(settings)
    copilot = Copilot.of(services)
    copilot.warm_up()
    email = _email(services)
    parts = yaml.safe_load(CONVERSATIONS.read_text(encoding="utf-8"))
    rows = []
    for part, conversations in parts.items():
        done = [
            replay(services, copilot, [text.replace("{email}", email) for text in one["says"]], one["answer"])
            for one in conversations
        ]
        for kind in ("passage", "product", "order", "all"):
            own = [one for one in done if kind in (one.kind, "all")]
            times = [one.milliseconds for one in own]
            rows.append(
                {
                    "part": part, "answered with": kind, "turns": len(own),
                    "first draft": sum(one.place == 1 for one in own) / len(own),
                    "among three": sum(one.place is not None for one in own) / len(own),
                    "p50 ms": round(float(np.percentile(times, 50)), 1),
                    "p95 ms": round(float(np.percentile(times, 95)), 1),
                    "p50 CPU ms": round(float(np.percentile([one.cpu_milliseconds for one in own], 50)), 1),
                }
            )  # fmt: skip
        if show_misses and part == "tune":
            for one in done:
                if one.place != 1:
                    typer.echo(f"{part} {one.kind} place {one.place}: {one.said}")
    for row in rows:
        typer.echo(row)
    notes = [
        "The conversations were written by hand; the copilot was changed by the turns of `tune` alone.",
        "A product draft counts only if every product in it is what was asked for.",
        "Times are of making and keeping the drafts.",
    ]
    save("copilot", "Drafts for agents on recorded conversations", COMMAND, rows, notes)


def main(
    home: Annotated[Path | None, typer.Option(help="A home with the demo shop.")] = None,
    misses: Annotated[
        bool, typer.Option(help="Print the turns of `tune` whose answer was not the first draft.")
    ] = False,
) -> None:
    """Measure the drafts of the copilot."""
    if home is not None:
        measure(Settings(home=home), misses)
        return
    with tempfile.TemporaryDirectory() as folder, Installation(Path(folder)) as installation:
        measure(Settings(home=installation.home), misses)
        parts = yaml.safe_load(CONVERSATIONS.read_text(encoding="utf-8"))
        asked = [one["says"][0] for part in parts.values() for one in part]
        measure_in_browser(installation, [*asked, *asked[:16]], COMMAND)


if __name__ == "__main__":
    typer.run(main)
