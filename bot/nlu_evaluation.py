"""How does the application have Rasa's environment label another bot's messages?"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from recommender.errors import BadInputError, ConfigurationError, ShoptalkError
from recommender.settings import PROJECT_ROOT, Settings

__all__ = ["evaluate_intents"]

_TIMEOUT_S = 900


def evaluate_intents(settings: Settings, train: Path, test: Path, out: Path) -> None:
    """Train the intent part of config.yml on `train` (sentence,label), label `test`, write sentence,label,confidence.

    Raises:
        BadInputError: a file cannot be used.
        ConfigurationError: the Rasa environment is missing.
        ShoptalkError: Rasa's environment failed or took longer than 15 minutes.
    """
    python = settings.rasa_python or PROJECT_ROOT / ".venv-rasa" / "bin" / "python"
    if not python.exists():
        raise ConfigurationError(f"Rasa's Python {python} is not there: run `make setup`, or set SHOPTALK_RASA_PYTHON.")
    files = [str(path.resolve()) for path in (train, test, out)]
    environment = os.environ | {
        "SHOPTALK_BUILD": str(settings.build.resolve()),
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
    try:
        done = subprocess.run(
            [str(python), "-W", "ignore", "-m", "bot.nlu.evaluate_intents", *files],
            cwd=PROJECT_ROOT,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ShoptalkError(f"Labelling {test} took longer than {_TIMEOUT_S // 60} minutes and was stopped.") from error
    if done.returncode == BadInputError.exit_code:
        raise BadInputError(_last_line(done.stderr))
    if done.returncode != 0:
        raise ShoptalkError(f"Rasa's environment could not label {test}: {_last_line(done.stderr)}")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing."
