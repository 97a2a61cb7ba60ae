"""An engine over SQLite in a directory of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync.embedded import EmbeddedEngine
from sync.security import Group, Security

TEAM = Security(members=Group(roles=frozenset({"team:t1"})))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    """An engine that holds one empty database, `t1`, of the role `team:t1`."""
    opened = await EmbeddedEngine.open(tmp_path / "store")
    await opened.create_database("t1", TEAM)
    yield opened
    await opened.aclose()
