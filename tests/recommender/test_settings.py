"""Do settings come from where they should, and are secrets made, kept and guarded?"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from recommender.settings import Settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("SHOPTALK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_a_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = Settings(home=tmp_path / "home").secret("session_key")
    again = Settings(home=tmp_path / "home").secret("session_key")
    other = Settings(home=tmp_path / "other").secret("session_key")
    assert first == again != other
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "home" / "secrets" / "session_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("value", ["changethis", "short", "PASSWORD"])
def test_placeholders_and_short_secrets_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SHOPTALK_API_KEY", value)
    with pytest.raises(ValidationError, match="placeholder or too short"):
        Settings()


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPTALK_ALLOWED_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("SHOPTALK_IDENTITY_KEY", "new-key-0123456789,old-key-0123456789")
    settings = Settings()
    assert settings.allowed_origins == ["https://a.example", "https://b.example"]
    assert [key.get_secret_value() for key in settings.identity_keys] == ["new-key-0123456789", "old-key-0123456789"]


def test_a_typing_error_in_the_env_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SHOPTALK_PROT=8001\n")
    with pytest.raises(ValidationError, match="prot"):
        Settings()


def test_secrets_do_not_show_in_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPTALK_API_KEY", "sesame-sesame-sesame")
    assert "sesame" not in repr(Settings())


def test_an_address_that_is_no_redis_is_refused() -> None:
    with pytest.raises(ValidationError, match="is not the address of a Redis"):
        Settings(redis_url="http://127.0.0.1:6379")
    assert Settings(redis_url="rediss://:a-password@redis.example:6379/0").redis_url


def test_each_rasa_worker_has_a_port_of_its_own() -> None:
    assert Settings(rasa_port=6000, rasa_workers=3).rasa_ports == [6000, 6001, 6002]
    with pytest.raises(ValidationError):
        Settings(rasa_workers=0)
