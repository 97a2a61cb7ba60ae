"""A tablet calls the node under a name of its own (wire §7): who is let, on which addresses."""

from dataclasses import replace

import httpx
import pytest

from server.settings import Settings

pytestmark = pytest.mark.anyio

APPLICATION = "https://escale.example"
NODE = "https://sync.escale.example"
PATHS = ("/api/node", "/api/device/nonce", "/api/device/token", "/sync/", "/sync/tffff/_changes")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with a replication host of another name than the application's."""
    return replace(settings, origin=APPLICATION, sync_url=f"{NODE}/sync")


def preflight(origin: str) -> dict[str, str]:
    return {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
        "access-control-request-private-network": "true",
    }


@pytest.mark.parametrize("path", PATHS)
async def test_the_application_may_ask(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.options(path, headers=preflight(APPLICATION))
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == APPLICATION
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert {"authorization", "content-type"} <= set(
        answer.headers["access-control-allow-headers"].split(", ")
    )
    assert answer.headers["access-control-allow-private-network"] == "true"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
async def test_another_site_may_not(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.options(path, headers=preflight("https://elsewhere.example"))
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_the_application_reads_answers_and_refusals(client: httpx.AsyncClient) -> None:
    read = await client.get("/api/node", headers={"origin": APPLICATION})
    refused = await client.post("/api/device/token", json={}, headers={"origin": APPLICATION})
    unsigned = await client.get("/sync/tffff/", headers={"origin": APPLICATION})
    assert [answer.status_code for answer in (read, refused, unsigned)] == [200, 400, 401]
    for answer in (read, refused, unsigned):
        assert answer.headers["access-control-allow-origin"] == APPLICATION
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("path", ["/api/device", "/api/slots", "/api/enrolments/redeem", "/coordination/"])
async def test_nothing_else_is_shared(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"origin": APPLICATION})
    assert "access-control-allow-origin" not in answer.headers


async def test_the_page_may_connect_to_the_node(client: httpx.AsyncClient) -> None:
    answer = await client.get("/tablette/")
    assert f"connect-src 'self' {NODE};" in answer.headers["content-security-policy"]
