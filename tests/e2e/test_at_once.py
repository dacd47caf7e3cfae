"""Does what somebody does a moment ago change the very next recommendation of the running shop?"""

from __future__ import annotations

import httpx
import pytest
from shopper import Shopper

pytestmark = pytest.mark.e2e


def test_an_event_over_http_changes_the_next_recommendation_and_is_its_reason(shopper: Shopper) -> None:
    shopper.say("recommend me something")
    before = [item["id"] for item in shopper.products]
    assert len(before) == len(set(before)) == 5
    shopper.say("a blue tent for two")
    bought = shopper.products[0]
    event = {"id": "order-1", "kind": "purchase", "item_id": bought["id"]}
    answer = shopper.client.post("/api/events", json={"events": [event, event]})
    assert (answer.status_code, answer.json()["new"]) == (httpx.codes.OK, 1)
    shopper.say("recommend me something")
    after = shopper.products
    assert not {item["id"] for item in after} & {*before, bought["id"]}
    assert any(bought["title"] in reason for item in after for reason in item["reasons"])


def test_personalising_is_stopped_by_saying_so(shopper: Shopper) -> None:
    shopper.say("stop personalising my results")
    assert "taste" in shopper.text or "know of you" in shopper.text
    shopper.say("recommend me something")
    assert len(shopper.products) == 5
    shopper.press("Go by my taste again")
    assert "taste" in shopper.text or "liked" in shopper.text


def test_what_a_little_more_money_would_add(shopper: Shopper) -> None:
    shopper.say("tents under 150")
    shopper.say("what would i see with 100 more")
    assert "$100 more" in shopper.text
