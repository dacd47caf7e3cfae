"""How does the application have Rasa's environment label another bot's messages?"""

from __future__ import annotations

import subprocess
from pathlib import Path

from bot.rasa_environment import rasa_python, training_environment
from recommender.errors import BadInputError, ShoptalkError
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
    python = rasa_python(settings)
    files = [str(path.resolve()) for path in (train, test, out)]
    try:
        done = subprocess.run(
            [str(python), "-W", "ignore", "-m", "bot.nlu.evaluate_intents", *files],
            cwd=PROJECT_ROOT,
            env=training_environment(settings),
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
