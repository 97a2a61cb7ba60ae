"""The node itself, over HTTP: its databases' names and figures, ids drawn for clients."""

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.security import Security

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ("", ["a", "b", "c", "t1"]),
        ("limit=2&skip=1", ["b", "c"]),
        ('startkey="b"&endkey="c"', ["b", "c"]),
        ('start_key="b"&end_key="t1"&inclusive_end=false', ["b", "c"]),
        ('descending=true&startkey="c"&limit=2', ["c", "b"]),
        ("limit=0", []),
    ],
)
async def test_databases_are_listed_by_range(
    central: httpx.AsyncClient, engine: EmbeddedEngine, options: str, names: list[str]
) -> None:
    for name in "cab":
        await engine.create_database(name, Security())

    assert (await central.get(f"/_all_dbs?{options}")).json() == names


async def test_the_figures_of_several_databases_come_at_once(central: httpx.AsyncClient) -> None:
    named = (await central.post("/_dbs_info", json={"keys": ["t1", "none"]})).json()
    listed = (await central.get("/_dbs_info?limit=1")).json()

    assert [one["key"] for one in named] == ["t1", "none"]
    assert named[0]["info"] == (await central.get("/t1")).json() == listed[0]["info"]
    assert named[1] == {"key": "none", "error": "not_found"}


@pytest.mark.parametrize(
    ("asked", "reason"),
    [({}, "`keys` member must exist."), ({"keys": ["a"] * 101}, "too_many_keys")],
)
async def test_figures_are_asked_for_by_name_within_a_bound(
    central: httpx.AsyncClient, asked: object, reason: str
) -> None:
    answer = await central.post("/_dbs_info", json=asked)

    assert (answer.status_code, answer.json()["reason"]) == (400, reason)


async def test_ids_are_drawn_and_never_twice(tablet: httpx.AsyncClient) -> None:
    one = await tablet.get("/_uuids")
    many = (await tablet.get("/_uuids?count=1000")).json()["uuids"]

    assert len(one.json()["uuids"]) == 1
    assert one.headers["cache-control"] == "must-revalidate, no-cache"
    assert {len(identifier) for identifier in many} == {32}
    assert len({*many, *one.json()["uuids"]}) == 1001


@pytest.mark.parametrize(
    ("count", "reason"),
    [("1001", "count parameter too large"), ("-1", "invalid count"), ("x", "invalid count")],
)
async def test_only_so_many_ids_are_drawn(tablet: httpx.AsyncClient, count: str, reason: str) -> None:
    answer = await tablet.get(f"/_uuids?count={count}")

    assert (answer.status_code, answer.json()) == (400, {"error": "bad_request", "reason": reason})


async def test_there_are_no_tasks(central: httpx.AsyncClient) -> None:
    assert (await central.get("/_active_tasks")).json() == []


async def test_a_name_with_an_underscore_is_no_databases(central: httpx.AsyncClient) -> None:
    read, made = await central.get("/_nothing"), await central.put("/_nothing")

    assert (read.status_code, read.json()["reason"]) == (404, "Database does not exist.")
    assert (made.status_code, made.json()["error"]) == (400, "illegal_database_name")


async def test_a_database_is_not_deleted_by_who_meant_a_document(central: httpx.AsyncClient) -> None:
    answer = await central.delete("/t1?rev=1-a")

    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert (await central.get("/t1")).status_code == 200


async def test_a_new_database_says_where_it_is(central: httpx.AsyncClient) -> None:
    assert (await central.put("/a%2Fb?q=1")).headers["location"] == "http://node/sync/a%2Fb"


async def test_a_post_says_that_it_is_json(central: httpx.AsyncClient) -> None:
    for path in ("/t1", "/t1/_bulk_docs", "/t1/_bulk_get", "/t1/_revs_diff", "/t1/_ensure_full_commit"):
        answer = await central.post(path, content=b"{}")

        assert (answer.status_code, answer.json()) == (
            415,
            {"error": "bad_content_type", "reason": "Content-Type must be application/json"},
        )
