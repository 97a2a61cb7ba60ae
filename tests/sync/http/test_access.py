"""Who may call what: every route for every kind of caller, in one table."""

import httpx
import pytest

from sync.http import ReplicationApplication
from tests.sync.http.callers import ORIGIN, Callers, client_of

pytestmark = pytest.mark.anyio

NOBODY, BROKEN, STRANGER, TABLET, REPLICATOR, CENTRAL = (
    "",
    "broken",
    "stranger",
    "tablet",
    "replicator",
    "central",
)
COLUMNS = (NOBODY, BROKEN, STRANGER, TABLET, REPLICATOR, CENTRAL)

EVERYONE_NAMED = (401, 400, 200, 200, 200, 200)
MEMBERS = (401, 400, 403, 200, 200, 200)
UNBOUND_MEMBERS = (401, 400, 403, 403, 404, 404)
ADMINISTRATORS = (401, 400, 403, 403, 403, 200)

TABLE: list[tuple[str, str, object, tuple[int, ...]]] = [
    ("GET", "/", None, EVERYONE_NAMED),
    ("GET", "/_up", None, EVERYONE_NAMED),
    ("GET", "/_all_dbs", None, ADMINISTRATORS),
    ("GET", "/t1", None, MEMBERS),
    ("HEAD", "/t1", None, MEMBERS),
    ("PUT", "/new", None, (401, 400, 403, 403, 403, 201)),
    ("DELETE", "/t1", None, ADMINISTRATORS),
    ("POST", "/t1", {"a": 1}, (401, 400, 403, 403, 201, 201)),
    ("GET", "/t1/_security", None, ADMINISTRATORS),
    ("PUT", "/t1/_security", {}, ADMINISTRATORS),
    ("GET", "/t1/_changes", None, MEMBERS),
    ("POST", "/t1/_changes", {}, MEMBERS),
    ("POST", "/t1/_revs_diff", {}, MEMBERS),
    ("POST", "/t1/_missing_revs", {}, (401, 400, 403, 403, 200, 200)),
    ("POST", "/t1/_bulk_get", {"docs": []}, MEMBERS),
    ("POST", "/t1/_bulk_docs", {"docs": []}, (401, 400, 403, 201, 201, 201)),
    ("POST", "/t1/_ensure_full_commit", {}, (401, 400, 403, 403, 201, 201)),
    ("GET", "/t1/_all_docs", None, (401, 400, 403, 403, 200, 200)),
    ("POST", "/t1/_all_docs", {}, (401, 400, 403, 403, 200, 200)),
    ("GET", "/t1/unknown", None, UNBOUND_MEMBERS),
    ("PUT", "/t1/note", {"a": 1}, (401, 400, 403, 403, 201, 201)),
    ("DELETE", "/t1/unknown?rev=1-a", None, (401, 400, 403, 403, 404, 404)),
    ("PUT", "/t1/_design/x", {"a": 1}, (401, 400, 403, 403, 403, 201)),
    ("GET", "/t1/_local/x", None, UNBOUND_MEMBERS),
    ("PUT", "/t1/_local/x", {"a": 1}, (401, 400, 403, 403, 201, 201)),
    ("DELETE", "/t1/_local/x?rev=0-1", None, UNBOUND_MEMBERS),
    ("GET", "/t1/doc/attachment", None, UNBOUND_MEMBERS),
    ("GET", "/unknown", None, (401, 400, 404, 404, 404, 404)),
    ("GET", "/t1/_unknown", None, UNBOUND_MEMBERS),
    ("PUT", "/t1/_unknown", {}, (401, 400, 403, 403, 400, 400)),
    ("POST", "/t1/_unknown", {}, (401, 400, 404, 404, 404, 404)),
    ("GET", "/_session", None, EVERYONE_NAMED),
    ("GET", "/_uuids", None, EVERYONE_NAMED),
    ("GET", "/_active_tasks", None, ADMINISTRATORS),
    ("GET", "/_dbs_info", None, ADMINISTRATORS),
    ("POST", "/_dbs_info", {"keys": []}, ADMINISTRATORS),
    ("GET", "/t1/_design_docs", None, (401, 400, 403, 403, 200, 200)),
    ("POST", "/t1/_all_docs/queries", {"queries": []}, (401, 400, 403, 403, 200, 200)),
    ("POST", "/t1/_find", {"selector": {}}, (401, 400, 403, 403, 200, 200)),
    ("POST", "/t1/_index", {"index": {"fields": ["a"]}}, (401, 400, 403, 403, 403, 200)),
    ("GET", "/t1/_local_docs", None, (401, 400, 403, 403, 200, 200)),
    ("COPY", "/t1/unknown", None, (401, 400, 403, 403, 400, 400)),
    ("GET", "/t1/_design/x/_view/y", None, (401, 400, 403, 404, 404, 404)),
    ("GET", "/t1/_partition/x", None, (401, 400, 403, 400, 400, 400)),
    ("POST", "/t1/_view_cleanup", {}, (401, 400, 403, 403, 403, 202)),
    ("POST", "/_replicate", {}, (401, 400, 501, 501, 501, 501)),
]

CASES = [
    pytest.param(method, path, body, token, status, id=f"{token or 'nobody'} {method} {path}")
    for method, path, body, statuses in TABLE
    for token, status in zip(COLUMNS, statuses, strict=True)
]


@pytest.mark.parametrize(("method", "path", "body", "token", "status"), CASES)
async def test_each_caller_gets_what_is_theirs(
    application: ReplicationApplication, method: str, path: str, body: object, token: str, status: int
) -> None:
    async with client_of(application, token) as client:
        answer = await client.request(method, path, json=body)

    assert answer.status_code == status
    if status >= 400 and method != "HEAD":
        assert set(answer.json()) == {"error", "reason"}


async def test_an_expired_token_is_refused_whoever_admitted_it(
    application: ReplicationApplication, callers: Callers
) -> None:
    callers.expires_in_s = 0
    async with client_of(application, TABLET) as client:
        answer = await client.get("/t1")

    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


async def test_a_member_may_be_withdrawn(central: httpx.AsyncClient, tablet: httpx.AsyncClient) -> None:
    assert (await tablet.get("/t1")).status_code == 200

    await central.put("/t1/_security", json={"members": {"roles": ["team:another"], "names": []}})

    assert (await tablet.get("/t1")).status_code == 403


async def test_the_pwas_origin_may_call(application: ReplicationApplication) -> None:
    async with client_of(application, NOBODY) as client:
        preflight = await client.options("/t1", headers={"origin": ORIGIN})
        refused = await client.get("/t1", headers={"origin": ORIGIN})

    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == ORIGIN


async def test_no_other_origin_may(application: ReplicationApplication) -> None:
    async with client_of(application, NOBODY) as client:
        preflight = await client.options("/t1", headers={"origin": "https://another.example"})

    assert "access-control-allow-origin" not in preflight.headers
