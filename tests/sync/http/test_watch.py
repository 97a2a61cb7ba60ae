"""How long a feed waits."""

import asyncio
from functools import partial

import pytest

from sync.embedded import EmbeddedEngine
from sync.http.stopping import Stopping
from sync.http.watch import Watch

pytestmark = pytest.mark.anyio

SILENCE_S = 0.2


def watch_of(engine: EmbeddedEngine, *, life_s: float = 60.0, heartbeat_s: float | None = None) -> Watch:
    return Watch(
        partial(engine.wait_for_change, "t1"),
        life_s=life_s,
        silence_s=SILENCE_S,
        heartbeat_s=heartbeat_s,
        stopping=Stopping(),
    )


async def test_each_wait_has_its_own_silence(engine: EmbeddedEngine) -> None:
    loop = asyncio.get_running_loop()
    watch = watch_of(engine)
    began, written = loop.time(), 0
    while loop.time() < began + 2 * SILENCE_S:
        since = (await engine.changes("t1", since="now")).last_seq
        await engine.put("t1", f"d{written}", {}, revision=None)
        assert [sign async for sign in watch.signs(since)] == [True]
        written += 1

    assert not watch.is_over
    assert [sign async for sign in watch.signs("now")] == []
    assert watch.is_over


async def test_heartbeats_go_on_past_the_silence_up_to_the_term(engine: EmbeddedEngine) -> None:
    watch = watch_of(engine, life_s=3 * SILENCE_S, heartbeat_s=SILENCE_S / 2)

    signs = [sign async for sign in watch.signs("now")]

    assert len(signs) >= 3
    assert not any(signs)
    assert watch.is_over


async def test_a_wait_ends_with_its_database(engine: EmbeddedEngine) -> None:
    watch = watch_of(engine)
    waiting = asyncio.ensure_future(anext(watch.signs("now"), None))
    await asyncio.sleep(0)
    await engine.delete_database("t1")

    assert await asyncio.wait_for(waiting, 5) is None
    assert watch.is_over
