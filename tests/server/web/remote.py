"""A nurse who asks for a remote doctor, and what a doctor sends: set-up of the tests of a link."""

import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from litestar import Litestar

from forms.definition import Form
from forms.load import published
from server.central.documents import CentralDocument, DocumentType
from server.identifiers import new_uuid
from server.projection.people import salt
from server.remote.publication import document_key
from server.remote.request import FORM_URL
from server.review import access_log
from server.routes.services import Services
from server.store.database import Store
from tests.server.web.browser import Browser
from tests.server.web.conftest import Day
from tests.support import remote_form
from tests.support.organisation import NOON, Seeded, SlotKeys
from tests.support.photos import photo_notices
from tests.support.records import RecordWriter, SealedRecord
from tests.support.tablet import Tablet, confirmed_slot, enrolled_tablet


@pytest.fixture(autouse=True)
def forms() -> Iterator[None]:
    with remote_form.published_too(remote_form.teleconsultation(), remote_form.satisfaction()):
        yield


@dataclass
class Assistant:
    """The nurse beside the patient: her tablet, and the visit that she asks about."""

    tablet: Tablet
    slot: SlotKeys
    writer: RecordWriter
    visit: str
    seeded: Seeded
    services: Services

    async def ask(self, **changed: Any) -> httpx.Response:
        body = {
            "visit": self.visit,
            "stop": self.seeded.stop,
            "physician": "Dr Jeanne Loin",
            **changed,
        }
        if "proof" not in changed:
            body["proof"] = await self.tablet.link_proof(self.slot, body["visit"], body["stop"])
        return await self.tablet.http.post("/api/remote-links", json=body, headers=self.tablet.bearer)

    async def link(self, **changed: Any) -> tuple[str, str, str]:
        """A new link: its id, its path, its code."""
        told = (await self.ask(**changed)).raise_for_status().json()
        return told["id"], told["url"].removeprefix(self.services.settings.origin), told["code"]

    async def state(self, link: str) -> str:
        answer = await self.tablet.http.get(f"/api/remote-links/{link}", headers=self.tablet.bearer)
        return str(answer.raise_for_status().json()["state"])

    async def sign(self, answers: Any = None, **members: Any) -> SealedRecord:
        record = self.writer.record(
            self.slot, answers or remote_form.REQUEST, visit=self.visit, signed_at=NOON, **members
        )
        assert (await self.tablet.push([record])).json() == []
        await self.services.projection.caught_up()
        return record


@asynccontextmanager
async def assisting(application: Litestar, day: Day, form: Form) -> AsyncIterator[Assistant]:
    """A nurse of the day's team, with an enrolled tablet, who writes in a form."""
    services, seeded = day.services, day.seeded
    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://escale.local") as http:
        tablet = await enrolled_tablet(http, services, seeded)
        slot = await confirmed_slot(tablet, services, seeded.nurse)
        writer = RecordWriter(seeded, services.keys)
        writer.form = form
        yield Assistant(tablet, slot, writer, new_uuid(), seeded, services)


@pytest.fixture
async def assistant(application: Litestar, day: Day) -> AsyncIterator[Assistant]:
    async with assisting(application, day, published()[FORM_URL, remote_form.VERSION]) as found:
        yield found


async def opened(doctor: Browser, path: str, code: str) -> httpx.Response:
    """Give the code and look at the request."""
    await doctor.open(path)
    answer = await doctor.http.post(f"{path}/code", data={"code": code})
    assert (answer.status_code, answer.headers.get("location")) == (303, path)
    return await doctor.open(path)


async def at_request(assistant: Assistant, doctor: Browser) -> str:
    """A doctor before the signed request, the code given; return the link's path."""
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(doctor, path, code)
    return path


def answered(doctor: Browser, **changed: Any) -> dict[str, Any]:
    """What a doctor sends of the page they are on; a name's dots are written ``__``."""
    assert doctor.page is not None
    (shown,) = re.findall(r'name="shown" value="([^"]*)"', doctor.page.text)
    typed = {
        "form_token": doctor.token,
        "shown": shown,
        "outcome.main": "advice",
        "outcome.notes": "Pansement, et revoir.",
        "signed_name": "Dr Jeanne Loin",
        "rpps": "",
    }
    return {**typed, **{name.replace("__", "."): text for name, text in changed.items()}}


def log_of(store: Store, object_type: str, object_id: str) -> list[tuple[str, str, str]]:
    with store.session() as session:
        access_log.verify(session)
        lines = access_log.of_object(session, object_type, object_id)
    return [(line.actor_id, line.action, line.outcome) for line in reversed(lines)]


async def published_opinion(assistant: Assistant, database: str = "") -> dict[str, Any]:
    """What the team's tablets read, in the database of today or in another."""
    visit, team, database = assistant.visit, assistant.seeded.team, database or assistant.seeded.database
    with assistant.services.store.session() as session:
        key = document_key(salt(session), visit, team)
    wanted = CentralDocument(DocumentType.OPINION, key, database, None, None)
    (found,) = await assistant.services.central.read(database, [wanted])
    assert found is not None
    assert found.open is None
    return dict(found.sealed or {})


def corrected(record: SealedRecord) -> dict[str, str]:
    """That a record takes the place of this one."""
    return {"record": record.envelope.identifier, "reason": "Erreur"}


def named_photo(image: bytes, photo: str, **changed: Any) -> dict[str, Any]:
    """A photo as a record names it."""
    digest = hashlib.sha256(image).hexdigest()
    return {
        "photo": photo,
        "digest": digest,
        "size": len(image),
        "width": 64,
        "height": 48,
        **changed,
    }


def photographed(assistant: Assistant, image: bytes, pieces: int = 1, **sides: int) -> Sequence[SealedRecord]:
    """The notices of a photo of the wound, not sent."""
    writer, slot, visit = assistant.writer, assistant.slot, assistant.visit
    return photo_notices(writer, slot, visit, image, pieces=pieces, link_id="photos.wound", **sides)


async def send(assistant: Assistant, *sealed: SealedRecord) -> None:
    assert (await assistant.tablet.push(list(sealed))).json() == []
    await assistant.services.projection.caught_up()
