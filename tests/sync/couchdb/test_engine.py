"""What the engine does with a CouchDB's own ways: bounds, absence, updates told late or not at all."""

import asyncio

import pytest

from sync.couchdb.address import Address
from sync.couchdb.engine import CouchDBEngine
from sync.couchdb.validation import DESIGN_ID
from sync.engine import UpdateSubscription
from sync.errors import EngineClosed, StorageFailed, Unauthorized, Unsupported
from tests.sync.couchdb.conftest import DB, TEAM, CouchDB
from tests.sync.envelopes import envelope, incoming_envelope, replicated

pytestmark = pytest.mark.anyio

PATIENCE_S = 20.0


async def heard(subscription: UpdateSubscription, name: str) -> None:
    """Listen until a database is named."""
    async with asyncio.timeout(PATIENCE_S):
        while name not in await subscription.wait(PATIENCE_S):
            pass


async def settled(subscription: UpdateSubscription) -> None:
    """Listen until the follower has caught up with what was written before it began."""
    await heard(subscription, DB)
    while await subscription.wait(0.3):
        pass


async def write_elsewhere(couchdb: CouchDB, number: int) -> None:
    """Write as a tablet does: not through the engine."""
    await couchdb.double.store.write(DB, [incoming_envelope(number)], new_edits=False)


async def test_a_database_admits_its_members_once_it_is_guarded(
    couchdb: CouchDB, over_couchdb: CouchDBEngine
) -> None:
    made = [request for request in couchdb.double.requests if request[0] == "PUT"]

    assert made == [("PUT", f"/{DB}"), ("PUT", f"/{DB}/{DESIGN_ID}"), ("PUT", f"/{DB}/_security")]
    assert await over_couchdb.security(DB) == TEAM


@pytest.mark.parametrize("new_edits", [False, True])
async def test_one_document_too_many_does_not_refuse_the_others(
    couchdb: CouchDB, over_couchdb: CouchDBEngine, new_edits: bool
) -> None:
    couchdb.double.max_document_bytes = 2_000
    documents = [replicated(f"d{n}", "1-a", value="x" * (5_000 if n == 4 else 10)) for n in range(9)]
    if new_edits:
        documents = [type(one)(one.identifier, one.body) for one in documents]

    results = await over_couchdb.write(DB, documents, new_edits=new_edits)

    assert [result.identifier for result in results] == [f"d{n}" for n in range(9)]
    assert [result.error for result in results] == [None] * 4 + ["too_large"] + [None] * 4
    assert (await over_couchdb.information(DB)).doc_count == 8 + 1  # the design document


async def test_attachments_are_refused_before_anything_is_sent(
    couchdb: CouchDB, over_couchdb: CouchDBEngine
) -> None:
    document = type(incoming_envelope(1)).from_json(
        {**envelope(1), "_attachments": {"x": {"content_type": "text/plain", "data": "AA=="}}}
    )
    with pytest.raises(Unsupported):
        await over_couchdb.write(DB, [incoming_envelope(2), document], new_edits=False)

    assert (await over_couchdb.information(DB)).doc_count == 1


async def test_a_couchdb_that_is_away_is_said_to_be_and_served_again(
    couchdb: CouchDB, over_couchdb: CouchDBEngine
) -> None:
    await couchdb.server.stop()
    with pytest.raises(StorageFailed, match="try again later"):
        await over_couchdb.changes(DB)
    with pytest.raises(StorageFailed, match="try again later"):
        await over_couchdb.put(DB, "a", {}, revision=None)
    with pytest.raises(StorageFailed):
        await over_couchdb.wait_for_change(DB, "now", 1.0)

    await couchdb.server.start()
    assert (await over_couchdb.changes(DB)).results[0].identifier == DESIGN_ID


async def test_nothing_is_asked_once_it_is_closed(over_couchdb: CouchDBEngine) -> None:
    await over_couchdb.aclose()

    with pytest.raises(EngineClosed):
        await over_couchdb.databases()


async def test_opening_says_what_is_wrong_without_the_password(couchdb: CouchDB) -> None:
    with pytest.raises(Unauthorized) as refused:
        await CouchDBEngine.open(Address(couchdb.address.root, "central", "hunter2"))
    await couchdb.server.stop()
    with pytest.raises(StorageFailed) as away:
        await CouchDBEngine.open(couchdb.address)

    assert "hunter2" not in repr(refused.value)
    assert couchdb.address.password not in repr(away.value) + repr(couchdb.address)


@pytest.mark.parametrize("told", [True, False], ids=["told by _db_updates", "found by sweeping"])
async def test_what_others_write_is_heard(couchdb: CouchDB, over_couchdb: CouchDBEngine, told: bool) -> None:
    if told:
        couchdb.double.system.add("_global_changes")
    subscription = over_couchdb.updates()
    await settled(subscription)
    await write_elsewhere(couchdb, 1)

    await heard(subscription, DB)

    feeds = [path for _, path in couchdb.double.requests if path == "/_db_updates"]
    sweeps = [path for _, path in couchdb.double.requests if path == "/_dbs_info"]
    assert len(sweeps) == 1 if told else len(sweeps) > 1
    assert len(feeds) == (2 if told else len(sweeps))


@pytest.mark.parametrize("told", [True, False], ids=["told by _db_updates", "found by sweeping"])
async def test_what_was_written_while_nobody_listened_is_heard(
    couchdb: CouchDB, over_couchdb: CouchDBEngine, told: bool
) -> None:
    if told:
        couchdb.double.system.add("_global_changes")
    subscription = over_couchdb.updates()
    await settled(subscription)
    await couchdb.server.stop()
    await write_elsewhere(couchdb, 1)
    assert await subscription.wait(0.3) == set()

    await couchdb.server.start()

    await heard(subscription, DB)


async def test_updates_are_followed_once_there_is_something_that_tells_them(
    couchdb: CouchDB, over_couchdb: CouchDBEngine
) -> None:
    subscription = over_couchdb.updates()
    await settled(subscription)
    couchdb.double.system.add("_global_changes")

    async with asyncio.timeout(PATIENCE_S):
        while couchdb.double.requests[-1] != ("GET", "/_db_updates"):
            await write_elsewhere(couchdb, 1)
            await asyncio.sleep(0.05)
    await write_elsewhere(couchdb, 2)
    await heard(subscription, DB)


async def test_a_destroyed_database_is_told_too(couchdb: CouchDB, over_couchdb: CouchDBEngine) -> None:
    subscription = over_couchdb.updates()
    await settled(subscription)
    await couchdb.double.store.delete_database(DB)

    await heard(subscription, DB)
