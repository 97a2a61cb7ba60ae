"""A CouchDB as it is once installed (the double), and the engine over it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.couchdb.address import Address
from sync.couchdb.engine import CouchDBEngine
from sync.security import Group, Security
from tests.support.couchdb_double import CouchDBDouble, address_of, couchdb_double
from tests.support.served import Served

DB = "t" + "0" * 32
TEAM = Security(members=Group(roles=frozenset({f"team:{DB}"})))


@dataclass(frozen=True)
class CouchDB:
    """The double, and the server that it answers by."""

    double: CouchDBDouble
    server: Served

    @property
    def address(self) -> Address:
        """Its administrator's address."""
        return address_of(self.server)


@pytest.fixture
async def couchdb(tmp_path: Path) -> AsyncIterator[CouchDB]:
    """A CouchDB of which nothing was asked yet."""
    async with couchdb_double(tmp_path / "couchdb") as (double, server):
        yield CouchDB(double, server)


@pytest.fixture
async def over_couchdb(couchdb: CouchDB) -> AsyncIterator[CouchDBEngine]:
    """The engine, which makes databases with their validation function; it holds one, `DB`."""
    opened = await CouchDBEngine.open(couchdb.address, is_validated=lambda _: True, sweep_pause_s=0.05)
    await opened.create_database(DB, TEAM)
    yield opened
    await opened.aclose()
