"""How is Rasa started so that only this machine reaches it and no secret shows in the list of processes?"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.nlu.shop_model import serving_model

__all__ = ["main"]


def main() -> None:
    """Run Rasa's own server on loopback, with what the supervisor put into the environment."""
    from rasa.__main__ import main as rasa

    model = Path(os.environ["SHOPTALK_RASA_MODEL"])
    if "SHOPTALK_RASA_SHOP_MODELS" in os.environ:
        model = serving_model(Path(os.environ["SHOPTALK_RASA_SHOP_MODELS"]), model)
    # `rasa run` takes the token as an argument only; setting argv here keeps it out of the process's command line.
    sys.argv = [
        "rasa",
        "run",
        "--interface",
        "127.0.0.1",
        "--port",
        os.environ["SHOPTALK_RASA_PORT"],
        "--model",
        str(model),
        "--enable-api",
        "--auth-token",
        os.environ["SHOPTALK_RASA_TOKEN"],
        "--endpoints",
        "endpoints.up.yml",
        "--credentials",
        "credentials.yml",
    ]
    rasa()


if __name__ == "__main__":
    main()
