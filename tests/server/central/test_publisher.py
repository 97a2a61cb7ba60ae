"""Central documents: signed, sealed to the team, believed only where and when they should be (wire §4)."""

from datetime import UTC, datetime

import pytest

from server.central import documents
from server.central.documents import CentralDocument, DocumentType
from server.central.errors import ForgedDocument, NoTeamDatabase
from server.central.publisher import Central
from server.central.team_keys import TeamKeyRing
from server.identifiers import central_document_id
from server.keys.organisation import generate
from server.routes.services import Services
from tests.support.organisation import Seeded

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def receipt(database: str, state: str = "received", message: str = "à revoir") -> CentralDocument:
    return CentralDocument(
        DocumentType.RECEIPT, "e" + "0" * 64, database, {"state": state}, {"message": message}
    )


@pytest.fixture
def central(services: Services) -> Central:
    return services.central


async def revision(central: Central, document: CentralDocument) -> str:
    return str((await central.engine.get(document.database, document.identifier)).revision)


async def test_the_same_content_is_not_written_again(central: Central, seeded: Seeded) -> None:
    document = receipt(seeded.database)
    assert await central.publish(seeded.database, [document]) == 1
    first = await revision(central, document)
    assert await central.publish(seeded.database, [document]) == 0
    assert await revision(central, document) == first


async def test_new_content_is_a_new_revision_of_the_same_document(central: Central, seeded: Seeded) -> None:
    await central.publish(seeded.database, [receipt(seeded.database)])
    changed = receipt(seeded.database, state="integrated")
    assert await central.publish(seeded.database, [changed]) == 1
    assert (await revision(central, changed)).startswith("2-")
    assert await central.read(seeded.database, [changed]) == [changed]


async def test_what_is_sealed_is_not_readable_in_the_document(central: Central, seeded: Seeded) -> None:
    document = receipt(seeded.database, message="canari-cendré")
    await central.publish(seeded.database, [document])
    stored = await central.engine.get(seeded.database, document.identifier)
    assert document.identifier == central_document_id("receipt", document.key)
    assert list(stored.body) == ["jws"]
    assert b"canari" not in stored.content


async def test_a_document_that_lies_there_forged_is_written_over(central: Central, seeded: Seeded) -> None:
    document = receipt(seeded.database)
    await central.engine.put(seeded.database, document.identifier, {"jws": "a.b.c"}, revision=None)
    assert await central.publish(seeded.database, [document]) == 1
    assert await central.read(seeded.database, [document]) == [document]


async def test_a_database_of_no_team_is_refused(central: Central) -> None:
    with pytest.raises(NoTeamDatabase):
        await central.publish("tother", [receipt("tother")])


async def test_concurrent_publications_of_one_document_both_succeed(central: Central, seeded: Seeded) -> None:
    import asyncio

    offered = [receipt(seeded.database, state=state) for state in ("received", "integrated", "to_correct")]
    await asyncio.gather(*(central.publish(seeded.database, [each]) for each in offered))
    (found,) = await central.read(seeded.database, offered[:1])
    assert found in offered


async def test_another_organisations_signature_is_not_believed(central: Central, seeded: Seeded) -> None:
    document = receipt(seeded.database)
    forged = documents.sign(document, generate("other"), seeded.ring, NOW)
    with pytest.raises(ForgedDocument):
        read(central, seeded.ring, forged, document)


async def test_a_true_document_under_another_id_or_database_is_not_believed(
    central: Central, seeded: Seeded
) -> None:
    document = receipt(seeded.database)
    signed = documents.sign(document, central.keys, seeded.ring, NOW)
    assert read(central, seeded.ring, signed, document) == document
    elsewhere = receipt("t" + "0" * 32)
    with pytest.raises(ForgedDocument):
        read(central, seeded.ring, signed, elsewhere)
    with pytest.raises(ForgedDocument):
        documents.read({"jws": signed}, "c" + "0" * 40, seeded.database, central.keys.signing, seeded.ring)


async def test_another_team_cannot_open_what_is_sealed(central: Central, seeded: Seeded) -> None:
    document = receipt(seeded.database)
    signed = documents.sign(document, central.keys, seeded.ring, NOW)
    stranger = TeamKeyRing("another", seeded.ring.epochs)
    with pytest.raises(ForgedDocument):
        read(central, stranger, signed, document)


def read(central: Central, ring: TeamKeyRing, signed: str, document: CentralDocument) -> CentralDocument:
    return documents.read({"jws": signed}, document.identifier, document.database, central.keys.signing, ring)
