"""A hub believes what its organisation signed of its own team's devices, for the database where it lies."""

from typing import Any

import pytest
from joserfc.jwk import ECKey

from server.central.payload import DocumentType
from server.errors import NotAllowed, NotFound
from server.identifiers import central_document_id, new_uuid
from sync.document import IncomingDocument
from sync.revision import Revision
from tests.server.hub.conftest import DATABASE, FORMER, Bench, Device

pytestmark = pytest.mark.anyio


def id_of(device: Device) -> str:
    return central_document_id(DocumentType.DEVICE, device.id)


async def is_believed(bench: Bench, device: Device) -> bool:
    try:
        return (await bench.node.beliefs.key_of(device.id)).thumbprint() == device.key.thumbprint()
    except NotFound:
        return False


async def test_an_active_device_of_the_team_is_believed(bench: Bench) -> None:
    device = bench.device()
    assert not await is_believed(bench, device)
    await bench.tell(device)
    assert await is_believed(bench, device)


@pytest.mark.parametrize(
    "forged",
    [
        {"key": ECKey.generate_key("P-256")},
        {"type": "keyring"},
        {"v": 2},
        {"open": None},
        {"open": {}},
        {"open": "active"},
    ],
    ids=lambda forged: next(iter(forged)),
)
async def test_what_the_organisation_did_not_sign_of_it_is_not(bench: Bench, forged: dict[str, Any]) -> None:
    device = bench.device()
    await bench.tell(device, **forged)
    assert not await is_believed(bench, device)


async def test_what_was_signed_for_another_database_is_not(bench: Bench) -> None:
    device = bench.device()
    await bench.tell(device, database=FORMER)
    signed = await bench.node.engine.get(FORMER, id_of(device))
    moved = IncomingDocument(id_of(device), signed.body, (Revision(1, "b" * 32),))
    await bench.node.engine.write(DATABASE, [moved], new_edits=False)
    await bench.node.engine.delete_database(FORMER)
    assert not await is_believed(bench, device)


async def test_a_device_of_another_team_is_not(bench: Bench) -> None:
    device = Device(new_uuid())
    await bench.tell(device)
    assert not await is_believed(bench, device)


async def test_a_document_says_nothing_of_another_device(bench: Bench) -> None:
    device, other = bench.device(), bench.device()
    await bench.tell(other, identifier=id_of(device))
    assert not await is_believed(bench, device)
    assert not await is_believed(bench, other)


@pytest.mark.parametrize("device", ["", "x" * 100_000, "_local/x", "../..", "\u0000"])
async def test_a_name_that_is_none_is_unknown(bench: Bench, device: str) -> None:
    with pytest.raises(NotFound):
        await bench.node.beliefs.key_of(device)


async def test_a_revocation_outweighs_everything_else(bench: Bench) -> None:
    device = bench.device()
    await bench.tell(device, database=FORMER)
    await bench.tell(device)
    await bench.tell(device, "revoked", revision=(1, "0" * 32))
    assert (await bench.node.engine.get(DATABASE, id_of(device))).revision.digest == "a" * 32
    with pytest.raises(NotAllowed) as refused:
        await bench.node.beliefs.key_of(device.id)
    assert refused.value.code == "device-revoked"
    assert await bench.node.beliefs.is_revoked(device.id)
