"""The embedded engine does what a CouchDB does, whatever is asked of it and in whatever order.

Hypothesis writes, deletes, grafts, compacts and purges at random, in the engine and in the model
(`tests.sync.model.couch`), and compares all that a reader can see. `HYPOTHESIS_PROFILE=deep` takes longer.
"""

import asyncio
import base64
import os
import shutil
import tempfile
from collections.abc import Coroutine, Mapping
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from sync.all_docs import AllDocsQuery
from sync.changes import Style
from sync.document import Document, IncomingDocument, MissingRevision, WriteResult
from sync.embedded import EmbeddedEngine
from sync.revision import Revision, RevisionStatus
from sync.security import Security
from tests.sync.model.couch import Content, ModelConflict, ModelDatabase

Answer = TypeVar("Answer")

IDENTIFIERS = st.sampled_from(["a", "b"])
VALUES = st.integers(0, 9)
NAMES = st.sampled_from(["x", "y"])
ATTACHMENTS = st.dictionaries(NAMES, st.sampled_from([b"", b"1", b"2" * 100]), max_size=2)
DIGESTS = "abc"
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "quick")


@st.composite
def foreign_paths(draw: st.DrawFn) -> tuple[Revision, ...]:
    """A revision that another node made and as many of its ancestors as that node remembers."""
    generation = draw(st.integers(1, 5))
    known = draw(st.integers(1, generation))
    return tuple(Revision(generation - index, draw(st.sampled_from(DIGESTS))) for index in range(known))


def foreign_content(revision: Revision) -> Content:
    """What a foreign revision says follows from its name, as it does from a digest."""
    kind = revision.generation + ord(revision.digest)
    if kind % 3 == 0:
        return Content(deleted=True)
    return Content(str(revision), {"x": str(revision).encode()} if kind % 3 == 1 else {})


