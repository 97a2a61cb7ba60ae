"""A store that a former version wrote: nothing of it is lost, and tablets go on where they were."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import orjson
import pytest

from sync.all_docs import AllDocsQuery
from sync.changes import Style
from sync.embedded import EmbeddedEngine
from sync.embedded.schema import DATABASE_VERSION, NODE_VERSION
from sync.errors import StorageFailed
from sync.security import Group, Security
from tests.sync.envelopes import replicated

pytestmark = pytest.mark.anyio

SECURITY = Security(members=Group(roles=frozenset({"team:t1"})))

# The forms of version 0, as it made them.
NODE_0 = """
CREATE TABLE node (instance TEXT NOT NULL);
CREATE TABLE databases (
    name TEXT PRIMARY KEY, identity TEXT NOT NULL UNIQUE, security BLOB NOT NULL
) WITHOUT ROWID;
INSERT INTO node VALUES ('instance-0');
"""
DATABASE_0 = """
CREATE TABLE state (update_seq INTEGER NOT NULL, doc_count INTEGER NOT NULL, doc_del_count INTEGER NOT NULL);
CREATE TABLE documents (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, deleted INTEGER NOT NULL, tree BLOB NOT NULL
);
CREATE TABLE bodies (id INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE locals (id TEXT PRIMARY KEY, revision INTEGER NOT NULL, content BLOB NOT NULL);
"""
BODIES = ["plain", "first", "second", "left", "right", "former"]
DOCUMENTS: list[tuple[int, str, int, list[object]]] = [
    (1, "plain", 0, [["1-p", [], False, 1]]),
    (3, "edited", 0, [["2-b", ["1-a"], False, 3], ["1-a", [], False, 2]]),
    (6, "conflict", 0, [["1-l", [], False, 4], ["1-r", [], False, 5]]),
    (8, "gone", 1, [["2-z", ["1-y"], True, 7], ["1-y", [], False, 6]]),
]


@contextmanager
def opened(path: Path) -> Iterator[apsw.Connection]:
    connection = apsw.Connection(str(path))
    try:
        yield connection
    finally:
        connection.close()


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """A store of version 0 with one database, `t1`, of four documents and a checkpoint."""
    (tmp_path / "databases").mkdir()
    with opened(tmp_path / "node.sqlite") as node:
        node.execute(NODE_0)
        node.execute(
            "INSERT INTO databases VALUES ('t1', 'identity-1', ?)", (orjson.dumps(SECURITY.to_json()),)
        )
    with opened(tmp_path / "databases" / "identity-1.sqlite") as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(DATABASE_0)
        database.execute("INSERT INTO state VALUES (8, 3, 1)")
        contents = [orjson.dumps({"said": body}) for body in BODIES] + [b"{}"]
        database.executemany("INSERT INTO bodies (content) VALUES (?)", ((each,) for each in contents))
        database.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?)",
            ((*row, orjson.dumps(tree)) for *row, tree in DOCUMENTS),
        )
        database.execute("INSERT INTO locals VALUES ('_local/c', 4, ?)", (b'{"last_seq":"3-identity-1"}',))
    return tmp_path


async def test_documents_conflicts_and_tombstones_are_all_there(former: Path) -> None:
    engine = await EmbeddedEngine.open(former)

    page = await engine.changes("t1", style=Style.ALL_DOCS)
    edited = await engine.get("t1", "edited")
    conflicts = await engine.open_revisions("t1", "conflict", None)

    assert [
        (change.sequence, change.identifier, [str(leaf) for leaf in change.leaves], change.deleted)
        for change in page.results
    ] == [
        ("1-identity-1", "plain", ["1-p"], False),
        ("3-identity-1", "edited", ["2-b"], False),
        ("6-identity-1", "conflict", ["1-r", "1-l"], False),
        ("8-identity-1", "gone", ["2-z"], True),
    ]
    assert edited.body == {"said": "second"}
    assert [str(revision) for revision in edited.ancestry] == ["2-b", "1-a"]
    assert (await engine.get("t1", "edited", revision="1-a")).body == {"said": "first"}
    assert [getattr(found, "body", None) for found in conflicts] == [{"said": "right"}, {"said": "left"}]
    assert (await engine.get("t1", "gone", revision="1-y")).body == {"said": "former"}
    await engine.aclose()


async def test_identities_rights_figures_and_checkpoints_stay(former: Path) -> None:
    engine = await EmbeddedEngine.open(former)

    information = await engine.information("t1")

    assert engine.instance == "instance-0"
    assert await engine.security("t1") == SECURITY
    assert (information.doc_count, information.doc_del_count, information.update_seq) == (
        *(3, 1),
        "8-identity-1",
    )
    assert (await engine.get_local("t1", "_local/c")).body == {"last_seq": "3-identity-1"}
    since = await engine.changes("t1", since="3-identity-1", limit=1)
    assert ([change.identifier for change in since.results], since.pending) == (["conflict"], 1)
    await engine.aclose()


async def test_writing_goes_on(former: Path) -> None:
    engine = await EmbeddedEngine.open(former)

    await engine.write("t1", [replicated("plain", "2-q", "1-p"), replicated("new", "1-n")], new_edits=False)
    revision = await engine.put("t1", "edited", {"said": "third"}, revision="2-b")

    assert (await engine.get("t1", "plain", revision="1-p")).body == {"said": "plain"}
    assert (await engine.get("t1", "plain")).body == {"value": "2-q"}
    assert (await engine.get("t1", "edited")).revision.generation == 3
    assert revision.startswith("3-")
    listed = await engine.all_docs("t1", AllDocsQuery())
    assert [row.key for row in listed.rows] == ["conflict", "edited", "new", "plain"]
    await engine.aclose()


async def test_a_damaged_database_keeps_only_its_own_team_waiting(former: Path) -> None:
    with opened(former / "node.sqlite") as node:
        node.execute("INSERT INTO databases VALUES ('t2', 'identity-2', '{}')")
    (former / "databases" / "identity-2.sqlite").write_bytes(b"no database" * 1000)

    engine = await EmbeddedEngine.open(former)

    assert (await engine.get("t1", "plain")).body == {"said": "plain"}
    with pytest.raises(StorageFailed):
        await engine.get("t2", "plain")
    await engine.aclose()


async def test_a_database_repaired_later_is_upgraded_then(former: Path) -> None:
    path = former / "databases" / "identity-1.sqlite"
    repaired = path.read_bytes()
    path.write_bytes(b"no database" * 1000)
    await (await EmbeddedEngine.open(former)).aclose()
    path.write_bytes(repaired)

    engine = await EmbeddedEngine.open(former)

    assert (await engine.get("t1", "plain")).body == {"said": "plain"}
    await engine.aclose()


async def test_an_upgraded_store_opens_again(former: Path) -> None:
    await (await EmbeddedEngine.open(former)).aclose()

    engine = await EmbeddedEngine.open(former)

    assert (await engine.get("t1", "edited")).body == {"said": "second"}
    await engine.aclose()
    database = former / "databases" / "identity-1.sqlite"
    for path, version in ((former / "node.sqlite", NODE_VERSION), (database, DATABASE_VERSION)):
        with opened(path) as connection:
            assert connection.execute("PRAGMA user_version").get == version


async def test_a_store_that_a_later_version_wrote_is_left_alone(tmp_path: Path) -> None:
    await (await EmbeddedEngine.open(tmp_path)).aclose()
    with opened(tmp_path / "node.sqlite") as node:
        node.execute(f"PRAGMA user_version = {NODE_VERSION + 1}")

    with pytest.raises(StorageFailed, match="later version"):
        await EmbeddedEngine.open(tmp_path)
