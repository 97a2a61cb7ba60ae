"""A replacement for one day (wire §4.3): invited, confirmed by itself, ended by itself; nothing is lost."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest
from joserfc.jwk import ECKey
from litestar import Litestar
from sqlmodel import select

from server.app import Clocks, create_app, keep_house
from server.central.documents import CentralDocument, DocumentType
from server.enrolment.invitations import InvitationOrder, IssuedInvitation, key_of, normal_code
from server.keys import jwe
from server.routes.services import Services
from server.settings import Settings
from server.store.control import EnrolmentState, Slot, TeamKey
from server.store.planning import Invitation
from server.store.read import Finding, FindingCode
from tests.server.web.conftest import MovingClock
from tests.support.organisation import DAY, NOON, Seeded, SlotKeys
from tests.support.records import RecordWriter
from tests.support.tablet import Tablet, enrolled_tablet

pytestmark = pytest.mark.anyio
A_DAY = timedelta(days=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked of the tables is asked on both elsewhere."""
    return sqlite_url


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def running(settings: Settings, seeded: Seeded, clock: MovingClock) -> AsyncIterator[Litestar]:
    app = create_app(settings, Clocks(now=clock.now))
    async with app.lifespan():
        yield app


@pytest.fixture
def services(running: Litestar) -> Services:
    found: Services = running.state.services
    return found


@pytest.fixture
async def tablet(running: Litestar, services: Services, seeded: Seeded) -> AsyncIterator[Tablet]:
    transport = httpx.ASGITransport(cast("Any", running))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as http:
        yield await enrolled_tablet(http, services, seeded)


async def invite(services: Services, seeded: Seeded) -> IssuedInvitation:
    """The doctor, for the day after."""
    tomorrow = DAY + A_DAY
    order = InvitationOrder(seeded.team, seeded.doctor, tomorrow, tomorrow, seeded.clinical)
    return await services.enrolment.invite(order)


async def published(services: Services, seeded: Seeded, invitation: str) -> dict[str, Any]:
    asked = CentralDocument(DocumentType.INVITATION, invitation, seeded.database, None)
    (document,) = await services.central.read(seeded.database, [asked])
    assert document is not None
    return dict(document.open or {})


