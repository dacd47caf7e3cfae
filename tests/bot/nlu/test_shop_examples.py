"""Do a shop's corrected messages teach intents, and the tagger nothing?"""

from __future__ import annotations

from pathlib import Path

from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data

from bot.nlu.entity_tagger import WITHOUT_ENTITIES
from bot.nlu.shop_model import Serving, read_serving, serving_model, write_serving

# As feedback/review/examples.py writes it.
EXAMPLES = """
version: '3.1'
nlu:
- intent: track_order
  examples:
  - text: wheres my order stuff
    metadata: without entities
  - text: '- a red sofa: "big"'
    metadata: without entities
"""


def test_examples_keep_their_words_and_say_that_nobody_marked_entities(tmp_path: Path) -> None:
    (tmp_path / "shop.yml").write_text(EXAMPLES, encoding="utf-8")
    messages = load_data(str(tmp_path / "shop.yml")).nlu_examples
    assert [message.get(INTENT) for message in messages] == ["track_order"] * 2
    assert messages[0].get(TEXT) == "wheres my order stuff"
    assert all(message.get("metadata")["example"] == WITHOUT_ENTITIES for message in messages)


def test_the_shops_model_serves_while_it_fits_the_checkout(tmp_path: Path) -> None:
    base = tmp_path / "build" / "one.tar.gz"
    assert serving_model(tmp_path, base) == base
    write_serving(tmp_path, Serving("one", "shop-one"))
    assert serving_model(tmp_path, base) == base, "its file is missing"
    (tmp_path / "shop-one.tar.gz").touch()
    assert serving_model(tmp_path, base) == tmp_path / "shop-one.tar.gz"
    assert serving_model(tmp_path, tmp_path / "build" / "two.tar.gz").name == "two.tar.gz"
    assert read_serving(tmp_path, "one") == Serving("one", "shop-one")
