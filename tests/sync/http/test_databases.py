"""The node and its databases, over HTTP."""

import httpx
import pytest

from sync.embedded import EmbeddedEngine

pytestmark = pytest.mark.anyio


async def test_the_welcome_states_the_stores_identity(
    tablet: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    welcome = (await tablet.get("/")).json()

    assert welcome["couchdb"] == "Welcome"
    assert welcome["uuid"] == engine.instance


async def test_a_database_is_created_once(central: httpx.AsyncClient) -> None:
    created, again = await central.put("/new"), await central.put("/new")

    assert (created.status_code, created.json()) == (201, {"ok": True})
    assert (again.status_code, again.json()["error"]) == (412, "file_exists")


async def test_a_database_of_an_impossible_name_is_refused(central: httpx.AsyncClient) -> None:
    answer = await central.put("/New")

    assert (answer.status_code, answer.json()["error"]) == (400, "illegal_database_name")


async def test_a_name_over_238_characters_is_refused(central: httpx.AsyncClient) -> None:
    longest = await central.put("/" + "a" * 238)
    answer = await central.put("/" + "a" * 239)

    assert longest.status_code == 201
    assert (answer.status_code, answer.json()["error"]) == (400, "database_name_too_long")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("partitioned=true", 501),
        ("partitioned=false", 201),
        ("q=foo", 400),
        ("q=0", 400),
        ("n=-1", 400),
        ("q=8&n=3", 201),
    ],
)
async def test_options_of_a_cluster_are_checked(central: httpx.AsyncClient, query: str, status: int) -> None:
    assert (await central.put(f"/new?{query}")).status_code == status
    assert (await central.get("/new")).status_code == (200 if status == 201 else 404)


async def test_a_name_may_hold_an_encoded_slash(central: httpx.AsyncClient) -> None:
    assert (await central.put("/a%2Fb")).status_code == 201
    assert (await central.get("/a%2Fb")).json()["db_name"] == "a/b"


async def test_a_deleted_database_is_gone(central: httpx.AsyncClient) -> None:
    assert (await central.delete("/t1")).json() == {"ok": True}

    answer = await central.get("/t1")
    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "not_found", "reason": "Database does not exist."},
    )


async def test_the_figures_have_couchdbs_names(tablet: httpx.AsyncClient) -> None:
    told = (await tablet.get("/t1/")).json()

    assert (told["db_name"], told["doc_count"], told["doc_del_count"]) == ("t1", 0, 0)
    assert told["update_seq"].startswith("0-")


async def test_head_answers_without_a_body(tablet: httpx.AsyncClient) -> None:
    answer = await tablet.head("/t1")

    assert (answer.status_code, answer.content) == (200, b"")


async def test_an_unknown_method_is_told_which_exist(tablet: httpx.AsyncClient) -> None:
    answer = await tablet.put("/t1/_bulk_docs", json={})

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_database_made_by_http_is_closed_to_teams(
    central: httpx.AsyncClient, replicator: httpx.AsyncClient
) -> None:
    await central.put("/new")

    assert (await replicator.get("/new")).status_code == 403
