"""Our replicator with other makes: express-pouchdb always, Apache CouchDB where COUCHDB_URL names one."""

import base64
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.http import Limits
from sync.replicator import EnginePeer, HttpPeer, Options, Replication, State, Status
from tests.sync.envelopes import envelope, replicated
from tests.sync.http.callers import Callers, application_for
from tests.sync.replicator.pouchdb_peer import express_pouchdb
from tests.sync.test_pouchdb import played, served

pytestmark = pytest.mark.anyio

PHOTO = base64.b64encode(bytes(range(256)) * 20).decode()


@pytest.fixture
def peer_url(client_script: Path) -> Iterator[str]:
    with express_pouchdb(client_script) as url:
        yield url


@pytest.fixture
async def far(peer_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the other make's database."""
    async with httpx.AsyncClient(base_url=peer_url) as client:
        yield client


async def carried(source: Any, target: Any, options: Options | None = None) -> Status:
    status = await Replication(source, target, options).run()
    assert status.state is State.STOPPED, status.last_error
    return status


async def leaves(client: httpx.AsyncClient, identifier: str) -> dict[str, Any]:
    """Return every leaf of a document: revision to its other members."""
    answer = await client.get(
        f"/{identifier}",
        params={"open_revs": "all", "revs": "true"},
        headers={"accept": "application/json"},
    )
    told = [row["ok"] for row in answer.json()]
    return {document.pop("_rev"): document for document in told}


async def write(client: httpx.AsyncClient, *documents: dict[str, Any]) -> None:
    answer = await client.post("/_bulk_docs", json={"docs": documents, "new_edits": False})
    assert answer.json() in ([], *([row] for row in answer.json() if "error" not in row)), answer.text


async def test_conflicts_and_deletions_arrive_there_and_come_back(
    source: EmbeddedEngine, target: EmbeddedEngine, peer_url: str, far: httpx.AsyncClient
) -> None:
    await source.write(
        "t1",
        [
            replicated("conflict", "2-b", "1-a"),
            replicated("conflict", "2-c", "1-a"),
            replicated("deleted", "2-b", "1-a", deleted=True),
            replicated("half-deleted", "2-b", "1-a", deleted=True),
            replicated("half-deleted", "1-c"),
            replicated("deep", "4-d", "3-c", "2-b", "1-a"),
        ],
        new_edits=False,
    )

    async with httpx.AsyncClient() as client:
        there = await carried(EnginePeer(source, "t1"), HttpPeer(client, peer_url))
        back = await carried(HttpPeer(client, peer_url), EnginePeer(target, "t1"))

    assert (there.docs_written, back.docs_written) == (6, 6)
    assert set(await leaves(far, "conflict")) == {"2-b", "2-c"}
    assert (await leaves(far, "deleted"))["2-b"]["_deleted"] is True
    for identifier in ("conflict", "deleted", "half-deleted", "deep"):
        ours = await source.open_revisions("t1", identifier, None)
        assert await target.open_revisions("t1", identifier, None) == ours


async def test_edits_made_there_come_here(
    source: EmbeddedEngine, peer_url: str, far: httpx.AsyncClient
) -> None:
    first = (await far.put("/note", json={"n": 1})).json()["rev"]
    second = (await far.put("/note", json={"n": 2, "_rev": first})).json()["rev"]
    gone = (await far.put("/gone", json={"n": 1})).json()["rev"]
    await far.delete("/gone", params={"rev": gone})

    async with httpx.AsyncClient() as client:
        status = await carried(HttpPeer(client, peer_url), EnginePeer(source, "t1"))

    note = await source.get("t1", "note")
    assert (status.docs_written, str(note.revision), note.body) == (2, second, {"n": 2})
    assert [str(revision) for revision in note.ancestry] == [second, first]
    assert (await source.information("t1")).doc_del_count == 1


async def test_the_pinned_revision_of_an_envelope_is_the_same_everywhere(
    source: EmbeddedEngine, target: EmbeddedEngine, peer_url: str, far: httpx.AsyncClient
) -> None:
    await write(far, *(envelope(number) for number in range(150)))

    async with httpx.AsyncClient() as client:
        await carried(HttpPeer(client, peer_url), EnginePeer(source, "t1"))
        again = await carried(EnginePeer(source, "t1"), HttpPeer(client, peer_url))

    assert again.docs_read == 0, "what came from there is there"
    page = await source.changes("t1")
    assert {(change.identifier, str(change.leaves[0])) for change in page.results} == {
        (document["_id"], document["_rev"]) for document in map(envelope, range(150))
    }


async def test_a_second_run_starts_from_the_checkpoint(
    source: EmbeddedEngine, peer_url: str, far: httpx.AsyncClient
) -> None:
    await write(far, *(envelope(number) for number in range(20)))
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(f"{request.method} {request.url.path}")

    async with httpx.AsyncClient(event_hooks={"request": [note]}) as client:
        await carried(HttpPeer(client, peer_url), EnginePeer(source, "t1"))
        asked.clear()
        await carried(HttpPeer(client, peer_url), EnginePeer(source, "t1"))

    assert [request for request in asked if "_local" not in request] == [
        "GET /t1",
        "GET /",
        "GET /t1/_changes",
    ]


async def test_our_replicator_goes_on_from_pouchdbs_checkpoint_and_it_from_ours(
    client_script: Path, source: EmbeddedEngine, peer_url: str
) -> None:
    application = application_for(source, Callers(), limits=Limits())
    await source.write("t1", [replicated(f"d{number}", "1-a") for number in range(30)], new_edits=False)
    async with served(application) as url, httpx.AsyncClient() as plain:
        await played(client_script, "between", url, "replicator", [{"peer": peer_url}])
        asked: list[str] = []

        async def note(request: httpx.Request) -> None:
            asked.append(f"{request.method} {request.url.path}")

        async with httpx.AsyncClient(
            headers={"authorization": "Bearer replicator"}, event_hooks={"request": [note]}
        ) as client:
            ours = await carried(HttpPeer(client, url), HttpPeer(plain, peer_url))
            asked_by_us = list(asked)
            await source.write("t1", [replicated("new", "1-a")], new_edits=False)
            await carried(HttpPeer(client, url), HttpPeer(plain, peer_url))
        theirs = await played(client_script, "between", url, "replicator", [{"peer": peer_url}])

    assert (ours.docs_read, asked_by_us.count("GET /sync/t1/_changes")) == (0, 1)
    assert theirs["there"]["read"] == 0


async def test_attachments_arrive_there_and_come_back_whole(
    source: EmbeddedEngine, target: EmbeddedEngine, peer_url: str, far: httpx.AsyncClient
) -> None:
    text, photo = (
        {"content_type": "text/plain", "data": "aGVsbG8="},
        {"content_type": "image/x", "data": PHOTO},
    )
    first = {"_id": "note", "_rev": "1-a", "_attachments": {"text": text}}
    await source.write("t1", [IncomingDocument.from_json(first)], new_edits=False)

    async with httpx.AsyncClient() as client:
        there = HttpPeer(client, peer_url)
        await carried(EnginePeer(source, "t1"), there)
        edited = {
            "_id": "note",
            "_rev": "2-b",
            "_revisions": {"start": 2, "ids": ["b", "a"]},
            "_attachments": {"text": {**text, "revpos": 1}, "photo": {**photo, "revpos": 2}},
        }
        await source.write("t1", [IncomingDocument.from_json(edited)], new_edits=False)
        await carried(EnginePeer(source, "t1"), there)
        back = await carried(there, EnginePeer(target, "t1"))

    assert (await far.get("/note/text")).content == b"hello"
    assert (await far.get("/note/photo")).content == base64.b64decode(PHOTO)
    assert back.denied == ()
    for name, content in (("text", b"hello"), ("photo", base64.b64decode(PHOTO))):
        opened = await target.open_attachment("t1", "note", name)
        assert opened.attachment.length == len(content)
