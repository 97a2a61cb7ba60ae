"""What a hub answers on the Wi-Fi: its page, its health, and a node's calls (wire §7); plain ASGI."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import msgspec
import orjson

from server.errors import Invalid, MethodRefused, NotFound, Problem, TooLarge, TooSlow, Unavailable
from server.hub import page
from server.hub.node import Node
from server.hub.state import State
from sync.errors import BadRequest, RequestTimeout
from sync.errors import TooLarge as BodyTooLarge
from sync.http.asgi import HeaderList, Receive, Scope, Send
from sync.http.cors import Cors
from sync.http.limits import Limits
from sync.http.patience import PatientReceive
from sync.http.request import ClientGone, Request

log = logging.getLogger("server.hub")

MAX_BODY_BYTES = 64 * 1024
API_VERSION = 1

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: HeaderList = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
_FILES = {"/hub.css": "text/css; charset=utf-8", "/hub.js": "text/javascript; charset=utf-8"}

Shape = TypeVar("Shape", bound=msgspec.Struct)


class _NonceAsked(msgspec.Struct):
    device: str


class _TokenAsked(msgspec.Struct):
    assertion: str


class HubApplication:
    """Serves one hub. ``node`` gives what answers tablets, None while there is none; ``state`` its state.

    ``is_node`` False leaves the page and the health only: in the clear, beside a port with TLS, no token is
    to be had. ``limits`` bound how slowly a body may come, as at ``/sync``.
    """

    def __init__(
        self,
        *,
        node: Callable[[], Node | None],
        state: Callable[[], Awaitable[State]],
        is_node: bool = True,
        limits: Limits | None = None,
    ) -> None:
        self._node = node
        self._state = state
        self._is_node = is_node
        self._limits = limits or Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request (ASGI)."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        node = self._node() if self._is_node else None
        if node is not None and (path == "/sync" or path.startswith("/sync/")):
            await node.replication(scope, receive, send)
            return
        answer = _Answer(
            scope, send, Cors(node.facts.foreign_origins if node and "/api/" in path else frozenset())
        )
        with suppress(ClientGone):
            try:
                request = Request(scope, PatientReceive(receive, self._limits))
                await self._route(path, request, answer, node)
            except Problem as problem:
                await answer.problem(problem)
            except ClientGone:
                raise
            except Exception as error:
                log.exception("request failed", extra={"error": type(error).__name__})
                await answer.problem(Problem.of("internal"))

    async def _route(self, path: str, request: Request, answer: "_Answer", node: Node | None) -> None:
        if path.startswith(("/api/", "/sync")):
            if node is None:
                raise Unavailable.of("unavailable")
            await self._serve_node(path, request, answer, node)
            return
        if request.method not in {"GET", "HEAD"}:
            raise MethodRefused.of("method-not-allowed")
        if path == "/":
            await answer.send(200, page.render(await self._state()), "text/html; charset=utf-8")
        elif path in _FILES:
            await answer.send(200, await asyncio.to_thread(page.static, path[1:]), _FILES[path])
        elif path == "/health/live" or (path == "/health/ready" and self._node() is not None):
            await answer.json({"status": "ok"})
        elif path == "/health/ready":
            raise Unavailable.of("unavailable")
        else:
            raise NotFound.of("not-found")

    async def _serve_node(self, path: str, request: Request, answer: "_Answer", node: Node) -> None:
        calls = {
            ("GET", "/api/node"): _node,
            ("POST", "/api/device/nonce"): _nonce,
            ("POST", "/api/device/token"): _token,
        }
        known = {address for _, address in calls}
        path = path.rstrip("/")
        if path not in known:
            raise NotFound.of("not-found")
        if request.method == "OPTIONS":
            await answer.send(204, b"", None)
            return
        called = calls.get(("GET" if request.method == "HEAD" else request.method, path))
        if called is None:
            raise MethodRefused.of("method-not-allowed")
        await called(request, answer, node)


async def _node(_request: Request, answer: "_Answer", node: Node) -> None:
    said = {
        "instance": node.device,
        "version": node.version,
        "time": node.clocks.now().isoformat(),
        "api": API_VERSION,
        "kind": "hub",
        "organization": node.facts.organization,
    }
    await answer.json(said)


async def _nonce(request: Request, answer: "_Answer", node: Node) -> None:
    asked = await _body(request, _NonceAsked)
    drawn = await node.door.nonce(asked.device)
    said = {"nonce": drawn.nonce, "expires_at": drawn.expires_at.isoformat(), "instance": node.device}
    await answer.json(said)


async def _token(request: Request, answer: "_Answer", node: Node) -> None:
    asked = await _body(request, _TokenAsked)
    issued = await node.door.token(asked.assertion)
    said = {
        "token": issued.token,
        "expires_at": issued.expires_at.isoformat(),
        "lifetime_s": issued.lifetime_s,
        "time": issued.time.isoformat(),
        "instance": node.device,
        "nonce": issued.nonce,
    }
    await answer.json(said)


async def _body(request: Request, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(await request.body(MAX_BODY_BYTES), type=shape)
    except BodyTooLarge as error:
        raise TooLarge.of("too-large") from error
    except RequestTimeout as error:
        raise TooSlow.of("too-slow") from error
    except (BadRequest, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _Malformed.of("validation") from error


class _Malformed(Invalid):
    """A body that has not the shape asked for, as at central."""

    status = 400


class _Answer:
    """One answer to be sent, with the headers that all carry."""

    def __init__(self, scope: Scope, send: Send, cors: Cors) -> None:
        self._method: str = scope["method"]
        self._send = send
        origin = next(
            (value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"), None
        )
        allowed = cors.preflight_headers(origin) if self._method == "OPTIONS" else cors.headers(origin)
        self._headers: HeaderList = [*_HEADERS, *allowed]

    async def json(self, value: object) -> None:
        await self.send(200, orjson.dumps(value), "application/json")

    async def problem(self, problem: Problem) -> None:
        self._headers += [(name.encode(), value.encode()) for name, value in problem.headers.items()]
        await self.send(problem.status, orjson.dumps(problem.as_json()), "application/problem+json")

    async def send(self, status: int, body: bytes, media_type: str | None) -> None:
        headers = self._headers.copy()
        if media_type is not None:
            length = str(len(body)).encode()
            headers += [(b"content-type", media_type.encode()), (b"content-length", length)]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"" if self._method == "HEAD" else body})
