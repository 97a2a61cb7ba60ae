"""Attachments: not served; envelopes have none (wire §3.3), photos are envelopes of their own."""

from sync.errors import Unsupported
from sync.http.exchange import Exchange
from sync.http.response import Response


async def refuse(exchange: Exchange) -> Response:
    """Answer every request on an attachment."""
    raise Unsupported(f"Attachments are not served by this node ({exchange.request.method}).")
