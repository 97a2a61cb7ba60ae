"""What a hub answers on the Wi-Fi, to tablets and to whoever looks at its page."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest

from server.hub.application import HubApplication
from server.hub.listening import Listener, bound
from server.hub.state import Phase, State
from sync.http import Limits
from tests.server.hub.conftest import Bench

pytestmark = pytest.mark.anyio

APPLICATION = "https://escale.example"


@pytest.fixture
async def http(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    async def state() -> State:
        return State(Phase.REVOKED, bench.time.wall, bench.time.wall, "1", 10**10)

    application = HubApplication(node=lambda: bench.node, state=state)
    transport = httpx.ASGITransport(cast("Any", application))
    async with httpx.AsyncClient(transport=transport, base_url="https://sync.escale.example") as client:
        yield client


async def test_it_says_what_it_is_and_whose(http: httpx.AsyncClient, bench: Bench) -> None:
    assert (await http.get("/api/node")).json() == {
        "instance": bench.node.device,
        "version": "1.2.3",
        "time": "2026-11-23T12:00:00+00:00",
        "api": 1,
        "kind": "hub",
        "organization": bench.keys.organisation,
    }


async def test_a_tablet_signs_in_and_replicates(http: httpx.AsyncClient, bench: Bench) -> None:
    device = bench.device()
    await bench.tell(device)
    drawn = (await http.post("/api/device/nonce", json={"device": device.id})).json()
    assert drawn["instance"] == bench.node.device
    assertion = device.assertion(drawn["nonce"], drawn["instance"])
    given = (await http.post("/api/device/token", json={"assertion": assertion})).json()
    assert (given["instance"], given["lifetime_s"]) == (bench.node.device, 600)
    bearer = {"authorization": f"Bearer {given['token']}"}
    for database in await bench.node.engine.databases():
        assert (await http.get(f"/sync/{database}", headers=bearer)).json()["db_name"] == database
    assert (await http.get("/sync/_all_dbs", headers=bearer)).status_code == 403
    bench.time.monotonic += 600
    assert (await http.get(f"/sync/{database}", headers=bearer)).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/api/device/nonce", b"{}", (400, "validation")),
        ("POST", "/api/device/nonce", b"\xff", (400, "validation")),
        ("POST", "/api/device/nonce", b"[" * 5000, (400, "validation")),
        ("POST", "/api/device/nonce", b'{"device": 1}', (400, "validation")),
        ("POST", "/api/device/nonce", b'{"device": "x"}', (404, "device-unknown")),
        ("POST", "/api/device/nonce", b" " * 70_000, (413, "too-large")),
        ("POST", "/api/device/token", b'{"assertion": ""}', (401, "assertion-invalid")),
        ("GET", "/api/device/token", b"", (405, "method-not-allowed")),
        ("GET", "/api/device", b"", (404, "not-found")),
        ("POST", "/api/hub/certificate", b"{}", (404, "not-found")),
        ("POST", "/", b"", (405, "method-not-allowed")),
        ("GET", "/page.html", b"", (404, "not-found")),
        ("GET", "/../page.py", b"", (404, "not-found")),
    ],
)
async def test_bad_input_is_a_problem(
    http: httpx.AsyncClient, method: str, path: str, body: bytes, expected: tuple[int, str]
) -> None:
    answer = await http.request(method, path, content=body)
    assert (answer.status_code, answer.json()["code"]) == expected
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/node", "/api/device/nonce", "/api/device/token", "/sync/t0"])
async def test_the_application_may_call_from_its_own_origin_and_no_other_site(
    http: httpx.AsyncClient, path: str
) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-private-network": "true"}
    let = await http.options(path, headers={"origin": APPLICATION, **asked})
    assert (let.status_code, let.headers["access-control-allow-origin"]) == (204, APPLICATION)
    assert let.headers["access-control-allow-private-network"] == "true"
    other = await http.options(path, headers={"origin": "https://elsewhere.example", **asked})
    assert not [name for name in other.headers if name.startswith("access-control-allow")]
    answer = await http.post(path, headers={"origin": APPLICATION}, json={})
    assert answer.headers["access-control-allow-origin"] == APPLICATION


@pytest.mark.parametrize("path", ["nonce", "token"])
async def test_a_body_that_stops_halfway_gives_its_connection_back(bench: Bench, path: str) -> None:
    async def state() -> State:
        return State(Phase.REVOKED, bench.time.wall, bench.time.wall, "1", 10**10)

    taken = bound("127.0.0.1", 0)
    impatient = Limits(body_silence_s=0.05)
    listener = Listener(HubApplication(node=lambda: bench.node, state=state, limits=impatient), taken)
    await listener.start()
    try:
        reader, writer = await asyncio.open_connection(*taken.getsockname())
        writer.write(f"POST /api/device/{path} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{{".encode())
        answer = await asyncio.wait_for(reader.read(), 10)  # Until the hub closes.
        writer.close()
    finally:
        await listener.stop()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"too-slow"' in answer


async def test_nothing_but_the_page_is_served_where_there_is_no_node(bench: Bench) -> None:
    async def state() -> State:
        return State(Phase.REVOKED, bench.time.wall, bench.time.wall, "1", 10**10)

    application = HubApplication(node=lambda: None, state=state)
    transport = httpx.ASGITransport(cast("Any", application))
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        for path in ("/api/node", "/sync/", "/health/ready"):
            assert (await http.get(path)).status_code == 503, path
        assert (await http.get("/health/live")).json() == {"status": "ok"}
        assert "Ce boîtier est révoqué" in (await http.get("/")).text
