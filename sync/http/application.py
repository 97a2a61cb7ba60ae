"""The ASGI application: authorises, routes, answers, and lets go of every client when the node stops."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Final

from sync.errors import Forbidden, SyncError, Unauthorized
from sync.http.asgi import HeaderList, Receive, Scope, Send
from sync.http.cors import Cors
from sync.http.exchange import Exchange, Node, RuleFor
from sync.http.failures import failure
from sync.http.limits import Limits
from sync.http.patience import PatientReceive
from sync.http.principal import (
    Authentication,
    Authorizer,
    require_database_admin,
    require_member,
    require_server_admin,
)
from sync.http.request import ClientGone, Request
from sync.http.response import JsonResponse, Response, StreamResponse, send_json, start_stream
from sync.http.routes import Access, resolve
from sync.http.stopping import Stopping
from sync.http.update_log import UpdateLog
from sync.node_engine import NodeEngine

log = logging.getLogger("sync.http")

# One core is left to the event loop and the store.
WORKERS: Final = 1


def random_identifier() -> str:
    """Draw the id of a document whose author named none."""
    return secrets.token_hex(16)


class ReplicationApplication:
    """CouchDB's interface to one engine. Made by `create_app`."""

    def __init__(self, node: Node, authorize: Authorizer, cors: Cors, prefix: str) -> None:
        self._node = node
        self._authorize = authorize
        self._cors = cors
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request (ASGI)."""
        if scope["type"] != "http":
            return
        origin = next(
            (value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"), None
        )
        if scope["method"] == "OPTIONS":
            await send_json(send, JsonResponse(None, 204), self._cors.preflight_headers(origin))
            return
        with suppress(ClientGone):
            await self._serve(scope, receive, send, self._cors.headers(origin))

    def shutdown(self) -> None:
        """End every feed at once; later ones answer without waiting. Called on the event loop.

        A server waits for its connections before it runs any shutdown hook: this must be called when the
        signal to stop arrives, not after.
        """
        self._node.stopping.stop()

    async def _serve(self, scope: Scope, receive: Receive, send: Send, headers: HeaderList) -> None:
        request = Request(scope, PatientReceive(receive, self._node.limits), prefix=self._prefix)
        try:
            response = await self._answer(request)
        except SyncError as error:
            response = failure(error, self._node.authentication.challenge)
        except ClientGone:
            raise
        except Exception:
            log.exception("a request failed")
            unknown = SyncError("The node could not answer; its log says why.")
            response = failure(unknown, self._node.authentication.challenge)
        if isinstance(response, JsonResponse):
            await send_json(send, response, headers, body=scope["method"] != "HEAD")
        else:
            await self._stream(request, response, send, headers)

    async def _answer(self, request: Request) -> Response:
        principal = await self._authorize(request.headers)
        if principal.expires_at is not None and principal.expires_at <= self._node.now():
            raise Unauthorized("The token has expired.")
        route = resolve(request.method, request.segments())
        exchange = Exchange(self._node, request, principal, route.database, route.document, route.attachment)
        return await route.endpoint.handler(await self._admitted(exchange, route.endpoint.access))

    async def _admitted(self, exchange: Exchange, access: Access) -> Exchange:
        """Return the exchange with its database's security; raises Unauthorized, Forbidden, NotFound."""
        if access is Access.SERVER_ADMIN:
            require_server_admin(exchange.principal)
        if access in (Access.NAMED, Access.SERVER_ADMIN):
            return exchange
        security = await self._node.engine.security(exchange.database)
        if access is Access.DATABASE_ADMIN:
            require_database_admin(exchange.principal, security)
        require_member(exchange.principal, security)
        if access is Access.UNBOUND and exchange.rule is not None:
            raise Forbidden("This is not open to devices.")
        return replace(exchange, security=security)

    async def _stream(
        self, request: Request, response: StreamResponse, send: Send, headers: HeaderList
    ) -> None:
        """Send pieces as they come; stop as soon as the client is gone."""
        sending = asyncio.ensure_future(_send_pieces(response, send, headers, body=request.method != "HEAD"))
        leaving = asyncio.ensure_future(request.wait_for_disconnect())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                sending.cancel()
            # Waiting for both lets their own clean-up run before the request is over.
            await asyncio.wait({sending, leaving})
        if not sending.cancelled() and (error := sending.exception()) is not None:
            log.error("a feed failed", exc_info=error)
            raise error


async def _send_pieces(response: StreamResponse, send: Send, headers: HeaderList, *, body: bool) -> None:
    await start_stream(send, response, headers)
    if body:
        async for piece in response.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def create_app(
    engine: NodeEngine,
    *,
    authorize: Authorizer,
    rule_for: RuleFor,
    limits: Limits | None = None,
    cors: Cors | None = None,
    prefix: str = "",
    authentication: Authentication | None = None,
    now: Callable[[], float] = time.time,
    new_identifier: Callable[[], str] = random_identifier,
) -> ReplicationApplication:
    """Make the application.

    `authorize` names who sends a request; `rule_for` gives the rule that binds their writes (None: trusted).
    `prefix` is the path under which it is mounted, `/sync` say, when the server leaves it in the path.
    """
    node = Node(
        engine=engine,
        rule_for=rule_for,
        limits=limits or Limits(),
        now=now,
        new_identifier=new_identifier,
        stopping=Stopping(),
        workers=ThreadPoolExecutor(WORKERS, thread_name_prefix="sync-worker"),
        update_log=UpdateLog(engine),
        authentication=authentication or Authentication(),
    )
    return ReplicationApplication(node, authorize, cors or Cors(), prefix)
