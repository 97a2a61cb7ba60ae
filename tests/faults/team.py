"""Tablets, a hub in their bus, and central: who replicates what with whom, and what each of them did."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

import httpx

from server.hub.relay import Way, options_of
from sync.document import IncomingDocument
from sync.errors import StorageError
from sync.replicator import (
    EnginePeer,
    HttpPeer,
    Options,
    Replication,
    Status,
    TokenAuth,
    World,
)
from sync.replicator.errors import PeerUnreachable
from tests.faults.conductor import Conductor
from tests.faults.network import Link, Weather
from tests.faults.node import NOTES, RECORDS, Node
from tests.faults.notes import Notes
from tests.faults.receipts import receipt_of
from tests.sync.envelopes import envelope

# The hub's own options, but few at once, so that a day's work takes many requests.
PUSH: Final = replace(options_of(Way.PUSH, is_live=False), changes=10, documents=4)
PULL: Final = replace(options_of(Way.PULL, is_live=False), changes=10, documents=4)
BOTH: Final = Options(changes=10, documents=4)


class Team:
    """Nodes and the links between them.

    `records` are the envelopes that a tablet acknowledged to its user; `everywhere` what every node must
    hold once all is well.
    """

    def __init__(
        self, directory: Path, seed: int, *, tablets: int, has_hub: bool, lies: bool = False
    ) -> None:
        self.drawn = random.Random(seed)
        self.seed = seed
        self.trace: list[str] = []
        self.central = Node("central", directory / "central", seed, lies=lies)
        self.hub = Node("hub", directory / "hub", seed, lies=lies)
        self.tablets = [
            Node(f"tablet{number}", directory / f"tablet{number}", seed, lies=lies)
            for number in range(tablets)
        ]
        self.nodes = [self.central, *([self.hub] if has_hub else []), *self.tablets]
        self.has_hub = has_hub
        self.weather = Weather()
        self.place: Node | None = self.central
        self.links = {tablet.name: self._link(tablet.name, lambda: self.place) for tablet in self.tablets} | {
            "hub": self._link("hub", lambda: self.central if self.hub_has_link else None)
        }
        self.hub_has_link = True
        self.records: dict[str, str] = {}
        self.everywhere: set[str] = set()
        self.notes = Notes()
        self.has_refused = False
        # What central held and a copy of it does not: until healed, receipts may speak of it.
        self.taken_back: set[str] = set()
        self.conductor = Conductor(self.drawn, self.notice_cuts)
        self._numbers = count(1)
        self._sessions = count(1)

    def say(self, line: str) -> None:
        """Write down what happens, for who replays the schedule."""
        self.trace.append(line)

    async def start(self) -> None:
        """Start every node."""
        for node in self.nodes:
            await node.start()

    async def stop(self) -> None:
        """Stop every node."""
        for node in self.nodes:
            await node.stop()

    async def capture(self, tablet: Node, number: int) -> None:
        """Write envelopes on a tablet; only what it acknowledged counts."""
        made = [
            envelope(next(self._numbers), characters=self.drawn.choice((400, 400, 400, 4000)))
            for _ in range(number)
        ]
        documents = [IncomingDocument.from_json(document) for document in made]
        try:
            await tablet.store.write(RECORDS, documents, new_edits=False)
        except StorageError as error:
            self.say(f"{tablet.name} could not write {number}: {type(error).__name__}")
        else:
            self.records |= {document.identifier: tablet.name for document in documents}
            self.say(f"{tablet.name} wrote {number}")
        await self.notice_cuts()

    async def edit(self, node: Node) -> None:
        """Write a note on a node: an edit, a deletion, a conflict or a graft."""
        document = await self.notes.next_edit(self.drawn, node.store)
        self.notes.attempted.append(document)
        try:
            await node.store.write(NOTES, [document], new_edits=False)
        except StorageError as error:
            self.say(f"{node.name} could not edit: {type(error).__name__}")
        else:
            self.notes.acknowledged.append(document)
            if node is self.central:
                self.notes.at_central_since_copy.append(document)
            self.say(f"{node.name} edited {document.identifier} {document.revisions[0]}")
        await self.notice_cuts()

    async def project(self) -> None:
        """Write central's receipts for the envelopes that it holds durably."""
        central = self.central.store
        try:
            found = [change.identifier for change in (await central.changes(RECORDS)).results]
            await central.write(RECORDS, _receipts_lacking(found), new_edits=True)
        except StorageError as error:
            self.say(f"central could not project: {type(error).__name__}")
        await self.notice_cuts()

    async def replicate(self, parts: list[str]) -> list[Status]:
        """Run replications at once: "tablet0 push", "tablet0 pull", "hub push", "hub notes out" and so on."""
        ended: list[Status] = []
        await self.conductor.play({part: partial(self._replication, part, ended) for part in parts})
        return ended

    def possible_parts(self) -> list[str]:
        """Return the replications of the nodes that are up."""
        return [
            f"{node.name} {what}"
            for node in self.nodes[1:]
            if node.is_up
            for what in ("push", "pull", "notes-out", "notes-in")
        ]

    async def cut(self, node: Node) -> None:
        """Take a node's power away now."""
        self.say(f"{node.name} lost power")
        await node.lose_power()
        await self.conductor.cancel(node.name)

    async def _replication(self, part: str, ended: list[Status]) -> None:
        owner, _, what = part.partition(" ")
        node = next(one for one in self.nodes if one.name == owner)
        link = self._link_of(owner, part)
        database = NOTES if what.startswith("notes") else RECORDS
        client = httpx.AsyncClient(transport=link, auth=TokenAuth(_Tokens(link, database)))
        near = EnginePeer(node.store, database)
        far = HttpPeer(client, f"http://sync.example/{database}")
        outward = what in ("push", "notes-out")
        source, target = (near, far) if outward else (far, near)
        options = BOTH if database == NOTES else PUSH if outward else PULL
        async with client:
            status = await Replication(source, target, options, world=self._world(node, part)).run()
        ended.append(status)
        self.say(
            f"{part} {status.state}: {status.docs_read} {status.docs_written} {status.docs_denied} "
            f"{type(status.last_error).__name__}"
        )

    def _world(self, node: Node, part: str) -> World:
        async def sleep(seconds: float) -> None:
            node.now_s += seconds
            await self.conductor.turn(part)

        return World(
            now=lambda: datetime.fromtimestamp(node.now_s, UTC),
            sleep=sleep,
            chance=self.drawn.random,
            new_session=lambda: f"session{next(self._sessions)}",
        )

    def _link_of(self, owner: str, part: str) -> Link:
        link = self._link(part, self.links[owner].node)
        link.turn = partial(self.conductor.turn, part)
        link.late = self.links[owner].late
        return link

    def _link(self, name: str, route: Callable[[], Node | None]) -> Link:
        return Link(name, route, self.weather, self.drawn, self.say)

    async def notice_cuts(self) -> None:
        """Take down the nodes whose disk lost its power, and who worked on them."""
        for node in self.nodes:
            if node.is_up and node.disk.is_cut:
                await self.cut(node)


class _Tokens:
    """The tokens of whichever node answers (`sync.replicator.TokenSource`): kept until it refuses them."""

    def __init__(self, link: Link, database: str) -> None:
        self._link = link
        self._principal = "trusted" if database == NOTES else "device"
        self._kept: str | None = None

    async def __call__(self, *, fresh: bool) -> str:
        if self._kept is None or fresh:
            node = self._link.node()
            if node is None:
                raise PeerUnreachable("no network")
            self._kept = node.token(self._principal)
        return self._kept


def _receipts_lacking(found: list[str]) -> list[IncomingDocument]:
    known = set(found)
    return [
        IncomingDocument(receipt_of(identifier), {"envelope": identifier})
        for identifier in found
        if identifier.startswith("e") and receipt_of(identifier) not in known
    ]
