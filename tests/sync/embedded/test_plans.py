"""What a reading costs does not depend on how much the database holds."""

import apsw
import pytest

from sync.all_docs import AllDocsQuery
from sync.embedded import EmbeddedEngine
from tests.sync.envelopes import envelope, incoming_envelope
from tests.sync.plans import RECORDER

pytestmark = pytest.mark.anyio

DB = "t1"
FEW, MANY, BATCH = 2000, 20_000, 1000
PAGE = 100


async def fill(engine: EmbeddedEngine, first: int, end: int) -> None:
    for start in range(first, end, BATCH):
        batch = [incoming_envelope(number) for number in range(start, start + BATCH)]
        await engine.write(DB, batch, new_edits=False)


async def steps_of_reading(engine: EmbeddedEngine) -> int:
    """Return the steps of the costliest statement among readings of a hundred rows, and of one."""
    last = int((await engine.information(DB)).update_seq.partition("-")[0])
    identity = (await engine.information(DB)).update_seq.partition("-")[2]
    RECORDER.steps.clear()
    for since in (0, 1, last // 3, last // 2, last - PAGE - 1, last - 1, last):
        page = await engine.changes(DB, since=f"{since}-{identity}", limit=PAGE, include_docs=True)
        assert page.pending == max(0, last - since - PAGE)
        await engine.changes(DB, since=f"{since}-{identity}", limit=PAGE, descending=True)
    named = [str(envelope(number)["_id"]) for number in range(PAGE)]
    await engine.revs_diff(DB, {identifier: ["1-x"] for identifier in named})
    await engine.bulk_get(DB, [(identifier, None) for identifier in named])
    await engine.all_docs(DB, AllDocsQuery(limit=PAGE, include_docs=True))
    await engine.all_docs(DB, AllDocsQuery(limit=PAGE, descending=True))
    await engine.all_docs(DB, AllDocsQuery(keys=named))
    await engine.get(DB, named[0])
    return max(RECORDER.steps.values())


async def test_ten_times_the_documents_cost_no_more_to_read_from(engine: EmbeddedEngine) -> None:
    await fill(engine, 0, FEW)
    few = await steps_of_reading(engine)
    await fill(engine, FEW, MANY)

    many = await steps_of_reading(engine)

    # A block of 512 sequences is counted row by row, and blocks one by one: 36 more of them here.
    assert many < 1.2 * few + 500


def test_a_walk_through_a_table_would_be_found() -> None:
    planted = "connection.execute('SELECT id FROM documents WHERE content = ?', (1,)).fetchall()"
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE documents (id, content)")

    exec(compile(planted, "sync/embedded/planted.py", "exec"), {"connection": connection})  # noqa: S102 - our own text

    assert [found.partition(" in:")[0] for found in RECORDER.full_scans()] == ["SCAN documents"]
    connection.close()
