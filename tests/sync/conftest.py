"""An engine over SQLite in a directory of its own."""

import fcntl
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sync.embedded import EmbeddedEngine
from sync.security import Group, Security
from tests.sync.plans import RECORDER

CLIENT = Path(__file__).parent / "pouchdb"
TEAM = Security(members=Group(roles=frozenset({"team:t1"})))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(autouse=True)
def no_full_scan() -> Iterator[None]:
    """Fail the test that makes the engine send a statement whose plan reads a whole table, or sorts."""
    yield
    assert RECORDER.full_scans() == []


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    """An engine that holds one empty database, `t1`, of the role `team:t1`."""
    opened = await EmbeddedEngine.open(tmp_path / "store")
    await opened.create_database("t1", TEAM)
    yield opened
    await opened.aclose()


@pytest.fixture(scope="session")
def client_script() -> Path:
    """The client with its packages, installed once from its lock file."""
    with (CLIENT / "package.json").open() as manifest:
        # Several test processes may come here at once; npm must run in one of them only.
        fcntl.flock(manifest, fcntl.LOCK_EX)
        if not (CLIENT / "node_modules" / ".package-lock.json").exists():
            subprocess.run(["npm", "ci", "--silent"], cwd=CLIENT, check=True, timeout=300)
    return CLIENT / "client.cjs"
