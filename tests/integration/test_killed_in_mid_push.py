"""The server is killed while a tablet pushes; the tablet, knowing nothing of it, goes on afterwards."""

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from server.keys import directory
from server.settings import read as read_settings
from server.store import migrate
from server.store.control import TeamDatabase
from server.store.database import Store, connect
from server.store.read import Record
from tests.support.organisation import Seeded, make_device, make_slot, seed
from tests.support.records import RecordWriter, SealedRecord
from tests.support.server_process import ServerProcess
from tests.support.tablet import Tablet

RECORDS = 500
BATCH = 20
ORGANISATION = "7b1f3c5e-0d2a-4c8b-9e6f-2a4d6c8e0f11"

Document = dict[str, Any]

pytestmark = pytest.mark.anyio


class Bench:
    """A server on a seeded data directory, and a tablet of it with its records already sealed."""

    def __init__(self, directory_: Path) -> None:
        self.server = ServerProcess(directory_, arguments=("serve",))
        settings = read_settings({"ESCALE_DATA": str(self.server.data), "ESCALE_KEYS": str(self.server.keys)})
        settings.data.mkdir(parents=True)
        self.store = Store(connect(settings.database_url))
        migrate.upgrade(self.store.engine)
        keys = directory.create(settings.keys, ORGANISATION)
        self.seeded: Seeded = seed(self.store, keys, datetime.now(UTC).date())
        self.device = make_device(self.store, self.seeded)
        writer = RecordWriter(self.seeded, keys)
        slot = make_slot(self.store, self.device, self.seeded.doctor)
        now = datetime.now(UTC)
        self.records = [writer.record(slot, signed_at=now) for _ in range(RECORDS)]

    def rows(self) -> list[Record]:
        with self.store.session() as session:
            return list(session.exec(select(Record)))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.server.start()
    yield made
    made.server.kill()
    made.store.close()


async def signed_in(bench: Bench, http: httpx.AsyncClient) -> Tablet:
    tablet = Tablet(http)
    tablet.id, tablet.key = bench.device.id, bench.device.key
    (await tablet.sign_in()).raise_for_status()
    await tablet.facts()
    return tablet


async def push(tablet: Tablet, records: list[SealedRecord]) -> set[str]:
    """Push in batches until the network fails; return the envelope ids that were acknowledged."""
    acknowledged: set[str] = set()
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        try:
            answer = await tablet.push(batch)
        except httpx.TransportError:
            break
        refused = {result["id"] for result in answer.raise_for_status().json() if "error" in result}
        acknowledged |= {record.envelope.identifier for record in batch} - refused
    return acknowledged


async def follow(tablet: Tablet, enough: Callable[[dict[str, Document]], bool]) -> list[Document]:
    """Follow the team's database from its beginning until there is enough of it."""
    found: dict[str, Document] = {}
    since = "0"
    while not enough(found):
        answer = await tablet.http.get(
            f"/sync/{tablet.database}/_changes",
            params={"feed": "longpoll", "since": since, "timeout": "20000", "include_docs": "true"},
            headers=tablet.bearer,
        )
        page = answer.raise_for_status().json()
        since = page["last_seq"]
        found |= {change["id"]: change["doc"] for change in page["results"]}
    return list(found.values())


def is_envelope(identifier: str) -> bool:
    return identifier.startswith("e")


def receipts(documents: Iterable[Document]) -> list[dict[str, Any]]:
    found = []
    for document in documents:
        if document["_id"].startswith("c"):
            payload = json.loads(urlsafe_b64decode(document["jws"].split(".")[1] + "=="))
            if payload["type"] == "receipt":
                found.append(payload["open"])
    return found


async def test_five_hundred_records_arrive_once_each_and_no_receipt_lies(bench: Bench) -> None:
    digests = {record.envelope.identifier: record.digest for record in bench.records}

    async with httpx.AsyncClient(base_url=bench.server.origin, timeout=30) as http:
        tablet = await signed_in(bench, http)
        pushing = asyncio.create_task(push(tablet, bench.records))
        await follow(tablet, lambda documents: any(map(is_envelope, documents)))
        bench.server.kill()
        acknowledged = await pushing
    assert 0 < len(acknowledged) < RECORDS

    bench.server.start()
    async with httpx.AsyncClient(base_url=bench.server.origin, timeout=30) as http:
        tablet = await signed_in(bench, http)
        kept = {d["_id"] for d in await tablet.pull() if d["_id"].startswith("e")}
        assert acknowledged <= kept

        await push(tablet, bench.records)
        documents = await follow(tablet, lambda found: len(receipts(found.values())) >= RECORDS)

    envelopes = [d["_id"] for d in documents if d["_id"].startswith("e")]
    assert sorted(digests) == sorted(envelopes)
    given = {r["envelope"]: (r["record"], r["state"]) for r in receipts(documents)}
    assert {e: (digest, "integrated") for e, digest in digests.items()} == given
    rows = bench.rows()
    assert RECORDS == len(rows)
    assert set(digests.values()) == {row.digest for row in rows}
    with bench.store.session() as session:
        assert 1 == len(session.exec(select(TeamDatabase)).all())
