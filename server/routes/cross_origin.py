"""CORS on what a node answers to the application when that has another origin (wire §7).

``/sync`` answers for itself (``sync.http.cors``); everything else stays the application's own.
"""

from litestar.types import Message, Scope

from server.routes.services import Services
from sync.http.cors import Cors

NODE_PATHS = frozenset({"/api/node", "/api/device/nonce", "/api/device/token"})
"""What a tablet calls at the node origin, at central and at a hub alike."""


async def add_cross_origin_headers(message: Message, scope: Scope) -> None:
    """Complete the start of a response, refusals and preflights too (Litestar's ``before_send`` hook)."""
    if message["type"] != "http.response.start" or scope["path"].rstrip("/") not in NODE_PATHS:
        return
    services: Services = scope["litestar_app"].state.services
    cors = Cors(services.settings.foreign_origins)
    origin = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"), None)
    is_preflight = scope.get("method") == "OPTIONS"
    headers = cors.preflight_headers(origin) if is_preflight else cors.headers(origin)
    message["headers"] = [*message["headers"], *headers]
