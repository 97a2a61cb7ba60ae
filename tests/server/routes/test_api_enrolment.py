"""From a card to a first record received: the calls of wire §6, in the order a tablet makes them."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from server.enrolment.cards import CardOrder, IssuedCard
from server.enrolment.short_code import short_code
from server.errors import Refused
from server.identifiers import new_secret
from server.routes.services import Services
from tests.support.organisation import Seeded
from tests.support.records import RecordWriter
from tests.support.tablet import Tablet

pytestmark = pytest.mark.anyio


@pytest.fixture
def services(app: Litestar) -> Services:
    running: Services = app.state.services
    return running


async def card(services: Services, seeded: Seeded) -> IssuedCard:
    return await services.enrolment.issue_card(
        CardOrder(team=seeded.team, campaign=seeded.campaign, label="Tablette 1")
    )


async def enrolled(client: httpx.AsyncClient, services: Services, seeded: Seeded) -> Tablet:
    tablet = Tablet(client)
    await tablet.redeem((await card(services, seeded)).link)
    await services.enrolment.confirm_device(tablet.id)
    await tablet.sign_in()
    await tablet.facts()
    return tablet


async def test_a_tablet_goes_from_its_card_to_a_received_record(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    tablet = await enrolled(client, services, seeded)
    slot, answer = await tablet.ask_slot(seeded.doctor)
    assert (answer.status_code, answer.json()["state"]) == (201, "pending")
    await services.enrolment.confirm_slot(slot.id)

    record = RecordWriter(seeded, services.keys).record(slot)
    pushed = await tablet.push([record])
    assert pushed.status_code == 201
    await services.projection.caught_up()

    receipts = [d for d in await tablet.pull() if d["_id"].startswith("c")]
    assert len(receipts) >= 4
    assert seeded.database == tablet.database


async def test_a_new_card_is_presented_and_waits_with_the_same_code_on_both_sides(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    tablet = Tablet(client)
    answer = await tablet.redeem((await card(services, seeded)).link)
    expected = {
        "enrolment": tablet.id,
        "short_code": short_code(tablet.id, tablet.key.thumbprint()),
        "state": "pending",
    }
    assert (answer.status_code, answer.json()) == (201, expected)
    assert (await tablet.status()).json() == {"state": "pending"}


async def test_a_confirmed_tablet_is_told_what_it_must_know(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    tablet = await enrolled(client, services, seeded)
    facts = (await tablet.status()).json()
    assert facts.pop("state") == "confirmed"
    assert facts == await tablet.facts()
    assert facts["organization"]["signing_key"] == services.keys.signing_key
    assert facts["database"] == seeded.database
    assert facts["sync_url"] == "http://localhost:8000/sync"
    assert facts["origin"] == "http://localhost:8000"
    assert {member["id"] for member in facts["members"]} == {seeded.doctor, seeded.nurse}


async def test_the_same_redemption_again_answers_the_same(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    tablet, link = Tablet(client), (await card(services, seeded)).link
    first = await tablet.redeem(link)
    assert (await tablet.redeem(link)).json() == first.json()


async def test_another_tablet_cannot_use_or_watch_a_used_card(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    link = (await card(services, seeded)).link
    await Tablet(client).redeem(link)
    second = Tablet(client)
    refused = await second.redeem(link)
    assert (refused.status_code, refused.json()["code"]) == (409, "card-used")
    assert (await second.status()).json()["code"] == "card-unknown"


async def test_an_expired_card_is_gone(client: httpx.AsyncClient, services: Services, seeded: Seeded) -> None:
    order = CardOrder(seeded.team, seeded.campaign, "Tablette", lifetime=timedelta(seconds=-1))
    refused = await Tablet(client).redeem((await services.enrolment.issue_card(order)).link)
    assert (refused.status_code, refused.json()["code"]) == (410, "card-expired")


async def test_a_forged_redemption_is_refused(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    link, tablet, other = (await card(services, seeded)).link, Tablet(client), Tablet(client)
    private = {**tablet.key.as_dict(private=True)}
    forgeries: list[tuple[dict[str, Any], int, str]] = [
        ({"secret": new_secret()}, 404, "card-unknown"),
        ({"secret": "short"}, 400, "validation"),
        ({"device": "not-a-uuid"}, 400, "validation"),
        ({"device": other.id}, 401, "assertion-invalid"),
        ({"proof": other.redemption(link)["proof"]}, 401, "assertion-invalid"),
        ({"proof": "a.b.c"}, 401, "assertion-invalid"),
        ({"key": private}, 422, "validation"),
        ({"key": {"kty": "oct", "k": "AAAA"}}, 422, "validation"),
        ({"label": "x" * 81}, 400, "validation"),
        ({"label": "\u0007"}, 422, "validation"),
    ]
    for changed, status, code in forgeries:
        refused = await tablet.redeem(link, **changed)
        assert (refused.status_code, refused.json()["code"]) == (status, code), changed
        assert refused.headers["content-type"] == "application/problem+json"
    assert (await tablet.redeem(link)).status_code == 201


async def test_a_refused_tablet_is_told_and_gets_no_token(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    tablet = Tablet(client)
    await tablet.redeem((await card(services, seeded)).link)
    await services.enrolment.refuse_device(tablet.id)
    assert (await tablet.status()).json() == {"state": "refused"}
    assert (await tablet.sign_in()).json()["code"] == "device-revoked"
    with pytest.raises(Refused):
        await services.enrolment.confirm_device(tablet.id)


async def test_a_pending_tablet_gets_no_token(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    tablet = Tablet(client)
    await tablet.redeem((await card(services, seeded)).link)
    refused = await tablet.sign_in()
    assert (refused.status_code, refused.json()["code"]) == (403, "device-pending")


async def test_an_assertion_serves_once_and_only_for_its_device_and_audience(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    tablet, other = [await enrolled(client, services, seeded) for _ in range(2)]

    async def code(assertion: str) -> str:
        answer = await client.post("/api/device/token", json={"assertion": assertion})
        return str(answer.json().get("code", answer.status_code))

    once = await tablet.assertion()
    assert [await code(once), await code(once)] == ["200", "nonce-invalid"]
    assert await code(await tablet.assertion(audience="elsewhere")) == "assertion-invalid"
    assert await code(await tablet.assertion(node="another-node")) == "assertion-invalid"
    assert await code(await tablet.assertion(device=other.id)) == "assertion-invalid"
    assert await code(await tablet.assertion(device="nobody")) == "device-unknown"
    assert await code(await tablet.assertion(nonce="guessed")) == "nonce-invalid"
    assert await code("a.b.c") == "assertion-invalid"


async def test_a_revoked_tablet_is_refused_everywhere(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    tablet = await enrolled(client, services, seeded)
    await services.enrolment.revoke_device(tablet.id)
    for refused in (
        await client.get("/api/device", headers=tablet.bearer),
        await tablet.sign_in(),
        await tablet.status(),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "device-revoked")


async def test_slots_are_asked_for_once_by_a_member_of_the_team(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    tablet, other = [await enrolled(client, services, seeded) for _ in range(2)]
    slot, answer = await tablet.ask_slot(seeded.nurse)
    expected = {
        "slot": slot.id,
        "short_code": short_code(slot.id, slot.signing.thumbprint()),
        "state": "pending",
    }
    assert answer.json() == expected
    asked = await client.get(f"/api/slots/{slot.id}", headers=tablet.bearer)
    assert (asked.status_code, asked.json()) == (200, expected)
    foreign = await client.get(f"/api/slots/{slot.id}", headers=other.bearer)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not-found")
    _, taken = await tablet.ask_slot(seeded.nurse, slot=slot.id)
    assert taken.json()["code"] == "assertion-invalid"
    _, coordinator = await tablet.ask_slot(seeded.clinical)
    assert (coordinator.status_code, coordinator.json()["code"]) == (403, "member-unknown")
