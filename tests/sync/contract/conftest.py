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
from tests.sync.contract.pouchdb_server import DIFFERS
from tests.sync.replicator.pouchdb_peer import express_pouchdb
from tests.sync.server_process import ADMINISTRATOR, server_process

MEMBERS = Security(members=Group(roles=frozenset({f"team:{DB}"})))

ENGINES = [
    "embedded",
    "standalone",
    "double",
    "pouchdb_server",
    pytest.param("apache_couchdb", marks=pytest.mark.couchdb),
]
"""The embedded engine; the CouchDB engine over our stand-alone server, over the double (without
`_global_changes`: it tells no updates), over express-pouchdb and over an Apache CouchDB."""


@pytest.fixture(scope="session")
def standalone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our own stand-alone server in a process of its own: its administrator's address."""
    with server_process(tmp_path_factory.mktemp("standalone")) as server:
        scheme, _, place = server.url.partition("://")
        user, password = ADMINISTRATOR
        yield f"{scheme}://{user}:{password.replace(' ', '%20')}@{place}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what express-pouchdb is known to do otherwise (`DIFFERS` says what)."""
    left_out = {item for item in items if "[pouchdb_server" in item.name and _bare(item) in DIFFERS}
    if left_out:
        config.hook.pytest_deselected(items=sorted(left_out, key=lambda item: item.nodeid))
        items[:] = [item for item in items if item not in left_out]


def _bare(item: pytest.Item) -> str:
    return item.name.partition("[")[0]


class WithoutSecurity(CouchDBEngine):
    """For express-pouchdb, which has no `_security` and admits everybody."""

    async def set_security(self, name: str, security: Security) -> None:
        """Leave it."""


@pytest.fixture(scope="session")
def pouchdb_server(client_script: Path) -> Iterator[str]:
    """An express-pouchdb in a process of its own: its address, with an administrator it does not ask for."""
    with express_pouchdb(client_script, "config-infrastructure") as url:
        yield url.replace("://", "://nobody:asked@").removesuffix("/t1")


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
    elif kind in ("standalone", "pouchdb_server"):
        yield Address.parse(request.getfixturevalue(kind))
    else:
        yield None if kind == "embedded" or couchdb.URL is None else Address.parse(couchdb.URL)


@pytest.fixture
async def engine(kind: str, address: Address | None, tmp_path: Path) -> AsyncIterator[Engine]:
    """Each engine in turn, holding one empty database of its own role."""
    if address is None:
        opened: Engine = await EmbeddedEngine.open(tmp_path / "store")
    else:
        await remove_all(address)
        made = WithoutSecurity if kind == "pouchdb_server" else CouchDBEngine
        opened = await made.open(address, sweep_pause_s=0.05)
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
