"""Two nodes and what lies between them: real engines, the real interface, and a link that can fail."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import httpx

from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.engine import Engine
from sync.http import Limits
from sync.replicator import EnginePeer, HttpPeer, Options, Replication, Status, TokenAuth, World
from sync.security import Group, Security
from tests.sync.envelopes import replicated
from tests.sync.http.callers import Callers, application_for

TEAM = Security(members=Group(roles=frozenset({"team:t1"})))


@dataclass
class Time:
    """A clock that only waiting moves: a back-off of a minute takes no time."""

    now: datetime = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    waits_s: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.waits_s.append(seconds)
        self.now += timedelta(seconds=seconds)

    def world(self) -> World:
        sessions = (f"session{number}" for number in count(1))
        return World(
            now=lambda: self.now, sleep=self.sleep, chance=lambda: 1.0, new_session=sessions.__next__
        )


Answering = Callable[[httpx.Request], httpx.Response | Exception | None]


class Link(httpx.AsyncBaseTransport):
    """The way to a node. `before` and `after` may put an answer or a failure in the place of the node's.

    What `after` gives comes once the node has done what was asked: its answer was lost.
    """

    def __init__(self, node: httpx.AsyncBaseTransport) -> None:
        self.node = node
        self.requests: list[str] = []
        self.before: Answering = lambda _request: None
        self.after: Answering = lambda _request: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(f"{request.method} {request.url.path}")
        if (instead := self.before(request)) is not None:
            return _told(instead)
        response = await self.node.handle_async_request(request)
        if (instead := self.after(request)) is not None:
            return _told(instead)
        return response


def _told(instead: httpx.Response | Exception) -> httpx.Response:
    if isinstance(instead, Exception):
        raise instead
    return instead


def times(number: int, path: str, instead: Callable[[], httpx.Response | Exception]) -> Answering:
    """Answer the first `number` requests whose path ends with `path` otherwise."""
    left: Iterator[int] = iter(range(number))

    def answer(request: httpx.Request) -> httpx.Response | Exception | None:
        if not request.url.path.endswith(path) or next(left, None) is None:
            return None
        return instead()

    return answer


def transport_to(engine: EmbeddedEngine, *, limits: Limits | None = None) -> httpx.ASGITransport:
    """Return the way to a node that serves `engine` under /sync to the callers of `tests.sync.http`."""
    return httpx.ASGITransport(
        app=application_for(engine, Callers(), limits=limits or Limits()), raise_app_exceptions=False
    )


@asynccontextmanager
async def peer_over(link: httpx.AsyncBaseTransport, caller: str = "replicator") -> AsyncIterator[HttpPeer]:
    """Give the database `t1` behind a link as a peer, to a caller of `tests.sync.http`."""

    async def source(*, fresh: bool) -> str:
        return caller

    async with httpx.AsyncClient(transport=link, auth=TokenAuth(source)) as client:
        yield HttpPeer(client, "http://node/sync/t1")


@asynccontextmanager
async def node(directory: Path) -> AsyncIterator[EmbeddedEngine]:
    """Open a store with the empty database `t1`, or open it again."""
    engine = await EmbeddedEngine.open(directory)
    if not await engine.databases():
        await engine.create_database("t1", TEAM)
    try:
        yield engine
    finally:
        await engine.aclose()


def some(number: int, prefix: str = "d", *, characters: int = 10) -> list[IncomingDocument]:
    """Return so many documents to write as they are."""
    return [replicated(f"{prefix}{index:03}", "1-a", value="x" * characters) for index in range(number)]


async def pulled(
    link: httpx.AsyncBaseTransport, target: EmbeddedEngine, time: Time, options: Options | None = None
) -> Status:
    """Replicate once what lies behind a link."""
    async with peer_over(link) as near:
        return await Replication(near, EnginePeer(target, "t1"), options, world=time.world()).run()


async def pushed(
    source: EmbeddedEngine, link: httpx.AsyncBaseTransport, time: Time, options: Options | None = None
) -> Status:
    """Replicate once to what lies behind a link."""
    async with peer_over(link) as far:
        return await Replication(EnginePeer(source, "t1"), far, options, world=time.world()).run()


async def arrived(engine: Engine, identifier: str) -> None:
    """Return once a document is there; raises TimeoutError after 10 seconds."""
    async with asyncio.timeout(10):
        while True:
            page = await engine.changes("t1")
            if identifier in {change.identifier for change in page.results}:
                return
            await engine.wait_for_change("t1", page.last_seq, 10)


async def contents(engine: Engine) -> dict[str, dict[str, object]]:
    """Return every leaf of every document, deleted ones too: revision to body, the winner first."""
    page = await engine.changes("t1")
    told: dict[str, dict[str, object]] = {}
    for change in page.results:
        leaves = await engine.open_revisions("t1", change.identifier, None)
        told[change.identifier] = {
            str(leaf.revision): "deleted" if leaf.deleted else leaf.body  # type: ignore[union-attr]
            for leaf in leaves
        }
    return dict(sorted(told.items()))
