"""The engines that the contract is held against; each test has one, with one empty database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sync.couchdb.address import Address
from sync.couchdb.engine import CouchDBEngine
from sync.embedded import EmbeddedEngine
from sync.engine import Engine
from sync.errors import DatabaseNotFound
from sync.security import Group, Security
from tests.support import couchdb
from tests.support.couchdb_double import address_of, couchdb_double
from tests.sync.contract.feed_reading import ANOTHER, DB, OTHER
from tests.sync.server_process import ADMINISTRATOR, server_process

MEMBERS = Security(members=Group(roles=frozenset({f"team:{DB}"})))

ENGINES = ["embedded", "standalone", "double", pytest.param("apache_couchdb", marks=pytest.mark.couchdb)]
"""The embedded engine; the CouchDB engine over our stand-alone server, over the double (without
`_global_changes`: it tells no updates) and over an Apache CouchDB."""


@pytest.fixture(scope="session")
def standalone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our own stand-alone server in a process of its own: its administrator's address."""
    with server_process(tmp_path_factory.mktemp("standalone")) as server:
        scheme, _, place = server.url.partition("://")
        user, password = ADMINISTRATOR
        yield f"{scheme}://{user}:{password.replace(' ', '%20')}@{place}"


@pytest.fixture(params=ENGINES)
def kind(request: pytest.FixtureRequest) -> str:
    """Which engine."""
    name: str = request.param
    return name


@pytest.fixture
async def address(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Address | None]:
    """Where the CouchDB of this engine is; None for the embedded one."""
    if kind == "double":
        async with couchdb_double(tmp_path / "double") as (_, server):
            yield address_of(server)
    elif kind == "standalone":
        yield Address.parse(request.getfixturevalue("standalone"))
    else:
        yield None if kind == "embedded" or couchdb.URL is None else Address.parse(couchdb.URL)


@pytest.fixture
async def engine(address: Address | None, tmp_path: Path) -> AsyncIterator[Engine]:
    """Each engine in turn, holding one empty database of its own role."""
    if address is None:
        opened: Engine = await EmbeddedEngine.open(tmp_path / "store")
    else:
        await remove_all(address)
        opened = await CouchDBEngine.open(address, sweep_pause_s=0.05)
    await opened.create_database(DB, MEMBERS)
    yield opened
    await opened.aclose()
    if address is not None:
        await remove_all(address)


async def remove_all(address: Address) -> None:
    """Remove what these tests made."""
    engine = await CouchDBEngine.open(address)
    for name in (DB, OTHER, ANOTHER):
        with suppress(DatabaseNotFound):
            await engine.delete_database(name)
    await engine.aclose()
