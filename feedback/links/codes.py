"""Who holds this code, and may it still be used?

A code is 60 random bits, valid for ten minutes and for one use; the record keeps only a keyed digest of it. So a code
that was guessed, is old, was used, or was read from a copy of the record opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from feedback.links.tables import LinkCodeRow
from recommender.errors import BadInputError

__all__ = ["CODE_LIFETIME", "issue_code", "looks_like_code", "use_code"]

CODE_LIFETIME = timedelta(minutes=10)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: what is easily taken for a digit is read as that digit."""

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CHARACTERS = 12
_WRITTEN = re.compile(r"\s*[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\s*", re.IGNORECASE | re.ASCII)


def issue_code(session: Session, person_id: str, key: str, now: datetime) -> str:
    """A new code of this person, `XXXX-XXXX-XXXX`; every earlier one of theirs stops working.

    Args:
        session: the caller's transaction.
        person_id: for whom the code speaks.
        key: keys the digests; the same must be given to `use_code`.
        now: the present moment.
    """
    old = or_(LinkCodeRow.person_id == person_id, LinkCodeRow.expires_at <= now)
    session.execute(delete(LinkCodeRow).where(old))
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS))
    session.add(LinkCodeRow(digest=_digest(code, key), person_id=person_id, expires_at=now + CODE_LIFETIME))
    session.flush()
    return "-".join(code[start : start + 4] for start in range(0, _CHARACTERS, 4))


def use_code(session: Session, code: str, key: str, now: datetime) -> str:
    """The person who was given this code, which cannot be used again once the transaction commits.

    Raises:
        BadInputError: nobody was given it, or it was used, replaced or has expired; which of these is not told.
    """
    written = re.sub(r"[\s-]", "", code).upper().translate(_READ_AS)
    # The digest is keyed, so how long looking it up takes says nothing about any code.
    used = delete(LinkCodeRow).where(LinkCodeRow.digest == _digest(written, key), LinkCodeRow.expires_at > now)
    person_id: str | None = session.scalar(used.returning(LinkCodeRow.person_id))
    if person_id is None:
        raise BadInputError("This code does not work (any more); ask for a new one, it is good for ten minutes.")
    return person_id


def looks_like_code(text: str) -> bool:
    """Whether somebody wrote nothing but a code, as codes are written."""
    return _WRITTEN.fullmatch(text) is not None


def _digest(code: str, key: str) -> str:
    return hmac.new(key.encode(), b"shoptalk.link." + code.encode(), hashlib.sha256).hexdigest()
