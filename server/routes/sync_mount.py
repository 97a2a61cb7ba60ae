"""``/sync``: the replication engine's own ASGI application, mounted as it is (wire §6)."""

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from server.routes.services import Services
from sync.http.principal import Principal
from sync.write_rules import WriteRule, envelope_rule

PREFIX = "/sync"


def rule_for(principal: Principal) -> WriteRule | None:
    """Bind everybody who comes over the network to envelopes (wire §3.3); central writes from inside."""
    return None if principal.is_server_admin else envelope_rule


@asgi(PREFIX, is_mount=True, copy_scope=True)
async def sync(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand the request over, with the path as the client wrote it."""
    services: Services = scope["litestar_app"].state.services
    await services.replication(scope, receive, send)  # type: ignore[arg-type]


route_handlers: list[ASGIRouteHandler] = [sync]
