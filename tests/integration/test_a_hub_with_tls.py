"""A hub serves TLS under the replication host's name, with a certificate that central gives it."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from server.certificates import request
from server.certificates.authority import CERTIFICATE, LEAF_LIFE, Authority
from server.hub import certificate
from tests.integration.bus import Bus, figure, until, until_async
from tests.support.server_process import free_port

pytestmark = pytest.mark.anyio

HOST = "sync.escale.test"


class TlsBus(Bus):
    """A bus whose hub serves TLS for ``HOST`` with a certificate of a private authority."""

    def __init__(self, home: Path) -> None:
        self.authority = home / "authority"
        Authority.create(self.authority, HOST, datetime.now(UTC))
        self.tls_port = free_port()
        super().__init__(
            home,
            "--tls-port",
            str(self.tls_port),
            ESCALE_HUB_AUTHORITY=str(self.authority),
            ESCALE_SYNC_URL=f"https://{HOST}/sync/",
        )

    def client(self) -> httpx.AsyncClient:
        """A client that trusts the authority and takes the hub for ``HOST``, as the bus's DNS makes it."""
        trusted = ssl.create_default_context(cafile=str(self.authority / CERTIFICATE))
        return httpx.AsyncClient(verify=trusted, base_url=f"https://127.0.0.1:{self.tls_port}", timeout=30)


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[TlsBus]:
    made = TlsBus(tmp_path)
    try:
        made.central.start()
        await made.enrol_hub()
        await until(lambda: "valable jusqu’au" in figure(made.hub.page(), "Certificat"))
        yield made
    finally:
        made.close()


async def test_tablets_reach_it_by_name_with_tls_only(bus: TlsBus) -> None:
    named = {"sni_hostname": HOST}
    async with bus.client() as http:
        said = await http.get("/api/node", headers={"origin": bus.central.origin}, extensions=named)
        assert said.json()["kind"] == "hub"
        assert said.headers["access-control-allow-origin"] == bus.central.origin
    async with bus.client() as http, httpx.AsyncClient(base_url=bus.hub.origin) as clear:
        with pytest.raises(httpx.ConnectError, match="elsewhere"):
            await http.get("/api/node", extensions={"sni_hostname": "elsewhere.escale.test"})
        # In the clear there is the page, and no token to be read on the air.
        assert (await clear.get("/")).status_code == 200
        assert (await clear.get("/api/node")).status_code == 503
        assert (await clear.get(f"/sync/{bus.seeded.database}")).status_code == 503


async def nonce(http: httpx.AsyncClient, bus: TlsBus) -> httpx.Response:
    return await http.post(
        "/api/device/nonce", json={"device": bus.device.id}, extensions={"sni_hostname": HOST}
    )


async def test_it_serves_with_the_kept_certificate_without_network_and_keeps_it_secret(bus: TlsBus) -> None:
    async with bus.client() as http:

        async def is_told() -> bool:
            return (await nonce(http, bus)).status_code == 200

        await until_async(is_told)
    bus.central.kill()
    bus.hub.kill()
    bus.hub.start()
    assert (bus.hub.data / "certificate.pem").stat().st_mode & 0o777 == 0o600
    await until(lambda: "valable jusqu’au" in figure(bus.hub.page(), "Certificat"))
    async with bus.client() as http:
        drawn = await nonce(http, bus)
        assert drawn.status_code == 200
        assert drawn.json()["instance"] == bus.hub_device().id


async def test_it_renews_at_a_third_of_its_life(bus: TlsBus) -> None:
    bus.hub.kill()
    # What it holds is old: half of its life is over.
    now = datetime.now(UTC)
    asked = certificate.request(HOST)
    authority = Authority.load(bus.authority, HOST)
    issued = await authority.issue(request.read(asked.csr, HOST), now - LEAF_LIFE / 2)
    kept = certificate.assembled(asked, issued.chain, HOST)
    assert kept.renew_from < now < kept.not_after
    (bus.hub.data / "certificate.pem").write_bytes(kept.pem)
    bus.central.kill()  # Which forgets that the hub had one a moment ago.
    bus.central.start()
    bus.hub.start(ready=False)
    path = bus.hub.data / "certificate.pem"
    await until(lambda: certificate.read(path.read_bytes(), HOST).not_after > kept.not_after)
    fresh = certificate.read(path.read_bytes(), HOST)

    async def serves_fresh() -> bool:
        context = ssl.create_default_context(cafile=str(bus.authority / CERTIFICATE))
        async with httpx.AsyncClient(verify=context) as http:
            address = f"https://127.0.0.1:{bus.tls_port}/api/node"
            async with http.stream("GET", address, extensions={"sni_hostname": HOST}) as answer:
                stream = answer.extensions["network_stream"].get_extra_info("ssl_object")
                ends = ssl.cert_time_to_seconds(stream.getpeercert()["notAfter"])
        return bool(ends == fresh.not_after.timestamp())

    await until_async(serves_fresh)
