"""A reviewer's decision: sealed in the central database, read back by the projection, told to the tablet."""

import pytest

from server.central.databases import DECISIONS
from server.errors import Invalid, NotFound, Refused
from server.keys.organisation import OrganisationKeys
from server.projection.decisions import Verdict
from server.review.decisions import decide
from server.review.errors import Outrun
from server.store.database import Store
from server.store.read import Decision, Record, RecordState
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


async def _decide(
    town: Town, envelope: str, verdict: Verdict, message: str = "", after: str | None = None
) -> str:
    return await decide(
        town.store,
        town.engine,
        town.keys,
        envelope=envelope,
        verdict=verdict,
        message=message,
        member=town.seeded.clinical,
        at=NOON,
        after=after,
    )


async def _projected(town: Town) -> SealedRecord:
    record = town.writer.record(town.nurse)
    await town.push(record)
    await town.projection.sweep()
    return record


async def test_a_record_sent_back_reaches_its_author_with_the_message(town: Town) -> None:
    record = await _projected(town)
    identifier = await _decide(town, record.envelope.identifier, Verdict.TO_CORRECT, " Précisez la douleur ")
    await town.projection.sweep()
    assert [row.state for row in town.rows(Record)] == [RecordState.TO_CORRECT]
    assert [(row.document_id, row.member_id) for row in town.rows(Decision)] == [
        (identifier, town.seeded.clinical)
    ]
    receipt = await town.published(record.envelope)
    assert receipt is not None
    assert receipt.open is not None
    assert (receipt.open["state"], receipt.open["turn"]) == ("to_correct", "author")
    assert receipt.sealed == {"message": "Précisez la douleur", "by": "Cléo Essai"}


async def test_a_validated_record_is_said_integrated_without_any_message(town: Town) -> None:
    record = await _projected(town)
    await _decide(town, record.envelope.identifier, Verdict.VALIDATED, "gardé pour soi")
    await town.projection.sweep()
    assert [row.state for row in town.rows(Record)] == [RecordState.VALIDATED]
    receipt = await town.published(record.envelope)
    assert receipt is not None
    assert receipt.open is not None
    assert (receipt.open["state"], receipt.sealed) == ("integrated", None)


async def test_nothing_of_a_decision_is_readable_in_the_replication_store(town: Town) -> None:
    record = await _projected(town)
    identifier = await _decide(town, record.envelope.identifier, Verdict.TO_CORRECT, "Précisez")
    document = await town.engine.get(DECISIONS, identifier)
    assert document.body.keys() == {"jws"}
    assert record.digest not in str(document.body)


async def test_a_record_is_not_sent_back_without_a_message(town: Town) -> None:
    record = await _projected(town)
    for message in ("", "   ", "x" * 2001):
        with pytest.raises(Invalid):
            await _decide(town, record.envelope.identifier, Verdict.TO_CORRECT, message)


async def test_nothing_is_decided_of_an_unknown_record(town: Town) -> None:
    with pytest.raises(NotFound):
        await _decide(town, "e" + "0" * 64, Verdict.VALIDATED)


async def test_a_record_already_replaced_is_judged_by_its_correction(town: Town) -> None:
    record = await _projected(town)
    replaces = {"record": record.envelope.identifier, "reason": "Erreur"}
    await town.push(town.writer.record(town.nurse, replaces=replaces))
    await town.projection.sweep()
    with pytest.raises(Refused):
        await _decide(town, record.envelope.identifier, Verdict.VALIDATED)


async def test_of_two_decisions_upon_one_state_the_second_is_refused(town: Town) -> None:
    envelope = (await _projected(town)).envelope.identifier
    first = await _decide(town, envelope, Verdict.VALIDATED, after="")
    with pytest.raises(Outrun):
        await _decide(town, envelope, Verdict.TO_CORRECT, "Précisez", after="")
    await town.projection.sweep()
    with pytest.raises(Outrun):
        await _decide(town, envelope, Verdict.TO_CORRECT, "Précisez", after="")
    again = await _decide(town, envelope, Verdict.TO_CORRECT, "Précisez", after=first)
    await town.projection.sweep()
    assert {row.document_id for row in town.rows(Decision)} == {first, again}
    assert [row.state for row in town.rows(Record)] == [RecordState.TO_CORRECT]
