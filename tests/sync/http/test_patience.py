"""Bodies that come slowly, or no further."""

import asyncio
from collections.abc import Iterator

import pytest

from sync.errors import RequestTimeout
from sync.http import Limits
from sync.http.asgi import Message
from sync.http.patience import PatientReceive

pytestmark = pytest.mark.anyio


class Arriving:
    """A client's messages: each comes after its delay, in seconds; then nothing more."""

    def __init__(self, messages: Iterator[tuple[float, Message]]) -> None:
        self._messages = messages

    async def receive(self) -> Message:
        delay_s, message = next(self._messages, (3600.0, {"type": "http.disconnect"}))
        await asyncio.sleep(delay_s)
        return message


def piece(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_that_stops_is_not_waited_for() -> None:
    arriving = Arriving(iter([(0.0, piece(b"{"))]))
    receive = PatientReceive(arriving.receive, Limits(body_silence_s=0.05))

    assert (await receive())["body"] == b"{"
    with pytest.raises(RequestTimeout):
        await asyncio.wait_for(receive(), 5)


async def test_a_body_that_comes_byte_by_byte_for_ever_is_not_waited_for() -> None:
    arriving = Arriving((0.01, piece(b" ")) for _ in range(10**9))
    receive = PatientReceive(
        arriving.receive, Limits(body_silence_s=5, body_grace_s=0.1, body_bytes_per_s=10_000)
    )

    async def read_for_ever() -> None:
        while True:
            await receive()

    with pytest.raises(RequestTimeout):
        await asyncio.wait_for(read_for_ever(), 5)


async def test_a_body_at_a_fair_pace_is_read_to_its_end_and_the_client_then_waited_for() -> None:
    arriving = Arriving(
        iter([(0.02, piece(b"x" * 1000)) for _ in range(5)] + [(0.02, piece(b"", more=False))])
    )
    receive = PatientReceive(
        arriving.receive, Limits(body_silence_s=0.5, body_grace_s=0.1, body_bytes_per_s=1000)
    )

    messages = [await receive() for _ in range(6)]
    leaving = asyncio.ensure_future(receive())
    done, _ = await asyncio.wait({leaving}, timeout=0.6)
    leaving.cancel()

    assert messages[-1]["more_body"] is False
    assert not done
