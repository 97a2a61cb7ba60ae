"""The databases on a CouchDB (the double) behind nginx: a tablet replicates there, central follows."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from server.cli import run
from server.keys import directory
from server.settings import read as read_settings
from server.store import migrate
from server.store.database import Store, connect
from server.store.read import Record
from sync.errors import BadToken
from tests.integration.test_killed_in_mid_push import follow, receipts
from tests.support.couchdb_double import ADMINISTRATOR, CouchDBDouble, couchdb_double
from tests.support.nginx import replication_proxy
from tests.support.organisation import make_device, make_slot, seed
from tests.support.records import RecordWriter, SealedRecord
from tests.support.served import Served
from tests.support.server_process import ServerProcess
from tests.support.tablet import Tablet

ORGANISATION = "7b1f3c5e-0d2a-4c8b-9e6f-2a4d6c8e0f13"
PATIENCE_S = 60.0

pytestmark = pytest.mark.anyio


class Place:
    """Central in a process of its own, the CouchDB, the proxy before both, and a tablet with its records."""

    def __init__(self, home: Path, double: CouchDBDouble, couchdb: Served) -> None:
        self.double = double
        self.couchdb = couchdb
        self.origin = ""
        user, _ = ADMINISTRATOR
        self.central = ServerProcess(
            home,
            ("serve",),
            ESCALE_COUCHDB_URL=f"http://{user}:a%20secret%3A%20of%202%20words%2F%C3%A9@127.0.0.1:{couchdb.port}",
        )
        settings = read_settings(
            {"ESCALE_DATA": str(self.central.data), "ESCALE_KEYS": str(self.central.keys)}
        )
        settings.data.mkdir(parents=True)
        self.store = Store(connect(settings.database_url))
        migrate.upgrade(self.store.engine)
        self.keys = directory.create(settings.keys, ORGANISATION)
        self.seeded = seed(self.store, self.keys, datetime.now(UTC).date())
        self.device = make_device(self.store, self.seeded)
        self.slot = make_slot(self.store, self.device, self.seeded.doctor)
        self.writer = RecordWriter(self.seeded, self.keys)

    async def provision(self) -> int:
        """Run the command, as an administrator does before the first start."""
        environment = os.environ | self.central.environment()
        return await asyncio.to_thread(run, ("couchdb", "provision"), environment)

    def records(self, count: int) -> list[SealedRecord]:
        return [self.writer.record(self.slot, signed_at=datetime.now(UTC)) for _ in range(count)]

    def rows(self) -> list[Record]:
        with self.store.session() as session:
            return list(session.exec(select(Record)))

    async def signed_in(self, http: httpx.AsyncClient) -> Tablet:
        """The tablet at the proxy, whose facts it has asked of central."""
        tablet = Tablet(http)
        tablet.id, tablet.key = self.device.id, self.device.key
        (await tablet.sign_in()).raise_for_status()
        async with httpx.AsyncClient(base_url=self.central.origin) as central:
            facts = (await central.get("/api/device", headers=tablet.bearer)).raise_for_status().json()
        tablet.database = facts["database"]
        assert facts["sync_url"] == f"{self.origin}/sync"
        return tablet

    async def health(self) -> tuple[int, int]:
        """Ask central whether it lives, and whether it is ready."""
        async with httpx.AsyncClient(base_url=self.central.origin, timeout=30) as http:
            return (await http.get("/health/live")).status_code, (await http.get("/health/ready")).status_code

    async def until(self, health: tuple[int, int]) -> None:
        """Wait until central says so of itself."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.health() != health:  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.1)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with couchdb_double(tmp_path / "couchdb") as (double, couchdb):
        made = Place(tmp_path, double, couchdb)
        yield made
        await asyncio.to_thread(made.central.kill)
        made.store.close()


