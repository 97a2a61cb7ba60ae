"""`_find`, `_index`, `_explain`, over HTTP."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from sync.http import finding
from tests.sync.http.callers import LIMITS, Callers, application_for, client_of

pytestmark = pytest.mark.anyio

FILMS = [
    {"_id": "a", "title": "Alien", "year": 1979, "cast": ["Weaver", "Hurt"]},
    {"_id": "b", "title": "Brazil", "year": 1985, "cast": ["Pryce"]},
    {"_id": "c", "title": "Cube", "year": 1997},
    {"_id": "d", "title": "Dune", "year": 1984, "cast": ["MacLachlan"]},
    {"_id": "e", "title": "écran", "year": 1984},
    {"_id": "f", "title": "Untitled"},
]
NO_INDEX = "No matching index found, create an index to optimize query time."


@pytest.fixture
async def films(central: httpx.AsyncClient) -> httpx.AsyncClient:
    """A database of films, to its administrator."""
    await central.post("/t1/_bulk_docs", json={"docs": FILMS})
    return central


async def found(client: httpx.AsyncClient, **query: object) -> dict[str, Any]:
    answer = await client.post("/t1/_find", json=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def ids(told: dict[str, Any]) -> list[str]:
    return [document["_id"] for document in told["docs"]]


async def index(client: httpx.AsyncClient, *fields: object, **members: object) -> dict[str, Any]:
    answer = await client.post("/t1/_index", json={"index": {"fields": fields}, **members})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_without_an_index_documents_come_by_id_with_a_warning(films: httpx.AsyncClient) -> None:
    told = await found(films, selector={"year": {"$gt": 1980}})

    assert ids(told) == ["b", "c", "d", "e"]
    assert told["warning"] == NO_INDEX
    assert told["docs"][0]["title"] == "Brazil"
    assert told["docs"][0]["_rev"].startswith("1-")


async def test_some_fields_may_be_asked_for(films: httpx.AsyncClient) -> None:
    told = await found(films, selector={"_id": "a"}, fields=["title", "cast.0", "absent"])

    assert told["docs"] == [{"title": "Alien", "cast": {"0": "Weaver"}}]


async def test_pages_follow_each_other_by_bookmark(films: httpx.AsyncClient) -> None:
    await index(films, "year")
    queries: list[dict[str, Any]] = [
        {"selector": {}},
        {"selector": {"year": {"$gt": 0}}},
        {"selector": {"year": {"$gt": 0}}, "sort": [{"year": "desc"}]},
        {"selector": {}, "sort": [{"_id": "desc"}]},
    ]
    for query in queries:
        whole = ids(await found(films, **query))
        listed: list[str] = []
        bookmark = ""
        while (page := await found(films, limit=2, bookmark=bookmark, **query))["docs"]:
            listed += ids(page)
            bookmark = page["bookmark"]

        assert page["bookmark"] == "nil"
        assert listed == whole
        assert ids(await found(films, skip=1, limit=2, **query)) == whole[1:3]


async def test_a_sort_needs_an_index(films: httpx.AsyncClient) -> None:
    query: dict[str, Any] = {"selector": {"year": {"$gt": 0}}, "sort": ["year"]}

    refused = await films.post("/t1/_find", json=query)
    await index(films, "year")
    told = await found(films, **query)

    assert (refused.status_code, refused.json()) == (
        400,
        {
            "error": "no_usable_index",
            "reason": "No index exists for this sort, try indexing by the sort fields.",
        },
    )
    assert ids(told) == ["a", "d", "e", "b", "c"]
    assert "warning" not in told


async def test_an_index_lists_the_documents_that_have_its_members(films: httpx.AsyncClient) -> None:
    await index(films, "title", "year", name="by-title")

    sorted_ = await found(films, selector={"title": {"$gt": None}, "year": {"$exists": True}}, sort=["title"])
    every = await found(films, selector={"title": {"$gt": None}})

    assert ids(sorted_) == ["a", "b", "c", "d", "e"]
    assert ids(every) == ["a", "b", "c", "d", "e", "f"]
    assert every["warning"] == NO_INDEX


async def test_a_constant_column_may_stand_before_the_sort(films: httpx.AsyncClient) -> None:
    await index(films, "year", "title")

    told = await found(films, selector={"year": 1984}, sort=[{"title": "desc"}])

    assert ids(told) == ["e", "d"]


async def test_an_index_may_be_asked_for(films: httpx.AsyncClient) -> None:
    await films.post(
        "/t1/_index",
        json={
            "index": {"fields": ["year"], "partial_filter_selector": {"cast": {"$exists": True}}},
            "ddoc": "partial",
            "name": "with-cast",
        },
    )
    query: dict[str, Any] = {"selector": {"year": {"$gt": 0}}}

    unasked = await found(films, **query)
    asked = await found(films, use_index=["partial", "with-cast"], **query)
    absent = await found(films, use_index="_design/absent", **query)

    assert ids(unasked) == ["a", "b", "c", "d", "e"]
    assert ids(asked) == ["a", "d", "b"]
    assert absent["warning"].startswith("_design/absent was not used")


async def test_indexes_are_made_listed_and_removed(films: httpx.AsyncClient) -> None:
    made = await index(films, "year", ddoc="films", name="by-year")
    again = await index(films, "year", ddoc="films", name="by-year")
    other = await index(films, {"title": "desc"}, ddoc="_design/films", name="by-title")
    drawn = await index(films, "title")
    listed = (await films.get("/t1/_index")).json()

    assert made == {"result": "created", "id": "_design/films", "name": "by-year"}
    assert (again["result"], other["result"]) == ("exists", "created")
    assert drawn["id"] == f"_design/{drawn['name']}"
    assert listed["total_rows"] == 4
    assert listed["indexes"][0] == {
        "ddoc": None,
        "name": "_all_docs",
        "type": "special",
        "partitioned": False,
        "def": {"fields": [{"_id": "asc"}]},
    }
    assert (await films.get("/t1/_index?limit=1&skip=1")).json()["total_rows"] == 4
    removed = await films.delete("/t1/_index/films/json/by-year")
    same = await films.delete("/t1/_index/films/json/by-year")
    last = await films.delete("/t1/_index/_design/films/json/by-title")
    assert [answer.status_code for answer in (removed, same, last)] == [200, 404, 200]
    assert (await films.get("/t1/_design/films")).status_code == 404
    swept = await films.post("/t1/_index/_bulk_delete", json={"docids": [drawn["id"], "absent"]})
    assert swept.json() == {
        "success": [{"id": drawn["id"], "ok": True}],
        "fail": [{"id": "_design/absent", "error": "not_found"}],
    }


async def test_an_index_joins_no_design_document_of_another_language(films: httpx.AsyncClient) -> None:
    answers = []
    for name, body in (("code", {"language": "javascript"}), ("silent", {}), ("views", {"views": {}})):
        await films.put(f"/t1/_design/{name}", json=body)
        answers.append(await films.post("/t1/_index", json={"index": {"fields": ["year"]}, "ddoc": name}))

    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [
        (400, "invalid_ddoc_lang")
    ] * 3


async def test_explaining_names_the_index_and_the_selector_in_its_normal_form(
    films: httpx.AsyncClient,
) -> None:
    await index(films, "year", ddoc="films", name="by-year")

    told = (await films.post("/t1/_explain", json={"selector": {"$not": {"year": 1984}}})).json()

    assert told["index"]["name"] == "by-year"
    assert told["selector"] == {"year": {"$ne": 1984}}
    assert (told["dbname"], told["limit"], told["skip"]) == ("t1", 25, 0)


async def test_design_documents_and_deleted_ones_are_not_found(films: httpx.AsyncClient) -> None:
    await index(films, "year", "_id")
    revision = (await films.get("/t1/a")).json()["_rev"]
    await films.delete(f"/t1/a?rev={revision}")

    assert ids(await found(films, selector={}, limit=100)) == ["b", "c", "d", "e", "f"]
    assert "a" not in ids(await found(films, selector={"year": {"$gt": 0}, "_id": {"$gt": ""}}))


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({}, "missing_required_key"),
        ({"selector": 1}, "invalid_selector_json"),
        ({"selector": {}, "limit": -1}, "invalid_non_neg_integer"),
        ({"selector": {}, "limit": 1.5}, "invalid_non_neg_integer"),
        ({"selector": {}, "skip": "1"}, "invalid_non_neg_integer"),
        ({"selector": {}, "fields": "a"}, "invalid_fields"),
        ({"selector": {}, "fields": [1]}, "invalid_field"),
        ({"selector": {}, "sort": "a"}, "invalid_sort_json"),
        ({"selector": {}, "sort": [{"a": "up"}]}, "invalid_sort_dir"),
        ({"selector": {}, "sort": [1]}, "invalid_sort_field"),
        ({"selector": {}, "sort": ["a", {"b": "desc"}]}, "unsupported_mixed_sort"),
        ({"selector": {}, "bookmark": "nonsense"}, "invalid_bookmark"),
        ({"selector": {}, "bookmark": 1}, "invalid_bookmark"),
        ({"selector": {}, "use_index": 1}, "invalid_index_name"),
        ({"selector": {}, "conflicts": 1}, "invalid_boolean"),
        ({"selector": {}, "colour": 1}, "invalid_key"),
        ({"selector": {"$text": "a"}}, "not_supported"),
        ({"selector": {"a": {"$regex": "("}}}, "bad_arg"),
    ],
)
async def test_what_cannot_be_asked_is_said(central: httpx.AsyncClient, query: object, error: str) -> None:
    answer = await central.post("/t1/_find", json=query)

    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 400, "missing_required_key"),
        ({"index": []}, 400, "invalid_index"),
        ({"index": {}}, 400, "missing_required_key"),
        ({"index": {"fields": []}}, 400, "invalid_index"),
        ({"index": {"fields": ["a"], "x": 1}}, 400, "invalid_key"),
        ({"index": {"fields": ["a"]}, "type": "text"}, 501, "not_implemented"),
        ({"index": {"fields": ["a"]}, "type": "geo"}, 400, "invalid_index"),
        ({"index": {"fields": ["a"]}, "name": 1}, 400, "invalid_string"),
        ({"index": {"fields": ["a"], "partial_filter_selector": {"$x": 1}}}, 400, "invalid_operator"),
    ],
)
async def test_an_index_that_cannot_be_is_refused(
    central: httpx.AsyncClient, body: object, status: int, error: str
) -> None:
    answer = await central.post("/t1/_index", json=body)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_a_member_finds_and_an_administrator_indexes(
    replicator: httpx.AsyncClient, films: httpx.AsyncClient
) -> None:
    assert ids(await found(replicator, selector={"year": 1985})) == ["b"]
    assert (await replicator.post("/t1/_index", json={"index": {"fields": ["a"]}})).status_code == 403
    assert (await films.get("/t1/_find")).status_code == 405
    assert (await films.post("/t1/_find", content=b"{}")).status_code == 415


async def test_what_cannot_be_sorted_at_once_is_reached_by_bookmarks(
    films: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, engine: EmbeddedEngine
) -> None:
    del engine
    await index(films, "year")
    query: dict[str, Any] = {"selector": {"year": {"$gt": 0}}, "sort": ["year"]}
    whole = ids(await found(films, **query))
    monkeypatch.setattr(finding, "SORTED_ROWS", 2)

    first = await found(films, **query)
    rest = await found(films, bookmark=first["bookmark"], **query)

    assert ids(first) == whole[:2]
    assert "bookmark goes on" in first["warning"]
    assert ids(rest) == whole[2:4]


async def test_a_query_that_takes_too_long_ends_and_says_so(engine: EmbeddedEngine, callers: Callers) -> None:
    application = application_for(engine, callers, limits=replace(LIMITS, find_s=0.2))
    slow = {"$or": [{"text": {"$regex": f"(x|y){{1,150}}{number}"}} for number in range(200)]}
    async with client_of(application, "central") as client:
        await client.post("/t1/_bulk_docs", json={"docs": [{"text": "xy" * 300}] * 20})

        answer = await client.post("/t1/_find", json={"selector": slow})

    assert (answer.status_code, answer.json()["error"]) == (408, "timeout")
    assert "takes too long" in answer.json()["reason"]
