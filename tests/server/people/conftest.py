"""A town whose people are published."""

import pytest

from server.keys.organisation import OrganisationKeys
from server.store.database import Store
from sync.embedded.engine import EmbeddedEngine
from tests.server.people.village import Village


@pytest.fixture
async def village(
    sqlite_store: Store, organisation_keys: OrganisationKeys, engine: EmbeddedEngine
) -> Village:
    """One team on SQLite."""
    opened = Village(sqlite_store, organisation_keys, engine)
    await opened.open()
    return opened


@pytest.fixture
async def any_village(store: Store, organisation_keys: OrganisationKeys, engine: EmbeddedEngine) -> Village:
    """One team on each of the two databases in turn."""
    opened = Village(store, organisation_keys, engine)
    await opened.open()
    return opened
