"""Who may replicate: a tablet with a valid token that is not revoked (``sync``'s ``Authorizer``)."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from server.enrolment import devices
from server.enrolment.tokens import AccessToken, AccessTokens, TokenUnreadable
from server.errors import NotAuthenticated, Problem
from server.store.control import Device, DeviceStatus
from server.store.database import Store
from sync.errors import BadToken, Forbidden, Unauthorized
from sync.http.principal import Principal

STANDING_S = 2.0
"""For how long a tablet's standing is believed without looking it up again, in seconds."""

_FORGET_ABOVE = 10_000


class Authorizer:
    """Verifies tablets' tokens, for replication and for the API.

    A revocation bites at once in this process, within ``STANDING_S`` seconds in another on the same store,
    and elsewhere at the token's end. ``monotonic_s`` is a
    clock that no setting moves.
    """

    def __init__(
        self,
        store: Store,
        tokens: AccessTokens,
        now: Callable[[], datetime],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._now = now
        self._monotonic_s = monotonic_s
        self._standings: dict[str, tuple[DeviceStatus, float]] = {}

    async def __call__(self, headers: Mapping[str, str]) -> Principal:
        """Name the tablet behind a replication request; errors are CouchDB's (400, 401, 403)."""
        try:
            token = await self.authenticate(headers.get("authorization"))
        except TokenUnreadable as problem:
            raise BadToken(problem.title) from problem
        except NotAuthenticated as problem:
            raise Unauthorized(problem.title) from problem
        except Problem as problem:
            raise Forbidden(problem.title) from problem
        return Principal(token.device, token.roles, token.expires_at.timestamp())

    async def authenticate(self, authorization: str | None) -> AccessToken:
        """Return the token of an ``Authorization: Bearer`` header.

        Raises ``token-invalid``, ``device-unknown``, ``device-pending`` and ``device-revoked``.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated.of("token-invalid")
        verified = self._tokens.verify(token, self._now())
        devices.require_active(await self._standing(verified.device))
        return verified

    def forget(self, device: str) -> None:
        """Look a tablet's standing up again at its next request, after it changed."""
        self._standings.pop(device, None)

    async def _standing(self, device: str) -> DeviceStatus:
        status, until = self._standings.get(device, (DeviceStatus.PENDING, 0.0))
        if self._monotonic_s() < until:
            return status
        status = await asyncio.to_thread(self._look_up, device)
        if len(self._standings) > _FORGET_ABOVE:
            self._standings.clear()
        self._standings[device] = (status, self._monotonic_s() + STANDING_S)
        return status

    def _look_up(self, device: str) -> DeviceStatus:
        with self._store.session() as session:
            found: Device = devices.find(session, device)
            return found.status
