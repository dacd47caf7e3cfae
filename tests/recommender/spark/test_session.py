"""Is it said in a sentence what Spark lacks, on a machine without PySpark or without Java?"""

from __future__ import annotations

import importlib.machinery
import sys
from pathlib import Path
from types import ModuleType

import pytest

from recommender.errors import ConfigurationError
from recommender.spark.session import spark_session


def test_without_pyspark_the_way_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(ConfigurationError, match="make spark"), spark_session("local[2]"):
        pass


@pytest.fixture
def pyspark_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("pyspark")
    module.__spec__ = importlib.machinery.ModuleSpec("pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark", module)


@pytest.mark.usefixtures("pyspark_alone")
def test_without_java_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ConfigurationError, match="openjdk-17-jre-headless"), spark_session("local[2]"):
        pass


@pytest.mark.usefixtures("pyspark_alone")
def test_a_java_home_without_java_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="JAVA_HOME"), spark_session("local[2]"):
        pass
