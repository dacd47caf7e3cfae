"""How does the application run something in Rasa's environment?"""

from __future__ import annotations

import os
from pathlib import Path

from recommender.errors import ConfigurationError
from recommender.settings import PROJECT_ROOT, Settings

__all__ = ["rasa_python", "training_environment"]


def rasa_python(settings: Settings) -> Path:
    """The Python of Rasa's environment.

    Raises:
        ConfigurationError: it is not there.
    """
    python = settings.rasa_python or PROJECT_ROOT / ".venv-rasa" / "bin" / "python"
    if not python.exists():
        raise ConfigurationError(f"Rasa's Python {python} is not there: run `make setup`, or set SHOPTALK_RASA_PYTHON.")
    return python


def training_environment(settings: Settings) -> dict[str, str]:
    """The environment of a child that trains or compares there: one thread, repeatable, quiet."""
    return os.environ | {
        "SHOPTALK_BUILD": str(settings.build.resolve()),
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
