"""Nodes that are processes, killed at random instants while real replications run over real sockets.

What is drawn is the same for one seed; when exactly a process dies is not, nor therefore what it had done.
"""

import asyncio
import random
import sys
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx

from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.replicator import EnginePeer, HttpPeer, Options, Replication
from sync.security import Security
from tests.faults.outcome import Outcome
from tests.faults.receipts import receipt_of
from tests.sync.envelopes import envelope
from tests.sync.server_process import ADMINISTRATOR, ServerProcess

DATABASE: Final = "t1"
KILLS: Final = 4
TABLETS: Final = 2
AT_REST: Final = 4


class Processes:
    """Central and a hub as processes, tablets as stores of this one."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.drawn = random.Random(seed)
        self.trace: list[str] = []
        self.records: set[str] = set()
        self._directory = directory
        self._numbers = count(1)
        self.servers: dict[str, ServerProcess] = {}
        self.tablets: list[EmbeddedEngine] = []

    async def start(self, name: str) -> None:
        """Start a node where it was, or anew; it listens elsewhere each time."""
        self.servers[name] = await asyncio.to_thread(ServerProcess, self._directory / name)
        async with self.client(name) as client:
            await client.put(f"/{DATABASE}")

    def client(self, name: str) -> httpx.AsyncClient:
        """Return a client of a node."""
        return httpx.AsyncClient(base_url=self.servers[name].url, auth=ADMINISTRATOR, timeout=10)

    async def open_tablets(self) -> None:
        """Open the tablets' stores."""
        for number in range(TABLETS):
            tablet = await EmbeddedEngine.open(self._directory / f"tablet{number}")
            await tablet.create_database(DATABASE, Security())
            self.tablets.append(tablet)

    async def capture(self) -> None:
        """Write envelopes on every tablet."""
        for tablet in self.tablets:
            documents = [
                IncomingDocument.from_json(envelope(next(self._numbers)))
                for _ in range(self.drawn.randint(5, 150))
            ]
            await tablet.write(DATABASE, documents, new_edits=False)
            self.records |= {document.identifier for document in documents}

    async def replicate(self) -> int:
        """Replicate tablets with the hub and with central, both ways; return what was written."""
        async with AsyncExitStack() as stack:
            runs = []
            for name, server in self.servers.items():
                client = await stack.enter_async_context(self.client(name))
                far = HttpPeer(client, f"{server.url}/{DATABASE}")
                for tablet in self.tablets:
                    near = EnginePeer(tablet, DATABASE)
                    for source, target in ((near, far), (far, near)):
                        options = Options(attempts=2, documents=20)
                        runs.append(Replication(source, target, options).run())
            return sum([status.docs_written for status in await asyncio.gather(*runs)])

    async def relay(self, *, kill_after_s: float | None = None) -> None:
        """Replicate the hub to central by the command; kill it on the way if asked."""
        addresses = [
            f"http://{ADMINISTRATOR[0]}:{ADMINISTRATOR[1].replace(' ', '%20')}@"
            f"{self.servers[name].url.removeprefix('http://')}/{DATABASE}"
            for name in ("hub", "central")
        ]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sync", "replicate", *addresses),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        try:
            await asyncio.wait_for(process.wait(), kill_after_s)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def kill_and_restart(self, name: str, after_s: float) -> None:
        """Kill a node at an instant, then start it again."""
        await asyncio.sleep(after_s)
        self.trace.append(f"{name} killed after {after_s:.2f} s")
        await asyncio.to_thread(self.servers[name].kill)
        self.servers[name].close()
        await self.start(name)

    async def project(self) -> None:
        """Write central's receipts."""
        async with self.client("central") as client:
            held = await listed(client)
            lacking = [
                {"_id": receipt_of(identifier), "envelope": identifier}
                for identifier in held
                if identifier.startswith("e") and receipt_of(identifier) not in held
            ]
            (await client.post(f"/{DATABASE}/_bulk_docs", json={"docs": lacking})).raise_for_status()

    async def aclose(self) -> None:
        """End everything."""
        for tablet in self.tablets:
            await tablet.aclose()
        for server in self.servers.values():
            await asyncio.to_thread(server.kill)
            server.close()


async def play(seed: int, directory: Path) -> Outcome:
    """Play the schedule of a seed, heal, and judge."""
    team = Processes(directory, seed)
    told: list[str] = []
    try:
        await team.start("central")
        await team.start("hub")
        await team.open_tablets()
        for _ in range(KILLS):
            await team.capture()
            killed = team.drawn.choice(("central", "hub"))
            await asyncio.gather(
                team.replicate(),
                team.relay(kill_after_s=team.drawn.uniform(0.3, 2.0)),
                team.kill_and_restart(killed, team.drawn.uniform(0.0, 0.5)),
            )
            await team.project()
            told += await _lies(team)
        told += await _rest(team)
    finally:
        await team.aclose()
    return Outcome(seed, told, team.trace)


async def _rest(team: Processes) -> list[str]:
    """Replicate until nothing is new; return what is wrong then."""
    for _ in range(AT_REST):
        await team.relay()
        await team.project()
        if not await team.replicate():
            break
    else:
        return ["the team does not come to rest"]
    told = []
    for name in team.servers:
        async with team.client(name) as client:
            told += _wrong(name, team, await listed(client))
    for number, tablet in enumerate(team.tablets):
        page = await tablet.changes(DATABASE)
        leaves = {change.identifier: [str(leaf) for leaf in change.leaves] for change in page.results}
        told += _wrong(f"tablet{number}", team, leaves)
    return told + await _lies(team)


def _wrong(name: str, team: Processes, leaves: dict[str, list[str]]) -> list[str]:
    told = [f"{name}: acknowledged record {lost[:9]} is lost" for lost in team.records - leaves.keys()]
    told += [
        f"{name}: record {identifier[:9]} has no receipt"
        for identifier in team.records
        if receipt_of(identifier) not in leaves
    ]
    told += [
        f"{name}: {identifier[:9]} exists twice" for identifier, each in leaves.items() if len(each) != 1
    ]
    return told


async def _lies(team: Processes) -> list[str]:
    """Return the receipts on tablets of what central does not hold."""
    async with team.client("central") as client:
        held = await listed(client)
    known = {receipt_of(identifier) for identifier in held}
    told = []
    for number, tablet in enumerate(team.tablets):
        page = await tablet.changes(DATABASE)
        told += [
            f"tablet{number}: receipt {change.identifier[:9]} lies"
            for change in page.results
            if change.identifier.startswith("c") and change.identifier not in known
        ]
    return told


async def listed(client: httpx.AsyncClient) -> dict[str, list[str]]:
    """Return a node's documents and their leaves."""
    answer = await client.get(f"/{DATABASE}/_changes", params={"style": "all_docs"})
    rows: list[dict[str, Any]] = answer.raise_for_status().json()["results"]
    return {row["id"]: [leaf["rev"] for leaf in row["changes"]] for row in rows}
