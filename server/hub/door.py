"""Who may replicate with a hub: its own challenges and tokens, good here and for this start (wire §7)."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from server.enrolment.claims import AUDIENCE, ROLES_CLAIM
from server.enrolment.proofs import claims_of, unverified_claim
from server.errors import NotAuthenticated, Problem
from server.hub.belief import Beliefs
from server.hub.clocks import Clocks
from server.identifiers import new_secret, role_of
from server.keys.public import CURVE
from sync.errors import Forbidden, Unauthorized
from sync.http.principal import Principal

TOKEN_S = 600
NONCE_S = 60
MAX_NONCES = 10_000
"""How many challenges may wait at once; the oldest is forgotten first."""
_ALGORITHM = "ES256"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a device signs, once, within ``NONCE_S`` seconds."""

    nonce: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """A token; ``expires_at`` and ``time`` are on the hub's wall clock, which may be wrong.

    ``nonce``: the challenge for the next token.
    """

    expires_at: datetime
    lifetime_s: int
    time: datetime
    token: str = field(repr=False)
    nonce: str = field(repr=False)


class Door:
    """Issues and verifies a hub's tokens.

    ``databases`` names those a device of the team may replicate. Lives are counted on the monotonic clock.
    """

    def __init__(
        self,
        device: str,
        beliefs: Beliefs,
        databases: Callable[[], Awaitable[list[str]]],
        clocks: Clocks,
    ) -> None:
        self._device = device
        self._beliefs = beliefs
        self._databases = databases
        self._clocks = clocks
        self._key = ECKey.generate_key(CURVE, auto_kid=True)
        self._boot = secrets.token_hex(16)
        self._nonces: dict[str, tuple[str, float]] = {}
        self.seen: dict[str, datetime] = {}
        """When each device of this start last proved its key, on the wall clock."""

    async def nonce(self, device: str) -> Challenge:
        """Return a challenge for a device of the team; raise ``device-unknown``, ``device-revoked``."""
        await self._beliefs.key_of(device)
        return Challenge(self._draw(device, NONCE_S), self._clocks.now() + timedelta(seconds=NONCE_S))

    async def token(self, assertion: str) -> Issued:
        """Exchange a signed challenge for a token.

        Raises ``assertion-invalid``, ``nonce-invalid``, ``device-unknown``, ``device-revoked``.
        """
        device = unverified_claim(assertion, "device")
        claims = claims_of(assertion, await self._beliefs.key_of(device))
        expected = {"device": device, "audience": AUDIENCE, "node": self._device}
        if any(claims.get(name) != value for name, value in expected.items()):
            raise NotAuthenticated.of("assertion-invalid")
        self._use(str(claims.get("nonce")), device)
        roles = [role_of(database) for database in await self._databases()]
        time = self._clocks.now()
        self.seen[device] = time
        token = jwt.encode(
            {"alg": _ALGORITHM}, self._claims(device, roles), self._key, algorithms=[_ALGORITHM]
        )
        following = self._draw(device, TOKEN_S + NONCE_S)
        return Issued(time + timedelta(seconds=TOKEN_S), TOKEN_S, time, token, following)

    async def __call__(self, headers: Mapping[str, str]) -> Principal:
        """Name the device behind a replication request; errors are CouchDB's (401, 403)."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized(NotAuthenticated.of("token-invalid").title)
        device, roles, until_s = self._verified(token)
        try:
            await self._beliefs.key_of(device)
        except Problem as problem:
            raise Forbidden(problem.title) from problem
        return Principal(device, roles, until_s)

    def _draw(self, device: str, life_s: float) -> str:
        drawn = new_secret()
        if len(self._nonces) >= MAX_NONCES:
            del self._nonces[next(iter(self._nonces))]
        self._nonces[drawn] = device, self._clocks.monotonic_s() + life_s
        return drawn

    def _claims(self, device: str, roles: list[str]) -> dict[str, Any]:
        now = int(self._clocks.now().timestamp())
        return {
            "iss": self._device,
            "sub": device,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + TOKEN_S,
            ROLES_CLAIM: roles,
            "boot": self._boot,
            "until_s": self._clocks.monotonic_s() + TOKEN_S,
        }

    def _verified(self, token: str) -> tuple[str, frozenset[str], float]:
        """Return a token's device, roles and end. Only this start's key signed it: its claims are ours."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
            device, until_s = str(claims["sub"]), float(claims["until_s"])
            roles, boot = frozenset(claims[ROLES_CLAIM]), claims["boot"]
        except (JoseError, KeyError, TypeError, ValueError) as error:
            # Another node's token, or a former start's: the device asks for another.
            raise Unauthorized(NotAuthenticated.of("token-invalid").title) from error
        if boot != self._boot or until_s <= self._clocks.monotonic_s():
            raise Unauthorized(NotAuthenticated.of("token-invalid").title)
        return device, roles, until_s

    def _use(self, nonce: str, device: str) -> None:
        known, until_s = self._nonces.pop(nonce, ("", 0.0))
        if known != device or until_s <= self._clocks.monotonic_s():
            raise NotAuthenticated.of("nonce-invalid")
