"""A real PouchDB replicates with a CouchDB that has CouchDB's ways (the double), and nothing is lost."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from sync.couchdb import provisioning
from sync.couchdb.client import Client
from sync.errors import Unauthorized
from tests.support.served import served
from tests.sync.couchdb.conftest import DB, TEAM, CouchDB
from tests.sync.envelopes import envelope

pytestmark = pytest.mark.anyio

LIFETIME_S = 2
PATIENCE_S = 120


@pytest.fixture
async def tokens(couchdb: CouchDB) -> AsyncIterator[str]:
    """Where a token of two seconds is given, to a CouchDB that was told of its key."""
    key = ECKey.generate_key("P-256", auto_kid=True)
    client = Client(couchdb.address)
    public = {key.thumbprint(): key.as_pem(private=False).decode()}
    await provisioning.configuration(client, public)
    await provisioning.databases(client, {DB: TEAM}, lambda _: True)
    await client.aclose()
    couchdb.double.restart()

    async def give(_scope: Any, _receive: Any, send: Any) -> None:
        claims = {"sub": "a tablet", "exp": int(time.time()) + LIFETIME_S, "_couchdb.roles": [f"team:{DB}"]}
        token = jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims, key)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": token.encode()})

    async with served(give, lambda: None) as server:
        yield f"http://127.0.0.1:{server.port}/"


async def arrived(couchdb: CouchDB) -> set[str]:
    page = await couchdb.double.store.changes(DB)
    return {change.identifier for change in page.results}


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110 - another process has no event to give
            await asyncio.sleep(0.1)


async def test_a_tablet_loses_nothing_to_couchdbs_ways(
    client_script: Path, couchdb: CouchDB, tokens: str
) -> None:
    """Tokens end in mid-live, documents are denied and passed by, a batch has one document too large."""
    own = [envelope(number) for number in range(60)] + [envelope(60, characters=9_000)]
    denied, large = {str(own[number]["_id"]) for number in (3, 17, 40)}, str(own[-1]["_id"])
    couchdb.double.refused, couchdb.double.max_document_bytes = set(denied), 5_000
    tablet = await asyncio.create_subprocess_exec(
        *("node", client_script.with_name("tablet.cjs")),
        *(f"http://127.0.0.1:{couchdb.server.port}/{DB}", tokens, str(len(own) + 20 + 1)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert tablet.stdin is not None
    tablet.stdin.write(orjson.dumps(own))
    tablet.stdin.close()

    taken = {str(document["_id"]) for document in own} - {*denied, large}

    async def taken_arrived() -> bool:
        return taken <= await arrived(couchdb)

    async def tokens_ended() -> bool:
        return couchdb.double.refusals[Unauthorized] >= 2

    await until(taken_arrived)
    assert (await arrived(couchdb)).isdisjoint({*denied, large})
    couchdb.double.max_document_bytes = 8_000_000
    for number in range(20):
        await couchdb.double.store.put(DB, f"c{number:040d}", {"jws": "a.b.c"}, revision=None)
    await until(tokens_ended)
    couchdb.double.refused.clear()
    output, _ = await asyncio.wait_for(tablet.communicate(), PATIENCE_S)

    told = orjson.loads(output)
    assert {"401", "413"} <= told["ended"].keys()
    assert told["denied"] >= len(denied)
    stored = {
        change.identifier: [str(leaf) for leaf in change.leaves]
        for change in (await couchdb.double.store.changes(DB)).results
        if change.identifier.startswith("e")
    }
    assert stored == {document["_id"]: [document["_rev"]] for document in own}
