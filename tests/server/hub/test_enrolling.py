"""How a hub comes in: by a card of its organisation that a coordinator confirms, and by nothing else."""

import ssl
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from server.enrolment.cards import CardOrder
from server.hub import card, enrolling
from server.hub.central import CentralApi
from server.hub.clocks import Clocks
from server.hub.disk import Disk
from server.hub.enrolling import enrol
from server.hub.errors import Cause, CentralRefusal, CentralUnreachable, EnrolmentEnded
from server.hub.home import Home
from server.hub.identity import Identity
from server.routes.services import Services
from server.settings import Settings
from server.store.control import DeviceKind
from tests.support.organisation import Seeded

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(settings: Settings, sqlite_url: str) -> Settings:
    return replace(settings, database_url=sqlite_url)


@pytest.fixture
def services(app: Litestar) -> Services:
    running: Services = app.state.services
    return running


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The control tables are not what is tried here."""
    return sqlite_url


@pytest.fixture
async def central(client: httpx.AsyncClient) -> CentralApi:
    return CentralApi(client, Clocks())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "hub")


async def begun(home: Home, services: Services, seeded: Seeded) -> Identity:
    order = CardOrder(seeded.team, seeded.campaign, "Boîtier", kind=DeviceKind.HUB)
    return home.begin(card.read((await services.enrolment.issue_card(order)).link))


def secret_of(identity: Identity) -> str:
    assert identity.card is not None
    return identity.card.secret


async def test_it_is_confirmed_and_keeps_what_it_needs_without_network(
    home: Home, central: CentralApi, services: Services, seeded: Seeded
) -> None:
    identity = await begun(home, services, seeded)
    await central.redeem(identity, secret_of(identity))
    await services.enrolment.confirm_device(identity.device)
    confirmed = await enrol(home, identity, central, Disk())
    assert confirmed.facts is not None
    assert confirmed.facts.organization == seeded.organisation
    assert confirmed.facts.verifying_key.thumbprint() == services.keys.signing.thumbprint()
    assert (confirmed.facts.team, confirmed.card) == (seeded.team, None)
    kept = home.load()
    assert kept is not None
    assert (kept.device, kept.facts, kept.card) == (confirmed.device, confirmed.facts, None)
    access = await central.access(confirmed)
    assert access.databases == (seeded.database,)
    assert access.instance == (await central.node()).instance == services.engine.instance


async def test_a_refused_hub_and_a_used_card_end_there(
    home: Home, central: CentralApi, services: Services, seeded: Seeded
) -> None:
    identity = await begun(home, services, seeded)
    await central.redeem(identity, secret_of(identity))
    await services.enrolment.refuse_device(identity.device)
    with pytest.raises(EnrolmentEnded, match="refusé"):
        await enrol(home, identity, central, Disk())
    assert identity.card is not None
    with pytest.raises(EnrolmentEnded, match="déjà utilisée"):
        await enrol(home, home.begin(identity.card), central, Disk())


async def test_a_server_of_another_organisation_than_the_cards_is_not_believed(
    home: Home, central: CentralApi, services: Services, seeded: Seeded
) -> None:
    identity = await begun(home, services, seeded)
    await central.redeem(identity, secret_of(identity))
    await services.enrolment.confirm_device(identity.device)
    foreign = replace(identity, card=card.Card("another thumbprint", secret_of(identity)))
    with pytest.raises(EnrolmentEnded, match="autre organisation"):
        await enrol(home, foreign, central, Disk())
    kept = home.load()
    assert kept is not None
    assert kept.facts is None


async def test_a_revoked_hub_is_told_so_by_central(
    home: Home, central: CentralApi, services: Services, seeded: Seeded
) -> None:
    identity = await begun(home, services, seeded)
    await central.redeem(identity, secret_of(identity))
    await services.enrolment.confirm_device(identity.device)
    await services.enrolment.revoke_device(identity.device)
    with pytest.raises(CentralRefusal) as refused:
        await central.access(identity)
    assert refused.value.code == "device-revoked"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Connectez-vous au Wi-Fi</html>"),
        httpx.Response(200, json={"instance": 1}),
        httpx.Response(302, headers={"location": "http://portal.example"}),
        httpx.Response(403, text="Forbidden"),
        httpx.Response(403, json=["code"]),
        httpx.Response(503, json={"code": "unavailable", "title": "Indisponible"}),
        httpx.Response(429, json={"code": "rate-limited", "title": "Trop d’essais"}),
    ],
)
async def test_what_is_not_central_answering_is_no_link(answer: httpx.Response) -> None:
    transport = httpx.MockTransport(lambda _request: answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://central.example") as http:
        with pytest.raises(CentralUnreachable):
            await CentralApi(http, Clocks()).node()


async def test_why_central_is_not_reached_is_told_once_for_each_reason(
    home: Home, services: Services, seeded: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolling, "ASK_EVERY_S", 0.0)
    identity = await begun(home, services, seeded)
    answers: list[httpx.Response | httpx.ConnectError] = [
        httpx.ConnectError("refused"),
        httpx.ConnectError("refused"),
        untrusted(),
        httpx.Response(404, text="Not Found"),
        httpx.Response(502, text="Bad gateway"),
        httpx.Response(410, json={"code": "card-used", "title": "Carte déjà utilisée"}),
    ]
    told: list[Cause | None] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        said = answers.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(answer), base_url="http://central.example"
    ) as http:
        with pytest.raises(EnrolmentEnded):
            await enrol(home, identity, CentralApi(http, Clocks()), Disk(), told.append)

    assert told == [Cause.SILENT, Cause.UNTRUSTED, Cause.FOREIGN, Cause.FAILING]


def untrusted() -> httpx.ConnectError:
    """What httpx raises for a certificate that is not believed."""
    error = httpx.ConnectError("certificate verify failed")
    error.__cause__ = ssl.SSLCertVerificationError()
    return error
