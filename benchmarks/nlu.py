"""How well and how fast does Rasa read a message, with our pipeline and, with --diet, with Rasa's own DIET?

Each pipeline is trained with `rasa train nlu` on data/nlu and asked the held-out messages through the HTTP API of a
real server, one at a time: python -m benchmarks.nlu [--diet]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.installation import free_port, process_tree_mib
from benchmarks.machine import save
from recommender.settings import PROJECT_ROOT

__all__ = ["main", "measure"]

RASA = PROJECT_ROOT / ".venv-rasa" / "bin" / "rasa"
HELD_OUT = PROJECT_ROOT / "tests" / "bot" / "nlu" / "heldout"
ROUNDS = 3  # how often each held-out message is asked for the timings
READY_TIMEOUT_S = 300
ENVIRONMENT = os.environ | {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OMP_NUM_THREADS": "1",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
}
DIET = [  # the pipeline that `rasa init` writes, without its synonym and response parts, which nothing here uses
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "random_seed": 0},
]


def measure(name: str, config: dict[str, Any], folder: Path) -> dict[str, object]:
    """Train `config` in `folder`, serve it, ask it everything held out."""
    started = time.monotonic()
    model = _train(config, folder)
    train_s = time.monotonic() - started
    held_out = _held_out()
    started = time.monotonic()
    with _server(model) as (url, pid), httpx.Client(timeout=60) as client:
        ready_s = time.monotonic() - started
        timings_ms = []
        for _ in range(ROUNDS):
            answers: list[dict[str, Any]] = []
            for example in held_out:
                asked = time.perf_counter()
                response = client.post(f"{url}/model/parse", json={"text": example["text"]})
                timings_ms.append((time.perf_counter() - asked) * 1000)
                answers.append(response.raise_for_status().json())
        memory_mib = process_tree_mib(pid)
    pairs = list(zip(held_out, answers, strict=True))
    accuracy = np.mean([example["intent"] == _likeliest(answer) for example, answer in pairs])
    return {
        "pipeline": name,
        "intent accuracy": float(accuracy),
        "entity micro-F1": _entity_f1(pairs),
        "parse p50 ms": float(np.percentile(timings_ms, 50)),
        "parse p95 ms": float(np.percentile(timings_ms, 95)),
        "train s": round(train_s, 1),
        "ready s": round(ready_s, 1),
        "memory MiB": round(memory_mib),
    }


def _train(config: dict[str, Any], folder: Path) -> Path:
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [str(RASA), "train", "nlu", "--nlu", "data/nlu", "--fixed-model-name", "m"]
    command += ["--config", str(path), "--out", str(folder)]
    environment = ENVIRONMENT | {"RASA_CACHE_DIRECTORY": str(folder / "cache")}
    subprocess.run(command, cwd=PROJECT_ROOT, env=environment, check=True, capture_output=True)
    return folder / "m.tar.gz"


def _held_out() -> list[dict[str, Any]]:
    """The held-out messages as Rasa reads them: text, intent, entities."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "heldout.json"
        command = [str(RASA), "data", "convert", "nlu", "--format", "json"]
        command += ["--data", str(HELD_OUT), "--out", str(target)]
        subprocess.run(command, cwd=PROJECT_ROOT, env=ENVIRONMENT, check=True, capture_output=True)
        examples: list[dict[str, Any]] = json.loads(target.read_text(encoding="utf-8"))["rasa_nlu_data"][
            "common_examples"
        ]
        return examples


@contextmanager
def _server(model: Path) -> Iterator[tuple[str, int]]:
    """A Rasa server with `model` that answers: its URL and process id."""
    port = free_port()
    command = [str(RASA), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "--model", str(model)]
    process = subprocess.Popen(
        command, cwd=PROJECT_ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while True:
            try:
                if httpx.post(f"{url}/model/parse", json={"text": "hello"}, timeout=60).is_success:
                    break
            except httpx.TransportError:
                pass
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Rasa with {model} did not become ready")
            time.sleep(0.2)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _likeliest(answer: dict[str, Any]) -> str:
    """The top intent, whatever the threshold says of it."""
    return next(str(intent["name"]) for intent in answer["intent_ranking"] if intent["name"] != "nlu_fallback")


def _entity_f1(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> float:
    """Micro-F1 over exact spans with their type."""
    right = found = there = 0
    for example, answer in pairs:
        gold = {(each["start"], each["end"], each["entity"]) for each in example.get("entities", [])}
        said = {(each["start"], each["end"], each["entity"]) for each in answer["entities"]}
        right, found, there = right + len(gold & said), found + len(said), there + len(gold)
    return 2 * right / (found + there)


def main() -> None:
    """Measure, print the table, keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--diet", action="store_true", help="measure DIET beside it (minutes of training)")
    arguments = parser.parse_args()
    ours = yaml.safe_load((PROJECT_ROOT / "config.yml").read_text(encoding="utf-8"))
    pipelines = {"ours (config.yml)": ours}
    if arguments.diet:
        pipelines["DIET, Rasa's default"] = ours | {"pipeline": DIET}
    rows = []
    for name, config in pipelines.items():
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure(name, config, Path(folder)))
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*(f"{value:.3g}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)
    examples = len(_held_out())
    command = "python -m benchmarks.nlu" + (" --diet" if arguments.diet else "")
    notes = [
        f"{examples} held-out messages, asked one at a time over HTTP, {ROUNDS} times for the timings.",
        f"Load average when it ended: {os.getloadavg()[0]:.1f}; above the number of cores the machine was busy.",
    ]
    save("nlu", "Reading a message", command, rows, notes)


if __name__ == "__main__":
    main()
