"""How long a request's body is waited for: not for ever, or half-sent ones would hold every connection."""

from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from server.errors import TooSlow
from server.routes import sync_mount
from sync.errors import RequestTimeout
from sync.http.limits import Limits
from sync.http.patience import PatientReceive


class PatientBodies:
    """Middleware: bodies come within the bounds of ``/sync``, which keeps its own. Raises ``too-slow``."""

    def __init__(self, app: ASGIApp, limits: Limits | None = None) -> None:
        self._app = app
        self._limits = limits or Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on (ASGI)."""
        if scope["type"] == ScopeType.HTTP and not scope["path"].startswith(sync_mount.PREFIX):
            patient = PatientReceive(receive, self._limits)  # type: ignore[arg-type]

            async def received() -> Any:
                try:
                    return await patient()
                except RequestTimeout as error:
                    raise TooSlow.of("too-slow") from error

            await self._app(scope, received, send)
        else:
            await self._app(scope, receive, send)
