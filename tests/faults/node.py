"""A node of the team: a real store on a faulty disk, the real HTTP interface, a clock that may be wrong."""

import random
import shutil
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

import apsw
import httpx
import orjson

from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.errors import StorageError, Unauthorized
from sync.http import Principal, create_app
from sync.security import Group, Security
from sync.write_rules import Refusal, WriteRule, envelope_rule
from tests.faults.disk import FaultyDisk

RECORDS, NOTES = "t1", "g1"
"""The team's database, of envelopes and central's documents; and one of any documents."""

TOKEN_LIFE_S = 600
_MEMBERS = Security(members=Group(roles=frozenset({"team"})))
_DISKS = count()


class Node:
    """One store; `engine` is None while it is down. `now_s` is its own idea of the time.

    `refuses`: it takes nothing of a device. `rows_in_error`: how likely it fails to read one document of
    several.
    """

    def __init__(self, name: str, directory: Path, seed: int, *, lies: bool = False) -> None:
        self.name = name
        self.engine: EmbeddedEngine | None = None
        self.now_s = 1_000_000.0
        self.refuses = False
        self.rows_in_error = 0.0
        self._directory = directory
        self._copy = directory.with_name(f"{name}-copy")
        self._drawn = random.Random(f"{seed} {name}")
        self._lies = lies
        self._transport: httpx.ASGITransport | None = None

    @property
    def is_up(self) -> bool:
        """Whether it answers."""
        return self.engine is not None

    @property
    def store(self) -> EmbeddedEngine:
        """The store of a node that is up."""
        if self.engine is None:
            raise RuntimeError(f"{self.name} is down")
        return self.engine

    async def start(self, *, cut_after: int | None = None) -> bool:
        """Open the store on a disk with power; False when the power went again meanwhile."""
        disk = FaultyDisk(f"disk-{next(_DISKS)}", seed=self._drawn.getrandbits(32), lies=self._lies)
        self.disk = disk
        if cut_after is not None:
            disk.cut_after(cut_after)
        try:
            engine = await EmbeddedEngine.open(
                self._directory,
                vfs=disk.name,
                new_identity=lambda: f"{self._drawn.getrandbits(128):032x}",
            )
        except (StorageError, apsw.Error):
            if not disk.is_cut:
                raise
            return False
        self.engine = engine
        try:
            for database in (RECORDS, NOTES):
                if database not in await engine.databases():
                    await engine.create_database(database, _MEMBERS)
        except (StorageError, apsw.Error):
            await self.lose_power()
            return False
        application = create_app(
            engine, authorize=self._authorize, rule_for=self._rule, now=lambda: self.now_s
        )
        self._transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        return True

    async def lose_power(self) -> None:
        """Lose what was not synced."""
        if self.engine is not None:
            engine, self.engine, self._transport = self.engine, None, None
            self.disk.cut()
            with suppress(StorageError, apsw.Error):
                await engine.aclose()

    async def stop(self) -> None:
        """Close the store as an orderly stop does."""
        if self.engine is not None:
            engine, self.engine, self._transport = self.engine, None, None
            await engine.aclose()

    async def be_replaced(self) -> None:
        """Lose the whole store: another box takes this one's place."""
        await self.lose_power()
        shutil.rmtree(self._directory, ignore_errors=True)

    async def be_copied(self) -> None:
        """Copy what is on the disk, in the place of an earlier copy."""
        await self.lose_power()
        shutil.rmtree(self._copy, ignore_errors=True)
        shutil.copytree(self._directory, self._copy)
        await self.start()

    @property
    def has_copy(self) -> bool:
        """Whether it was copied."""
        return self._copy.is_dir()

    async def be_restored(self) -> None:
        """Lose the store and go on with its copy, as another one."""
        await self.be_replaced()
        shutil.copytree(self._copy, self._directory)
        await self.start()
        await self.store.renew_identities()

    def token(self, principal: str) -> str:
        """Issue a token, valid here and by this node's clock."""
        return f"{principal} {self.name} {int(self.now_s) + TOKEN_LIFE_S}"

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, read whole. Raises httpx.ConnectError when down."""
        if self._transport is None:
            raise httpx.ConnectError("down", request=request)
        response = await self._transport.handle_async_request(request)
        try:
            await response.aread()
        finally:
            await response.aclose()
        if self.rows_in_error and request.url.path.endswith("/_bulk_get") and response.is_success:
            return httpx.Response(200, content=self._with_errors(response.content))
        return response

    def _with_errors(self, content: bytes) -> bytes:
        """Put errors in the place of some documents of an answer to `_bulk_get`, as CouchDB does (fabric)."""
        told = orjson.loads(content)
        for found in told["results"]:
            for row in found["docs"]:
                if "ok" in row and self._drawn.random() < self.rows_in_error:
                    named = {"id": found["id"], "rev": row.pop("ok")["_rev"]}
                    row["error"] = {**named, "error": "internal_server_error", "reason": "timeout"}
        return orjson.dumps(told)

    async def _authorize(self, headers: Mapping[str, str]) -> Principal:
        principal, _, rest = headers.get("authorization", "").removeprefix("Bearer ").partition(" ")
        issuer, _, expiry = rest.partition(" ")
        if issuer != self.name or int(expiry) <= self.now_s:
            raise Unauthorized("The token has expired.")
        return Principal(principal, frozenset({"team"}), float(expiry))

    def _rule(self, principal: Principal) -> WriteRule | None:
        if principal.name != "device":
            return None
        return _nothing if self.refuses else envelope_rule


def _nothing(document: IncomingDocument, *, new_edits: bool) -> Refusal:
    return Refusal("forbidden", "Not now.")
