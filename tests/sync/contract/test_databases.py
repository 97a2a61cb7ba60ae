"""Databases: created, described, closed to strangers, destroyed."""

import pytest

from sync.engine import Engine
from sync.errors import DatabaseExists, DatabaseNotFound, InvalidDatabaseName
from sync.security import Group, Security
from tests.sync.contract.feed_reading import ANOTHER, DB, identifiers
from tests.sync.envelopes import replicated

pytestmark = pytest.mark.anyio


async def made_here(engine: Engine) -> list[str]:
    """Return the databases of these tests, in the order told: a CouchDB may hold others."""
    return [name for name in await engine.databases() if name.startswith("contract-")]


async def test_a_database_is_listed_until_it_is_deleted(engine: Engine) -> None:
    await engine.create_database(ANOTHER, Security())
    assert await made_here(engine) == [ANOTHER, DB]

    await engine.delete_database(ANOTHER)
    assert await made_here(engine) == [DB]
    with pytest.raises(DatabaseNotFound):
        await engine.information(ANOTHER)


async def test_a_second_database_of_the_same_name_is_refused(engine: Engine) -> None:
    with pytest.raises(DatabaseExists):
        await engine.create_database(DB, Security())


@pytest.mark.parametrize("name", ["", "T1", "1t", "_users", "a b", "a" * 300, "é"])
async def test_a_name_outside_couchdbs_alphabet_is_refused(engine: Engine, name: str) -> None:
    with pytest.raises(InvalidDatabaseName):
        await engine.create_database(name, Security())


async def test_a_database_made_again_is_empty_and_restarts_its_readers(engine: Engine) -> None:
    await engine.write(DB, [replicated("a", "1-a"), replicated("b", "1-b")], new_edits=False)
    before = (await engine.changes(DB)).last_seq
    await engine.delete_database(DB)
    await engine.create_database(DB, Security())
    await engine.write(DB, [replicated("c", "1-c")], new_edits=False)

    assert await identifiers(engine, since=before) == ["c"]


async def test_security_is_kept_and_changed(engine: Engine) -> None:
    closed = Security(members=Group(names=frozenset({"nobody"})))
    await engine.set_security(DB, closed)

    assert await engine.security(DB) == closed


async def test_figures_follow_edits_and_deletions(engine: Engine) -> None:
    await engine.put(DB, "a", {}, revision=None)
    revision = await engine.put(DB, "b", {}, revision=None)
    await engine.delete(DB, "b", revision=revision)

    information = await engine.information(DB)

    assert (information.doc_count, information.doc_del_count) == (1, 1)
    assert await identifiers(engine, since=information.update_seq) == []
    assert information.file_size >= information.active_size > 0


@pytest.mark.parametrize("method", ["information", "security", "delete_database"])
async def test_an_unknown_database_is_said_to_be_so(engine: Engine, method: str) -> None:
    with pytest.raises(DatabaseNotFound):
        await getattr(engine, method)("unknown")
