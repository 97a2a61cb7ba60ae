"""A client that leaves takes nothing with it and leaves nothing behind."""

import asyncio
from typing import Any

import pytest

from sync.embedded import EmbeddedEngine
from sync.http import ReplicationApplication
from tests.sync.envelopes import replicated

pytestmark = pytest.mark.anyio


class LeavingClient:
    """A client at the level of ASGI, which leaves when told to."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._asked = False
        self._left = asyncio.Event()
        self.answered = asyncio.Event()
        self.sent: list[dict[str, Any]] = []

    def scope(self) -> dict[str, Any]:
        return {
            "type": "http",
            "method": "GET",
            "path": "/sync/t1/_changes",
            "raw_path": b"/sync/t1/_changes",
            "root_path": "",
            "query_string": self._query.encode(),
            "headers": [(b"authorization", b"Bearer tablet")],
        }

    def leave(self) -> None:
        self._left.set()

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))
        self.answered.set()


@pytest.mark.parametrize("feed", ["longpoll", "continuous", "eventsource"])
async def test_a_feed_whose_client_left_ends_and_leaves_no_task(
    application: ReplicationApplication, engine: EmbeddedEngine, feed: str
) -> None:
    await engine.write("t1", [replicated("a", "1-a")], new_edits=False)
    before = asyncio.all_tasks()
    clients = [LeavingClient(f"feed={feed}&since=now&heartbeat=60000") for _ in range(20)]
    requests = [
        asyncio.ensure_future(application(client.scope(), client.receive, client.send)) for client in clients
    ]
    for client in clients:
        await client.answered.wait()
    for client in clients:
        client.leave()
    await asyncio.wait_for(asyncio.gather(*requests), 2)
    await asyncio.sleep(0)

    assert asyncio.all_tasks() == before
