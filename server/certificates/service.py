"""Certificates as central gives them: to one hub at a time, and not to the same one again at once."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from server.certificates import request
from server.certificates.errors import NotIssued
from server.certificates.issued import Issued
from server.certificates.issuer import Issuer
from server.errors import TooManyTries, Unavailable

log = logging.getLogger("server.certificates")

PAUSE_S = 600.0
"""Between two of one hub: a public authority bounds how many a name gets in a week."""


class HubCertificates:
    """Gives certificates for ``host``; without an issuer it gives none."""

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
        self._given_s: dict[str, float] = {}

    async def give(self, device: str, csr: str) -> Issued:
        """Answer a hub's request (PEM).

        Raises ``validation``, ``rate-limited`` and ``unavailable``.
        """
        asked = await asyncio.to_thread(request.read, csr, self._host)
        if self._issuer is None:
            raise Unavailable.of("unavailable")
        async with self._one_at_a_time:
            self._require_pause(device)
            try:
                issued = await self._issuer.issue(asked, self._now())
            except NotIssued as error:
                log.warning("no certificate was issued", extra={"device": device, "reason": str(error)})
                raise Unavailable.of("unavailable") from error
            self._given_s[device] = self._monotonic_s()
        log.info("certificate issued", extra={"device": device})
        return issued

    def _require_pause(self, device: str) -> None:
        given_s = self._given_s.get(device)
        if given_s is None:
            return
        left_s = given_s + PAUSE_S - self._monotonic_s()
        if left_s > 0:
            raise TooManyTries.of("rate-limited", headers={"retry-after": str(int(left_s) + 1)})
