"""A day in the bus: the hub relays, with and without a network, and believes only what central signed."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.identifiers import new_uuid
from sync.document import JsonValue
from tests.integration.bus import Bus, figure, follow, receipts, until, until_async
from tests.support.tablet import Tablet
from tests.sync.conftest import client_script
from tests.sync.test_pouchdb import played

pytestmark = pytest.mark.anyio

RECORDS = 12

__all__ = ["client_script"]


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Bus]:
    """Central and its hub, up and confirmed."""
    made = Bus(tmp_path)
    try:
        made.central.start()
        await made.enrol_hub()
        yield made
    finally:
        made.close()


async def test_records_given_to_the_hub_without_network_are_integrated_once_and_acknowledged_through_it(
    bus: Bus,
) -> None:
    records = bus.records(RECORDS)
    expected = {record.envelope.identifier: (record.digest, "integrated") for record in records}
    async with bus.tablet_at_hub():
        pass
    bus.central.kill()
    bus.hub.kill()
    bus.hub.start()  # A power cut in the bus, far from any network.

    async with bus.tablet_at_hub() as tablet:
        assert (await tablet.push(records)).status_code == 201
        await until(lambda: figure(bus.hub.page(), "En attente du serveur") == str(RECORDS))
        page = bus.hub.page()
        assert "sans lien avec le serveur" in page
        assert figure(page, "Fiches et messages gardés") == str(RECORDS)
        assert figure(page, "Tablettes vues depuis le démarrage").startswith(bus.device.id[:8])

        bus.central.start()
        documents = await follow(tablet, lambda found: len(receipts(found)) >= RECORDS)
    assert receipts(documents) == expected
    await until(lambda: figure(bus.hub.page(), "En attente du serveur") == "0")
    assert "Le boîtier est relié au serveur" in bus.hub.page()

    async with bus.tablet(bus.central.origin) as tablet:  # The same records, by the other path.
        (await tablet.sign_in()).raise_for_status()
        assert (await tablet.push(records)).status_code == 201
        kept = [document["_id"] for document in await tablet.pull() if document["_id"].startswith("e")]
    assert sorted(kept) == sorted(expected)
    assert sorted(row.digest for row in bus.rows()) == sorted(record.digest for record in records)


async def test_a_tablets_pouchdb_pushes_to_the_hub_and_pulls_from_it_without_network(
    bus: Bus, client_script: Path
) -> None:
    records = bus.records(RECORDS)
    documents: list[dict[str, JsonValue]] = [dict(record.envelope.document) for record in records]
    async with bus.tablet_at_hub() as tablet:
        bus.central.kill()
        url = f"{bus.hub.origin}/sync/{tablet.database}"
        pushed = await played(client_script, "push", url, tablet.token, documents)
        assert pushed == {"status": "complete", "written": RECORDS, "read": RECORDS, "denied": []}
        pulled = await played(client_script, "pull", url, tablet.token)
        kept = {each["_id"]: each.get("jwe") for each in pulled["documents"] if each["_id"].startswith("e")}
        assert kept == {each["_id"]: each["jwe"] for each in documents}
        bus.central.start()
        found = await follow(tablet, lambda documents: len(receipts(documents)) >= RECORDS)
    assert {state for _, state in receipts(found).values()} == {"integrated"}
    assert len(bus.rows()) == RECORDS


async def test_a_central_that_lost_its_store_gets_the_hubs_records_again(bus: Bus) -> None:
    records = bus.records(RECORDS)
    async with bus.tablet_at_hub() as tablet:
        await tablet.push(records)
        await follow(tablet, lambda found: len(receipts(found)) >= RECORDS)
    bus.central.kill()
    shutil.rmtree(bus.central.data / "sync")
    bus.central.start()
    async with bus.tablet(bus.central.origin) as tablet:
        (await tablet.sign_in()).raise_for_status()
        wanted = {record.envelope.identifier for record in records}
        await follow(tablet, lambda documents: wanted <= documents.keys())
    await until(lambda: figure(bus.hub.page(), "En attente du serveur") == "0")


async def test_a_hub_killed_in_mid_push_loses_nothing_that_it_acknowledged(bus: Bus) -> None:
    records = bus.records(60)
    acknowledged: set[str] = set()
    async with bus.tablet_at_hub() as tablet:
        for start in range(0, 30, 10):
            answer = await tablet.push(records[start : start + 10])
            acknowledged |= {record.envelope.identifier for record in records[start : start + 10]}
            assert answer.status_code == 201
        bus.hub.kill()
        with pytest.raises(httpx.TransportError):
            await tablet.push(records[30:])
    bus.hub.start()
    async with bus.tablet_at_hub() as tablet:
        kept = {document["_id"] for document in await tablet.pull() if document["_id"].startswith("e")}
        assert acknowledged <= kept
        await tablet.push(records)
        documents = await follow(tablet, lambda found: len(receipts(found)) >= len(records))
    assert {state for _, state in receipts(documents).values()} == {"integrated"}
    assert len(bus.rows()) == len(records)


async def test_a_hub_takes_envelopes_only(bus: Bus) -> None:
    async with bus.tablet_at_hub() as tablet:
        forged = {"_id": "c" + "0" * 40, "_rev": "1-" + "a" * 32, "jws": "a.b.c"}
        answer = await tablet.push_documents([forged])
        assert [refused["error"] for refused in answer.json()] == ["forbidden"]
        assert (await tablet.http.put("/sync/tnew", headers=tablet.bearer)).status_code == 403
        other = await tablet.http.get("/sync/_all_dbs", headers=tablet.bearer)
        assert other.status_code == 403


async def test_each_node_takes_its_own_tokens_and_what_was_signed_for_it(bus: Bus) -> None:
    async with bus.tablet_at_hub() as at_hub, bus.tablet(bus.central.origin) as at_central:
        (await at_central.sign_in()).raise_for_status()
        for at, other in ((at_hub, at_central), (at_central, at_hub)):
            answer = await at.http.get(f"/sync/{at.database}", headers=at.bearer)
            assert answer.status_code == 200
            answer = await at.http.get(f"/sync/{at.database}", headers=other.bearer)
            assert answer.status_code in {400, 401}
        assertion = await at_hub.assertion()
        for tablet in (at_central, at_hub):
            answer = await tablet.http.post("/api/device/token", json={"assertion": assertion})
            assert answer.status_code == (200 if tablet is at_hub else 401)
        replayed = await at_hub.http.post("/api/device/token", json={"assertion": assertion})
        assert replayed.json()["code"] == "nonce-invalid"


async def test_a_token_does_not_outlive_the_hubs_start(bus: Bus) -> None:
    async with bus.tablet_at_hub() as tablet:
        bus.hub.kill()
        bus.hub.start()
        assert (await tablet.http.get(f"/sync/{tablet.database}", headers=tablet.bearer)).status_code == 401


async def test_a_stranger_and_the_hub_itself_get_nothing(bus: Bus) -> None:
    async with httpx.AsyncClient(base_url=bus.hub.origin) as http:
        stranger = Tablet(http)
        answer = await http.post("/api/device/nonce", json={"device": new_uuid()})
        assert (answer.status_code, answer.json()["code"]) == (404, "device-unknown")
        assert (await http.get(f"/sync/{bus.seeded.database}")).status_code == 401
        forged = stranger.prove({"nonce": "n", "device": bus.device.id, "audience": "escale-node"})
        answer = await http.post("/api/device/token", json={"assertion": forged})
        assert answer.status_code in {401, 404}


async def test_a_tablet_revoked_is_refused_at_the_hub_as_soon_as_it_is_told(bus: Bus) -> None:
    async with bus.tablet_at_hub() as tablet:
        await bus.revoke(bus.device.id)

        async def is_refused() -> bool:
            answer = await tablet.http.get(f"/sync/{tablet.database}", headers=tablet.bearer)
            return answer.status_code == 403

        await until_async(is_refused)
        answer = await tablet.http.post("/api/device/nonce", json={"device": tablet.id})
        assert (answer.status_code, answer.json()["code"]) == (403, "device-revoked")
        bus.central.kill()
        bus.hub.kill()
        bus.hub.start()  # The refusal is kept, without network.
        answer = await tablet.http.post("/api/device/nonce", json={"device": tablet.id})
        assert answer.json()["code"] == "device-revoked"


async def test_a_revoked_hub_destroys_what_it_holds_and_says_only_that(bus: Bus) -> None:
    async with bus.tablet_at_hub() as tablet:
        await tablet.push(bus.records(3))
    await bus.revoke(bus.hub_device().id)
    await until(lambda: "Ce boîtier est révoqué" in bus.hub.page())
    await until(lambda: [path.name for path in bus.hub.data.iterdir()] == ["revoked"])
    for path in ("/api/node", f"/sync/{bus.seeded.database}"):
        async with httpx.AsyncClient(base_url=bus.hub.origin) as http:
            assert (await http.get(path)).status_code == 503
    assert bus.hub.stop()[0] == 0
    bus.hub.start(ready=False)
    assert "Ce boîtier est révoqué" in bus.hub.page()


async def test_it_is_light_and_stops_at_once_with_tablets_waiting(bus: Bus) -> None:
    async with bus.tablet_at_hub() as tablet:
        await tablet.push(bus.records(RECORDS))
        waiting = tablet.http.stream(
            "GET",
            f"/sync/{tablet.database}/_changes",
            params={"feed": "continuous", "heartbeat": "1000", "since": "now"},
            headers=tablet.bearer,
        )
        async with waiting as feed:
            assert feed.status_code == 200
            assert bus.hub.resident_kb < 150_000
            code, took_s = bus.hub.stop()
    assert code == 0
    assert took_s < 3
