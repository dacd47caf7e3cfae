"""Floors under what the trained model of this checkout reads: the held-out tenth, and messages that must never slip."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.core.agent import Agent
from rasa.shared.nlu.training_data.loading import load_data

from bot.nlu.train import build_folder, model_file


@pytest.fixture(scope="module")
def agent() -> Agent:
    model = model_file(build_folder())
    if not model.exists():
        pytest.fail(f"{model} is not there: run make setup")
    return Agent.load(str(model))


def read(agent: Agent, text: str) -> dict[str, Any]:
    answer: dict[str, Any] = asyncio.run(agent.parse_message(text))
    return answer


@pytest.fixture(scope="module")
def answers(agent: Agent) -> list[tuple[str, dict[str, Any]]]:
    held_out = load_data(str(Path(__file__).parent / "heldout"))
    return [(message.get("intent"), read(agent, message.get("text"))) for message in held_out.intent_examples]


def top(answer: dict[str, Any]) -> str:
    return next(str(each["name"]) for each in answer["intent_ranking"] if each["name"] != "nlu_fallback")


def test_the_likeliest_intent_is_right(answers: list[tuple[str, dict[str, Any]]]) -> None:
    assert np.mean([top(answer) == intent for intent, answer in answers]) >= 0.92


def test_the_threshold_lets_the_right_ones_through(answers: list[tuple[str, dict[str, Any]]]) -> None:
    in_scope = [(intent, answer) for intent, answer in answers if intent != "out_of_scope"]
    assert np.mean([answer["intent"]["name"] == intent for intent, answer in in_scope]) >= 0.87


def test_what_is_out_of_scope_is_answered_or_asked_back(answers: list[tuple[str, dict[str, Any]]]) -> None:
    out = [answer["intent"]["name"] for intent, answer in answers if intent == "out_of_scope"]
    assert np.mean([name in {"out_of_scope", "nlu_fallback"} for name in out]) >= 0.9


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("show me red jackets", "search"),
        ("do you have any garden gnomes", "search"),
        ("cheaper", "refine"),
        ("in red", "refine"),
        ("under 50", "refine"),
        ("not leather", "refine"),
        ("another brand", "refine"),
        ("add the second one to my cart", "add_to_cart"),
        ("where is my order", "order_status"),
        ("delete my data", "forget_me"),
        ("talk to a human", "human"),
        ("👍", "thumb_up"),
        ("👎", "thumb_down"),
        ("WHERE IS MY ORDER???", "order_status"),
    ],
)
def test_the_plainest_messages(agent: Agent, text: str, intent: str) -> None:
    assert read(agent, text)["intent"]["name"] == intent


def test_orders_and_addresses_are_read_by_pattern(agent: Agent) -> None:
    entities = read(agent, "order SO-55012, mail kay.m@example.org")["entities"]
    assert {("order_number", "SO-55012"), ("email", "kay.m@example.org")} <= {
        (entity["entity"], entity["value"]) for entity in entities
    }


@pytest.mark.parametrize("text", ["", "   ", "\n", "🙂" * 300, "a" * 20_000, "\u202e\u0000\ufffd", "[x](y){}", "买 鞋"])
def test_any_text_is_read(agent: Agent, text: str) -> None:
    assert read(agent, text)["intent"]["confidence"] <= 1.0
