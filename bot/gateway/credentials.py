"""Who is asking: which session's token, which shop's word, which server's key?"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

import jwt
from itsdangerous import BadSignature, URLSafeSerializer

from bot.gateway.errors import UnauthorisedError
from recommender.settings import Settings

__all__ = ["IDENTITY_LIFETIME", "SessionTokens", "is_secret", "verify_identity"]

IDENTITY_LIFETIME = timedelta(minutes=10)
"""A signed identity may be valid for no longer than this, so that a leaked one is soon worthless."""

_LONGEST_CUSTOMER_ID = 200


class SessionTokens:
    """Signs session ids. When a session ends is kept with the session, not in its token: an active one goes on."""

    def __init__(self, key: str) -> None:
        self._signer = URLSafeSerializer(
            key, salt="shoptalk.session", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )

    def issue(self, session_id: str) -> str:
        """The token that speaks for `session_id`."""
        return str(self._signer.dumps(session_id))

    def read(self, token: str) -> str:
        """The session that `token` speaks for.

        Raises:
            UnauthorisedError: this server did not sign it.
        """
        try:
            session_id = self._signer.loads(token)
        except BadSignature:
            session_id = None
        if not isinstance(session_id, str):
            raise UnauthorisedError("The session token is not genuine; open a new session with POST /api/sessions.")
        return session_id


def verify_identity(token: str, settings: Settings, now: datetime) -> str:
    """The shop's customer id that `token`, a JWT signed with one of the identity keys (HS256), vouches for.

    Raises:
        UnauthorisedError: the token is not genuine, for another audience, expired, valid for too long, or names nobody.
    """
    if not settings.identity_keys:
        raise UnauthorisedError("This shop has no identity key; open the session without `identity`.")
    for key in settings.identity_keys:
        try:
            claims = jwt.decode(
                token,
                key.get_secret_value(),
                algorithms=["HS256"],
                audience=settings.identity_audience,
                options={"require": ["exp", "aud", "sub"]},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError:
            raise UnauthorisedError("The identity has expired; ask the shop for a fresh one.") from None
        except jwt.InvalidAudienceError:
            raise UnauthorisedError(f"The identity is not for the audience {settings.identity_audience!r}.") from None
        except jwt.InvalidTokenError as error:
            raise UnauthorisedError(f"The identity is not a usable JWT: {_reason(error)}.") from None
        return _customer(claims, now)
    raise UnauthorisedError("The identity was signed with none of the shop's identity keys.")


def is_secret(given: str, expected: str) -> bool:
    """Whether both are the same, told in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _reason(error: jwt.InvalidTokenError) -> str:
    if isinstance(error, jwt.MissingRequiredClaimError):
        return f"the claim {error.claim!r} is missing"
    if isinstance(error, jwt.InvalidAlgorithmError):
        return "it has to be signed with HS256"
    if isinstance(error, jwt.ImmatureSignatureError):
        return "it is not valid yet"
    return "it cannot be read"


def _customer(claims: dict[str, object], now: datetime) -> str:
    expires, customer = claims["exp"], claims["sub"]
    if not isinstance(expires, int | float) or expires > (now + IDENTITY_LIFETIME).timestamp():
        raise UnauthorisedError(
            f"The identity is valid for too long; exp may lie {IDENTITY_LIFETIME.seconds // 60} minutes ahead at most."
        )
    if not isinstance(customer, str) or not 0 < len(customer) <= _LONGEST_CUSTOMER_ID or not customer.isprintable():
        raise UnauthorisedError("The identity's sub is not a customer id of 1 to 200 printable characters.")
    return customer
