"""Does what prints the settings keep passwords to itself?"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app


def test_passwords_in_addresses_are_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPTALK_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPTALK_REDIS_URL", "redis://:pw-redis@cache/0")
    monkeypatch.setenv("SHOPTALK_DATABASE_URL", "postgresql+psycopg://shop:pw-sql@db/shop")
    monkeypatch.setenv("COLUMNS", "300")
    shown = CliRunner().invoke(app, ["config", "show"]).output
    assert "redis://:***@cache/0" in shown
    assert "pw-redis" not in shown
    assert "pw-sql" not in shown
