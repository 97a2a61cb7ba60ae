"""The team whose figures are counted."""

import pytest

from server.keys.organisation import OrganisationKeys
from server.store.database import Store
from tests.support.organisation import Seeded, seed


@pytest.fixture
def team(store: Store, organisation_keys: OrganisationKeys) -> Seeded:
    """One team, on each of the two databases in turn."""
    return seed(store, organisation_keys)
