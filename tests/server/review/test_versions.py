"""The history of a record, found from any of its versions, in whatever visit they lie."""

from datetime import timedelta

import pytest
from sqlmodel import select

from server.keys.organisation import OrganisationKeys
from server.review.versions import versions
from server.store.database import Store
from server.store.read import Record
from sync.embedded.engine import EmbeddedEngine
from tests.server.projection.town import Town
from tests.support.organisation import NOON
from tests.support.records import SealedRecord

pytestmark = pytest.mark.anyio


@pytest.fixture
async def town(store: Store, organisation_keys: OrganisationKeys, engine: EmbeddedEngine) -> Town:
    """One team on each of the two databases in turn."""
    opened = Town(store, organisation_keys, engine)
    await opened.open()
    return opened


def _corrects(town: Town, record: SealedRecord, minutes: int, visit: str | None = None) -> SealedRecord:
    return town.writer.record(
        town.doctor,
        visit=visit,
        signed_at=NOON + timedelta(minutes=minutes),
        replaces={"record": record.envelope.identifier, "reason": "Autre personne"},
    )


def _history(town: Town, record: SealedRecord) -> list[tuple[str, str | None]]:
    with town.store.session() as session:
        row = session.exec(select(Record).where(Record.digest == record.digest)).one()
        found = versions(session, row)
        return [(version.digest, replaced.digest if replaced else None) for version, replaced in found]


async def test_a_record_given_to_another_visit_has_one_history_seen_from_each_version(town: Town) -> None:
    wrong = town.writer.record(town.nurse)
    right = _corrects(town, wrong, 5)
    again = _corrects(town, right, 9, visit=right.payload["visit"])
    other = town.writer.record(town.nurse, visit=wrong.payload["visit"], signed_at=NOON)
    await town.push(wrong, right, again, other)
    await town.projection.sweep()
    expected = [(wrong.digest, None), (right.digest, wrong.digest), (again.digest, right.digest)]
    for version in (wrong, right, again):
        assert expected == _history(town, version)
    assert [(other.digest, None)] == _history(town, other)


async def test_two_corrections_of_one_record_are_both_versions(town: Town) -> None:
    first = town.writer.record(town.nurse)
    one = _corrects(town, first, 5, visit=first.payload["visit"])
    two = _corrects(town, first, 7)
    await town.push(first, one, two)
    await town.projection.sweep()
    expected = [(first.digest, None), (one.digest, first.digest), (two.digest, first.digest)]
    assert expected == _history(town, one)
    assert expected == _history(town, two)
