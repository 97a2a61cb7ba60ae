"""Keeps a hub's certificate: asks central for one, renews it at a third of its life."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from server.hub import certificate
from server.hub.access import CentralAccess
from server.hub.central import CentralApi
from server.hub.certificate import Certificate, UnusableCertificate
from server.hub.clocks import Clocks
from server.hub.disk import Disk
from server.hub.errors import CentralRefusal, CentralUnreachable
from server.hub.home import Home

log = logging.getLogger("server.hub")

RETRY_S = 60.0
LOOK_AT_LEAST_EVERY_S = 3600.0


class Certificates:
    """The certificate for ``host``. ``serve`` is called with the file, at first and after each renewal."""

    def __init__(
        self,
        *,
        host: str,
        home: Home,
        central: CentralApi,
        access: CentralAccess,
        clocks: Clocks,
        disk: Disk,
        serve: Callable[[], None],
    ) -> None:
        self._host = host
        self._home = home
        self._central = central
        self._access = access
        self._clocks = clocks
        self._disk = disk
        self._serve = serve
        self._unkept: Certificate | None = None
        self.held: Certificate | None = None

    async def run(self) -> None:
        """Keep a certificate until cancelled; while central does not give one, the former serves on."""
        self.held = await asyncio.to_thread(self._kept)
        if self.held is not None:
            self._serve()
        while True:
            wait_s = self._due_in_s()
            if wait_s <= 0:
                wait_s = LOOK_AT_LEAST_EVERY_S if await self._renew() else RETRY_S
            await asyncio.sleep(min(wait_s, LOOK_AT_LEAST_EVERY_S))

    def _due_in_s(self) -> float:
        if self.held is None:
            return 0
        return (self.held.renew_from - self._clocks.now()) / timedelta(seconds=1)

    async def _renew(self) -> bool:
        """Get a certificate, keep it, serve with it; one that the disk does not take is tried again."""
        if self._unkept is None:
            self._unkept = await self._given()
        fresh = self._unkept
        if fresh is None:
            return False
        with self._disk.tried("certificate"):
            await asyncio.to_thread(self._home.keep_certificate, fresh.pem)
            self._serve()
            self.held, self._unkept = fresh, None
        return self._unkept is None

    async def _given(self) -> Certificate | None:
        asked = await asyncio.to_thread(certificate.request, self._host)
        try:
            chain = await self._central.certificate(await self._access.current(), asked.csr)
            return certificate.assembled(asked, chain, self._host)
        except (CentralUnreachable, CentralRefusal, UnusableCertificate) as error:
            log.warning("no certificate yet", extra={"error": type(error).__name__, "reason": str(error)})
            return None

    def _kept(self) -> Certificate | None:
        """Return the certificate kept; None when there is none that can be read and served."""
        with self._disk.tried("certificate"), suppress(FileNotFoundError, UnusableCertificate):
            kept = certificate.read(self._home.certificate.read_bytes(), self._host)
            certificate.context(self._home.certificate)
            return kept
        return None
