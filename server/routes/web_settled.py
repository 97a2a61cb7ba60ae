"""After a coordinator's act: the pages that follow show it, when it is read back soon enough."""

import asyncio
import contextlib

from server.routes import web_counts
from server.routes.web_session import PageRequest, services_of

SHOW_WITHIN_S = 5.0


async def settled(request: PageRequest) -> None:
    """Wait a little for what was just written to be read back: a courtesy that must not hold the page."""
    web_counts.forget(request)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SHOW_WITHIN_S):
            await services_of(request).projection.caught_up()
