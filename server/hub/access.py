"""A hub's tokens at central, renewed before they end; the replicator and everything else share them."""

import asyncio

from server.hub.central import Access, CentralApi
from server.hub.clocks import Clocks
from server.hub.identity import Identity

RENEW_BEFORE_S = 60.0


class CentralAccess:
    """The current token. Raises what ``CentralApi`` raises."""

    def __init__(self, central: CentralApi, identity: Identity, clocks: Clocks) -> None:
        self._central = central
        self._identity = identity
        self._clocks = clocks
        self._held: Access | None = None
        self._renewal = asyncio.Lock()

    async def current(self) -> Access:
        """Return a token good for at least a while; callers at once share one renewal."""
        async with self._renewal:
            held = self._held
            if held is None or self._clocks.monotonic_s() >= held.until_s - RENEW_BEFORE_S:
                held = self._held = await self._central.access(self._identity)
            return held

    def discard(self) -> None:
        """Forget the token held: central refused it, or is another store."""
        self._held = None
