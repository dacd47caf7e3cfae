"""What the dialogue's tests share: a small shop whose right answers can be told by hand, and somebody who talks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from actions.action import Understood, answer_turn
from actions.dialogue.state import DialogueState
from actions.dialogue.store import DialogueStore
from actions.registry import action_for
from actions.replies.phrases import english
from actions.services import Services
from actions.shop.cart import Carts
from actions.shop.knowledge import Knowledge
from actions.shop.orders import CsvOrders
from feedback.conversations import accept_turn, begin_turn, finish_turn, open_session
from feedback.history import FeedbackHistory
from feedback.people import new_person
from feedback.preferences import Preferences
from feedback.sql import SqlFeedbackStore
from feedback.tables import PayloadRow
from recommender.catalogue.memory import InMemoryCatalogue
from recommender.catalogue.product import Product
from recommender.clock import FakeClock
from recommender.db import Database
from recommender.index.follower import CatalogueView
from recommender.index.generation import Generation
from recommender.personalisation.items import Items
from recommender.personalisation.recommender import PersonalRecommender
from recommender.search.engine import SearchEngine
from recommender.settings import Settings
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary

_AXES = {
    "jacket": 0,
    "jackets": 0,
    "parka": 0,
    "headphones": 1,
    "earbuds": 1,
    "lamp": 2,
    "waterproof": 3,
    "wireless": 4,
}


class AxisEncoder:
    """Each known word points along the axis of its meaning: words of one meaning have cosine 1, others 0."""

    version = "axes-1"
    dimension = 6

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()):
                vector[_AXES.get(word, 5)] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def _jacket(number: int, colour: str, price: str, brand: str, **more: Any) -> Product:
    attributes = {"colour": colour, "material": more.pop("material", "nylon")}
    return Product(
        f"jacket-{number:03}", f"{brand} {colour} jacket model {chr(64 + number)}", brand=brand,
        categories=("Clothing", "Jackets"), price=Decimal(price), attributes=attributes, **more,
    )  # fmt: skip


PRODUCTS = [
    _jacket(1, "blue", "45.00", "Norda", rating=4.5, rating_count=120, description="Waterproof to the last seam."),
    _jacket(2, "red", "60.50", "Norda", rating=4.1, rating_count=80),
    _jacket(3, "blue", "79.90", "Veld", rating=3.9, rating_count=15),
    _jacket(4, "green", "95.00", "Veld", in_stock=False),
    _jacket(5, "black", "120.00", "Orla", material="leather", rating=4.8, rating_count=300),
    _jacket(6, "blue", "150.00", "Orla", rating=4.2, rating_count=44),
    _jacket(7, "black", "33.00", "Norda", rating=3.1, rating_count=7),
    _jacket(8, "red", "210.00", "Veld", material="leather"),
    _jacket(9, "green", "130.00", "Norda", rating=4.0, rating_count=5),
    _jacket(10, "green", "99.00", "Orla"),
    Product("sound-001", "Tonar wireless headphones", brand="Tonar", categories=("Audio", "Headphones"),
            price=Decimal("89.00"), rating=4.6, rating_count=510, attributes={"colour": "black"}),
    Product("sound-002", "Tonar studio headphones", brand="Tonar", categories=("Audio", "Headphones"),
            price=Decimal("149.00"), rating=4.7, rating_count=95, attributes={"colour": "black"}),
    Product("sound-003", "Echoa wireless earbuds headphones", brand="Echoa", categories=("Audio", "Headphones"),
            price=Decimal("29.95"), rating=3.8, rating_count=33, attributes={"colour": "white"}),
    Product("lamp-001", "Glim desk lamp", brand="Glim", categories=("Home", "Lamps"), price=None),
]  # fmt: skip

FAQ = """
entries:
  - topic: shipping
    question: How long does delivery take?
    answer: Parcels take 3 working days.
  - topic: returns
    question: How do I send something back?
    answer: Within 30 days, with the slip from the box.
  - topic: gifts
    question: Do you wrap gifts?
    answer: Yes, for 2 dollars.
