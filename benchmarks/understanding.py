"""How well are messages understood: intents of real bots, slots of real queries, our own sentences, and how fast?

    python -m benchmarks.understanding --bot sofmattress TRAIN.csv TEST.csv --bot curekart TRAIN.csv - \\
        --slots TRAIN.jsonl VALIDATION.jsonl

Intents and slots go through `shoptalk evaluate`, as anybody would measure them. A bot without a file of tests is asked
every fifth message of its own, and all of every fifth intent, which it was not taught. What is not given is left out.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import matthews_corrcoef
from typer.testing import CliRunner

from benchmarks.machine import save
from bot.cli import app
from recommender.encoder.onnx import OnnxEncoder
from recommender.settings import PROJECT_ROOT, Settings
from recommender.understanding.slots.tagged import micro_f1, read_tagged
from recommender.understanding.understander import Understander
from recommender.understanding.vocabulary import Vocabulary
from tests.recommender.understanding.small_shop import SHOWN, small_shop, spelled

__all__ = ["main"]

NO_INTENT: Final = "NO_NODES_DETECTED"
"""The label of a message that is none of the bot's business."""

CASES: Final = PROJECT_ROOT / "tests" / "recommender" / "understanding" / "cases"
THRESHOLDS: Final = np.arange(0.0, 1.0, 0.025)
ROUNDS: Final = 5

Example = tuple[str, str]


