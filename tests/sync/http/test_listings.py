"""Listings by id, over HTTP: `_all_docs`, `_design_docs`, `_local_docs` and their options."""

from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def filled(central: httpx.AsyncClient) -> httpx.AsyncClient:
    """An administrator of a database of a, b (deleted), c, d, two design and two local documents."""
    for identifier in ("a", "b", "c", "d", "_design/x", "_design/y"):
        await central.put(f"/t1/{identifier}?new_edits=false", json={"_rev": "1-a", "of": identifier})
    await central.put(
        "/t1/b?new_edits=false", json={"_deleted": True, "_revisions": {"start": 2, "ids": ["b", "a"]}}
    )
    for identifier in ("_local/m", "_local/n"):
        await central.put(f"/t1/{identifier}", json={"of": identifier})
    return central


async def listed(client: httpx.AsyncClient, path: str, body: object = None) -> Any:
    answer = await (client.get(path) if body is None else client.post(path, json=body))
    assert answer.status_code == 200
    return answer.json()


def ids(listing: Any) -> list[str]:
    return [row["key"] for row in listing["rows"]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('startkey="a"', ["a", "c", "d"]),
        ('key="c"', ["c"]),
        ('key="b"', []),
        ("key=null", []),
        ('startkey="a"&limit=1&skip=1', ["c"]),
        ('startkey="c"&endkey="a"&descending=true', ["c", "a"]),
        ('startkey="c"&endkey="a"', []),
        ('endkey="_design/y"&inclusive_end=false', ["_design/x"]),
    ],
)
async def test_a_listing_follows_its_options(
    filled: httpx.AsyncClient, options: str, expected: list[str]
) -> None:
    listing = await listed(filled, f"/t1/_all_docs?{options}")

    assert (ids(listing), listing["total_rows"]) == (expected, 5)


@pytest.mark.parametrize("key", ["1", "null", "[]", "{}", "false"])
async def test_a_key_that_is_no_text_comes_before_every_id(filled: httpx.AsyncClient, key: str) -> None:
    assert len(ids(await listed(filled, f"/t1/_all_docs?startkey={key}"))) == 5
    assert ids(await listed(filled, f"/t1/_all_docs?endkey={key}")) == []
    assert ids(await listed(filled, f"/t1/_all_docs?startkey={key}&descending=true")) == []
    assert len(ids(await listed(filled, f"/t1/_all_docs?endkey={key}&descending=true"))) == 5


async def test_ids_are_compared_as_bytes(central: httpx.AsyncClient) -> None:
    for identifier in ("Z", "a", "é", "\U0001f600", "￿", "B"):
        await central.post("/t1", json={"_id": identifier})

    assert ids(await listed(central, "/t1/_all_docs")) == ["B", "Z", "a", "é", "￿", "\U0001f600"]


async def test_keys_are_answered_one_by_one_missing_and_deleted_ones_too(filled: httpx.AsyncClient) -> None:
    listing = await listed(filled, "/t1/_all_docs?include_docs=true", {"keys": ["b", "z", "a"]})
    backwards = await listed(filled, '/t1/_all_docs?keys=["b","z","a"]&descending=true&limit=2')

    assert listing == {
        "total_rows": 5,
        "offset": None,
        "rows": [
            {"id": "b", "key": "b", "value": {"rev": "2-b", "deleted": True}, "doc": None},
            {"key": "z", "error": "not_found"},
            {
                "id": "a",
                "key": "a",
                "value": {"rev": "1-a"},
                "doc": {"_id": "a", "_rev": "1-a", "of": "a"},
            },
        ],
    }
    assert ids(backwards) == ["a", "z"]


async def test_options_stand_in_the_body_or_in_the_query(filled: httpx.AsyncClient) -> None:
    body = {"startkey": "a", "limit": 2, "descending": False}

    assert ids(await listed(filled, "/t1/_all_docs", body)) == ["a", "c"]
    assert ids(await listed(filled, "/t1/_all_docs?limit=1", body)) == ["a"]


async def test_several_listings_come_in_one_answer(filled: httpx.AsyncClient) -> None:
    queries = {"queries": [{"keys": ["a"]}, {"startkey": "c", "limit": 1}]}

    results = (await listed(filled, "/t1/_all_docs/queries", queries))["results"]
    missing = await filled.post("/t1/_all_docs/queries", json={})

    assert [ids(listing) for listing in results] == [["a"], ["c"]]
    assert (missing.status_code, missing.json()["reason"]) == (
        400,
        "POST body must include `queries` parameter.",
    )


async def test_design_documents_are_listed_apart(filled: httpx.AsyncClient) -> None:
    everything = await listed(filled, "/t1/_design_docs")
    backwards = await listed(filled, "/t1/_design_docs?descending=true&limit=1&include_docs=true")
    narrowed = await listed(filled, '/t1/_design_docs?startkey="_design/y"')

    assert (ids(everything), everything["total_rows"], everything["offset"]) == (
        ["_design/x", "_design/y"],
        2,
        0,
    )
    assert backwards["rows"][0]["doc"]["of"] == "_design/y"
    assert (ids(narrowed), narrowed["offset"]) == (["_design/y"], 1)


async def test_local_documents_are_listed_apart(filled: httpx.AsyncClient) -> None:
    everything = await listed(filled, "/t1/_local_docs")
    by_key = await listed(filled, '/t1/_local_docs?include_docs=true&keys=["_local/n","_local/z"]')
    backwards = await listed(filled, '/t1/_local_docs?descending=true&startkey="_local/m"')

    assert everything == {
        "total_rows": None,
        "offset": None,
        "rows": [
            {"id": "_local/m", "key": "_local/m", "value": {"rev": "0-1"}},
            {"id": "_local/n", "key": "_local/n", "value": {"rev": "0-1"}},
        ],
    }
    assert by_key["rows"][0]["doc"] == {"_id": "_local/n", "_rev": "0-1", "of": "_local/n"}
    assert by_key["rows"][1] == {"key": "_local/z", "error": "not_found"}
    assert ids(backwards) == ["_local/m"]


async def test_a_key_that_is_no_string_names_no_document_and_is_told_as_it_was_asked(
    filled: httpx.AsyncClient,
) -> None:
    await filled.put("/t1/1", json={})

    rows = (await listed(filled, "/t1/_all_docs", {"keys": [1, None, {"a": []}, "1"]}))["rows"]

    assert [row["key"] for row in rows] == [1, None, {"a": []}, "1"]
    assert [row.get("error") for row in rows] == ["not_found", "not_found", "not_found", None]


async def test_keys_that_are_no_list_are_refused(filled: httpx.AsyncClient) -> None:
    queried = await filled.get("/t1/_all_docs?keys=1")
    posted = await filled.post("/t1/_all_docs", json={"keys": 1})

    assert [(answer.status_code, answer.json()["reason"]) for answer in (queried, posted)] == [
        (400, "`keys` parameter must be an array."),
        (400, "`keys` body member must be an array."),
    ]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("limit=x", 'Invalid value for integer: "x"'),
        ("limit=-1", 'Invalid value for positive integer: "-1"'),
        ("descending=yes", 'Invalid boolean parameter: "yes"'),
        ('keys=["a"]&startkey="a"', "`keys` is incompatible with `key`, `start_key` and `end_key`"),
    ],
)
async def test_an_option_without_meaning_is_named(
    filled: httpx.AsyncClient, options: str, reason: str
) -> None:
    answer = await filled.get(f"/t1/_all_docs?{options}")

    assert (answer.status_code, answer.json()) == (400, {"error": "query_parse_error", "reason": reason})
