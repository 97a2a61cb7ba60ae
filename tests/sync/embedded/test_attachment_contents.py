"""The bytes of attachments: stored once, freed with the last revision that names them."""

import asyncio
from pathlib import Path

import apsw
import pytest

from sync.attachment import PIECE_BYTES
from sync.document import IncomingDocument
from sync.embedded import EmbeddedEngine
from sync.errors import DocumentNotFound, MissingStub, StorageFull
from sync.revision import Revision
from sync.security import Security
from tests.sync.embedded.attached import attachment, document, read, stub, written
from tests.sync.envelopes import replicated

pytestmark = pytest.mark.anyio

DB = "t1"
PHOTO = bytes(range(256)) * 8


def stored(directory: Path) -> tuple[int, int]:
    """Return how many contents and pieces lie in the one database of a store."""
    (path,) = (
        path for path in directory.rglob("*.sqlite*") if path.suffix == ".sqlite" and "node" not in path.name
    )
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        contents: int = connection.execute("SELECT count(*) FROM contents").get
        pieces: int = connection.execute("SELECT count(*) FROM pieces").get
    finally:
        connection.close()
    return contents, pieces


async def test_the_same_bytes_are_stored_once(engine: EmbeddedEngine, tmp_path: Path) -> None:
    first = await written(engine, DB, document("a", attachment("x", PHOTO), attachment("y", PHOTO)))
    await written(engine, DB, document("a", stub("x"), path=(str(first),)))
    await written(engine, DB, document("b", attachment("z", PHOTO, "image/jpeg")))

    assert stored(tmp_path) == (1, 1)


async def test_a_large_content_lies_in_pieces(engine: EmbeddedEngine, tmp_path: Path) -> None:
    await written(engine, DB, document("a", attachment("x", bytes(2 * PIECE_BYTES + 1))))

    assert stored(tmp_path) == (1, 3)


async def test_the_last_revision_to_go_frees_the_bytes(engine: EmbeddedEngine, tmp_path: Path) -> None:
    """A revision is forgotten when a thousand others have come after it."""
    history = [f"{generation}-x" for generation in range(1100, 0, -1)]
    await written(engine, DB, document("a", attachment("x", PHOTO), path=("1-x",)), new_edits=False)
    await written(engine, DB, document("b", attachment("x", PHOTO), path=("1-x",)), new_edits=False)

    await written(engine, DB, replicated("a", *history), new_edits=False)
    assert stored(tmp_path) == (1, 1)
    await written(engine, DB, replicated("b", *history), new_edits=False)
    assert stored(tmp_path) == (0, 0)


async def test_a_revision_that_a_longer_history_hides_frees_its_bytes_too(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    await written(
        engine,
        DB,
        document("a", attachment("x", PHOTO), path=("2-x", "1-x")),
        replicated("a", *(f"{generation}-x" for generation in range(1100, 0, -1))),
        new_edits=False,
    )

    assert stored(tmp_path) == (0, 0)


async def test_a_refused_call_leaves_nothing(engine: EmbeddedEngine, tmp_path: Path) -> None:
    with pytest.raises(MissingStub):
        await engine.write(
            DB, [document("a", attachment("x", PHOTO)), document("b", stub("x"))], new_edits=True
        )

    assert stored(tmp_path) == (0, 0)


async def test_a_conflicting_edit_leaves_nothing(engine: EmbeddedEngine, tmp_path: Path) -> None:
    await written(engine, DB, document("a"))
    await engine.write(DB, [document("a", attachment("x", PHOTO))], new_edits=True)

    assert stored(tmp_path) == (0, 0)


async def test_the_same_revision_again_counts_once(engine: EmbeddedEngine, tmp_path: Path) -> None:
    history = [f"{generation}-x" for generation in range(1100, 0, -1)]
    for _ in range(2):
        await written(engine, DB, document("a", attachment("x", PHOTO), path=("1-x",)), new_edits=False)
    await written(engine, DB, replicated("a", *history), new_edits=False)

    assert stored(tmp_path) == (0, 0)


async def test_a_losing_revision_keeps_its_bytes(engine: EmbeddedEngine) -> None:
    await written(
        engine, DB, document("a", attachment("x", b"one", revpos=1), path=("1-b",)), new_edits=False
    )
    await written(engine, DB, replicated("a", "1-c"), new_edits=False)
    await written(engine, DB, replicated("a", "2-d", "1-c"), new_edits=False)

    assert await read(engine, DB, "a", "x", "1-b") == b"one"


async def test_a_reader_of_bytes_that_went_is_told(engine: EmbeddedEngine) -> None:
    await written(engine, DB, document("a", attachment("x", PHOTO), path=("1-x",)), new_edits=False)
    opened = await engine.open_attachment(DB, "a", "x", revision="1-x")
    await written(
        engine,
        DB,
        replicated("a", *(f"{generation}-x" for generation in range(1100, 0, -1))),
        new_edits=False,
    )
    # The number of a content is never given again: other bytes cannot come in the place of these.
    await written(engine, DB, document("b", attachment("x", b"other")))

    with pytest.raises(DocumentNotFound):
        await anext(opened.pieces())


async def test_an_attachment_for_which_there_is_no_room_leaves_nothing(tmp_path: Path) -> None:
    engine = await EmbeddedEngine.open(tmp_path / "small", database_page_limit=40)
    await engine.create_database(DB, Security())
    large = bytes(range(256)) * 4096

    with pytest.raises(StorageFull):
        await engine.write(DB, [document("a", attachment("x", large))], new_edits=True)
    await written(engine, DB, document("a", attachment("x", b"small")))

    assert stored(tmp_path / "small") == (1, 1)
    await engine.aclose()


async def test_a_document_without_attachments_costs_nothing_more(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    await engine.write(DB, [IncomingDocument("a", {"value": 1})], new_edits=True)

    assert ((await engine.get(DB, "a")).content, stored(tmp_path)) == (b'{"value":1}', (0, 0))


async def test_a_compaction_frees_what_only_old_revisions_named(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    first = await written(engine, DB, document("a", attachment("x", b"old"), attachment("y", b"kept")))
    second = await written(engine, DB, document("a", stub("y"), path=(str(first),)))
    await engine.maintenance.compact(DB)
    async with asyncio.timeout(10):
        while (await engine.information(DB)).compact_running:
            pass

    assert stored(tmp_path) == (1, 1)
    assert await read(engine, DB, "a", "y", str(second)) == b"kept"


async def test_a_purge_frees_what_only_the_purged_named(engine: EmbeddedEngine, tmp_path: Path) -> None:
    await written(engine, DB, document("a", attachment("x", b"one"), path=("1-a",)), new_edits=False)
    await written(engine, DB, document("a", attachment("x", b"two"), path=("1-b",)), new_edits=False)

    await engine.maintenance.purge(DB, {"a": [Revision(1, "b")]})
    assert (stored(tmp_path), await read(engine, DB, "a", "x")) == ((1, 1), b"one")
    await engine.maintenance.purge(DB, {"a": [Revision(1, "a")]})
    assert stored(tmp_path) == (0, 0)
