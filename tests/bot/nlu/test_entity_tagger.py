from __future__ import annotations

import pytest
from conftest import Bench
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entity_tagger import EntityTagger, spans, tags, word_features


def tokens(text: str) -> list[Token]:
    found, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        found.append(Token(word, start))
        start += len(word)
    return found


def message(text: str, *entities: tuple[str, str]) -> Message:
    described = [
        {"entity": kind, "start": text.index(value), "end": text.index(value) + len(value), "value": value}
        for kind, value in entities
    ]
    return Message({TEXT: text, TOKENS_NAMES[TEXT]: tokens(text), ENTITIES: described, "intent": "search"})


@pytest.mark.parametrize(
    ("text", "entities", "expected"),
    [
        ("red wool coat", [], ["O", "O", "O"]),
        ("red wool coat", [("colour", "red"), ("product_type", "coat")], ["B-colour", "O", "B-product_type"]),
        ("a washing machine", [("product_type", "washing machine")], ["O", "B-product_type", "I-product_type"]),
        ("costs $50, right", [("price", "50")], ["O", "B-price", "O"]),
    ],
)
def test_tags_say_where_entities_begin_and_go_on(
    text: str, entities: list[tuple[str, str]], expected: list[str]
) -> None:
    assert tags(tokens(text), message(text, *entities).get(ENTITIES)) == expected


def test_spans_undo_tags() -> None:
    told = message("blue winter coat size 12", ("colour", "blue"), ("product_type", "winter coat"), ("size", "12"))
    words = told.get(TOKENS_NAMES[TEXT])
    assert spans(told.get(TEXT), words, tags(words, told.get(ENTITIES))) == told.get(ENTITIES)


def test_an_inside_that_continues_nothing_begins_a_span() -> None:
    words = tokens("blue coat")
    assert [span["value"] for span in spans("blue coat", words, ["I-colour", "I-product_type"])] == ["blue", "coat"]


def test_features_see_neighbours_and_the_ends() -> None:
    only = word_features(tokens("XPS-13"))[0]
    assert {"word=xps-13", "shape=X-d", "-1=<", "+1=>", "-2=<<", "+2=>>"} <= set(only)


def test_the_tagger_learns_persists_and_leaves_known_spans_alone(bench: Bench) -> None:
    colours = ["red", "blue", "green", "black"]
    things = ["coat", "lamp", "chair", "tent"]
    taught = [
        message(f"a {colour} {thing} please", ("colour", colour), ("product_type", thing))
        for colour in colours
        for thing in things
    ]
    bench.create(EntityTagger).train(TrainingData(taught))
    tagger = bench.load(EntityTagger)

    unseen = message("a green tent or a black lamp please")
    found = {(span["entity"], span["value"]) for span in tagger.process([unseen])[0].get(ENTITIES)}
    assert {("colour", "green"), ("product_type", "tent"), ("colour", "black"), ("product_type", "lamp")} <= found

    known = message("a green tent please", ("brand", "green tent"))
    entities = tagger.process([known])[0].get(ENTITIES)
    assert [span["entity"] for span in entities] == ["brand"]


def test_ignored_kinds_are_not_learned(bench: Bench) -> None:
    taught = [message(f"my mail is {name}@example.org", ("email", f"{name}@example.org")) for name in ("a", "b", "c")]
    tagger = bench.create(EntityTagger)
    tagger.train(TrainingData(taught))
    assert tagger.process([message("my mail is a@example.org")])[0].get(ENTITIES) == []


def test_without_entities_nothing_is_learned_and_nothing_found(bench: Bench) -> None:
    bench.create(EntityTagger).train(TrainingData([message("good morning")]))
    assert bench.load(EntityTagger).process([message("good evening")])[0].get(ENTITIES) == []
