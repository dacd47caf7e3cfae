"""Which Rasa model belongs to this checkout, and how is it made when it is not there yet?

`python -m bot.nlu.train`, in Rasa's environment, makes it and prints its path; it ends at once when there is one. With
`--shop EXAMPLES.yml --out MODEL.tar.gz` it makes one that learns from a shop's own examples as well.
`model_file` needs neither Rasa nor its environment: the application asks it what to start Rasa with.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

__all__ = ["build_folder", "main", "model_file", "train_for_shop"]

PROJECT_ROOT = Path(__file__).resolve().parents[2]

_SOURCES = ("config.yml", "domain.yml", "requirements/rasa.txt", "data/nlu/*.yml", "data/rules/*.yml", "bot/nlu/*.py")


def build_folder() -> Path:
    """Where `make setup` puts what it builds: `$SHOPTALK_BUILD`, by default build/ of the checkout."""
    return Path(os.environ.get("SHOPTALK_BUILD") or PROJECT_ROOT / "build")


def model_file(build: Path) -> Path:
    """The model of this checkout's configuration, training data, components and encoder, whether it exists or not.

    Raises:
        FileNotFoundError: `build` holds no exported encoder.
    """
    manifest = json.loads((build / "encoder" / "manifest.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(manifest["version"].encode())
    for pattern in _SOURCES:
        for path in sorted(PROJECT_ROOT.glob(pattern)):
            content = path.read_bytes()
            digest.update(f"\0{path.relative_to(PROJECT_ROOT).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return build / "rasa" / f"{digest.hexdigest()[:16]}.tar.gz"


def main() -> None:
    """Train the model unless it is there; a broken-off training leaves nothing that looks like a model."""
    try:
        target = model_file(build_folder())
    except FileNotFoundError as error:
        sys.exit(f"The encoder is not exported yet ({error.filename} is missing): run make setup.")
    if not target.exists():
        print(f"make: training Rasa ({target.name}, about half a minute)", flush=True)
        started = time.monotonic()
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            _train(Path(folder), []).replace(target)
        print(f"make: Rasa trained in {time.monotonic() - started:.0f} s", flush=True)
    print(target)


def train_for_shop(examples: Path, target: Path) -> None:
    """Train a model that learns from a shop's examples as well; one that was broken off leaves nothing."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        _train(Path(folder), [str(examples.resolve())]).replace(target)


def _train(folder: Path, more: list[str]) -> Path:
    """Train with Rasa, from the checkout's data and `more`, into `folder`; the steps are printed as they begin."""
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
        TF_CPP_MIN_LOG_LEVEL="3",
        LOG_LEVEL="WARNING",  # also turns Rasa's progress bars off
        OMP_NUM_THREADS="1",
    )
    os.chdir(PROJECT_ROOT)
    from rasa.model_training import train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    warnings.simplefilter("ignore")  # Rasa's own old dependencies; nothing in them can be mended here
    logging.getLogger("rasa.engine.training.hooks").setLevel(logging.INFO)  # one line a step, through Rasa's handler
    # Forced: Rasa's cache of finished steps sees neither our components' code nor the encoder's weights.
    result = train(
        domain="domain.yml",
        config="config.yml",
        training_files=["data/nlu", "data/rules", *more],
        output=str(folder),
        fixed_model_name="model",
        force_training=True,
    )
    if result.model is None:
        sys.exit("Rasa trained no model: its messages above say why.")
    return Path(result.model)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--shop", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.shop is None:
        main()
    else:
        train_for_shop(options.shop, options.out.resolve())
