"""Interoperability: a real PouchDB 9 pushes, pulls, follows and edits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn

from sync.document import IncomingDocument, JsonValue
from sync.embedded import EmbeddedEngine
from sync.http import Limits, ReplicationApplication
from sync.write_rules import envelope_rule
from tests.sync.envelopes import envelope, replicated
from tests.sync.http.callers import Callers, application_for

pytestmark = pytest.mark.anyio

SCENARIO_S = 60


@asynccontextmanager
async def served(application: ReplicationApplication) -> AsyncIterator[str]:
    """Serve the application on a port of its own; give the address of its database."""
    listening = asyncio.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            listening.set()

    server = Server(uvicorn.Config(application, port=0, lifespan="off", log_level="warning"))
    serving = asyncio.ensure_future(server.serve())
    await listening.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/sync/t1"
    finally:
        application.shutdown()
        server.should_exit = True
        await serving


@pytest.fixture
async def url(engine: EmbeddedEngine) -> AsyncIterator[str]:
    async with served(application_for(engine, Callers(), limits=Limits())) as address:
        yield address


async def started(script: Path, scenario: str, url: str, token: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *("node", str(script), scenario, url, token),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def played(
    script: Path, scenario: str, url: str, token: str, documents: list[dict[str, JsonValue]] | None = None
) -> dict[str, Any]:
    """Play a scenario to its end; return what it tells."""
    client = await started(script, scenario, url, token)
    output, errors = await asyncio.wait_for(client.communicate(orjson.dumps(documents or [])), SCENARIO_S)
    assert client.returncode == 0, errors.decode()
    told: dict[str, Any] = orjson.loads(output.splitlines()[-1])
    return told


async def test_a_tablets_push_arrives_whole_and_only_once(
    client_script: Path, url: str, engine: EmbeddedEngine
) -> None:
    envelopes = [envelope(number) for number in range(230)]

    first = await played(client_script, "push", url, "tablet", envelopes)
    again = await played(client_script, "push", url, "tablet", envelopes)

    assert first == {"status": "complete", "written": 230, "read": 230, "denied": []}
    assert again == {"status": "complete", "written": 0, "read": 0, "denied": []}
    page = await engine.changes("t1", include_docs=True)
    assert {change.identifier: change.document.body["jwe"] for change in page.results if change.document} == {
        document["_id"]: document["jwe"] for document in envelopes
    }
    assert {str(change.leaves[0]) for change in page.results} == {document["_rev"] for document in envelopes}


async def test_a_forged_document_is_denied_and_the_others_arrive(
    client_script: Path, url: str, engine: EmbeddedEngine
) -> None:
    note: dict[str, JsonValue] = {"_id": "note", "_rev": "1-abc", "text": "clear"}
    graft = {**envelope(3), "_rev": "1-" + "0" * 32}

    told = await played(client_script, "push", url, "tablet", [envelope(1), note, graft, envelope(2)])

    assert (told["status"], told["written"], len(told["denied"])) == ("complete", 2, 2)
    assert (await engine.information("t1")).doc_count == 2


async def test_a_tablet_pulls_everything_then_only_what_is_new(
    client_script: Path, url: str, engine: EmbeddedEngine
) -> None:
    envelopes = [envelope(number) for number in range(230)]
    await engine.write(
        "t1",
        [IncomingDocument.from_json(document) for document in envelopes],
        new_edits=False,
        rule=envelope_rule,
    )
    await engine.put("t1", "c" + "0" * 40, {"jws": "a.b.c"}, revision=None)

    told = await played(client_script, "pull", url, "tablet")

    assert told["first"] == {"status": "complete", "written": 231, "read": 231, "denied": []}
    assert told["second"] == {"status": "complete", "written": 0, "read": 0, "denied": []}
    assert {document["_id"]: document for document in told["documents"] if document["_id"][0] == "e"} == {
        document["_id"]: document for document in envelopes
    }


async def test_conflicts_and_deletions_end_alike_on_both_sides(
    client_script: Path, url: str, engine: EmbeddedEngine
) -> None:
    await engine.write(
        "t1",
        [
            replicated("conflict", "2-b", "1-a"),
            replicated("deleted", "1-a"),
            replicated("here", "1-a"),
        ],
        new_edits=False,
    )

    told = await played(
        client_script,
        "checkpoints",
        url,
        "replicator",
        [
            {"_id": "conflict", "_rev": "2-c", "_revisions": {"start": 2, "ids": ["c", "a"]}, "value": "2-c"},
            {
                "_id": "deleted",
                "_rev": "2-b",
                "_revisions": {"start": 2, "ids": ["b", "a"]},
                "_deleted": True,
            },
            {"_id": "there", "_rev": "1-a", "value": "1-a"},
        ],
    )

    assert told["again"]["read"] == 0
    assert {document["_id"]: document for document in told["documents"]} == {
        "conflict": {"_id": "conflict", "_rev": "2-c", "_conflicts": ["2-b"], "value": "2-c"},
        "here": {"_id": "here", "_rev": "1-a", "value": "1-a"},
        "there": {"_id": "there", "_rev": "1-a", "value": "1-a"},
    }
    ours = await engine.get("t1", "conflict")
    assert (str(ours.revision), [str(revision) for revision in ours.conflicts]) == ("2-c", ["2-b"])
    assert (await engine.information("t1")).doc_del_count == 1


async def test_a_live_pull_follows_the_writes(client_script: Path, url: str, engine: EmbeddedEngine) -> None:
    await engine.write("t1", [replicated("before", "1-a")], new_edits=False)
    client = await started(client_script, "live", url, "tablet")
    if client.stdout is None:
        raise RuntimeError("the client has no output")

    waiting = await asyncio.wait_for(client.stdout.readline(), SCENARIO_S)
    for identifier in ("one", "two", "last"):
        await engine.write("t1", [replicated(identifier, "1-a")], new_edits=False)
    output, errors = await asyncio.wait_for(client.communicate(), SCENARIO_S)

    assert (waiting, client.returncode) == (b"waiting\n", 0), errors.decode()
    assert orjson.loads(output) == {"seen": ["before", "one", "two", "last"]}


async def test_pouchdb_edits_through_the_interface(client_script: Path, url: str) -> None:
    assert await played(client_script, "edits", url, "replicator") == {
        "conflict": 409,
        "missing": [404, "deleted"],
        "removed": True,
        "read": [2, 2, True],
        "open": 1,
        "changes": [["a", False], ["b", True]],
        "info": 1,
    }
