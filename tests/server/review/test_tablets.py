"""What a coordinator is told of a tablet: what came from it, and what is missing from its chain."""

import pytest

from server.keys.organisation import OrganisationKeys
from server.review.reviewer import Reviewer
from server.review.tablets import TabletRow, find_tablet
from server.store.control import Role
from server.store.database import Store
from sync.embedded.engine import EmbeddedEngine
from tests.server.projection.town import Town
from tests.support.records import SealedRecord

pytestmark = pytest.mark.anyio


@pytest.fixture
async def town(sqlite_store: Store, organisation_keys: OrganisationKeys, engine: EmbeddedEngine) -> Town:
    """One team with a replication engine."""
    opened = Town(sqlite_store, organisation_keys, engine)
    await opened.open()
    return opened


async def _told(town: Town, *arrived: SealedRecord) -> TabletRow:
    await town.push(*arrived)
    await town.projection.sweep()
    seeded = town.seeded
    reviewer = Reviewer(seeded.clinical, Role.CLINICAL_COORDINATOR, {seeded.team: "Équipe"})
    with town.store.session() as session:
        return find_tablet(session, reviewer, town.nurse.device)


def _signed(town: Town) -> list[SealedRecord]:
    """A visit as a tablet signs it: notices and records in one chain."""
    first = town.writer.notice(town.nurse, "attendance", status="arrived")
    record = town.writer.record(town.nurse)
    return [first, record, town.writer.notice(town.nurse, "attendance", status="done")]


async def test_notices_share_the_chain_and_are_not_missing_from_it(town: Town) -> None:
    told = await _told(town, *_signed(town))

    assert (told.records, told.missing) == (1, 0)


async def test_what_has_not_arrived_before_something_that_has_is_missing(town: Town) -> None:
    first, record, last = _signed(town)

    assert (await _told(town, last)).missing == 2
    assert (await _told(town, record)).missing == 1
    assert (await _told(town, first)).missing == 0
