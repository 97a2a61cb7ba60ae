"""The replication host of deploy/nginx: a real nginx, and behind it a server that tells what reached it."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.nginx import ORIGIN, replication_proxy, whole_configuration
from tests.support.served import served
from tests.support.server_process import ROOT, free_port

pytestmark = pytest.mark.anyio

T = "t" + "0123456789abcdef" * 2
TOKEN = {"authorization": "Bearer a.b.c"}


async def mirror(scope: Any, receive: Any, send: Any) -> None:
    """Answer any request with what came, and with what a proxy must keep to itself."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    told = {
        "method": scope["method"],
        "path": scope["path"],
        "query": scope["query_string"].decode(),
        "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
        "size": size,
    }
    headers = [
        (b"content-type", b"application/json"),
        (b"set-cookie", b"AuthSession=secret"),
        (b"access-control-allow-origin", b"*"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with served(mirror, lambda: None) as server:
        with replication_proxy(tmp_path / "nginx", couchdb=server.port, escale=server.port) as origin:
            async with httpx.AsyncClient(base_url=origin, timeout=30) as client:
                yield client


@pytest.mark.parametrize(
    ("method", "path", "reaches"),
    [
        ("GET", "/sync/", "/"),
        ("GET", f"/sync/{T}", f"/{T}"),
        ("GET", f"/sync/{T}/", f"/{T}/"),
        ("HEAD", f"/sync/{T}/", None),
        ("GET", f"/sync/{T}/_changes?style=all_docs&since=0&limit=100", f"/{T}/_changes"),
        ("GET", f"/sync/{T}/_changes?feed=longpoll&timeout=25000&since=3-g1AAAA", f"/{T}/_changes"),
        ("POST", f"/sync/{T}/_revs_diff", f"/{T}/_revs_diff"),
        ("POST", f"/sync/{T}/_bulk_docs", f"/{T}/_bulk_docs"),
        ("POST", f"/sync/{T}/_bulk_get?revs=true&latest=true", f"/{T}/_bulk_get"),
    ],
)
async def test_replication_passes(
    proxy: httpx.AsyncClient, method: str, path: str, reaches: str | None
) -> None:
    answer = await proxy.request(method, path, headers=TOKEN)

    assert answer.status_code == 200
    if reaches is not None:
        told = answer.json()
        assert (told["method"], told["path"]) == (method, reaches)
        assert told["query"] == path.partition("?")[2]
        assert told["headers"]["authorization"] == TOKEN["authorization"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        # CouchDB itself
        ("GET", "/"),
        ("GET", "/_all_dbs"),
        ("GET", "/sync"),
        ("GET", "/sync/_all_dbs"),
        ("GET", "/sync/_up"),
        ("GET", "/sync/_session"),
        ("POST", "/sync/_session"),
        ("POST", "/sync/_replicate"),
        ("GET", "/sync/_db_updates"),
        ("GET", "/sync/_node/_local/_config"),
        ("GET", "/sync/_users"),
        ("GET", "/sync/_utils/"),
        # Databases that are no team's, and what is no replication
        ("GET", "/sync/central/_changes"),
        ("GET", "/sync/_users/_changes"),
        ("GET", f"/sync/{T}0/_changes"),
        ("GET", f"/sync/{T.upper()}/_changes"),
        ("PUT", f"/sync/{T}"),
        ("DELETE", f"/sync/{T}"),
        ("POST", f"/sync/{T}"),
        ("POST", f"/sync/{T}/_changes"),
        ("GET", f"/sync/{T}/_all_docs"),
        ("GET", f"/sync/{T}/_security"),
        ("PUT", f"/sync/{T}/_security"),
        ("GET", f"/sync/{T}/_local/x"),
        ("PUT", f"/sync/{T}/_local/x"),
        ("GET", f"/sync/{T}/_design/escale"),
        ("PUT", f"/sync/{T}/_design/x"),
        ("GET", f"/sync/{T}/e0"),
        ("PUT", f"/sync/{T}/e0"),
        ("DELETE", f"/sync/{T}/e0?rev=1-0"),
        ("COPY", f"/sync/{T}/e0"),
        ("PUT", f"/sync/{T}/e0/photo.jpg"),
        ("POST", f"/sync/{T}/_find"),
        ("POST", f"/sync/{T}/_purge"),
        ("POST", f"/sync/{T}/_compact"),
        ("PUT", f"/sync/{T}/_bulk_docs"),
        ("GET", f"/sync/{T}/_bulk_get"),
        # The same, otherwise written
        ("GET", "/sync/%5Fall_dbs"),
        ("GET", f"/sync/{T}/%5Flocal/x"),
        ("GET", f"/sync/{T}/../_all_dbs"),
        ("GET", f"/sync/{T}%2F..%2F_all_dbs"),
        ("GET", f"/sync/{T}/_changes%0a"),
        ("GET", f"/sync/{T}/_changes/"),
        ("GET", f"/sync/{T}/_changes%00"),
        ("POST", f"/sync/{T}/_bulk_docs/x"),
        # Feeds that would outlive their token, or run functions
        ("GET", f"/sync/{T}/_changes?feed=continuous"),
        ("GET", f"/sync/{T}/_changes?since=0&feed=eventsource"),
        ("GET", f"/sync/{T}/_changes?feed=live"),
        ("GET", f"/sync/{T}/_changes?feed=longpoll&feed=continuous"),
        ("GET", f"/sync/{T}/_changes?f%65ed=continuous"),
        ("GET", f"/sync/{T}/_changes?feed=longpoll&heartbeat=1&heartbeat=1"),
        ("GET", f"/sync/{T}/_changes?filter=_view&view=a/b"),
        # Escale's own pages and API are on the other host
        ("GET", "/coordination/"),
        ("GET", "/health/ready"),
        ("POST", "/api/enrolments/redeem"),
        ("GET", "/api/device"),
        ("GET", "/api/node/"),
    ],
)
async def test_nothing_else_passes(proxy: httpx.AsyncClient, method: str, path: str) -> None:
    # httpx would tidy the path up: nginx must see it as written.
    url = httpx.URL(proxy.base_url).copy_with(raw_path=path.encode())
    answer = await proxy.send(proxy.build_request(method, url, headers=TOKEN))

    assert answer.status_code in (400, 403, 404, 405)


@pytest.mark.parametrize(
    "authorization",
    [{}, {"authorization": "Basic Y2VudHJhbDpzZWNyZXQ="}, {"cookie": "AuthSession=secret"}],
    ids=["nothing", "a password", "a session"],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", f"/sync/{T}/_changes"), ("POST", f"/sync/{T}/_bulk_docs")]
)
async def test_only_tokens_are_tried(
    proxy: httpx.AsyncClient, authorization: dict[str, str], method: str, path: str
) -> None:
    answer = await proxy.request(method, path, headers=authorization)

    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


async def test_what_only_a_proxy_or_a_browser_says_goes_no_further(proxy: httpx.AsyncClient) -> None:
    forged = {
        "cookie": "AuthSession=secret",
        "x-auth-couchdb-username": "central",
        "x-auth-couchdb-roles": "_admin",
        "x-auth-couchdb-token": "0",
    }
    answer = await proxy.get(f"/sync/{T}/_changes", headers={**TOKEN, **forged})

    assert answer.json()["headers"].keys().isdisjoint(forged)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "query",
    ["heartbeat=10000&feed=longpoll", "feed=longpoll&heartbeat=10000", "a=1&heartbeat=true&feed=longpoll"],
)
async def test_a_heartbeat_does_not_keep_a_feed_alive(proxy: httpx.AsyncClient, query: str) -> None:
    reached = (await proxy.get(f"/sync/{T}/_changes?{query}", headers=TOKEN)).json()["query"]

    assert "heartbeat" not in reached
    assert "feed=longpoll" in reached