@pytest.fixture
async def proxy(place: Place, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The replication host, once CouchDB is provisioned and central is up."""
    home = tmp_path / "nginx"
    with replication_proxy(home, couchdb=place.couchdb.port, escale=place.central.port) as origin:
        place.origin = origin
        place.central.set(ESCALE_SYNC_URL=f"{origin}/sync/")
        assert await place.provision() == 0
        place.double.restart()
        await asyncio.to_thread(place.central.start)
        async with httpx.AsyncClient(base_url=origin, timeout=30) as http:
            yield http


def all_receipted(records: list[SealedRecord]) -> Any:
    wanted = {record.envelope.identifier for record in records}
    return lambda found: wanted <= {one["envelope"] for one in receipts(found.values())}


async def test_a_tablets_records_are_integrated_and_acknowledged_through_couchdb(
    place: Place, proxy: httpx.AsyncClient
) -> None:
    records = place.records(20)
    tablet = await place.signed_in(proxy)
    place.double.requests.clear()

    assert (await tablet.push(records)).raise_for_status().json() == []
    documents = await follow(tablet, all_receipted(records))

    given = {one["envelope"]: (one["record"], one["state"]) for one in receipts(documents)}
    assert given == {record.envelope.identifier: (record.digest, "integrated") for record in records}
    assert {row.digest for row in place.rows()} == {record.digest for record in records}
    assert not [path for _, path in place.double.requests if "_local" in path]


async def test_what_couchdb_cannot_see_is_found_by_the_projection(
    place: Place, proxy: httpx.AsyncClient
) -> None:
    """The validation function compares id and revision; whether they are the digest, readers check."""
    (record,) = place.records(1)
    tablet = await place.signed_in(proxy)
    forged = {**record.envelope.document, "_id": "e" + "0" * 64, "_rev": "1-" + "0" * 32}
    graft = {**record.envelope.document, "_rev": "1-" + "0" * 32}
    note = {"_id": "note", "_rev": "1-0", "text": "clear"}

    refused = (await tablet.push_documents([forged, graft, note, record.envelope.document])).json()
    await follow(tablet, all_receipted([record]))

    assert {(one["id"], one["error"]) for one in refused} == {
        (record.envelope.identifier, "forbidden"),
        ("note", "forbidden"),
    }
    assert [row.digest for row in place.rows()] == [record.digest]


async def test_central_goes_on_without_couchdb_and_resumes_by_itself(
    place: Place, proxy: httpx.AsyncClient
) -> None:
    first, later = place.records(5), place.records(5)
    tablet = await place.signed_in(proxy)
    await tablet.push(first)
    await follow(tablet, all_receipted(first))

    await place.couchdb.stop()
    await place.until((200, 503))
    async with httpx.AsyncClient(base_url=place.central.origin) as central:
        assert (await central.get("/health/ready")).json()["code"] == "replication-away"
    assert (await tablet.push(later)).status_code == 503
    assert (await tablet.sign_in()).status_code == 200

    await place.couchdb.start()
    assert (await tablet.push(later)).raise_for_status().json() == []
    await follow(tablet, all_receipted([*first, *later]))
    await place.until((200, 200))


async def test_central_says_where_replication_is(place: Place, proxy: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(base_url=place.central.origin) as central:
        answer = await central.get("/sync/", headers={"accept": "application/json"})
        node = (await central.get("/api/node")).json()

    assert answer.status_code == 404
    assert f"{place.origin}/sync/" in answer.json()["reason"]
    tablet = await place.signed_in(proxy)
    welcome = (await proxy.get("/sync/", headers=tablet.bearer)).json()
    assert welcome["uuid"] == node["instance"]


async def test_a_token_opens_its_teams_database_and_no_longer_than_it_lives(
    place: Place, proxy: httpx.AsyncClient
) -> None:
    tablet = await place.signed_in(proxy)
    await place.double.store.create_database("t" + "f" * 32, await place.double.store.security("central"))

    def asked(database: str, token: str) -> Any:
        return proxy.get(f"/sync/{database}/_changes", headers={"authorization": f"Bearer {token}"})

    assert (await asked(tablet.database, tablet.token)).status_code == 200
    assert (await asked("t" + "f" * 32, tablet.token)).status_code == 403
    assert (await asked(tablet.database, tablet.token + "x")).json()["error"] == BadToken.error
    place.double.now = lambda: datetime.now(UTC).timestamp() + 601
    assert (await asked(tablet.database, tablet.token)).status_code == 401


async def test_a_database_left_half_made_is_completed(place: Place, proxy: httpx.AsyncClient) -> None:
    """As a crash between its creation and its security leaves it, or a person who meant well."""
    tablet = await place.signed_in(proxy)
    store = place.double.store
    guarded = await store.security(tablet.database)
    await asyncio.to_thread(place.central.stop)
    await store.set_security(tablet.database, await store.security("central"))
    assert (await proxy.get(f"/sync/{tablet.database}/_changes", headers=tablet.bearer)).status_code == 403

    await asyncio.to_thread(place.central.start)

    assert await store.security(tablet.database) == guarded
    assert (await proxy.get(f"/sync/{tablet.database}/_changes", headers=tablet.bearer)).status_code == 200
