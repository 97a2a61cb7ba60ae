"""Local documents: kept apart, each written over its revision only."""

import pytest

from sync.all_docs import AllDocsQuery
from sync.engine import Engine
from sync.errors import Conflict, DocumentNotFound, InvalidRevision
from tests.sync.contract.feed_reading import DB, identifiers

pytestmark = pytest.mark.anyio


async def test_a_local_document_is_written_over_its_revision_only(engine: Engine) -> None:
    first = await engine.put_local(DB, "_local/x", {"n": 1}, revision=None)
    second = await engine.put_local(DB, "_local/x", {"n": 2}, revision=str(first))

    assert [str(first), str(second)] == ["0-1", "0-2"]
    for stale in (None, "0-1", "0-3"):
        with pytest.raises(Conflict):
            await engine.put_local(DB, "_local/x", {"n": 3}, revision=stale)
    assert (await engine.get_local(DB, "_local/x")).body == {"n": 2}


async def test_a_local_document_is_no_change_and_no_document(engine: Engine) -> None:
    await engine.put_local(DB, "_local/x", {"n": 1}, revision=None)

    assert await identifiers(engine) == []
    assert (await engine.all_docs(DB, AllDocsQuery())).rows == ()


async def test_a_local_document_can_be_removed(engine: Engine) -> None:
    revision = await engine.put_local(DB, "_local/x", {"n": 1}, revision=None)
    with pytest.raises(Conflict):
        await engine.delete_local(DB, "_local/x", revision="0-9")
    await engine.delete_local(DB, "_local/x", revision=str(revision))

    with pytest.raises(DocumentNotFound):
        await engine.get_local(DB, "_local/x")
    with pytest.raises(DocumentNotFound):
        await engine.delete_local(DB, "_local/x", revision=None)


async def test_a_malformed_local_revision_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidRevision):
        await engine.put_local(DB, "_local/x", {}, revision="1-a")
