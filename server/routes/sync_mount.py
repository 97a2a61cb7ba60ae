"""``/sync``: the replication engine's own ASGI application, mounted as it is (wire §6).

Where the databases are a CouchDB's, tablets replicate with it behind its proxy, and here is only a sign.
"""

import orjson
from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from server.routes.services import Services
from sync.http import asgi as asgi_types
from sync.http.principal import Principal
from sync.write_rules import WriteRule, envelope_rule

PREFIX = "/sync"


class Elsewhere:
    """Answers replication requests with the place where they are served: ``sync_url``, which is public."""

    def __init__(self, sync_url: str) -> None:
        self._body = orjson.dumps(
            {"error": "not_found", "reason": f"Replication is served by CouchDB, behind {sync_url}/"}
        )

    async def __call__(
        self, scope: asgi_types.Scope, receive: asgi_types.Receive, send: asgi_types.Send
    ) -> None:
        """Answer one request, whatever it asks."""
        del receive
        if scope["type"] != "http":
            return
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(self._body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self._body})

    def shutdown(self) -> None:
        """Do nothing: no feed is open."""


def rule_for(principal: Principal) -> WriteRule | None:
    """Bind everybody who comes over the network to envelopes (wire §3.3); central writes from inside."""
    return None if principal.is_server_admin else envelope_rule


@asgi(PREFIX, is_mount=True, copy_scope=True)
async def sync(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand the request over, with the path as the client wrote it."""
    services: Services = scope["litestar_app"].state.services
    await services.replication(scope, receive, send)  # type: ignore[arg-type]


route_handlers: list[ASGIRouteHandler] = [sync]
