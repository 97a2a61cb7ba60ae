"""A bus: central, a hub enrolled with it, and a tablet with its records, each as it is in the field."""

import asyncio
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import select

from server.enrolment import cards
from server.enrolment.cards import CardOrder
from server.keys import directory
from server.settings import read as read_settings
from server.store import migrate
from server.store.control import Device, DeviceKind, DeviceStatus, Member
from server.store.database import Store, connect
from server.store.read import Record
from tests.server.web.browser import Browser, give_password
from tests.support.hub_process import HubProcess
from tests.support.organisation import Seeded, make_device, make_slot, seed
from tests.support.records import RecordWriter, SealedRecord
from tests.support.server_process import ServerProcess
from tests.support.tablet import Tablet

ORGANISATION = "7b1f3c5e-0d2a-4c8b-9e6f-2a4d6c8e0f12"
PATIENCE_S = 30.0

Documents = dict[str, dict[str, Any]]


class Bus:
    """Central and hub processes on one seeded organisation; ``writer`` seals what ``slot`` signs."""

    def __init__(self, home: Path, *hub_arguments: str, **central_settings: str) -> None:
        self.central = ServerProcess(home, ("serve",), ESCALE_AUTO_CONFIRM="0", **central_settings)
        settings = read_settings(
            {"ESCALE_DATA": str(self.central.data), "ESCALE_KEYS": str(self.central.keys)}
        )
        settings.data.mkdir(parents=True)
        self.store = Store(connect(settings.database_url))
        migrate.upgrade(self.store.engine)
        self.keys = directory.create(settings.keys, ORGANISATION)
        self.seeded: Seeded = seed(self.store, self.keys, datetime.now(UTC).date())
        give_password(self.store, self.seeded.clinical)
        self.device = make_device(self.store, self.seeded)
        self.slot = make_slot(self.store, self.device, self.seeded.doctor)
        self.writer = RecordWriter(self.seeded, self.keys)
        self.hub = HubProcess(home, self.central.origin, *hub_arguments)

    def records(self, count: int) -> list[SealedRecord]:
        """Seal so many records more."""
        return [self.writer.record(self.slot, signed_at=datetime.now(UTC)) for _ in range(count)]

    def rows(self) -> list[Record]:
        """What central integrated."""
        with self.store.session() as session:
            return list(session.exec(select(Record)))

    def hub_card(self) -> str:
        """Make a hub's card."""
        order = CardOrder(self.seeded.team, self.seeded.campaign, "Boîtier d’essai", kind=DeviceKind.HUB)
        with self.store.session() as session:
            return cards.issue(session, self.keys, self.central.origin, order, datetime.now(UTC)).link

    def hub_device(self) -> Device:
        """What central knows of the hub."""
        with self.store.session() as session:
            return session.exec(select(Device).where(Device.kind == DeviceKind.HUB)).one()

    async def enrol_hub(self) -> None:
        """Start the hub with a card, compare its code and confirm it, as a coordinator does."""
        self.hub.start("--card", self.hub_card(), ready=False)
        await until(lambda: "Comparez ce code" in self.hub.page() and self._is_pending())
        async with self.coordinator() as coordinator:
            page = await coordinator.open("/coordination/tablettes")
            shown = re.search(r'class="code"[^>]*>([^<]+)<', self.hub.page())
            assert shown is not None
            assert shown[1] in page.text
            confirmed = await coordinator.send(f"/coordination/tablettes/{self.hub_device().id}/confirmer")
            assert confirmed.status_code == 303
        await asyncio.to_thread(self.hub.wait_for, "ready")

    async def revoke(self, device: str) -> None:
        """Revoke a tablet or a hub, as a coordinator does."""
        async with self.coordinator() as coordinator:
            await coordinator.open(f"/coordination/tablettes/{device}/revocation")
            done = await coordinator.send(f"/coordination/tablettes/{device}/revocation")
            assert done.status_code == 303

    @asynccontextmanager
    async def coordinator(self) -> AsyncIterator[Browser]:
        """A clinical coordinator's browser, signed in."""
        async with httpx.AsyncClient(base_url=self.central.origin) as http:
            browser = Browser(http)
            with self.store.session() as session:
                login = session.get_one(Member, self.seeded.clinical).login
            await browser.sign_in(str(login))
            yield browser

    @asynccontextmanager
    async def tablet(self, origin: str) -> AsyncIterator[Tablet]:
        """The tablet at a node of this origin, not signed in."""
        async with httpx.AsyncClient(base_url=origin, timeout=30) as http:
            tablet = Tablet(http)
            tablet.id, tablet.key, tablet.database = self.device.id, self.device.key, self.seeded.database
            yield tablet

    @asynccontextmanager
    async def tablet_at_hub(self) -> AsyncIterator[Tablet]:
        """The tablet signed in at the hub, once the hub knows it."""
        async with self.tablet(self.hub.origin) as tablet:
            await until_async(lambda: _is_known(tablet))
            (await tablet.sign_in()).raise_for_status()
            yield tablet

    def close(self) -> None:
        """End everything."""
        self.hub.kill()
        self.central.kill()
        self.store.close()

    def _is_pending(self) -> bool:
        with self.store.session() as session:
            hubs = session.exec(select(Device).where(Device.kind == DeviceKind.HUB)).all()
            return [hub.status for hub in hubs] == [DeviceStatus.PENDING]


async def follow(tablet: Tablet, enough: Callable[[Documents], bool]) -> Documents:
    """Follow the team's database at a node from its beginning until there is enough of it."""
    found: Documents = {}
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
    return found


def receipts(documents: Documents) -> dict[str, tuple[str, str]]:
    """Return record digest and state by envelope, of the receipts among documents."""
    found = {}
    for document in documents.values():
        if "jws" in document:
            payload = json.loads(urlsafe_b64decode(document["jws"].split(".")[1] + "=="))
            if payload["type"] == "receipt":
                said = payload["open"]
                found[said["envelope"]] = (said["record"], said["state"])
    return found


def figure(page: str, name: str) -> str:
    """Return what the hub's page says under a name."""
    found = re.search(rf"<dt>{name}</dt><dd>(.*?)</dd>", page)
    assert found is not None, page
    return re.sub(r"<[^>]*>", "", found[1])


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; it is looked at often, and told when it never does."""
    await until_async(lambda: asyncio.to_thread(condition))


async def until_async(condition: Callable[[], Any]) -> None:
    """Wait until an asynchronous condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110 - another process has no event to give
            await asyncio.sleep(0.05)


async def _is_known(tablet: Tablet) -> bool:
    answer = await tablet.http.post("/api/device/nonce", json={"device": tablet.id})
    return answer.status_code == 200
