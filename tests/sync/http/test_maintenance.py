"""Purge, limits, compaction, over HTTP."""

import asyncio
import base64

import httpx
import pytest

from sync.embedded import EmbeddedEngine
from tests.sync.envelopes import replicated

pytestmark = pytest.mark.anyio


async def test_a_purge_answers_what_it_purged(central: httpx.AsyncClient, engine: EmbeddedEngine) -> None:
    await engine.write("t1", [replicated("a", "1-a"), replicated("b", "1-b")], new_edits=False)

    answer = await central.post("/t1/_purge", json={"a": ["1-a", "2-x"], "b": ["1-x"], "c": ["1-a"]})

    assert (answer.status_code, answer.json()) == (
        201,
        {"purge_seq": None, "purged": {"a": ["1-a"], "b": [], "c": []}},
    )
    assert (await central.get("/t1/a")).status_code == 404
    assert (await central.get("/t1/_purged_infos")).json() == {"purged_infos": [{"id": "a", "revs": ["1-a"]}]}
    assert (await central.get("/t1")).json()["purge_seq"].startswith("1-")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({str(number): ["1-a"] for number in range(101)}, "Exceeded maximum number of documents."),
        ({"a": ["1-a"] * 1001}, "Exceeded maximum number of revisions."),
        ({"a": ["nonsense"]}, "Invalid rev format"),
        ({"a": "1-a"}, "`a` must be a JSON list of strings."),
        (["a"], "Request body must be a JSON object"),
    ],
)
async def test_a_purge_is_bounded_and_checked(central: httpx.AsyncClient, body: object, reason: str) -> None:
    answer = await central.post("/t1/_purge", json=body)

    assert (answer.status_code, answer.json()["reason"]) == (400, reason)


@pytest.mark.parametrize(("path", "default"), [("_revs_limit", 1000), ("_purged_infos_limit", 1000)])
async def test_limits_are_read_and_written(central: httpx.AsyncClient, path: str, default: int) -> None:
    before = await central.get(f"/t1/{path}")
    written = await central.put(f"/t1/{path}", json=12)
    refused = [
        await central.put(f"/t1/{path}", json=value) for value in (0, -1, "12", 1.5, True, None, 10**9)
    ]

    assert (before.json(), written.json(), (await central.get(f"/t1/{path}")).json()) == (
        default,
        {"ok": True},
        12,
    )
    assert {(answer.status_code, answer.json()["error"]) for answer in refused} == {(400, "bad_request")}


async def test_compactions_are_accepted(central: httpx.AsyncClient) -> None:
    await central.put("/t1/_design/one", json={"views": {}})
    paths = ("_compact", "_compact/one", "_view_cleanup")

    accepted = [await central.post(f"/t1/{path}", json={}) for path in paths]
    untyped = [await central.post(f"/t1/{path}") for path in paths]

    assert [(answer.status_code, answer.json()) for answer in accepted] == [(202, {"ok": True})] * 3
    assert {(answer.status_code, answer.json()["error"]) for answer in untyped} == {(415, "bad_content_type")}
    assert (await central.post("/t1/_compact/absent", json={})).status_code == 404
    assert (await central.get("/t1/_compact")).status_code == 405


async def test_maintenance_is_for_administrators(replicator: httpx.AsyncClient) -> None:
    refused = [
        await replicator.post("/t1/_purge", json={}),
        await replicator.post("/t1/_compact", json={}),
        await replicator.post("/t1/_view_cleanup", json={}),
        await replicator.put("/t1/_revs_limit", json=1),
        await replicator.put("/t1/_purged_infos_limit", json=1),
    ]

    assert {answer.status_code for answer in refused} == {403}
    assert (await replicator.get("/t1/_revs_limit")).json() == 1000


async def test_attachments_of_inner_revisions_go_with_compaction_and_those_of_purged_leaves_at_once(
    central: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    attachment = {"content_type": "image/png", "data": base64.b64encode(bytes(100_000)).decode()}
    first = (await central.put("/t1/a", json={"_attachments": {"photo": attachment}})).json()["rev"]
    second = (await central.put("/t1/a", json={"_rev": first})).json()["rev"]
    kept = await central.get(f"/t1/a/photo?rev={first}")
    full = (await engine.information("t1")).active_size

    await central.post("/t1/_compact", json={})
    async with asyncio.timeout(10):
        while (await central.get("/t1")).json()["compact_running"]:
            pass

    assert kept.status_code == 200
    assert (await central.get(f"/t1/a/photo?rev={first}")).status_code == 404
    assert (await central.get("/t1/a")).json()["_rev"] == second
    assert (await engine.information("t1")).active_size < full - 90_000

    leaf = (await central.put("/t1/b", json={"_attachments": {"photo": attachment}})).json()["rev"]
    full = (await engine.information("t1")).active_size
    await central.post("/t1/_purge", json={"b": [leaf]})
    assert (await engine.information("t1")).active_size < full - 90_000
