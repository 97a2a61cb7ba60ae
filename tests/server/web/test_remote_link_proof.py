"""Who may ask for a remote doctor's link: a member with an open slot, never a token alone (wire §6.1, §7)."""

import json
from datetime import time, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from server.central.documents import DocumentType
from server.identifiers import new_uuid
from server.keys import jws
from server.keys.public import import_public
from server.projection.people import salt
from server.remote.publication import document_key
from server.store.control import Member, RosterEntry, Stop
from server.store.database import Store
from server.store.remote import RemoteLink
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, MovingClock
from tests.server.web.remote import Assistant, answered, assistant, forms, opened, published_opinion
from tests.support.tablet import confirmed_slot, enrolled_tablet

__all__ = ["assistant", "forms"]

pytestmark = pytest.mark.anyio


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def answer_once(assistant: Assistant, visitor: Browser, said: str, **asked: Any) -> None:
    _, path, code = await assistant.link(**asked)
    await opened(visitor, path, code)
    sent = await visitor.http.post(path, data=answered(visitor, outcome__notes=said))
    assert sent.status_code == 303
    await assistant.services.projection.caught_up()
    await assistant.services.opinions.caught_up()


async def test_a_stolen_locked_tablet_or_a_hub_with_its_token_gets_no_link(
    assistant: Assistant, store: Store
) -> None:
    """The attack: token, visit, stop and members are known; no vault is open."""
    await assistant.sign()
    tablet, visit, stop = assistant.tablet, assistant.visit, assistant.seeded.stop
    members = (await tablet.facts())["members"]
    assert assistant.seeded.nurse in [member["id"] for member in members]
    claimed = {"visit": visit, "stop": stop, "member": assistant.seeded.nurse}
    bare = await tablet.http.post("/api/remote-links", json=claimed, headers=tablet.bearer)
    assert told(bare) == (400, "validation")
    # The device key is all that a locked tablet signs with.
    by_device = assistant.slot.__class__(
        assistant.slot.id, tablet.id, assistant.slot.member, tablet.key, tablet.key
    )
    assert told(await assistant.ask(proof=await tablet.link_proof(by_device, visit, stop))) == (
        401,
        "assertion-invalid",
    )
    # It may ask for a slot of its own, which waits for a coordinator.
    mine, asked = await tablet.ask_slot(assistant.seeded.doctor)
    asked.raise_for_status()
    assert told(await assistant.ask(proof=await tablet.link_proof(mine, visit, stop))) == (403, "slot-closed")
    for proof in ("", "x", "a.b.c", "..", jws.sign(b"[]", tablet.key, "JWT")):
        assert told(await assistant.ask(proof=proof)) == (401, "assertion-invalid")
    with store.session() as session:
        assert session.exec(select(RemoteLink)).all() == []


async def test_another_slots_signature_is_refused(assistant: Assistant, day: Day) -> None:
    await assistant.sign()
    tablet, visit, stop = assistant.tablet, assistant.visit, assistant.seeded.stop
    colleague = await confirmed_slot(tablet, assistant.services, assistant.seeded.doctor)
    forged = await tablet.link_proof(
        colleague, visit, stop, slot=assistant.slot.id, member=assistant.seeded.nurse
    )
    assert told(await assistant.ask(proof=forged)) == (401, "assertion-invalid")
    # Signed by a slot of another tablet of the team, for this one's challenge or for its own.
    neighbour = await enrolled_tablet(tablet.http, day.services, assistant.seeded)
    theirs = await confirmed_slot(neighbour, day.services, assistant.seeded.doctor)
    for proof in (
        await tablet.link_proof(theirs, visit, stop),
        await neighbour.link_proof(theirs, visit, stop),
    ):
        assert told(await assistant.ask(proof=proof)) == (401, "assertion-invalid")


