"""One team and a projector."""

import pytest

from server.keys.organisation import OrganisationKeys
from server.store.database import Store
from tests.server.projection.scene import Scene


@pytest.fixture
def scene(sqlite_store: Store, organisation_keys: OrganisationKeys) -> Scene:
    """One team on SQLite: for what does not depend on the database."""
    return Scene(sqlite_store, organisation_keys)


@pytest.fixture
def any_scene(store: Store, organisation_keys: OrganisationKeys) -> Scene:
    """One team on each of the two databases in turn."""
    return Scene(store, organisation_keys)
