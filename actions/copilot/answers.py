"""What did agents answer before, when somebody asked the same?"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from feedback.desk_tables import DraftRow
from feedback.drafts import WRITTEN
from feedback.tables import TurnRow
from recommender.db import Database
from recommender.encoder.port import Encoder

__all__ = ["PastAnswer", "PastAnswers"]

ALIKE: Final = 0.72
"""Questions whose vectors have at least this cosine count as the same question."""

_MOST_KEPT: Final = 2000


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """What was asked, what an agent sent, and how alike the two questions are (cosine)."""

    question: str
    text: str
    likeness: float
    session_id: str


class PastAnswers:
    """The newest answers that began as a draft and were sent, edited or as they were; looked up by their question.

    An answer leaves with its conversation: what was erased is not quoted to others. May be called from any thread.
    """

    def __init__(self, database: Database, encoder: Encoder | None) -> None:
        self._database = database
        self._encoder = encoder
        self._known: dict[int, tuple[PastAnswer, NDArray[np.float32]]] = {}
        self._lock = threading.Lock()

    def like(self, asked: str, *, but_not: str, limit: int = 1) -> list[PastAnswer]:
        """Answers to the questions most like `asked`, from other conversations than `but_not`, best first."""
        if self._encoder is None:
            return []
        with self._lock:
            self._keep_up(self._encoder)
            known = [(answer, vector) for answer, vector in self._known.values() if answer.session_id != but_not]
        if not known:
            return []
        likeness = np.stack([vector for _, vector in known]) @ self._encoder.encode([asked])[0]
        order = np.argsort(-likeness, kind="stable")[:limit]
        return [
            PastAnswer(known[row][0].question, known[row][0].text, float(likeness[row]), known[row][0].session_id)
            for row in order
            if likeness[row] >= ALIKE
        ]

    def _keep_up(self, encoder: Encoder) -> None:
        # Answers with products are not repeated: prices and stock of that day are in their words.
        query = (
            select(DraftRow.id, TurnRow.text, DraftRow.sent_text, DraftRow.session_id)
            .join(TurnRow, TurnRow.id == DraftRow.turn_id)
            .where(DraftRow.outcome.in_(("accepted", "edited", WRITTEN)), DraftRow.source.not_in(("products", "order")))
            .order_by(DraftRow.id.desc())
            .limit(_MOST_KEPT)
        )
        with self._database.reading() as session:
            rows = {id_: (text, sent, session_id) for id_, text, sent, session_id in session.execute(query)}
        self._known = {id_: kept for id_, kept in self._known.items() if id_ in rows}
        missing: Sequence[int] = [id_ for id_ in rows if id_ not in self._known]
        if not missing:
            return
        vectors = encoder.encode([rows[id_][0] for id_ in missing])
        for id_, vector in zip(missing, vectors, strict=True):
            text, sent, session_id = rows[id_]
            self._known[id_] = (PastAnswer(text, sent or "", 1.0, session_id), vector)