def opened(document: dict[str, Any], code: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(jwe.open_sealed(document["sealed"], key_of(code, document["salt"])))
    return content


async def slot_from(
    tablet: Tablet, content: dict[str, Any], **changed: Any
) -> tuple[SlotKeys, httpx.Response]:
    """What a tablet that opened the invitation sends."""
    slot, _ = tablet.slot_request(content["member"]["id"])
    slot = SlotKeys(content["slot"], tablet.id, slot.member, slot.signing, slot.agreement)
    claims = {
        "slot": slot.id,
        "member": slot.member,
        "device": tablet.id,
        "agreement_thumbprint": slot.agreement.thumbprint(),
    }
    key = ECKey.import_key(content["key"])
    shown = {"invitation": content["invitation"], "slot": slot.id}
    thumbprint = slot.signing.thumbprint()
    body = {
        **claims,
        "signing_key": slot.signing.as_dict(private=False),
        "agreement_key": slot.agreement.as_dict(private=False),
        "proof": tablet.prove(claims, slot.signing),
        "invitation": {
            "id": content["invitation"],
            "proof": tablet.prove({**shown, "signing_thumbprint": thumbprint}, key),
        },
        **changed,
    }
    body.pop("device")
    body.pop("agreement_thumbprint")
    return slot, await tablet.http.post("/api/slots", json=body, headers=tablet.bearer)


def slot_state(services: Services, slot: str) -> EnrolmentState:
    with services.store.session() as session:
        return session.get_one(Slot, slot).state


def findings(services: Services) -> list[Finding]:
    with services.store.session() as session:
        return list(session.exec(select(Finding)).all())


def epochs(services: Services) -> int:
    with services.store.session() as session:
        return len(session.exec(select(TeamKey)).all())


async def test_the_code_opens_what_the_team_holds_and_nothing_stored_does(
    services: Services, seeded: Seeded
) -> None:
    issued = await invite(services, seeded)
    content = opened(await published(services, seeded, issued.id), issued.code.lower().replace("-", " "))
    assert content["member"] == {"id": seeded.doctor, "name": "Dr Ada Essai", "profession": "médecin"}
    assert content["epochs"].keys() == {"1"}
    with services.store.session() as session:
        row = session.get_one(Invitation, issued.id).model_dump_json()
    assert normal_code(issued.code) not in row
    assert content["key"]["d"] not in row


async def test_an_invited_slot_is_confirmed_without_a_coordinator_and_its_records_integrated(
    services: Services, seeded: Seeded, tablet: Tablet, clock: MovingClock
) -> None:
    issued = await invite(services, seeded)
    content = opened(await published(services, seeded, issued.id), issued.code)
    clock.forward(A_DAY)
    await tablet.sign_in()
    slot, answer = await slot_from(tablet, content)
    assert (answer.status_code, answer.json()["state"]) == (201, "confirmed")
    assert (await slot_from(tablet, content))[1].status_code == 409, "other keys for the same slot"
    record = RecordWriter(seeded, services.keys).record(slot, signed_at=NOON + A_DAY)
    await tablet.push([record])
    await services.projection.caught_up()
    receipts = await tablet.receipts()
    assert receipts[record.envelope.identifier]["state"] == "integrated"
    assert findings(services) == []
    assert (await published(services, seeded, issued.id))["sealed"] is None


async def test_a_proof_by_another_key_or_for_another_slot_confirms_nothing(
    services: Services, seeded: Seeded, tablet: Tablet
) -> None:
    issued = await invite(services, seeded)
    content = opened(await published(services, seeded, issued.id), issued.code)
    key = ECKey.import_key(content["key"])
    claims = {"invitation": issued.id, "slot": content["slot"], "signing_thumbprint": "another"}
    for wrong in (
        {"id": issued.id, "proof": tablet.prove(claims, key)},
        {"id": issued.id, "proof": tablet.prove(claims)},
        {"id": issued.id, "proof": "no proof"},
        {"id": seeded.team, "proof": tablet.prove(claims, key)},
    ):
        _, answer = await slot_from(tablet, content, invitation=wrong)
        assert (answer.status_code, answer.json()["code"]) == (403, "invitation-unknown")
    with services.store.session() as session:
        assert session.get(Slot, content["slot"]) is None


async def test_it_ends_by_itself_with_its_last_day(
    services: Services, seeded: Seeded, tablet: Tablet, clock: MovingClock
) -> None:
    issued = await invite(services, seeded)
    content = opened(await published(services, seeded, issued.id), issued.code)
    clock.forward(A_DAY)
    await tablet.sign_in()
    slot, _ = await slot_from(tablet, content)
    in_time, too_late = (
        RecordWriter(seeded, services.keys).record(slot, signed_at=NOON + days * A_DAY) for days in (1, 2)
    )
    before = epochs(services)
    await keep_house(services)
    assert slot_state(services, slot.id) is EnrolmentState.CONFIRMED
    clock.forward(A_DAY)
    await keep_house(services)
    await keep_house(services)
    assert slot_state(services, slot.id) is EnrolmentState.REVOKED
    assert epochs(services) == before + 1
    await tablet.sign_in()
    await tablet.push([in_time, too_late])
    await services.projection.caught_up()
    late = {FindingCode.SIGNED_AFTER_EXPIRY, FindingCode.DEVICE_REVOKED}
    found = [(each.code, each.envelope_id) for each in findings(services) if each.code in late]
    assert found == [(FindingCode.SIGNED_AFTER_EXPIRY, too_late.envelope.identifier)]


async def test_one_first_used_after_its_last_day_ends_with_a_new_key_all_the_same(
    services: Services, seeded: Seeded, tablet: Tablet, clock: MovingClock
) -> None:
    issued = await invite(services, seeded)
    content = opened(await published(services, seeded, issued.id), issued.code)
    clock.forward(2 * A_DAY)
    await tablet.sign_in()
    _, answer = await slot_from(tablet, content)
    assert answer.json()["state"] == "revoked"
    before = epochs(services)
    await keep_house(services)
    await keep_house(services)
    assert epochs(services) == before + 1


async def test_a_tablet_that_speaks_days_later_still_delivers_what_was_signed_in_time(
    services: Services, seeded: Seeded, tablet: Tablet, clock: MovingClock
) -> None:
    issued = await invite(services, seeded)
    content = opened(await published(services, seeded, issued.id), issued.code)
    clock.forward(5 * A_DAY)
    await keep_house(services)
    assert (await published(services, seeded, issued.id))["sealed"] is None
    await tablet.sign_in()
    slot, answer = await slot_from(tablet, content)
    assert answer.json()["state"] == "revoked"
    record = RecordWriter(seeded, services.keys).record(slot, signed_at=NOON + A_DAY)
    await tablet.push([record])
    await services.projection.caught_up()
    assert (await tablet.receipts())[record.envelope.identifier]["state"] == "integrated"


async def test_a_withdrawn_invitation_leaves_the_slot_to_a_coordinator(
    services: Services, seeded: Seeded, tablet: Tablet
) -> None:
    issued = await invite(services, seeded)
    content = opened(await published(services, seeded, issued.id), issued.code)
    before = epochs(services)
    await services.enrolment.withdraw_invitation(issued.id)
    await services.enrolment.withdraw_invitation(issued.id)
    assert epochs(services) == before + 1
    assert (await published(services, seeded, issued.id))["sealed"] is None
    _, answer = await slot_from(tablet, content)
    assert answer.json()["state"] == "pending"
