"""Tablets' access tokens (wire §6): short JWTs that any node verifies by itself, CouchDB included."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from server.enrolment.claims import AUDIENCE, ROLES_CLAIM
from server.errors import NotAuthenticated
from server.identifiers import role_of
from server.keys.organisation import OrganisationKeys

_ALGORITHM = "ES256"


class TokenUnreadable(NotAuthenticated):
    """Not a token of ours: malformed, signed by another key, or for another node."""


class TokenExpired(NotAuthenticated):
    """It was a token of ours; the tablet must ask for another."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a verified token says: which tablet, with which database roles, until when."""

    device: str
    roles: frozenset[str]
    expires_at: datetime


class AccessTokens:
    """Issues and verifies the tokens of one organisation; they live ``lifetime_s`` seconds, at most 600."""

    def __init__(self, keys: OrganisationKeys, lifetime_s: int) -> None:
        self._keys = keys
        self._lifetime = timedelta(seconds=lifetime_s)

    def issue(
        self, device: str, team: str, databases: Collection[str], now: datetime
    ) -> tuple[str, datetime]:
        """Return a token for a tablet and the instant at which it ends."""
        expires_at = (now + self._lifetime).replace(microsecond=0)
        claims: dict[str, Any] = {
            "iss": self._keys.organisation,
            "sub": device,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
            ROLES_CLAIM: [role_of(database) for database in databases],
            "escale": {"team": team},
        }
        header = {"alg": _ALGORITHM, "kid": self._keys.token.thumbprint()}
        return jwt.encode(header, claims, self._keys.token, algorithms=[_ALGORITHM]), expires_at

    def verify(self, token: str, now: datetime) -> AccessToken:
        """Return what a token says; raise ``TokenUnreadable`` or ``TokenExpired`` (both ``token-invalid``).

        Claims are checked here by type as well: a library that accepts ``"exp": "…"`` lets tokens live on.
        """
        try:
            claims = jwt.decode(token, self._keys.token, algorithms=[_ALGORITHM]).claims
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise TokenUnreadable.of("token-invalid") from error
        device, expires = claims.get("sub"), claims.get("exp")
        roles = _team_roles(claims.get(ROLES_CLAIM))
        ours = claims.get("iss") == self._keys.organisation and claims.get("aud") == AUDIENCE
        if not ours or roles is None or not isinstance(device, str) or type(expires) is not int:
            raise TokenUnreadable.of("token-invalid")
        if expires <= now.timestamp():
            raise TokenExpired.of("token-invalid")
        return AccessToken(device, roles, datetime.fromtimestamp(expires, UTC))


def _team_roles(roles: object) -> frozenset[str] | None:
    """Only databases' roles are ever in our tokens: ``_admin`` in one would be the engine's master key."""
    if not isinstance(roles, list):
        return None
    if not all(isinstance(role, str) and role.startswith(role_of("")) for role in roles):
        return None
    return frozenset(roles)