async def test_bodies_are_bounded(proxy: httpx.AsyncClient) -> None:
    url = f"/sync/{T}/_bulk_docs"
    passed = await proxy.post(url, headers=TOKEN, content=b"x" * 40_000_000)
    refused = await proxy.post(url, headers=TOKEN, content=b"x" * 50_400_000)

    assert passed.json()["size"] == 40_000_000
    assert (refused.status_code, refused.json()["error"]) == (413, "too_large")


async def test_the_application_may_call_from_its_origin_and_nobody_else_from_theirs(
    proxy: httpx.AsyncClient,
) -> None:
    url = f"/sync/{T}/_bulk_docs"
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    preflight = await proxy.options(url, headers={"origin": ORIGIN, **asked})
    answer = await proxy.post(url, headers={"origin": ORIGIN, **TOKEN})
    refused = await proxy.post(url, headers={"origin": ORIGIN})
    stranger = await proxy.post(url, headers={"origin": "https://elsewhere.example", **TOKEN})

    assert preflight.status_code == 204
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    for each in (preflight, answer, refused):
        assert each.headers.get_list("access-control-allow-origin") == [ORIGIN]
        assert "credentials" not in str(each.headers)
    assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/node"),
        ("POST", "/api/device/nonce"),
        ("POST", "/api/device/token"),
        ("POST", "/api/hub/certificate"),
        ("OPTIONS", "/api/device/token"),
    ],
)
async def test_the_node_answers_under_the_same_name(proxy: httpx.AsyncClient, method: str, path: str) -> None:
    told = (await proxy.request(method, path, headers={"origin": ORIGIN})).json()

    assert (told["method"], told["path"], told["headers"]["origin"]) == (method, path, ORIGIN)


async def test_a_couchdb_that_is_away_is_said_in_its_own_words(tmp_path: Path) -> None:
    with replication_proxy(tmp_path / "nginx", couchdb=free_port(), escale=free_port()) as origin:
        async with httpx.AsyncClient(base_url=origin) as client:
            answer = await client.get(f"/sync/{T}/_changes", headers={"origin": ORIGIN, **TOKEN})

    assert (answer.status_code, answer.json()["error"]) == (503, "service_unavailable")
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_the_whole_configuration_is_one_that_nginx_takes(tmp_path: Path) -> None:
    whole_configuration(tmp_path / "nginx")


@pytest.mark.parametrize(
    ("path", "is_kept"),
    [
        ("/avis/abc", False),
        ("/satisfaction/abc", False),
        ("/coordination/", True),
        ("/api/satisfaction", True),
    ],
)
def test_nothing_is_kept_of_a_remote_doctors_link_nor_of_a_poster(path: str, *, is_kept: bool) -> None:
    written = (ROOT / "deploy" / "nginx" / "escale.conf").read_text(encoding="utf-8")
    silent = re.findall(r"location ~ (\S+) \{\s+access_log off;\s+error_log /dev/null crit;", written)
    assert any(re.search(pattern, path) for pattern in silent) is not is_kept
