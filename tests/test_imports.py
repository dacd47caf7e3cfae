"""Do imports go one way? bot → actions → {recommender, feedback}; feedback → recommender; nothing crosses into Rasa."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("recommender", "feedback", "actions", "bot")
ALLOWED = {
    "recommender": {"recommender"},
    "feedback": {"feedback", "recommender"},
    "actions": {"actions", "feedback", "recommender"},
    "bot": {"bot", "actions", "feedback", "recommender"},
}
# Migrations have to see every table to compare them with the schema.
EXEMPT = {ROOT / "recommender" / "migrations" / "env.py"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_go_one_way(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        if path not in EXEMPT
        for name in sorted(imported(path))
        if name.split(".")[0] in PACKAGES and name.split(".")[0] not in ALLOWED[package]
    ]
    assert wrong == []


def test_what_runs_inside_rasa_imports_nothing_of_the_application() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / "bot" / "nlu").rglob("*.py"))
        for name in sorted(imported(path))
        if name.split(".")[0] in PACKAGES and not name.startswith("bot.nlu")
    ]
    assert wrong == []
    assert ast.parse((ROOT / "bot" / "__init__.py").read_text()).body[1:] == []
