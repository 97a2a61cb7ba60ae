"""A hub enrols like a tablet, with a card of its own kind, and gets less (wire §7)."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlmodel import func, select

from server.central.documents import DocumentType
from server.certificates.authority import Authority
from server.enrolment.cards import CardOrder
from server.hub import certificate
from server.keys import jws
from server.routes.services import Services
from server.settings import Settings
from server.store.control import DeviceKind, TeamKey
from tests.support.organisation import NOON, Seeded
from tests.support.tablet import Tablet, card_of, enrolled_tablet

pytestmark = pytest.mark.anyio


@pytest.fixture
def services(app: object) -> Services:
    """The running application's services."""
    found: Services = app.state.services  # type: ignore[attr-defined]
    return found


async def link(services: Services, seeded: Seeded, kind: DeviceKind) -> str:
    order = CardOrder(seeded.team, seeded.campaign, "Boîtier", kind=kind)
    return (await services.enrolment.issue_card(order)).link


async def enrolled_hub(client: httpx.AsyncClient, services: Services, seeded: Seeded) -> Tablet:
    hub = Tablet(client, DeviceKind.HUB)
    (await hub.redeem(await link(services, seeded, DeviceKind.HUB))).raise_for_status()
    await services.enrolment.confirm_device(hub.id)
    (await hub.sign_in()).raise_for_status()
    await hub.facts()
    return hub


def epochs(services: Services) -> int:
    with services.store.session() as session:
        return session.exec(select(func.count()).select_from(TeamKey)).one()


async def test_a_card_says_for_which_kind_it_is(services: Services, seeded: Seeded) -> None:
    assert card_of(await link(services, seeded, DeviceKind.HUB))["h"] == 1
    assert "h" not in card_of(await link(services, seeded, DeviceKind.TABLET))


@pytest.mark.parametrize(
    ("card", "device"), [(DeviceKind.HUB, DeviceKind.TABLET), (DeviceKind.TABLET, DeviceKind.HUB)]
)
async def test_a_card_serves_only_its_kind_and_is_not_used_up_by_the_other(
    client: httpx.AsyncClient, services: Services, seeded: Seeded, card: DeviceKind, device: DeviceKind
) -> None:
    given = await link(services, seeded, card)
    refused = await Tablet(client, device).redeem(given)
    assert (refused.status_code, refused.json()["code"]) == (409, "card-kind")
    assert (await Tablet(client, card).redeem(given)).status_code == 201


async def test_a_hub_is_told_what_it_is_and_nobodys_name(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    hub = await enrolled_hub(client, services, seeded)
    facts = await hub.facts()
    assert facts["kind"] == (await hub.status()).json()["kind"] == "hub"
    assert facts["members"] == []
    assert (await (await enrolled_tablet(client, services, seeded)).facts())["kind"] == "tablet"


async def test_nobody_gets_a_slot_on_a_hub(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    hub = await enrolled_hub(client, services, seeded)
    _, refused = await hub.ask_slot(seeded.nurse)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_its_document_says_that_it_is_a_hub_and_revocation_begins_no_epoch(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    hub = await enrolled_hub(client, services, seeded)
    tablet = await enrolled_tablet(client, services, seeded)
    before = epochs(services)
    await services.enrolment.revoke_device(hub.id)
    assert epochs(services) == before
    said = {}
    for document in await tablet.pull():
        if "jws" in document:
            payload = msgspec.json.decode(jws.verify(document["jws"], services.keys.signing))
            if payload["type"] == DocumentType.DEVICE:
                said[payload["key"]] = (payload["open"]["kind"], payload["open"]["status"])
    assert said == {hub.id: ("hub", "revoked"), tablet.id: ("tablet", "active")}
    refused = await hub.sign_in()
    assert (refused.status_code, refused.json()["code"]) == (403, "device-revoked")
    await services.enrolment.revoke_device(tablet.id)
    assert epochs(services) == before + 1


HOST = "localhost"


async def ask(hub: Tablet, csr: str | None = None) -> httpx.Response:
    body = {"csr": csr or certificate.request(HOST).csr}
    return await hub.http.post("/api/hub/certificate", json=body, headers=hub.bearer)


async def test_central_without_an_issuer_gives_no_certificate(
    client: httpx.AsyncClient, services: Services, seeded: Seeded
) -> None:
    hub = await enrolled_hub(client, services, seeded)
    refused = await ask(hub)
    assert (refused.status_code, refused.json()["code"]) == (503, "no-issuer")


class TestWithAnAuthority:
    """Central with a private authority."""

    @pytest.fixture
    def settings(self, settings: Settings, tmp_path: Path) -> Settings:
        Authority.create(tmp_path / "authority", HOST, NOON)
        return replace(settings, hub_authority=tmp_path / "authority")

    async def test_a_hub_gets_a_certificate_for_the_replication_host_and_not_twice_at_once(
        self, client: httpx.AsyncClient, services: Services, seeded: Seeded
    ) -> None:
        hub, other = [await enrolled_hub(client, services, seeded) for _ in range(2)]
        wanted = certificate.request(HOST)
        given = await ask(hub, wanted.csr)
        assert given.status_code == 200
        held = certificate.assembled(wanted, given.json()["chain"], HOST)
        assert datetime.fromisoformat(given.json()["not_after"]) == held.not_after
        again = await ask(hub)
        assert (again.status_code, again.json()["code"]) == (429, "rate-limited")
        assert (await ask(other)).status_code == 200

    async def test_for_its_own_name_only_and_for_active_hubs_only(
        self, client: httpx.AsyncClient, services: Services, seeded: Seeded
    ) -> None:
        hub = await enrolled_hub(client, services, seeded)
        tablet = await enrolled_tablet(client, services, seeded)
        wrong = await ask(hub, certificate.request("elsewhere.example").csr)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "validation")
        refused = await ask(tablet)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        await services.enrolment.revoke_device(hub.id)
        refused = await ask(hub)
        assert (refused.status_code, refused.json()["code"]) == (403, "device-revoked")
