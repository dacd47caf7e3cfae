"""How is Spark started, and what is said where it cannot be?"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recommender.errors import ConfigurationError, UnavailableError
from recommender.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["spark_folder", "spark_session"]

_LOOPBACK: Final = "127.0.0.1"


@contextmanager
def spark_session(master: str) -> Iterator[SparkSession]:
    """A Spark session for the length of the block, on `master` (`local[*]`, `spark://host:7077`, `yarn`, …).

    Everything else is set where Spark's users set it: `conf/spark-defaults.conf` in the folder SPARK_CONF_DIR names, or
    PYSPARK_SUBMIT_ARGS. Workers run the Python of the same path as this one's, unless PYSPARK_PYTHON names another.
    In local mode nothing listens but on the loopback address, and there is no web page of Spark's.

    Raises:
        ConfigurationError: PySpark or Java is missing, or Spark did not start.
        UnavailableError: Spark gave up on what was asked of it in the block.
    """
    _check_installed()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("shoptalk").master(master)
    builder = builder.config("spark.log.level", "ERROR").config("spark.ui.showConsoleProgress", "false")
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", _LOOPBACK)
        builder = builder.config("spark.driver.host", _LOOPBACK).config("spark.driver.bindAddress", _LOOPBACK)
        builder = builder.config("spark.ui.enabled", "false")
    try:
        session = builder.getOrCreate()
    except (Py4JError, PySparkException) as error:
        raise ConfigurationError(
            f"Spark did not start on {master} ({_first_line(error)}): look at what it wrote above, and at "
            "SHOPTALK_SPARK_MASTER."
        ) from error
    try:
        yield session
    except (Py4JError, PySparkException, ConnectionError) as error:
        raise UnavailableError(f"Spark gave up: {_first_line(error)}. What it wrote above says where.") from error
    finally:
        # There is nothing left to stop where its Java process died, as for want of memory.
        with suppress(Py4JError, ConnectionError):
            session.stop()


def spark_folder(settings: Settings) -> Path:
    """Where Parquet is exchanged with the workers."""
    return settings.spark_folder or settings.home / "spark"


def _check_installed() -> None:
    if find_spec("pyspark") is None:
        raise ConfigurationError("The engine spark needs PySpark, which is an extra: install it with `make spark`.")
    home = os.environ.get("JAVA_HOME")
    if home and not (Path(home) / "bin" / "java").is_file():
        raise ConfigurationError(f"The engine spark needs Java, and JAVA_HOME={home} has no bin/java: set it right.")
    if not home and shutil.which("java") is None:
        raise ConfigurationError(
            "The engine spark needs Java 8, 11 or 17, and there is none on the PATH: install one (on Debian and "
            "Ubuntu openjdk-17-jre-headless) or set JAVA_HOME."
        )


def _first_line(error: Exception) -> str:
    """What went wrong, without the stack of the Java machine."""
    java = getattr(error, "java_exception", None)
    text = str(error) if java is None else str(java.toString())
    return next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
