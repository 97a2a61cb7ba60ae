"""An Apache CouchDB's own replicator with our stand-alone server, and ours with it (COUCHDB_URL)."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.replicator import EnginePeer, HttpPeer, Replication, State
from tests.support.couchdb import URL
from tests.sync.envelopes import replicated
from tests.sync.replicator.world import contents
from tests.sync.server_process import ADMINISTRATOR, ServerProcess, server_process

pytestmark = [pytest.mark.anyio, pytest.mark.couchdb]

GRAFTED: list[dict[str, Any]] = [
    {"_id": "conflict", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}, "n": 1},
    {"_id": "conflict", "_rev": "2-c", "_revisions": {"start": 2, "ids": ["c", "a"]}, "n": 2},
    {"_id": "deleted", "_rev": "2-b", "_revisions": {"start": 2, "ids": ["b", "a"]}, "_deleted": True},
    {"_id": "here", "_rev": "1-a", "_attachments": {"x": {"content_type": "text/plain", "data": "aGk="}}},
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    with server_process(tmp_path / "ours") as opened:
        yield opened


@pytest.fixture
async def couchdb() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=URL or "", timeout=60) as client:
        yield client


@pytest.fixture
async def theirs(couchdb: httpx.AsyncClient) -> AsyncIterator[str]:
    """The name of an empty database of the CouchDB."""
    name = f"contract-{secrets.token_hex(8)}"
    (await couchdb.put(f"/{name}")).raise_for_status()
    yield name
    await couchdb.delete(f"/{name}")


def end(url: str) -> dict[str, Any]:
    """Name a database to CouchDB's replicator, credentials apart (`auth`, CouchDB 3.2 on)."""
    read = httpx.URL(url)
    basic = {"username": read.username, "password": read.password}
    return {"url": str(read.copy_with(username=None, password=None)), "auth": {"basic": basic}}


def ours(server: ServerProcess, database: str = "t1") -> dict[str, Any]:
    name, password = ADMINISTRATOR
    return {
        "url": f"{server.url}/{database}",
        "auth": {"basic": {"username": name, "password": password}},
    }


async def open_leaves(client: httpx.AsyncClient, path: str) -> dict[str, list[str]]:
    told = {}
    for row in (await client.get(f"{path}/_changes", params={"style": "all_docs"})).json()["results"]:
        told[row["id"]] = sorted(leaf["rev"] for leaf in row["changes"])
    return told


async def test_couchdbs_replicator_pushes_to_us_and_pulls_from_us(
    server: ServerProcess, couchdb: httpx.AsyncClient, theirs: str
) -> None:
    async with httpx.AsyncClient(base_url=server.url, auth=ADMINISTRATOR, timeout=60) as near:
        (await near.put("/t1")).raise_for_status()
        (await near.post("/t1/_bulk_docs", json={"docs": GRAFTED, "new_edits": False})).raise_for_status()

        pulled = await couchdb.post(
            "/_replicate", json={"source": ours(server), "target": end(f"{URL}/{theirs}")}
        )
        pushed = await couchdb.post(
            "/_replicate",
            json={
                "source": end(f"{URL}/{theirs}"),
                "target": ours(server, "copy"),
                "create_target": True,
            },
        )

        assert (pulled.json()["ok"], pushed.json()["ok"]) == (True, True)
        assert await open_leaves(near, "/copy") == await open_leaves(near, "/t1")
        attached = await near.get("/copy/here/x")
        assert attached.content == b"hi"


async def test_our_replicator_pushes_to_couchdb_and_pulls_from_it(
    source: EmbeddedEngine, target: EmbeddedEngine, couchdb: httpx.AsyncClient, theirs: str
) -> None:
    await source.write(
        "t1",
        [
            replicated("conflict", "2-b", "1-a"),
            replicated("conflict", "2-c", "1-a"),
            replicated("deleted", "2-b", "1-a", deleted=True),
            *(replicated(f"d{number}", "1-a") for number in range(300)),
        ],
        new_edits=False,
    )

    there = HttpPeer(couchdb, str(couchdb.base_url.join(theirs)))
    pushed = await Replication(EnginePeer(source, "t1"), there).run()
    pulled = await Replication(there, EnginePeer(target, "t1")).run()
    again = await Replication(there, EnginePeer(target, "t1")).run()

    assert (pushed.state, pushed.docs_written, pulled.docs_written) == (State.STOPPED, 303, 303)
    assert (again.docs_read, again.last_error) == (0, None)
    assert await contents(target) == await contents(source)
