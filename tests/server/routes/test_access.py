"""Who may call what: every API route and replication, for each kind of caller."""

import httpx
import pytest
from litestar import Litestar

from server.enrolment.cards import CardOrder
from server.enrolment.tokens import AccessTokens
from server.keys.organisation import generate
from server.routes.services import Services
from tests.support.organisation import DAY, NOON, Seeded, seed_team
from tests.support.records import RecordWriter
from tests.support.tablet import Tablet

pytestmark = pytest.mark.anyio

CALLERS = ("anonymous", "enrolled", "other team", "revoked", "expired", "foreign", "garbage")
UUID = "00000000-0000-0000-0000-000000000000"

TABLE: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    # method, path, and the status for each of CALLERS
    ("GET", "/health/live", (200,) * 7),
    ("GET", "/health/ready", (200,) * 7),
    ("GET", "/api/node", (200,) * 7),
    ("GET", "/api/schema/openapi.json", (200,) * 7),
    ("POST", "/api/enrolments/redeem", (400,) * 7),
    ("POST", "/api/enrolments/status", (400,) * 7),
    ("POST", "/api/device/nonce", (400,) * 7),
    ("POST", "/api/device/token", (400,) * 7),
    ("GET", "/api/device", (401, 200, 200, 403, 401, 401, 401)),
    ("POST", "/api/slots", (401, 400, 400, 403, 401, 401, 401)),
    ("GET", f"/api/slots/{UUID}", (401, 404, 404, 403, 401, 401, 401)),
    ("GET", "/sync/", (401, 200, 200, 403, 401, 400, 400)),
    ("GET", "/sync/DATABASE", (401, 200, 403, 403, 401, 400, 400)),
    ("GET", "/sync/DATABASE/_changes", (401, 200, 403, 403, 401, 400, 400)),
    ("POST", "/sync/DATABASE/_revs_diff", (401, 200, 403, 403, 401, 400, 400)),
    ("POST", "/sync/DATABASE/_bulk_docs", (401, 400, 403, 403, 401, 400, 400)),
    ("PUT", "/sync/DATABASE", (401, 403, 403, 403, 401, 400, 400)),
    ("DELETE", "/sync/DATABASE", (401, 403, 403, 403, 401, 400, 400)),
    ("GET", "/sync/central", (401, 403, 403, 403, 401, 400, 400)),
    ("GET", "/sync/_all_dbs", (401, 403, 403, 403, 401, 400, 400)),
    ("GET", "/api/nothing", (404,) * 7),
    ("DELETE", "/api/node", (405,) * 7),
)


async def enrolled(client: httpx.AsyncClient, services: Services, seeded: Seeded) -> Tablet:
    tablet = Tablet(client)
    order = CardOrder(seeded.team, seeded.campaign, "Tablette")
    await tablet.redeem((await services.enrolment.issue_card(order)).link)
    await services.enrolment.confirm_device(tablet.id)
    await tablet.sign_in()
    await tablet.facts()
    return tablet


async def callers(client: httpx.AsyncClient, services: Services, seeded: Seeded) -> dict[str, dict[str, str]]:
    """The header of each caller."""
    with services.store.session() as session:
        other = seed_team(session, services.keys, DAY, "Autre équipe")
    ours, theirs, revoked = [await enrolled(client, services, team) for team in (seeded, other, seeded)]
    await services.enrolment.revoke_device(revoked.id)
    past = AccessTokens(services.keys, -1).issue(ours.id, seeded.team, [seeded.database], NOON)[0]
    foreign = AccessTokens(generate(seeded.organisation), 600)
    forged = foreign.issue(ours.id, seeded.team, [seeded.database], NOON)[0]
    return {
        "anonymous": {},
        "enrolled": ours.bearer,
        "other team": theirs.bearer,
        "revoked": revoked.bearer,
        "expired": {"authorization": f"Bearer {past}"},
        "foreign": {"authorization": f"Bearer {forged}"},
        "garbage": {"authorization": "Bearer garbage"},
    }


async def test_every_route_answers_every_caller_as_the_table_says(
    app: Litestar, client: httpx.AsyncClient, seeded: Seeded
) -> None:
    headers = await callers(client, app.state.services, seeded)
    answered = []
    for method, path, _ in TABLE:
        statuses = []
        for caller in CALLERS:
            target = path.replace("DATABASE", seeded.database)
            content = b"{}" if method in ("POST", "PUT") else None
            sent = {**headers[caller], "content-type": "application/json"}
            answer = await client.request(method, target, content=content, headers=sent)
            statuses.append(answer.status_code)
            if not path.startswith("/sync"):  # CouchDB's own: must-revalidate, no-cache
                assert answer.headers["cache-control"] == "no-store", target
            policy = "'none'" if path.startswith(("/api", "/sync", "/health")) else "'self'"
            assert f"default-src {policy}" in answer.headers["content-security-policy"], target
        answered.append((method, path, tuple(statuses)))
    assert answered == list(TABLE)


async def test_a_device_writes_envelopes_and_nothing_else(
    app: Litestar, client: httpx.AsyncClient, seeded: Seeded
) -> None:
    services: Services = app.state.services
    tablet = await enrolled(client, services, seeded)
    slot, _ = await tablet.ask_slot(seeded.doctor)
    await services.enrolment.confirm_slot(slot.id)
    good = RecordWriter(seeded, services.keys).record(slot).envelope.document
    receipt = next(doc for doc in await tablet.pull() if doc["_id"].startswith("c"))
    docs = [good, {**receipt, "_rev": "9-" + "0" * 32}, {**good, "_id": "e" + "0" * 64}]
    deleted = {"_id": good["_id"], "_rev": good["_rev"], "_deleted": True}
    answer = await client.post(
        f"/sync/{seeded.database}/_bulk_docs",
        json={"new_edits": False, "docs": [*docs, deleted]},
        headers=tablet.bearer,
    )
    refused = [each for each in answer.json() if each.get("error") == "forbidden"]
    assert len(refused) == 3
    assert next(doc for doc in await tablet.pull() if doc["_id"] == good["_id"]) == good


async def test_a_body_over_64_kilobytes_is_not_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/device/nonce", content=b'{"device": "' + b"x" * 70_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_a_problem_names_itself_in_french_and_quotes_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/device/nonce", json={"device": "GARCIA"})
    problem = answer.json()
    assert problem["type"] == "https://escale.example/problems/validation"
    assert problem["title"] == "Demande refusée"
    assert "GARCIA" not in answer.text
