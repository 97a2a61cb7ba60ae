"""A tablet of the team pulls what central says of people, and opens it with the key ring it was sent."""

import json
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey
from litestar import Litestar
from sqlmodel import select

from server.central.documents import TYP, DocumentType
from server.identifiers import central_document_id
from server.keys import jwe, jws
from server.keys.public import import_octet, import_public
from server.people.summary import shard_of
from server.routes.services import Services
from server.store.people import VisitIdentity
from tests.server.projection.crowd import answers
from tests.support.organisation import Seeded, SlotKeys
from tests.support.records import RecordWriter
from tests.support.tablet import Tablet, confirmed_slot, enrolled_tablet

pytestmark = pytest.mark.anyio


def payload_of(document: dict[str, Any], tablet_facts: dict[str, Any]) -> dict[str, Any]:
    """What the organisation signed, as a tablet checks it."""
    signing_key = import_public(tablet_facts["organization"]["signing_key"])
    payload: dict[str, Any] = json.loads(jws.verify(document["jws"], signing_key, TYP))
    assert document["_id"] == central_document_id(payload["type"], payload["key"])
    assert payload["database"] == tablet_facts["database"]
    return payload


def team_key(payloads: list[dict[str, Any]], slot: SlotKeys) -> OctKey:
    """The team's current key, from the slot's key ring."""
    ring = next(
        each["open"] for each in payloads if each["type"] == DocumentType.KEYRING and each["key"] == slot.id
    )
    sealed = ring["epochs"][str(ring["current"])]
    return import_octet(json.loads(jwe.open_sealed(sealed, slot.agreement)))


async def test_a_tablet_reads_whom_the_team_saw(
    app: Litestar, client: httpx.AsyncClient, seeded: Seeded
) -> None:
    services: Services = app.state.services
    tablet: Tablet = await enrolled_tablet(client, services, seeded)
    slot = await confirmed_slot(tablet, services, seeded.nurse)
    record = RecordWriter(seeded, services.keys).record(slot, answers())
    (await tablet.push([record])).raise_for_status()
    await services.projection.caught_up()
    await services.people.caught_up()
    facts = await tablet.facts()
    documents = await tablet.pull()
    assert record.envelope.identifier in (await tablet.receipts())
    payloads = [payload_of(each, facts) for each in documents if "jws" in each]
    key = team_key(payloads, slot)
    opened = {
        (each["type"], each["key"]): json.loads(jwe.open_sealed(each["sealed"], key))
        for each in payloads
        if each["type"] in (DocumentType.PERSON, DocumentType.PEOPLE)
    }
    assert all(each["open"] is None for each in payloads if each["type"] in ("person", "people"))
    with services.store.session() as session:
        (person,) = session.exec(select(VisitIdentity.person_key)).all()
    told = opened["person", person]
    assert (told["birth_name"], told["first_name"]) == ("LEFEVRE", "ANNE")
    assert [visit["records"] for visit in told["visits"]] == [[record.envelope.identifier]]
    (line,) = opened["people", shard_of(person)]["people"]
    assert line["person"] == person
    assert {document["_id"][0] for document in documents} == {"c", "e", "p"}