def main() -> None:
    """Measure, print and keep the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bot", nargs=3, action="append", default=[], metavar=("NAME", "TRAIN", "TEST"))
    parser.add_argument("--slots", nargs=2, type=Path, metavar=("TRAIN", "TEST"))
    arguments = parser.parse_args()
    if arguments.bot:
        _keep_intents(arguments.bot)
    if arguments.slots:
        _keep_slots(*arguments.slots)
    _keep_sentences()


def _keep_intents(bots: Sequence[tuple[str, str, str]]) -> None:
    rows = []
    for name, train, test in bots:
        learned = _messages(Path(train))
        learned, asked = _split(learned) if test == "-" else (learned, _messages(Path(test)))
        truth = np.array([label for _, label in asked])
        ours = _ours(learned, asked)
        rows.append({"bot": name, "system": "shoptalk evaluate intents", **_scores(truth, ours)})
        for system, (labels, sure) in _baselines(learned, asked).items():
            # The threshold that does best on the very messages that are asked: more than anybody can know.
            tries = [np.where(sure >= least, labels, NO_INTENT) for least in THRESHOLDS]
            best = max(tries, key=lambda said: matthews_corrcoef(truth, said))
            rows.append({"bot": name, "system": system, **_scores(truth, best)})
    notes = [
        "Even and odd by position. One constant threshold (config.yml) for every bot, chosen on sofmattress.",
        "The baselines have the threshold that is best for them on the very messages that are asked.",
        "Best published on sofmattress: MCC .638 (Dialogflow), with such a threshold (HINT3, Arora et al., 2020).",
        "Bots without a file of tests: every fifth message of their training, and every fifth intent is not taught.",
    ]
    _keep("understanding-intents", "Intents of real bots", rows, notes)


def _split(messages: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    untaught = set(sorted({label for _, label in messages})[::5])
    taught = [one for one in messages if one[1] not in untaught]
    outside = [(text, NO_INTENT) for text, label in messages if label in untaught]
    return [one for at, one in enumerate(taught) if at % 5], [*taught[::5], *outside]


def _messages(path: Path) -> list[Example]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(row["sentence"], row["label"]) for row in csv.DictReader(file)]


def _ours(learned: Sequence[Example], asked: Sequence[Example]) -> NDArray[np.str_]:
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.csv" for name in ("train", "test", "out")}
        for name, rows in (("train", learned), ("test", asked)):
            with files[name].open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([("sentence", "label"), *rows])
        _run("evaluate", "intents", *(part for name, path in files.items() for part in (f"--{name}", str(path))))
        return np.array([label for _, label in _messages(files["out"])])


def _baselines(
    learned: Sequence[Example], asked: Sequence[Example]
) -> dict[str, tuple[NDArray[np.str_], NDArray[np.float64]]]:
    """By system, the likeliest label of each message and how sure it is."""
    texts, labels = [text for text, _ in learned], np.array([label for _, label in learned])
    questions = [text for text, _ in asked]
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit(texts)
    model = LogisticRegression(C=25, class_weight="balanced", max_iter=500, random_state=0)
    chances = model.fit(words.transform(texts), labels).predict_proba(words.transform(questions))
    settings = Settings()
    encoder = OnnxEncoder.load(settings.build / "encoder", settings.precision)
    cosines = encoder.encode(questions) @ encoder.encode(texts).T
    return {
        "words (TF-IDF) and logistic regression": (model.classes_[chances.argmax(axis=1)], chances.max(axis=1)),
        "the nearest example (MiniLM)": (labels[cosines.argmax(axis=1)], cosines.max(axis=1)),
    }


def _scores(truth: NDArray[np.str_], said: NDArray[np.str_]) -> dict[str, float | str]:
    inside = truth != NO_INTENT
    row: dict[str, float | str] = {"messages": f"{len(truth)}, {int((~inside).sum())} out of scope"}
    row["MCC"] = float(matthews_corrcoef(truth, said))
    row["MCC even"], row["MCC odd"] = (float(matthews_corrcoef(truth[at::2], said[at::2])) for at in (0, 1))
    row["accuracy in scope"] = float((truth == said)[inside].mean())
    row["recall out of scope"] = float((truth == said)[~inside].mean()) if (~inside).any() else ""
    return row


def _keep_slots(train: Path, test: Path) -> None:
    learned, asked = read_tagged(train), read_tagged(test)
    truth = [row.tags for row in asked]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in learned:
        for word, tag in zip(row.tokens, row.tags, strict=True):
            counts[word.casefold()][tag] += 1
    usual = [[_commonest(counts, word) for word in row.tokens] for row in asked]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "tagged.jsonl"
        started = time.perf_counter()
        _run("evaluate", "slots", "--train", str(train), "--test", str(test), "--out", str(out))
        minutes = (time.perf_counter() - started) / 60
        found = [row.tags for row in read_tagged(out)]
    rows = [
        {"system": "shoptalk evaluate slots", "strict micro-F1": micro_f1(truth, found), "minutes": round(minutes, 1)},
        {"system": "each word's commonest tag", "strict micro-F1": micro_f1(truth, usual)},
    ]
    notes = [
        f"{len(learned):,} queries to learn from, {len(asked):,} to tag.",
        "Best published, on the test half: .612 (DistilBERT; QueryNER, Palen-Michel et al., 2024).",
    ]
    _keep("understanding-slots", "Slots of real queries", rows, notes)


def _commonest(counts: dict[str, Counter[str]], word: str) -> str:
    found = counts.get(word.casefold())
    return found.most_common(1)[0][0] if found else "O"


def _keep_sentences() -> None:
    understander = Understander(Vocabulary.from_products(small_shop()))
    right = asked = 0
    rows: list[dict[str, Any]] = []
    taken: list[float] = []
    for path in sorted(CASES.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        after = content.get("after")
        previous = understander.understand(after).query if after else None
        shown = SHOWN if after else ()
        passed = 0
        for case in content["cases"]:
            for _ in range(ROUNDS):
                started = time.perf_counter()
                reading = understander.understand(
                    case["say"], previous=previous, shown=shown, amend=True if after else None
                )
                taken.append((time.perf_counter() - started) * 1000)
            passed += spelled(reading.query) == case["means"] and reading.quantity == case.get("quantity")
        rows.append({"kind": path.stem.replace("_", " "), "sentences": len(content["cases"]), "as meant": passed})
        right, asked = right + passed, asked + len(content["cases"])
    p50, p95 = np.percentile(taken, [50, 95])
    rows.append({"kind": "all", "sentences": asked, "as meant": right, "p50 ms": float(p50), "p95 ms": float(p95)})
    notes = [
        "Written for this project, each a test: they say what is read, not how often strangers are understood.",
        f"Times of the reading alone, without Rasa, each sentence {ROUNDS} times.",
    ]
    _keep("understanding-sentences", "Our own sentences", rows, notes)


def _run(*command: str) -> None:
    result = CliRunner().invoke(app, command)
    if result.exit_code:
        raise RuntimeError(f"{' '.join(command)} ended with {result.exit_code}: {result.output}{result.exception}")


def _keep(name: str, title: str, rows: Sequence[dict[str, Any]], notes: Sequence[str]) -> None:
    print(title, *rows, sep="\n")
    save(name, title, "python -m benchmarks.understanding …", rows, notes)


if __name__ == "__main__":
    main()