@pytest.mark.parametrize(
    "changed",
    [
        {"visit": "4b3f5f0e-6d0c-4f64-9c39-0c8a4a9a0c55"},
        {"stop": "4b3f5f0e-6d0c-4f64-9c39-0c8a4a9a0c55"},
        {"device": "4b3f5f0e-6d0c-4f64-9c39-0c8a4a9a0c55"},
        {"member": "4b3f5f0e-6d0c-4f64-9c39-0c8a4a9a0c55"},
        {"purpose": "record"},
        {"v": 2},
        {"nonce": "drawn-by-nobody"},
    ],
)
async def test_a_proof_says_exactly_what_is_asked(assistant: Assistant, changed: dict[str, Any]) -> None:
    await assistant.sign()
    proof = await assistant.tablet.link_proof(
        assistant.slot, assistant.visit, assistant.seeded.stop, **changed
    )
    code = "nonce-invalid" if "nonce" in changed else "assertion-invalid"
    assert told(await assistant.ask(proof=proof)) == (401, code)


async def test_a_record_or_another_proof_by_the_slot_is_no_request(assistant: Assistant) -> None:
    """What the slot signs as something else serves for nothing here, whatever it says."""
    proof = await assistant.tablet.link_proof(assistant.slot, assistant.visit, assistant.seeded.stop)
    payload = jws.verify(proof, assistant.slot.signing)
    for typ in ("escale-record+jws", "escale-slot+jws", "JWT"):
        other = jws.sign(payload, assistant.slot.signing, typ)
        assert told(await assistant.ask(proof=other)) == (401, "assertion-invalid")
    assert (await assistant.ask(proof=proof)).status_code == 201


async def test_a_challenge_serves_once_even_for_what_is_refused(
    assistant: Assistant, day: Day, clock: MovingClock
) -> None:
    await assistant.sign()
    tablet, visit, stop = assistant.tablet, assistant.visit, assistant.seeded.stop
    proof = await tablet.link_proof(assistant.slot, visit, stop)
    assert (await assistant.ask(proof=proof)).status_code == 201
    assert told(await assistant.ask(proof=proof)) == (401, "nonce-invalid")
    foreign = day.foreign.payload["visit"]
    refused = await tablet.link_proof(assistant.slot, foreign, stop)
    assert told(await assistant.ask(visit=foreign, proof=refused)) == (404, "not-found")
    assert told(await assistant.ask(visit=foreign, proof=refused)) == (401, "nonce-invalid")
    late = await tablet.link_proof(assistant.slot, visit, stop)
    clock.forward(timedelta(seconds=61))
    assert told(await assistant.ask(proof=late)) == (401, "nonce-invalid")


async def test_a_revoked_slot_and_a_member_who_left_ask_for_nothing(
    assistant: Assistant, store: Store
) -> None:
    with store.session() as session:
        session.get_one(Member, assistant.seeded.nurse).disabled = True
    assert told(await assistant.ask()) == (403, "member-unknown")
    with store.session() as session:
        session.get_one(Member, assistant.seeded.nurse).disabled = False
    await assistant.services.enrolment.revoke_slot(assistant.slot.id)
    assert told(await assistant.ask()) == (403, "slot-closed")


async def test_the_member_is_the_slots_whatever_is_claimed(assistant: Assistant, store: Store) -> None:
    link, _, _ = await assistant.link(member=assistant.seeded.doctor)
    with store.session() as session:
        assert session.get_one(RemoteLink, link).member_id == assistant.seeded.nurse


@pytest.mark.parametrize(
    ("days", "expected"), [(-2, 409), (-1, 201), (0, 201), (1, 201), (2, 409), (400, 409)]
)
async def test_a_link_is_for_a_stop_of_these_days(
    assistant: Assistant, store: Store, days: int, expected: int
) -> None:
    await assistant.sign()
    with store.session() as session:
        session.get_one(Stop, assistant.seeded.stop).day += timedelta(days=days)
    answer = await assistant.ask()
    assert answer.status_code == expected
    if expected == 409:
        assert answer.json()["code"] == "stop-day"


