"""How a hub keeps its certificate, whatever its disk and central answer."""

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from server.certificates import request
from server.certificates.authority import Authority
from server.hub import certificate, certificates
from server.hub.access import CentralAccess
from server.hub.central import CentralApi
from server.hub.certificates import Certificates
from server.hub.disk import Disk
from server.hub.home import Home
from server.hub.identity import Identity
from tests.server.certificates.requests import HOST
from tests.server.hub.conftest import Time
from tests.support.full_disk import full_disk

pytestmark = pytest.mark.anyio


class Central:
    """What central answers a hub over HTTP, with an authority; ``given`` counts its certificates."""

    def __init__(self, directory: Path, time: Time) -> None:
        Authority.create(directory, HOST, time.wall)
        self.authority = Authority.load(directory, HOST)
        self.time = time
        self.given = 0

    async def answer(self, asked: httpx.Request) -> httpx.Response:
        if asked.url.path == "/api/device/nonce":
            return httpx.Response(200, json={"nonce": "n", "instance": "central"})
        if asked.url.path == "/api/device/token":
            claims = (
                base64.urlsafe_b64encode(json.dumps({"_couchdb.roles": []}).encode()).decode().rstrip("=")
            )
            said = {"token": f"h.{claims}.s", "time": self.time.wall.isoformat(), "lifetime_s": 600}
            return httpx.Response(200, json={**said, "instance": "central"})
        self.given += 1
        issued = await self.authority.issue(
            request.read(json.loads(asked.content)["csr"], HOST), self.time.wall
        )
        return httpx.Response(200, json={"chain": issued.chain, "not_after": issued.not_after.isoformat()})


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what has no event to give."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_one_that_a_full_disk_did_not_take_is_kept_later_and_asked_for_once(
    tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "RETRY_S", 0.01)
    central, home, disk = Central(tmp_path / "authority", time), Home(tmp_path / "hub"), Disk()
    served = asyncio.Event()
    transport = httpx.MockTransport(central.answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://central") as http:
        api = CentralApi(http, time.clocks)
        identity = Identity("device", ECKey.generate_key("P-256", auto_kid=True), None)
        kept = Certificates(
            host=HOST,
            home=home,
            central=api,
            access=CentralAccess(api, identity, time.clocks),
            clocks=time.clocks,
            disk=disk,
            serve=served.set,
        )
        with full_disk():
            keeping = asyncio.create_task(kept.run())
            await until(lambda: disk.is_failing)
            assert not served.is_set()
        await asyncio.wait_for(served.wait(), 10)
        keeping.cancel()
        await asyncio.wait({keeping})
    assert central.given == 1
    assert not disk.is_failing
    assert certificate.read(home.certificate.read_bytes(), HOST) == kept.held
