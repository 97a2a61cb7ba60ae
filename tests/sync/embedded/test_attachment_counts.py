"""A content is there as long as a revision names it and no longer, whatever is written, purged, compacted."""

import asyncio
import tempfile
from collections import Counter
from pathlib import Path

import apsw
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sync.document import Document
from sync.embedded import EmbeddedEngine
from sync.embedded.attachments import located
from sync.errors import MissingStub
from sync.security import Security
from tests.sync.embedded.attached import attachment, document, stub

DB = "t1"

identifiers = st.sampled_from("ab")
digests = st.sampled_from("pq")
contents = st.sampled_from([b"", b"one", b"two", b"three"])
given_names = st.dictionaries(st.sampled_from("xy"), contents | contents | st.none(), min_size=1, max_size=2)
paths = st.lists(digests, min_size=1, max_size=3)
grafts = st.tuples(st.just("graft"), identifiers, paths, given_names)
edits = st.tuples(st.just("edit"), identifiers, st.booleans(), given_names)
purges = st.tuples(st.just("purge"), identifiers, st.integers(0, 2))
deletions = st.tuples(st.just("delete"), identifiers)
compactions = st.tuples(st.just("compact"))
limits = st.tuples(st.just("limit"), st.integers(1, 3))
steps = st.lists(
    st.one_of(grafts, edits, edits, purges, deletions, compactions, limits), min_size=5, max_size=30
)


# A winner purged among others; a revision that the limit hides as soon as it comes; one continued, compacted.
@example([("graft", "a", ["p"], {"x": b"1"}), ("graft", "a", ["q"], {"x": b"2"}), ("purge", "a", 1)])
@example(
    [("graft", "a", ["p", "q", "p"], {"x": b"1"}), ("limit", 1), ("graft", "a", ["q", "p"], {"x": b"2"})]
)
@example([("graft", "a", ["p"], {"x": b"1", "y": b"2"}), ("edit", "a", True, {"x": None}), ("compact",)])
@given(steps)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_contents_are_kept_exactly_as_long_as_they_are_named(taken: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(played(Path(directory), taken))


async def played(directory: Path, taken: list[tuple[object, ...]]) -> None:
    engine = await EmbeddedEngine.open(directory)
    await engine.create_database(DB, Security())
    for step in taken:
        await take(engine, *step)
    await readable(engine)
    await engine.aclose()
    counted(directory)


async def take(engine: EmbeddedEngine, kind: object, *asked: object) -> None:
    match kind, *asked:
        case "graft", str(identifier), list(path), dict(names):
            named = tuple(f"{len(path) - index}-{digest}" for index, digest in enumerate(path))
            await write(engine, identifier, named, names, new_edits=False)
        case "edit", str(identifier), bool(follows), dict(names):
            leaves = await leaves_of(engine, identifier) if follows else []
            named = (str(leaves[0].revision),) if leaves else ()
            await write(engine, identifier, named, names, new_edits=True)
        case "purge", str(identifier), int(number):
            leaves = await leaves_of(engine, identifier)
            await engine.maintenance.purge(DB, {identifier: [one.revision for one in leaves[:number]]})
        case "delete", str(identifier):
            for leaf in (await leaves_of(engine, identifier))[:1]:
                await engine.delete(DB, identifier, revision=str(leaf.revision))
        case ("compact",):
            await engine.maintenance.compact(DB)
            while (await engine.information(DB)).compact_running:
                pass
        case "limit", int(number):
            await engine.maintenance.set_revs_limit(DB, number)


async def write(
    engine: EmbeddedEngine,
    identifier: str,
    named: tuple[str, ...],
    names: dict[str, bytes | None],
    *,
    new_edits: bool,
) -> None:
    attached = [stub(name) if data is None else attachment(name, data) for name, data in names.items()]
    try:
        await engine.write(DB, [document(identifier, *attached, path=named)], new_edits=new_edits)
    except MissingStub:
        assert None in names.values()


async def leaves_of(engine: EmbeddedEngine, identifier: str) -> list[Document]:
    found = await engine.bulk_get(DB, [(identifier, None)])
    if not isinstance(found[0][0], Document):
        return []
    opened = await engine.open_revisions(DB, identifier, None)
    return [one for one in opened if isinstance(one, Document) and not one.deleted]


async def readable(engine: EmbeddedEngine) -> None:
    """Every attachment of every leaf is there whole."""
    for identifier in "ab":
        for leaf in await leaves_of(engine, identifier):
            for name, told in leaf.attachments.items():
                opened = await engine.open_attachment(DB, identifier, name, revision=str(leaf.revision))
                assert sum([len(piece) async for piece in opened.pieces()]) == told.stored_length


def counted(directory: Path) -> None:
    """The counts are those of the names in the file, and there are no other contents and pieces."""
    (path,) = (path for path in directory.rglob("*.sqlite") if "node" not in path.name)
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    stored = connection.execute("SELECT content FROM documents UNION ALL SELECT content FROM bodies")
    named = Counter(one.content for (content,) in stored for one in located(content).values())
    counts = dict(connection.execute("SELECT id, revisions FROM contents"))
    with_pieces = {number for (number,) in connection.execute("SELECT DISTINCT id >> 20 FROM pieces")}
    connection.close()
    assert counts == dict(named)
    assert with_pieces <= counts.keys()