"""

ORDERS = """order_number,email,status,carrier,tracking,placed_on,expected_on
SH-10042,ada@example.org,on its way,PostBird,PB77120,2026-01-02,2026-01-06
"""


class Shop:
    """The services over the small shop, and the index behind them."""

    def __init__(
        self, home: Path, database: Database, clock: FakeClock, products: Sequence[Product] = PRODUCTS
    ) -> None:
        (home / "shop").mkdir(parents=True)
        (home / "shop" / "faq.yml").write_text(FAQ)
        (home / "shop" / "orders.csv").write_text(ORDERS)
        self.catalogue = InMemoryCatalogue(products)
        self.encoder = AxisEncoder()
        self.index = home / "index"
        self.publish()
        self.view = CatalogueView(self.catalogue, self.index, self.encoder.version)
        feedback = SqlFeedbackStore(database, clock)
        self.services = Services(
            settings=Settings(home=home, shop_email="desk@example.org"),
            database=database,
            clock=clock,
            encoder=self.encoder,
            catalogue=self.catalogue,
            searcher=SearchEngine(self.view, self.encoder),
            understander=Understander(Vocabulary.from_products(products)),
            recommender=PersonalRecommender(
                lambda: Items.of(self.view.snapshot), self.catalogue, FeedbackHistory(feedback, database, clock)
            ),
            feedback=feedback,
            preferences=Preferences(database, clock),
            dialogues=DialogueStore(clock),
            carts=Carts(database, self.catalogue, clock),
            knowledge=Knowledge(home / "shop", self.encoder),
            orders=CsvOrders(home / "shop" / "orders.csv"),
            phrases=english(),
        )

    def publish(self) -> None:
        number, products = self.catalogue.last_change(), list(self.catalogue)
        vectors = self.encoder.encode([product.title for product in products])
        Generation.build(self.index, products, vectors, encoder_version=self.encoder.version, change_number=number)


class Shopper:
    """Somebody in one conversation: says things or presses what was offered, as gateway and Rasa would pass it on."""

    def __init__(self, services: Services) -> None:
        self.services = services
        with services.database.transaction() as session:
            self.person_id = new_person(session, services.clock.now())
            self.session_id = open_session(session, self.person_id, "web", services.clock.now()).id
        self.replies: list[dict[str, Any]] = []
        self.turn_id = ""

    def say(self, text: str, intent: str, guesses: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Write `text`, which Rasa takes for `intent`."""
        return self._turn(intent, guesses, text=text)

    def press(self, title: str) -> list[dict[str, Any]]:
        """Press the first chip whose title begins with `title`, among all of the last answer."""
        payload = next(one["payload"] for one in self.chips() if one["title"].startswith(title))
        return self.press_payload(payload)

    def press_payload(self, payload: str) -> list[dict[str, Any]]:
        with self.services.database.reading() as session:
            row = session.get(PayloadRow, payload)
            assert row is not None
        return self._turn(row.intent, (), payload_id=payload)

    def _turn(self, intent: str, guesses: Sequence[str], **said: str) -> list[dict[str, Any]]:
        now = self.services.clock.now()
        with self.services.database.transaction() as session:
            self.turn_id = accept_turn(session, self.session_id, now=now, **said).turn.id
            begun = begin_turn(session, self.turn_id, asking=lambda: False)
            assert begun is not None
        understood = Understood(intent, guesses=guesses)
        answer = answer_turn(self.services, action_for(intent), self.session_id, self.turn_id, understood)
        self.replies = answer.said
        with self.services.database.transaction() as session:
            if not answer.erased:
                finish_turn(session, self.turn_id, self.replies, speaker_version=begun.speaker_version,
                            timing_ms=answer.timing_ms, now=now)  # fmt: skip
        return self.replies

    def chips(self) -> list[dict[str, Any]]:
        return [chip for reply in self.replies if reply["type"] == "chips" for chip in reply["items"]]

    def cards(self) -> list[dict[str, Any]]:
        return [
            card for reply in self.replies if reply["type"] in ("products", "comparison") for card in reply["items"]
        ]

    def ids(self) -> list[str]:
        return [card["id"] for card in self.cards()]

    def text(self) -> str:
        return "\n".join(reply["text"] for reply in self.replies if "text" in reply)

    def labels(self) -> list[str]:
        return [one["label"] for reply in self.replies if reply["type"] == "constraints" for one in reply["items"]]

    def state(self) -> DialogueState:
        with self.services.database.reading() as session:
            return self.services.dialogues.load(session, self.session_id).state


@pytest.fixture
def shop(tmp_path: Path, database: Database, clock: FakeClock) -> Shop:
    return Shop(tmp_path / "home", database, clock)


@pytest.fixture
def shopper(shop: Shop) -> Shopper:
    return Shopper(shop.services)
