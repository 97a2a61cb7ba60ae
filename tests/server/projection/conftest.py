"""The scene of the projection's tests."""

import pytest

from server.keys.organisation import OrganisationKeys
from server.store.database import Store
from sync.embedded.engine import EmbeddedEngine
from tests.server.projection.scene import Scene
from tests.server.projection.town import Town


@pytest.fixture
def scene(sqlite_store: Store, organisation_keys: OrganisationKeys) -> Scene:
    """One team on SQLite: for what does not depend on the database."""
    return Scene(sqlite_store, organisation_keys)


@pytest.fixture
def any_scene(store: Store, organisation_keys: OrganisationKeys) -> Scene:
    """One team on each of the two databases in turn."""
    return Scene(store, organisation_keys)


@pytest.fixture
async def town(sqlite_store: Store, organisation_keys: OrganisationKeys, engine: EmbeddedEngine) -> Town:
    """One team on SQLite, with a replication engine."""
    opened = Town(sqlite_store, organisation_keys, engine)
    await opened.open()
    return opened


@pytest.fixture
async def any_town(store: Store, organisation_keys: OrganisationKeys, engine: EmbeddedEngine) -> Town:
    """One team on each of the two databases in turn, with a replication engine."""
    opened = Town(store, organisation_keys, engine)
    await opened.open()
    return opened
