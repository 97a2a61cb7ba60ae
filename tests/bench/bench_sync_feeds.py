"""Waiting tablets: how soon one hears of a write, how soon five hundred do, and what they cost in memory."""

import asyncio
import json
import statistics
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.bench.couch_client import Client, Peer, percentiles
from tests.bench.measurement import Measurement
from tests.bench.sync_peers import peers

HEARS: Final = b'"last_seq"'
WRITES: Final = 200
TABLETS: Final = 500
FAN_OUT_MS: Final = 80
# Waiting tablets, and the resident memory that is asked with them, in MB.
MEMORY: Final = {500: 100, 2000: 160}


def measure() -> list[Measurement]:
    """Return what one tablet waits for, what five hundred do, and memory; CouchDB first, if any."""
    measured = []
    with peers() as found:
        goals: tuple[float | None, float | None] = (None, None)
        for peer in found.all():
            median, late = latency(peer, WRITES)
            measured += [
                Measurement(
                    f"{peer.name}: write until a longpoll has it, median", median, "ms", goals[0], True
                ),
                Measurement(f"{peer.name}: write until a longpoll has it, p95", late, "ms", goals[1], True),
            ]
            goals = (median / 2, late / 2)
        for peer in found.all():
            goal = FAN_OUT_MS if peer is found.ours else None
            slow = statistics.median(fan_out(peer, TABLETS))
            name = f"{peer.name}: write until {TABLETS} longpolls have it, median"
            measured.append(Measurement(name, slow, "ms", goal, at_most=True))
        for tablets, bound in MEMORY.items():
            held = memory_mb(found.ours, found.process, tablets)
            name = f"{found.ours.name}: memory with {tablets} longpolls"
            measured.append(Measurement(name, held, "MB", bound, at_most=True))
    return measured


class Waiting:
    """One longpoll on its own connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, peer: Peer, database: str, since: str) -> "Waiting":
        """Ask for what comes after `since`; return once the server has begun to answer."""
        reader, writer = await asyncio.open_connection(*peer.address)
        path = f"{database}/_changes?feed=longpoll&timeout=60000&since={since}"
        head = f"GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: {peer.authorization}\r\n\r\n"
        writer.write(head.encode())
        await reader.readuntil(b"\r\n\r\n")
        return cls(reader, writer)

    async def heard(self) -> float:
        """Return when the change was there."""
        read = b""
        while HEARS not in read:
            piece = await self._reader.read(65536)
            if not piece:
                raise RuntimeError("the feed ended without the change")
            read += piece
        return time.perf_counter()

    async def close(self) -> None:
        """Leave."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


def latency(peer: Peer, writes: int) -> tuple[float, float]:
    """Return median and 95th percentile, in ms, from the start of a PUT until a longpoll has the change."""
    client = Client(peer)
    database = client.new_database("bench-latency")
    found = asyncio.run(_latencies(peer, client, database, writes))
    client.send("DELETE", database)
    client.close()
    return percentiles(found)


async def _latencies(peer: Peer, client: Client, database: str, writes: int) -> list[float]:
    body = json.dumps({"jwe": "A" * 2000}).encode()
    found = []
    for number in range(writes):
        since = client.get(database)["update_seq"]
        waiting = await Waiting.open(peer, database, since)
        hearing = asyncio.ensure_future(waiting.heard())
        started = time.perf_counter()
        await asyncio.to_thread(client.send, "PUT", f"{database}/d{number}", body)
        found.append((await hearing - started) * 1000)
        await waiting.close()
    return found


def fan_out(peer: Peer, tablets: int, writes: int = 5) -> list[float]:
    """Return, for each of some writes, the ms from the start of the PUT until every tablet had it."""
    client = Client(peer)
    database = client.new_database("bench-fan-out")
    found = asyncio.run(_fan_out(peer, client, database, tablets, writes))
    client.send("DELETE", database)
    client.close()
    return found


async def _fan_out(peer: Peer, client: Client, database: str, tablets: int, writes: int) -> list[float]:
    body = json.dumps({"jwe": "A" * 2000}).encode()
    found = []
    for number in range(writes):
        since = client.get(database)["update_seq"]
        waiting = [await Waiting.open(peer, database, since) for _ in range(tablets)]
        hearing = asyncio.gather(*(each.heard() for each in waiting))
        started = time.perf_counter()
        await asyncio.to_thread(client.send, "PUT", f"{database}/d{number}", body)
        found.append((max(await hearing) - started) * 1000)
        await asyncio.gather(*(each.close() for each in waiting))
    return found


def memory_mb(peer: Peer, process: int, tablets: int) -> float:
    """Return the resident memory of the server's process while so many tablets wait, in MB (10^6)."""
    client = Client(peer)
    database = client.new_database("bench-memory")
    found = asyncio.run(_memory(peer, client, database, (process, tablets)))
    client.close()
    return found


async def _memory(peer: Peer, client: Client, database: str, asked: tuple[int, int]) -> float:
    process, tablets = asked
    since = client.get(database)["update_seq"]
    waiting = [await Waiting.open(peer, database, since) for _ in range(tablets)]
    resident = resident_mb(process)
    await asyncio.gather(*(each.close() for each in waiting))
    return resident


def resident_mb(process: int) -> float:
    """Return a process's resident memory, in MB (10^6 bytes)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    for measurement in measure():
        print(measurement.line())
