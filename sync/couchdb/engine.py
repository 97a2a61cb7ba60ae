"""`sync.engine.Engine` over the HTTP API of Apache CouchDB 3, as its administrator.

What differs by CouchDB's nature: there is no transaction over several documents (`sync.couchdb.writing`),
local documents have no conflicts of their own (checked here, not atomically), sequences and the revisions of
plain edits are CouchDB's. CouchDB away raises StorageFailed; nothing is tried twice by itself but waiting.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from typing import Any, Final, Self

from sync.all_docs import AllDocsPage, AllDocsQuery
from sync.changes import ChangesPage, ChangesQuery, Style
from sync.couchdb import waiting
from sync.couchdb.address import Address
from sync.couchdb.client import Client, Parameters, database_path, document_path
from sync.couchdb.documents import local_revision, read_document, read_found, read_local
from sync.couchdb.listing import all_docs_parameters, changes_parameters, read_all_docs, read_changes
from sync.couchdb.provisioning import SHARDS
from sync.couchdb.sweep import database_names
from sync.couchdb.updates import SWEEP_PAUSE_S, Updates
from sync.couchdb.validation import DESIGN_DOCUMENT, DESIGN_ID
from sync.couchdb.writing import write_documents
from sync.database import DatabaseInformation, checked_name
from sync.document import Document, IncomingDocument, JsonObject, MissingRevision, WriteResult
from sync.document import checked_identifier as checked
from sync.errors import BadRequest, Conflict, DocumentNotFound, InvalidSequence, StorageFailed
from sync.revision import Revision
from sync.revs_diff import RevisionsDifference
from sync.security import Security
from sync.sequence import FROM_THE_START
from sync.subscription import Subscription
from sync.write_rules import WriteRule

_WHOLE: Final[Parameters] = {"revs": "true", "conflicts": "true", "deleted_conflicts": "true"}


class CouchDBEngine:
    """Databases of a CouchDB (`sync.engine.Engine`, where each method is described)."""

    def __init__(
        self,
        client: Client,
        instance: str,
        *,
        is_validated: Callable[[str], bool] = lambda _name: False,
        sweep_pause_s: float = SWEEP_PAUSE_S,
    ) -> None:
        self._client = client
        self._instance = instance
        self._is_validated = is_validated
        self._updates = Updates(client, sweep_pause_s=sweep_pause_s)
        self._closing: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(
        cls,
        address: Address,
        *,
        is_validated: Callable[[str], bool] = lambda _name: False,
        sweep_pause_s: float = SWEEP_PAUSE_S,
    ) -> Self:
        """Ask CouchDB who it is, and speak with it from then on.

        `is_validated` says which databases are made with the validation function. Raises StorageFailed when
        CouchDB is away, Unauthorized when it knows no such administrator.
        """
        client = Client(address)
        try:
            await client.call("GET", "/_all_dbs")
            told = await client.call("GET", "/")
        except BaseException:
            await client.aclose()
            raise
        if "uuid" not in told:
            await client.aclose()
            raise StorageFailed("What answers there is no CouchDB: it has no uuid.")
        return cls(client, told["uuid"], is_validated=is_validated, sweep_pause_s=sweep_pause_s)

    @property
    def client(self) -> Client:
        """The administrator's connection, for what lies beside the seam."""
        return self._client

    @property
    def instance(self) -> str:
        """The cluster's `uuid`."""
        return self._instance

    async def create_database(self, name: str, security: Security) -> None:
        """Create an empty database; members are admitted last, once its validation function is there."""
        await self._call("PUT", database_path(checked_name(name)), parameters=SHARDS)
        if self._is_validated(name):
            await self._call("PUT", document_path(name, DESIGN_ID), body=DESIGN_DOCUMENT)
        await self.set_security(name, security)
        self._updates.publish(name)

    async def delete_database(self, name: str) -> None:
        """Destroy a database and all it holds."""
        await self._call("DELETE", database_path(name))
        self._updates.publish(name)

    async def databases(self) -> list[str]:
        """Return the databases' names, sorted; CouchDB's own are left out."""
        return await database_names(self._client)

    async def information(self, name: str) -> DatabaseInformation:
        """Return a database's figures."""
        told = await self._call("GET", database_path(name))
        sizes = told.get("sizes", {})
        return DatabaseInformation(
            name=told["db_name"],
            update_seq=str(told["update_seq"]),
            doc_count=told["doc_count"],
            doc_del_count=told.get("doc_del_count", 0),
            file_size=sizes.get("file", 0),
            active_size=sizes.get("active", 0),
        )

    async def security(self, name: str) -> Security:
        """Return who may use a database."""
        return Security.from_json(await self._call("GET", database_path(name, "_security")))

    async def set_security(self, name: str, security: Security) -> None:
        """Change who may use a database."""
        await self._call("PUT", database_path(name, "_security"), body=security.to_json())

    async def get(
        self, name: str, identifier: str, *, revision: str | None = None, latest: bool = False
    ) -> Document:
        """Return the winner, or one revision."""
        parameters = dict(_WHOLE)
        if revision is not None:
            parameters = {"revs": "true", "rev": str(Revision.parse(revision))}
        if latest:
            parameters["latest"] = "true"
        path = document_path(name, checked(identifier))
        return read_document(await self._call("GET", path, parameters=parameters))

    async def open_revisions(
        self, name: str, identifier: str, revisions: Collection[str] | None, *, latest: bool = False
    ) -> list[Document | MissingRevision]:
        """Return the named revisions, or every leaf."""
        asked = "all" if revisions is None else json.dumps(list(revisions))
        parameters = {"open_revs": asked, "revs": "true", "latest": json.dumps(latest)}
        told = await self._call("GET", document_path(name, checked(identifier)), parameters=parameters)
        if revisions is None and not told:
            raise DocumentNotFound
        return [read_found(identifier, one) for one in told]

    async def write(
        self,
        name: str,
        documents: Sequence[IncomingDocument],
        *,
        new_edits: bool,
        rule: WriteRule | None = None,
    ) -> list[WriteResult]:
        """Write documents, in as few requests as CouchDB takes them."""
        results = await write_documents(self._client, name, documents, new_edits=new_edits, rule=rule)
        self._updates.publish(name)
        return results

    async def put(self, name: str, identifier: str, body: JsonObject, *, revision: str | None) -> str:
        """Write one edit."""
        parameters = {} if revision is None else {"rev": str(Revision.parse(revision))}
        path = document_path(name, checked(identifier))
        told = await self._call("PUT", path, parameters=parameters, body=body)
        self._updates.publish(name)
        return str(told["rev"])

    async def delete(self, name: str, identifier: str, *, revision: str) -> str:
        """Write a tombstone."""
        parameters = {"rev": str(Revision.parse(revision))}
        told = await self._call("DELETE", document_path(name, checked(identifier)), parameters=parameters)
        self._updates.publish(name)
        return str(told["rev"])

    async def revs_diff(
        self, name: str, offered: Mapping[str, Collection[str]]
    ) -> dict[str, RevisionsDifference]:
        """Return what is lacking of the revisions offered."""
        body = {identifier: list(revisions) for identifier, revisions in offered.items()}
        told = await self._call("POST", database_path(name, "_revs_diff"), body=body)
        return {
            identifier: RevisionsDifference(
                tuple(Revision.parse(revision) for revision in found["missing"]),
                tuple(Revision.parse(revision) for revision in found.get("possible_ancestors", ())),
            )
            for identifier, found in told.items()
            if found.get("missing")
        }

    async def bulk_get(
        self, name: str, wanted: Sequence[tuple[str, str | None]], *, latest: bool = False
    ) -> list[list[Document | MissingRevision]]:
        """Return, for each (id, revision or None for the winner), what was found."""
        docs = [
            {"id": identifier} if revision is None else {"id": identifier, "rev": revision}
            for identifier, revision in wanted
        ]
        told = await self._call(
            "POST",
            database_path(name, "_bulk_get"),
            parameters={"revs": "true", "latest": json.dumps(latest)},
            body={"docs": docs},
        )
        return [[read_found(result["id"], one) for one in result["docs"]] for result in told["results"]]

    async def all_docs(self, name: str, query: AllDocsQuery) -> AllDocsPage:
        """List documents by id."""
        told = await self._call(
            "GET" if query.keys is None else "POST",
            database_path(name, "_all_docs"),
            parameters=all_docs_parameters(query),
            body=None if query.keys is None else {"keys": list(query.keys)},
        )
        return read_all_docs(told)

    async def changes(
        self,
        name: str,
        *,
        since: str = FROM_THE_START,
        limit: int | None = None,
        include_docs: bool = False,
        style: Style = Style.MAIN_ONLY,
        descending: bool = False,
        doc_ids: Collection[str] | None = None,
    ) -> ChangesPage:
        """List documents by their last change."""
        query = ChangesQuery(since, limit, include_docs, style, descending, doc_ids)
        try:
            told = await self._call(
                "GET" if doc_ids is None else "POST",
                database_path(name, "_changes"),
                parameters=changes_parameters(query),
                body=None if doc_ids is None else {"doc_ids": list(doc_ids)},
            )
        except BadRequest as error:
            if "sequence" in error.reason:
                raise InvalidSequence(error.reason) from error
            raise
        return read_changes(told)

    async def wait_for_change(self, name: str, since: str, timeout_s: float) -> bool:
        """Wait until something changed after `since`."""
        polling = asyncio.ensure_future(waiting.wait_for_change(self._client, name, since, timeout_s))
        try:
            await asyncio.wait((polling, self._closing), return_when=asyncio.FIRST_COMPLETED)
            return not self._closing.done() and polling.result()
        finally:
            await _ended(polling)

    def updates(self) -> Subscription:
        """Listen to the updates of all databases."""
        return self._updates.subscribe()

    async def get_local(self, name: str, identifier: str) -> Document:
        """Return a local document."""
        return read_local(await self._call("GET", document_path(name, identifier)))

    async def put_local(
        self, name: str, identifier: str, body: JsonObject, *, revision: str | None
    ) -> Revision:
        """Write a local document over its revision, which CouchDB itself would not look at."""
        named = None if revision is None else local_revision(revision)
        try:
            stored = (await self.get_local(name, identifier)).revision
        except DocumentNotFound:
            stored = None
        if named != stored:
            raise Conflict
        written = dict(body) if named is None else {**body, "_rev": str(named)}
        told = await self._call("PUT", document_path(name, identifier), body=written)
        return local_revision(told["rev"])

    async def delete_local(self, name: str, identifier: str, *, revision: str | None) -> None:
        """Remove a local document."""
        stored = (await self.get_local(name, identifier)).revision
        if revision is None or local_revision(revision) != stored:
            raise Conflict
        await self._call("DELETE", document_path(name, identifier), parameters={"rev": str(stored)})

    async def aclose(self) -> None:
        """Release every waiter at once, end every connection."""
        if not self._closing.done():
            self._closing.set_result(None)
        await self._updates.aclose()
        await self._client.aclose()

    def _call(self, method: str, path: str, **asked: Any) -> Coroutine[None, None, Any]:
        return self._client.call(method, path, **asked)


async def _ended(task: asyncio.Future[bool]) -> None:
    task.cancel()
    await asyncio.wait((task,))