async def test_a_visit_is_asked_about_at_its_own_stop(assistant: Assistant, day: Day, store: Store) -> None:
    """One recorded or expected at another stop of the very team is not this stop's."""
    await assistant.sign()
    with store.session() as session:
        here = session.get_one(Stop, assistant.seeded.stop)
        there = Stop(**{**here.model_dump(), "id": new_uuid(), "name": "Ailleurs"})
        session.add(there)
        session.flush()
        expected = RosterEntry(
            id=new_uuid(),
            stop_id=there.id,
            expected_at=time(10),
            birth_name="Garcia",
            first_name="",
            booking="",
        )
        session.add(expected)
        elsewhere, awaited = there.id, expected.id
    assert told(await assistant.ask(stop=elsewhere)) == (404, "not-found")
    assert told(await assistant.ask(visit=awaited)) == (404, "not-found")
    assert (await assistant.ask(stop=elsewhere, visit=awaited)).status_code == 201
    assert (await assistant.ask(visit=new_uuid())).status_code == 201


async def test_a_tablet_asks_for_so_many_links_an_hour(assistant: Assistant, day: Day) -> None:
    for _ in range(20):
        assert (await assistant.ask()).status_code == 201
    refused = await assistant.ask()
    assert told(refused) == (429, "rate-limited")
    assert int(refused.headers["retry-after"]) > 0
    neighbour = await enrolled_tablet(assistant.tablet.http, day.services, assistant.seeded)
    theirs = await confirmed_slot(neighbour, day.services, assistant.seeded.nurse)
    body = {"visit": assistant.visit, "stop": assistant.seeded.stop}
    body["proof"] = await neighbour.link_proof(theirs, body["visit"], body["stop"])
    asked = await neighbour.http.post("/api/remote-links", json=body, headers=neighbour.bearer)
    assert asked.status_code == 201


async def test_an_answer_is_outranked_only_expressly_and_stays_readable(
    assistant: Assistant,
    visitor: Browser,
    clinical: Browser,
    administrative: Browser,
    clock: MovingClock,
) -> None:
    record = await assistant.sign()
    await answer_once(assistant, visitor, "Premier avis.")
    assert told(await assistant.ask()) == (409, "link-answered")
    assert told(await assistant.ask(again=False)) == (409, "link-answered")
    visitor.http.cookies.clear()
    clock.forward(timedelta(minutes=5))
    await answer_once(assistant, visitor, "Second avis.", again=True)
    page = text_of(await clinical.open(f"/coordination/fiches/{record.digest}"))
    assert page.index("Second avis.") < page.index("Réponses antérieures") < page.index("Premier avis.")
    hidden = text_of(await administrative.open(f"/coordination/fiches/{record.digest}"))
    assert "Réponses antérieures" in hidden
    assert "Premier avis." not in hidden
    seen = await published_opinion(assistant)
    assert (seen["answers"]["outcome.notes"], seen["earlier"]) == ({"values": ["Second avis."]}, 1)


async def test_an_opinions_key_tells_no_visit(assistant: Assistant, visitor: Browser, store: Store) -> None:
    await assistant.sign()
    await answer_once(assistant, visitor, "Un avis.")
    organisation = (await assistant.tablet.facts())["organization"]
    signing_key = import_public(organisation["signing_key"])
    pulled = await assistant.tablet.pull()
    payloads = [jws.verify(doc["jws"], signing_key, "escale-central+jws") for doc in pulled if "jws" in doc]
    opinions = [each for each in map(json.loads, payloads) if each["type"] == DocumentType.OPINION]
    with store.session() as session:
        key = document_key(salt(session), assistant.visit, assistant.seeded.team)
    assert [each["key"] for each in opinions] == [key]
    assert assistant.visit not in json.dumps(opinions)
