"""How is the assistant taught the messages that people of the shop corrected?

In three steps, each in a child process of Rasa's environment, one thread, nice: compare with and without the
corrections; train; and, if the gate opens, swap the running model.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.assistant.gate import Comparison, Verdict, judge
from bot.assistant.versions import AssistantVersions
from bot.rasa_environment import rasa_python, training_environment
from feedback.review.examples import Example, as_training_data, corrected_messages, scrub
from feedback.review.labels import said_by
from feedback.review.subject import Kind
from feedback.review.tables import ReviewSourceRow
from feedback.tables import ImpressionRow, TurnRow, VoteRow
from feedback.training.lineage import record_use
from recommender.clock import Clock
from recommender.db import Database
from recommender.errors import BadInputError, ShoptalkError
from recommender.settings import PROJECT_ROOT, Settings

__all__ = ["Trained", "train_assistant"]

_NICENESS: Final = "10"
_TIMEOUT_S: Final = 1800
_MOST_PAST: Final = 500
_SURELY: Final = 0.8
"""From this confidence on a past message counts as understood."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of it. `swapped`: a running Rasa serves it already; otherwise the next start does."""

    name: str
    verdict: Verdict
    promoted: bool
    swapped: bool = False


def train_assistant(settings: Settings, database: Database, clock: Clock, say: Say) -> Trained:
    """Compare, train, and let the result serve if it understands more and nothing less.

    Raises:
        BadInputError: nobody corrected a message yet.
        ConfigurationError: Rasa's environment is missing.
        ShoptalkError: Rasa's environment failed.
    """
    versions = AssistantVersions(settings)
    with database.reading() as session:
        corrected, past = corrected_messages(session), past_messages(session)
        people = said_by(session, Kind.MESSAGE)
    if not corrected:
        raise BadInputError("No message has been corrected yet: decide on some in the console, under Review, Messages.")
    training_data = as_training_data(corrected)
    name = "shop-" + hashlib.sha256(f"{versions.base}\n{training_data}".encode()).hexdigest()[:12]
    say(f"{len(corrected)} corrected messages; compared on {len(past)} past ones.")
    # Beside the versions: a finished model is moved there, which must not cross file systems.
    versions.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=versions.folder, prefix=".making-") as temporary:
        folder = Path(temporary)
        verdict = judge(_compare(settings, folder, corrected, past, say))
        say(verdict.reason)
        examples, model = folder / "shop.yml", folder / "model.tar.gz"
        examples.write_text(training_data, encoding="utf-8")
        say("Training Rasa with all of them.")
        _in_rasa(settings, ["bot.nlu.train", "--shop", str(examples), "--out", str(model)], say)
        about = {
            "made_at": clock.now().isoformat(), "corrections": len(corrected), "passed": verdict.passed,
            "reason": verdict.reason, "numbers": verdict.numbers(),
        }  # fmt: skip
        versions.add(model, name, about)
    record_use(database, name, people)
    if not verdict.passed:
        return Trained(name, verdict, promoted=False)
    say("Swapping the running assistant.")
    return Trained(name, verdict, promoted=True, swapped=versions.promote(name))


def past_messages(session: Session) -> list[Example]:
    """What shoppers said lately and the assistant surely understood: it should go on to.

    Left out is what was pressed, what was corrected, and what was answered with something that got a thumb down.
    """
    disliked = (
        select(ImpressionRow.turn_id).join(VoteRow, VoteRow.impression_id == ImpressionRow.id).where(VoteRow.value < 0)
    )
    judged = (ReviewSourceRow.turn_id.is_not(None), ReviewSourceRow.kind == Kind.MESSAGE.value)
    corrected = select(ReviewSourceRow.turn_id).where(*judged)
    rows = session.execute(
        select(TurnRow.text, TurnRow.intent)
        .where(
            TurnRow.status == "answered", TurnRow.payload_id.is_(None), TurnRow.confidence >= _SURELY,
            TurnRow.intent.is_not(None), TurnRow.id.not_in(disliked), TurnRow.id.not_in(corrected),
        )
        .order_by(TurnRow.created_at.desc(), TurnRow.id)
        .limit(_MOST_PAST)
    )  # fmt: skip
    found = {Example(scrub(text), intent) for text, intent in rows if intent}
    return sorted((one for one in found if one.text), key=lambda one: (one.intent, one.text))


def _compare(
    settings: Settings, folder: Path, corrected: Sequence[Example], past: Sequence[Example], say: Say
) -> Comparison:
    given, out = folder / "given.json", folder / "found.json"
    lists = {"corrected": corrected, "past": past}
    plain = {name: [{"text": one.text, "intent": one.intent} for one in examples] for name, examples in lists.items()}
    given.write_text(json.dumps(plain), encoding="utf-8")
    _in_rasa(settings, ["bot.nlu.compare", str(given), str(out)], say)
    try:
        return Comparison.model_validate_json(out.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise ShoptalkError("Rasa's environment compared nothing that can be read.") from error


def _in_rasa(settings: Settings, module: Sequence[str], say: Say) -> None:
    """Run a module of bot.nlu in Rasa's environment, one thread, nice, and pass on what it says."""
    python = rasa_python(settings)
    command = ["nice", "-n", _NICENESS, str(python), "-W", "ignore", "-m", *module]
    # Rasa and what it pins complain on stderr of their own age; of that only the end matters, when it failed.
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=training_environment(settings), stdout=subprocess.PIPE, stderr=complaints,
            text=True, encoding="utf-8", errors="replace",
        ) as child,
    ):  # fmt: skip
        assert child.stdout is not None
        try:
            for line in child.stdout:
                say(line.rstrip())
            code = child.wait(_TIMEOUT_S)
        except BaseException:
            child.terminate()
            raise
        if code != 0:
            complaints.seek(0)
            last = complaints.read().decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
            raise ShoptalkError(f"Rasa's environment could not run {module[0]}: {last[0]}")
