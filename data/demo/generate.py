"""Writes the demo shop into a folder: `python data/demo/generate.py FOLDER`.

Everything is invented here and drawn from one seed: the same script always writes the same bytes. It needs nothing
but Python, so that the shop can be made before anything is installed.

    products.jsonl   the catalogue, in the fields the importer knows by name
    events.csv       what 600 simulated shoppers did, oldest first
    orders.csv       orders to ask about
    faq.yml, synonyms.yml, pictures/*.svg
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

from pictures import picture
from products import DemoProduct, make_products, slug
from shoppers import LAST_DAY, DemoEvent, make_events

_SEED = 0
_SHOPPERS = 600
_EVENTS = 20_000
_ORDERS = 40
_HAND_WRITTEN = Path(__file__).parent / "shop"


def main() -> None:
    """Write the shop into the folder named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("Name the folder to write the demo shop to: python data/demo/generate.py FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    products = make_products(_SEED)
    events = make_events(_SEED, products, shoppers=_SHOPPERS, events=_EVENTS)
    with (folder / "products.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(product.record, ensure_ascii=False) + "\n" for product in products)
    _write_csv(
        folder / "events.csv",
        ("user_id", "item_id", "event", "timestamp"),
        ((event.user_id, event.item_id, event.event, event.at.isoformat()) for event in events),
    )
    _write_csv(
        folder / "orders.csv",
        ("order_number", "email", "status", "carrier", "tracking", "placed_on", "expected_on"),
        _orders(events),
    )
    shutil.copytree(_HAND_WRITTEN, folder, dirs_exist_ok=True)
    _write_pictures(folder / "pictures", products)


def _orders(events: Sequence[DemoEvent]) -> Iterable[tuple[str, ...]]:
    """The newest purchase of some shoppers of the last weeks, as the shop's order system would tell of it."""
    random = Random(f"{_SEED}/orders")
    newest = {event.user_id: event for event in events if event.event == "purchase"}
    recent = sorted(newest.values(), key=lambda event: (event.at, event.user_id))[-3 * _ORDERS :]
    bought = [recent[index] for index in sorted(random.sample(range(len(recent)), _ORDERS))]
    for number, event in enumerate(bought, 10_001):
        age = (LAST_DAY - event.at).days
        if random.random() < 0.08:
            status = "cancelled"
        elif age > 6:
            status = random.choices(("delivered", "returned"), (9, 1))[0]
        else:
            status = "shipped" if age > 1 else "processing"
        sent = status in ("shipped", "delivered", "returned")
        yield (
            f"DS-{number}",
            f"{event.user_id}@mail.example",
            status,
            random.choice(("Northline Parcel", "Hare & Hound Couriers", "Canal Post")) if sent else "",
            f"{random.randrange(10**11, 10**12)}" if sent else "",
            event.at.date().isoformat(),
            "" if status == "cancelled" else (event.at + timedelta(days=random.randint(3, 6))).date().isoformat(),
        )


def _write_pictures(folder: Path, products: Sequence[DemoProduct]) -> None:
    folder.mkdir(exist_ok=True)
    for code, colour in sorted({(product.code, product.colour) for product in products}):
        (folder / f"{code}-{slug(colour)}.svg").write_text(picture(code, colour), encoding="utf-8")


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
