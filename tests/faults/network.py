"""A link that cuts, loses answers, repeats, delays, reorders and lies, as its weather says."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from tests.faults.node import Node

Turn = Callable[[], Awaitable[None]]

FAULTS = (
    "cut before",
    "answer lost",
    "body cut",
    "repeated",
    "late",
    "timeout",
    "busy",
    "too large",
    "error",
    "portal",
)
FINE = "fine"


@dataclass
class Weather:
    """How likely a request meets a fault, drawn evenly from `FAULTS`; the largest body a proxy lets by."""

    chance: float = 0.0
    largest_bytes: int | None = None


class Link(httpx.AsyncBaseTransport):
    """The way to whichever node `route` names now (None: no network). `turn` is asked around each request."""

    def __init__(
        self,
        name: str,
        route: Callable[[], Node | None],
        weather: Weather,
        drawn: random.Random,
        trace: Callable[[str], None],
    ) -> None:
        self.name = name
        self._route = route
        self._weather = weather
        self._drawn = drawn
        self._trace = trace
        self.late: list[tuple[Node, httpx.Request]] = []
        self.turn: Turn | None = None

    def node(self) -> Node | None:
        """Return the node at the other end now."""
        return self._route()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        await self._pause()
        node = self._route()
        if node is None:
            raise httpx.ConnectError("no network", request=request)
        await self._deliver_late()
        fault = self._drawn.choice(FAULTS) if self._drawn.random() < self._weather.chance else FINE
        self._trace(f"{self.name} {request.method} {request.url.path.rpartition('/')[2]} {fault}")
        response = await self._answer(node, request, fault)
        await self._pause()
        return response

    async def settle(self) -> None:
        """Deliver all that is still on its way."""
        while self.late:
            await self._deliver_late()

    async def _answer(self, node: Node, request: httpx.Request, fault: str) -> httpx.Response:
        largest = self._weather.largest_bytes
        if largest is not None and len(request.content) > largest:
            fault = "too large"
        if fault == "cut before":
            raise httpx.ConnectError("cut", request=request)
        if fault == "timeout":
            raise httpx.ReadTimeout("slow", request=request)
        if fault == "late":
            # The client gives up; the request arrives all the same, after others sent later.
            self.late.append((node, _again(request)))
            raise httpx.ReadTimeout("slow", request=request)
        if fault in _INSTEAD:
            status, content = _INSTEAD[fault]
            return httpx.Response(status, content=content)
        if fault == "repeated":
            await node.answer(_again(request))
        response = await node.answer(request)
        if fault == "answer lost":
            raise httpx.ReadError("cut", request=request)
        if fault == "body cut":
            return httpx.Response(
                response.status_code, content=response.content[: len(response.content) // 2]
            )
        return response

    async def _deliver_late(self) -> None:
        """Deliver some of the delayed requests, the last first."""
        while self.late and self._drawn.random() < 0.5:
            node, request = self.late.pop()
            if node.is_up:
                self._trace(f"{self.name} late {request.method} {request.url.path.rpartition('/')[2]}")
                await node.answer(request)

    async def _pause(self) -> None:
        if self.turn is not None:
            await self.turn()


_INSTEAD = {
    "busy": (503, b'{"error":"service_unavailable","reason":"later"}'),
    "too large": (413, b'{"error":"too_large","reason":"a proxy thinks so"}'),
    "error": (500, b'{"error":"internal_error","reason":"stumbled"}'),
    "portal": (200, b"<html>Please accept the conditions of this network</html>"),
}


def _again(request: httpx.Request) -> httpx.Request:
    return httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
