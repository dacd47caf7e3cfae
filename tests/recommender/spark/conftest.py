"""A real Spark in local mode; skipped where its parts are not installed."""

from __future__ import annotations

import os
import shutil
import sys

import pytest


@pytest.fixture
def spark_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark", reason="PySpark is not installed: `make spark`")
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none on this machine (openjdk-17-jre-headless)")
    monkeypatch.setenv("SHOPTALK_SPARK_MASTER", "local[2]")
    # A session sets these for its process; monkeypatch takes them back.
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
