"""Certificates as central gives them: to one hub at a time, and not to the same one again at once."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime

from server.certificates import request
from server.certificates.errors import NotIssued
from server.certificates.issued import Issued
from server.certificates.issuer import Issuer
from server.errors import TooManyTries, Unavailable

log = logging.getLogger("server.certificates")

PAUSE_S = 600.0
"""After a hub's first attempt of a day, doubled after each further one; after a failure, for every hub."""
DAY_S = 86_400.0
ATTEMPTS_A_DAY = 6
"""Of one hub: one that lives renews once in days."""
ALL_ATTEMPTS_A_DAY = 48
"""Of all hubs: a public authority bounds how many a name gets, and how often it is asked in vain."""


class HubCertificates:
    """Gives certificates for ``host``; without an issuer it gives none.

    What is counted are attempts, whatever came of them, since this process started.
    """

    def __init__(
        self,
        issuer: Issuer | None,
        host: str,
        now: Callable[[], datetime],
        monotonic_s: Callable[[], float],
    ) -> None:
        self._issuer = issuer
        self._host = host
        self._now = now
        self._monotonic_s = monotonic_s
        self._one_at_a_time = asyncio.Lock()
        self._attempts: deque[tuple[float, str]] = deque()
        self._rests_until_s = 0.0

    async def give(self, device: str, csr: str) -> Issued:
        """Answer a hub's request (PEM).

        Raises ``validation``, ``rate-limited``, ``no-issuer`` and ``unavailable``.
        """
        asked = await asyncio.to_thread(request.read, csr, self._host)
        if self._issuer is None:
            raise Unavailable.of("no-issuer")
        async with self._one_at_a_time:
            self._admit(device)
            try:
                issued = await self._issuer.issue(asked, self._now())
            except NotIssued as error:
                self._rests_until_s = self._monotonic_s() + PAUSE_S
                log.warning("no certificate was issued", extra={"device": device, "reason": str(error)})
                raise Unavailable.of("unavailable") from error
        log.info("certificate issued", extra={"device": device})
        return issued

    def _admit(self, device: str) -> None:
        """Count an attempt, or refuse it."""
        now_s = self._monotonic_s()
        while self._attempts and self._attempts[0][0] <= now_s - DAY_S:
            self._attempts.popleft()
        until_s = max(
            self._rests_until_s, self._free_again_s([at_s for at_s, of in self._attempts if of == device])
        )
        if len(self._attempts) >= ALL_ATTEMPTS_A_DAY:
            until_s = max(until_s, self._attempts[0][0] + DAY_S)
        if until_s > now_s:
            raise TooManyTries.of("rate-limited", headers={"retry-after": str(int(until_s - now_s) + 1)})
        self._attempts.append((now_s, device))

    @staticmethod
    def _free_again_s(attempts: list[float]) -> float:
        """Return when a hub with these attempts of a day may make another."""
        if not attempts:
            return 0.0
        if len(attempts) >= ATTEMPTS_A_DAY:
            return attempts[0] + DAY_S
        return attempts[-1] + PAUSE_S * (1 << (len(attempts) - 1))
