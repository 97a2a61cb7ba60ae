"""`_db_updates`: what happens to a node's databases."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from sync.embedded import EmbeddedEngine
from sync.http import ReplicationApplication
from sync.security import Security
from tests.sync.http.callers import Callers, application_for, client_of

pytestmark = pytest.mark.anyio


async def told(client: httpx.AsyncClient, query: str = "") -> dict[str, Any]:
    answer = await client.get(f"/_db_updates{query}")
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def events(read: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["db_name"], row["type"]) for row in read["results"]]


async def until_told(client: httpx.AsyncClient, since: str) -> dict[str, Any]:
    return await asyncio.wait_for(told(client, f"?feed=longpoll&since={since}"), 5)


async def test_databases_that_exist_count_as_created(central: httpx.AsyncClient) -> None:
    read = await told(central)

    assert read["results"] == [{"db_name": "t1", "type": "created", "seq": read["last_seq"]}]


async def test_what_happens_is_told_in_order_and_once(
    central: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    since = (await told(central))["last_seq"]
    await engine.create_database("t2", Security())
    created = await until_told(central, since)
    await engine.put("t2", "a", {}, revision=None)
    updated = await until_told(central, created["last_seq"])
    await engine.put("t2", "b", {}, revision=None)
    again = await until_told(central, updated["last_seq"])
    await engine.delete_database("t2")
    deleted = await until_told(central, again["last_seq"])

    assert [events(read) for read in (created, updated, again, deleted)] == [
        [("t2", "created")],
        [("t2", "updated")],
        [("t2", "updated")],
        [("t2", "deleted")],
    ]
    everything = await told(central)
    assert events(everything) == [("t1", "created"), ("t2", "created"), ("t2", "updated"), ("t2", "deleted")]
    assert events(await told(central, "?descending=true&limit=1")) == [("t2", "deleted")]
    assert events(await told(central, f"?since={created['last_seq']}&limit=1")) == [("t2", "updated")]
    assert events(await told(central, "?since=now")) == []
    assert events(await told(central, "?limit=0")) == []


async def test_a_continuous_feed_sends_lines_up_to_its_limit(
    central: httpx.AsyncClient, engine: EmbeddedEngine
) -> None:
    await told(central)
    following = asyncio.ensure_future(central.get("/_db_updates?feed=continuous&limit=2"))
    await engine.put("t1", "a", {}, revision=None)

    lines = [orjson.loads(line) for line in (await asyncio.wait_for(following, 5)).text.splitlines()]

    assert [(line.get("db_name"), line.get("type")) for line in lines] == [
        ("t1", "created"),
        ("t1", "updated"),
        (None, None),
    ]
    assert lines[-1] == {"last_seq": lines[1]["seq"]}


async def test_an_eventsource_names_its_sequences(central: httpx.AsyncClient) -> None:
    answer = await central.get("/_db_updates?feed=eventsource&limit=1")

    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.text.startswith('data: {"db_name":"t1","type":"created","seq":"1-')
    assert '\nid: "1-' in answer.text


async def test_heartbeats_and_timeouts(central: httpx.AsyncClient, callers: Callers) -> None:
    silent = await told(central, "?feed=longpoll&since=now&timeout=20")
    callers.expires_in_s = 0.35
    beaten = await central.get("/_db_updates?feed=longpoll&since=now&heartbeat=100")

    assert silent["results"] == []
    assert beaten.text.count("\n") >= 5


async def test_a_sequence_of_before_a_restart_begins_again(
    central: httpx.AsyncClient, engine: EmbeddedEngine, callers: Callers
) -> None:
    await engine.put("t1", "a", {}, revision=None)
    since = (await told(central))["last_seq"]
    async with client_of(application_for(engine, callers), "central") as restarted:
        assert events(await told(restarted, f"?since={since}")) == [("t1", "created")]


async def test_a_stopping_node_ends_the_feed(
    application: ReplicationApplication, central: httpx.AsyncClient
) -> None:
    following = asyncio.ensure_future(central.get("/_db_updates?feed=continuous&since=now&heartbeat=60000"))
    await told(central)
    application.shutdown()

    assert (await asyncio.wait_for(following, 2)).status_code == 200


async def test_it_is_for_server_administrators(tablet: httpx.AsyncClient, central: httpx.AsyncClient) -> None:
    assert (await tablet.get("/_db_updates")).status_code == 403
    assert (await central.post("/_db_updates", json={})).status_code == 405
    assert (await central.get("/_db_updates?since=nonsense")).status_code == 400
    assert (await central.get("/_db_updates?feed=telepathy")).status_code == 400
