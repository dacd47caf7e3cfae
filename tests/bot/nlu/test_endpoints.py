"""Do Rasa's endpoint files say what we mean once Rasa has read them?"""

from __future__ import annotations

import pytest
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.io import read_config_file
from rasa.utils.endpoints import read_endpoint_config

from bot.nlu.train import PROJECT_ROOT

BY_HAND = str(PROJECT_ROOT / "endpoints.yml")
SUPERVISED = str(PROJECT_ROOT / "endpoints.up.yml")
VARIABLES = {
    "SHOPTALK_ACTIONS_URL": "http://127.0.0.1:6055/webhook",
    "SHOPTALK_ACTIONS_TOKEN": "a token, with: signs",
    "SHOPTALK_TRACKER_DB": "/some where/tracker.db",
}


def test_by_hand_no_variable_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    actions = read_endpoint_config(BY_HAND, "action_endpoint")
    assert actions.url == "http://127.0.0.1:5055/webhook"
    assert actions.token is None
    assert read_endpoint_config(BY_HAND, "tracker_store") is None


def test_the_supervisors_variables_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    actions = read_endpoint_config(SUPERVISED, "action_endpoint")
    assert actions.url == VARIABLES["SHOPTALK_ACTIONS_URL"]
    assert actions.combine_parameters() == {"token": VARIABLES["SHOPTALK_ACTIONS_TOKEN"]}
    tracker = read_endpoint_config(SUPERVISED, "tracker_store")
    assert (tracker.type, tracker.kwargs["db"]) == ("SQL", VARIABLES["SHOPTALK_TRACKER_DB"])


def test_a_forgotten_variable_stops_rasa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOPTALK_ACTIONS_URL", raising=False)
    with pytest.raises(RasaException, match="SHOPTALK_ACTIONS_URL"):
        read_endpoint_config(SUPERVISED, "action_endpoint")


def test_the_domain_does_not_travel_with_every_action(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    assert read_endpoint_config(SUPERVISED, "action_endpoint").kwargs["enable_selective_domain"] is True


def test_only_the_rest_channel_is_open() -> None:
    assert list(read_config_file(PROJECT_ROOT / "credentials.yml")) == ["rest"]
