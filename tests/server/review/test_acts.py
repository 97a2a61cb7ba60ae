"""A coordinator's act: sealed in the central database, and one only upon one state."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from server.central.databases import DECISIONS
from server.keys.organisation import OrganisationKeys
from server.projection.acts import QueueChange
from server.review.acts import perform
from server.review.errors import Outrun
from server.store.database import Store
from server.store.follow_ups import Act
from sync.embedded.engine import EmbeddedEngine
from tests.server.projection.town import Town
from tests.support.organisation import NOON

pytestmark = pytest.mark.anyio


@pytest.fixture
async def town(sqlite_store: Store, organisation_keys: OrganisationKeys, engine: EmbeddedEngine) -> Town:
    """One team with a replication engine."""
    opened = Town(sqlite_store, organisation_keys, engine)
    await opened.open()
    return opened


def change(town: Town, note: str, subject: str = "tablet:1", minutes: int = 0) -> QueueChange:
    at = NOON + timedelta(minutes=minutes)
    return QueueChange(
        subject=subject, member=town.seeded.clinical, at=at, owner=None, closed=True, note=note
    )


async def write(town: Town, act: QueueChange, after: str | None) -> str:
    return await perform(town.engine, town.keys, act, NOON, after=after)


async def test_of_two_acts_upon_one_state_the_second_is_refused(town: Town) -> None:
    first = await write(town, change(town, "un"), "")
    with pytest.raises(Outrun):
        await write(town, change(town, "deux"), "")
    second = await write(town, change(town, "deux", minutes=1), first)
    with pytest.raises(Outrun):
        await write(town, change(town, "trois", minutes=2), first)
    await town.projection.sweep()
    assert {row.document_id: row.body["note"] for row in town.rows(Act)} == {first: "un", second: "deux"}


async def test_of_many_at_the_same_instant_one_is_written(town: Town) -> None:
    found = await asyncio.gather(
        *(write(town, change(town, str(number)), "") for number in range(8)), return_exceptions=True
    )
    assert sum(isinstance(each, Outrun) for each in found) == 7


async def test_acts_on_other_things_or_without_a_state_do_not_wait_for_one_another(town: Town) -> None:
    for subject in ("tablet:1", "tablet:2"):
        await write(town, change(town, "un", subject), "")
    for _ in range(2):
        await write(town, change(town, "libre"), None)
    await town.projection.sweep()
    with town.store.session() as session:
        assert len(session.exec(select(Act)).all()) == 4


async def test_nothing_of_an_act_is_readable_in_the_replication_store(town: Town) -> None:
    identifier = await write(town, change(town, "Mme Durand rappelée"), "")
    document = await town.engine.get(DECISIONS, identifier)
    assert "Durand" not in str(document.body)
    assert "tablet" not in str(document.body)
