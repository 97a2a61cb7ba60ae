"""The node's stop, to those who wait."""

import asyncio

import pytest

from sync.http.stopping import Stopping

pytestmark = pytest.mark.anyio

FOR_EVER_S = 3600.0


async def wait(stopping: Stopping) -> str:
    with stopping.interrupting():
        await asyncio.sleep(FOR_EVER_S)
    return "ended"


async def test_who_waits_is_interrupted_and_goes_on() -> None:
    stopping = Stopping()
    waiting = [asyncio.ensure_future(wait(stopping)) for _ in range(3)]
    await asyncio.sleep(0)
    stopping.stop()

    assert await asyncio.wait_for(asyncio.gather(*waiting), 1) == ["ended"] * 3


async def test_who_comes_after_the_stop_does_not_wait() -> None:
    stopping = Stopping()
    stopping.stop()

    assert await asyncio.wait_for(asyncio.ensure_future(wait(stopping)), 1) == "ended"


async def test_who_is_cancelled_is_cancelled_whether_the_node_stops_or_not() -> None:
    stopping = Stopping()
    alone, together = [asyncio.ensure_future(wait(stopping)) for _ in range(2)]
    await asyncio.sleep(0)
    alone.cancel()
    await asyncio.wait({alone})
    together.cancel()
    stopping.stop()
    await asyncio.wait({together}, timeout=1)

    assert (alone.cancelled(), together.cancelled()) == (True, True)