class Databases:
    """One engine for the whole run, and a loop to ask it on: a database is quickly made, a store is not."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._directory = Path(tempfile.mkdtemp(prefix="model"))
        self._numbers = count()
        self.engine = self.run(EmbeddedEngine.open(self._directory))

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._loop.run_until_complete(work)

    def new(self) -> str:
        name = f"model{next(self._numbers)}"
        self.run(self.engine.create_database(name, Security()))
        return name

    def close(self) -> None:
        self.run(self.engine.aclose())
        self._loop.close()
        shutil.rmtree(self._directory)


class EngineAndModel(RuleBasedStateMachine):
    """The engine and the model, asked the same."""

    databases: Databases
    revisions = Bundle("revisions")

    def __init__(self) -> None:
        super().__init__()
        self.name = self.databases.new()
        self.model = ModelDatabase()
        self.engine = self.databases.engine

    def teardown(self) -> None:
        self.databases.run(self.engine.delete_database(self.name))

    @rule(identifier=IDENTIFIERS, value=VALUES, attachments=ATTACHMENTS)
    def write_without_a_revision(self, identifier: str, value: int, attachments: dict[str, bytes]) -> None:
        self._edit(identifier, None, Content(value, attachments))

    @rule(
        identifier=IDENTIFIERS,
        value=VALUES,
        attachments=ATTACHMENTS,
        stub=st.none() | NAMES,
        data=st.data(),
        deleted=st.booleans(),
    )
    def replace_a_revision(
        self,
        identifier: str,
        value: int,
        attachments: dict[str, bytes],
        stub: str | None,
        data: st.DataObject,
        deleted: bool,
    ) -> None:
        document = self.model.documents.get(identifier)
        known = [] if document is None else sorted(document.revisions)
        named = data.draw(st.sampled_from([*known, Revision(1, "unknown")]))
        here: Mapping[str, bytes] = {}
        if document is not None and named in document.leaves():
            here = document.contents[named].attachments
        kept = {stub: here[stub]} if stub is not None and stub in here else {}
        content = Content(None, deleted=True) if deleted else Content(value, {**attachments, **kept})
        self._edit(identifier, named, content, stubs=frozenset() if deleted else frozenset(kept))

    @rule(identifier=IDENTIFIERS, path=foreign_paths())
    def graft_what_another_node_made(self, identifier: str, path: tuple[Revision, ...]) -> None:
        self._graft(identifier, path)

    @rule(identifier=IDENTIFIERS, digest=st.sampled_from(DIGESTS), data=st.data())
    def graft_upon_what_is_here(self, identifier: str, digest: str, data: st.DataObject) -> None:
        document = self.model.documents.get(identifier)
        if document is None:
            return
        parent = data.draw(st.sampled_from(sorted(document.revisions)))
        self._graft(identifier, (Revision(parent.generation + 1, digest), *document.line(parent)))

    @rule(data=st.data(), identifier=IDENTIFIERS)
    def purge(self, identifier: str, data: st.DataObject) -> None:
        document = self.model.documents.get(identifier)
        known = [Revision(1, "unknown")] if document is None else sorted(document.revisions)
        named = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=2))
        purged = self._run(self.engine.maintenance.purge(self.name, {identifier: named}))
        assert set(purged[identifier]) == {str(one) for one in self.model.purge(identifier, named)}

    @rule()
    def compact(self) -> None:
        self._run(self._compacted())
        self.model.compact()

    @rule(limit=st.integers(1, 4))
    def remember_fewer_generations(self, limit: int) -> None:
        self._run(self.engine.maintenance.set_revs_limit(self.name, limit))
        self.model.revs_limit = limit

    @invariant()
    def the_figures_are_alike(self) -> None:
        found = self._run(self.engine.information(self.name))
        deleted = sum(document.is_deleted for document in self.model.documents.values())
        assert (found.doc_count, found.doc_del_count) == (len(self.model.documents) - deleted, deleted)
        assert int(found.update_seq.partition("-")[0]) == self.model.changes

    @invariant()
    def the_feeds_are_alike(self) -> None:
        page = self._run(self.engine.changes(self.name, style=Style.ALL_DOCS))
        assert [(one.identifier, list(one.leaves), one.deleted) for one in page.results] == [
            (identifier, document.leaves(), document.is_deleted)
            for identifier, document in self.model.in_order_of_change()
        ]

    @invariant()
    def the_listings_are_alike(self) -> None:
        page = self._run(self.engine.all_docs(self.name, AllDocsQuery(include_docs=True)))
        assert [(row.key, row.revision) for row in page.rows] == [
            (identifier, document.winner)
            for identifier, document in sorted(self.model.documents.items())
            if not document.is_deleted
        ]
        for row in page.rows:
            assert row.document is not None
            self._check(row.document)

    @invariant()
    def every_leaf_is_there_with_its_history(self) -> None:
        for identifier, document in self.model.documents.items():
            found = self._run(self.engine.open_revisions(self.name, identifier, None))
            assert [one.revision for one in found] == document.leaves()
            for one in found:
                assert isinstance(one, Document)
                self._check(one)

    @invariant()
    def every_revision_is_readable_as_long_as_its_content_is_known(self) -> None:
        for identifier, document in self.model.documents.items():
            asked = [(identifier, str(revision)) for revision in sorted(document.revisions)]
            answers = self._run(self.engine.bulk_get(self.name, asked))
            latest = self._run(self.engine.bulk_get(self.name, asked, latest=True))
            for (_, text), found, leaves in zip(asked, answers, latest, strict=True):
                revision = Revision.parse(text)
                assert isinstance(found[0], MissingRevision) == (revision not in document.contents)
                assert [leaf.revision for leaf in leaves] == document.descendants(revision)

    @invariant()
    def what_is_known_of_a_history_is_told(self) -> None:
        for identifier, document in self.model.documents.items():
            for leaf in document.leaves():
                found = self._run(self.engine.get(self.name, identifier, revision=str(leaf)))
                expected = [self._status(document.contents.get(one)) for one in document.line(leaf)]
                assert list(found.statuses) == expected

    @invariant()
    def nothing_known_is_asked_for_again(self) -> None:
        for identifier, document in self.model.documents.items():
            offered = [str(one) for one in sorted(document.revisions)]
            assert self._run(self.engine.revs_diff(self.name, {identifier: offered})) == {}

    def _run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self.databases.run(work)

    def _edit(
        self,
        identifier: str,
        named: Revision | None,
        content: Content,
        stubs: frozenset[str] = frozenset(),
    ) -> None:
        revisions = () if named is None else (named,)
        result = self._write(identifier, revisions, content, new_edits=True, stubs=stubs)
        try:
            parent = self.model.parent_of_edit(identifier, named)
        except ModelConflict:
            assert (result.error, result.revision) == ("conflict", None)
            return
        assert result.error is None
        assert result.revision is not None
        assert result.revision.generation == (1 if parent is None else parent.generation + 1)
        self.model.graft(
            identifier, (result.revision,) if parent is None else (result.revision, parent), content
        )

    def _graft(self, identifier: str, path: tuple[Revision, ...]) -> None:
        content = foreign_content(path[0])
        assert self._write(identifier, path, content, new_edits=False) == WriteResult(identifier, path[0])
        self.model.graft(identifier, path, content)

    def _write(
        self,
        identifier: str,
        revisions: tuple[Revision, ...],
        content: Content,
        *,
        new_edits: bool,
        stubs: frozenset[str] = frozenset(),
    ) -> WriteResult:
        told: dict[str, object] = {"_id": identifier, "value": content.value}
        if content.deleted:
            told = {"_id": identifier, "_deleted": True}
        if content.attachments:
            told["_attachments"] = {
                name: {"stub": True} if name in stubs else {"data": base64.b64encode(data).decode()}
                for name, data in content.attachments.items()
            }
        if revisions:
            ids = [one.digest for one in revisions]
            told["_revisions"] = {"start": revisions[0].generation, "ids": ids}
        document = IncomingDocument.from_json(told)
        (result,) = self._run(self.engine.write(self.name, [document], new_edits=new_edits))
        return result

    def _check(self, found: Document) -> None:
        """Hold a revision against the model: what it says, where it comes from, what it competes with."""
        document = self.model.documents[found.identifier]
        said = document.contents[found.revision]
        assert found.deleted == said.deleted
        assert found.body == ({} if said.deleted else {"value": said.value})
        assert {name: one.length for name, one in found.attachments.items()} == {
            name: len(data) for name, data in said.attachments.items()
        }
        assert self._bytes(found) == dict(said.attachments)
        assert list(found.ancestry) == document.line(found.revision)
        losers = document.leaves()[1:]
        assert list(found.conflicts) == [one for one in losers if not document.contents[one].deleted]
        assert list(found.deleted_conflicts) == [one for one in losers if document.contents[one].deleted]

    def _bytes(self, found: Document) -> dict[str, bytes]:
        async def read(name: str) -> bytes:
            reader = await self.engine.open_attachment(
                self.name, found.identifier, name, revision=str(found.revision)
            )
            return b"".join([piece async for piece in reader.pieces()])

        return {name: self._run(read(name)) for name in found.attachments}

    async def _compacted(self) -> None:
        await self.engine.maintenance.compact(self.name)
        # The engine says by itself only that it is at it; each question gives it the time of an answer.
        while (await self.engine.information(self.name)).compact_running:
            pass

    @staticmethod
    def _status(content: Content | None) -> RevisionStatus:
        if content is None:
            return RevisionStatus.MISSING
        return RevisionStatus.DELETED if content.deleted else RevisionStatus.AVAILABLE


@pytest.fixture(scope="module", autouse=True)
def databases() -> Any:
    EngineAndModel.databases = Databases()
    yield EngineAndModel.databases
    EngineAndModel.databases.close()


TestEngineAndModel = EngineAndModel.TestCase
TestEngineAndModel.settings = settings(
    max_examples=2000 if PROFILE == "deep" else 20,
    stateful_step_count=50 if PROFILE == "deep" else 12,
    deadline=None,
)
