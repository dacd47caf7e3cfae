"""Does the assistant understand more with a shop's corrected messages, without understanding anything else less?

`python -m bot.nlu.compare IN.json OUT.json`, in Rasa's environment. IN has `corrected` (text and intent) and `past`
(text and the intent it was taken for). A tenth of the checkout's examples is never learned from; each corrected message
is judged by a model that learned from the others (three folds). OUT says what each model made of what.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data

from bot.nlu.evaluate_intents import IntentPipeline
from bot.nlu.train import PROJECT_ROOT

__all__ = ["main"]

_FOLDS = 3
_HELD_OUT = 10

Labeller = Callable[[str], str]
Pairs = Sequence[tuple[str, str]]


def main(given: str, out: str) -> None:
    """Compare, and write what came out."""
    asked = json.loads(Path(given).read_text(encoding="utf-8"))
    corrected = [(one["text"], one["intent"]) for one in asked["corrected"]]
    past = [(one["text"], one["intent"]) for one in asked["past"]]
    data = load_data(str(PROJECT_ROOT / "data" / "nlu"))
    examples = sorted({(message.get(TEXT), message.get(INTENT)) for message in data.intent_examples})
    held_out = [one for one in examples if _bucket(one[0], _HELD_OUT) == 0]
    learned = [one for one in examples if _bucket(one[0], _HELD_OUT) != 0]
    _say("without the corrections")
    before = _labeller(learned)
    _say("with the corrections")
    after = _labeller([*learned, *corrected])
    found = {
        "held_out": _both(held_out, before, after),
        "past": _both(past, before, after),
        "corrected": _folds(learned, corrected, before),
    }
    Path(out).write_text(json.dumps(found), encoding="utf-8")


def _folds(learned: Pairs, corrected: Pairs, before: Labeller) -> list[dict[str, str]]:
    """What is made of each corrected message without it, and with the other folds'."""
    found = []
    for fold in range(_FOLDS):
        unseen = [one for one in corrected if _bucket(one[0], _FOLDS) == fold]
        if unseen:
            _say(f"with the corrections but fold {fold + 1} of {_FOLDS}")
            others = [one for one in corrected if _bucket(one[0], _FOLDS) != fold]
            found += _both(unseen, before, _labeller([*learned, *others]))
    return found


def _both(pairs: Pairs, before: Labeller, after: Labeller) -> list[dict[str, str]]:
    return [{"text": text, "intent": intent, "before": before(text), "after": after(text)} for text, intent in pairs]


def _labeller(examples: Pairs) -> Labeller:
    with tempfile.TemporaryDirectory() as folder:
        pipeline = IntentPipeline(examples, Path(folder))
    return lambda text: pipeline.label(text)[0]


def _bucket(text: str, count: int) -> int:
    """Which of `count` parts a text belongs to, the same in every run, however it is written."""
    return int(hashlib.sha256(" ".join(text.lower().split()).encode()).hexdigest(), 16) % count


def _say(step: str) -> None:
    """Tell whoever watches what is being done."""
    print(f"learning {step}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(*sys.argv[1:])
