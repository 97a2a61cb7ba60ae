"""A server that answers as Apache CouchDB 3.5 was seen to, where none is at hand: its traps, not its code.

A thin layer over our own engine and its HTTP interface. What was tried on CouchDB 3.5.0 and is done here:

- tokens: 401 without one or past `exp`, 400 for a bad signature, an unknown `kid` or no `exp`; a text is
  accepted as `exp`; a token that says `_admin` is an administrator's; handlers are read at its start;
- an open feed outlives the token that opened it, its next request answers 401;
- a document that the validation function refuses is told, the others of its batch are written;
- one document over `max_document_size` answers 413 for the whole batch;
- `_db_updates` is not there until `_global_changes` is; updates are told together;
- `_local` documents and `_replicate` are open to any token: only a proxy can refuse them;
- a plain PUT makes CouchDB's own revision, and over a deletion a new document.

The validation function is not run: its Python twin decides, without the digest (one table holds both).
"""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from sync.couchdb.address import Address
from sync.couchdb.validation import DESIGN_ID
from sync.document import IncomingDocument
from sync.errors import DatabaseExists, DocumentNotFound, SyncError, TooLarge
from sync.http import Principal, create_app
from sync.http.asgi import Message, Receive, Scope, Send
from sync.http.failures import failure
from sync.http.response import JsonResponse, send_json
from sync.revision import Revision
from sync.write_rules import Refusal, WriteRule, envelope_rule
from tests.support.couchdb_configuration import Configuration, authenticated
from tests.support.couchdb_store import CouchDBStore
from tests.support.served import Served, served

SYSTEM = ("_users", "_replicator", "_global_changes")
ADMINISTRATOR = ("central", "a secret: of 2 words/é")

_principal: ContextVar[Principal] = ContextVar("principal")
_rule: ContextVar[WriteRule | None] = ContextVar("rule")


def envelope_rule_without_digest(document: IncomingDocument, *, new_edits: bool) -> Refusal | None:
    """Decide as `sync/couchdb/validation.js` does."""
    refusal = envelope_rule(document, new_edits=new_edits)
    if refusal is None or refusal.code != "digest":
        return refusal
    pinned = (Revision(1, document.identifier[1:33]),)
    return None if document.revisions == pinned else Refusal("revision", "not the one pinned to the digest")


@dataclass
class CouchDBDouble:
    """The double. Its fields may be changed while it runs; `requests` are those that came, oldest first, and
    `refusals` counts the kinds of those that it refused by itself."""

    store: CouchDBStore
    now: Callable[[], float] = time.time
    max_document_bytes: int = 8_000_000
    configuration: Configuration = field(default_factory=Configuration)
    system: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    requests: list[tuple[str, str]] = field(default_factory=list)
    refusals: Counter[type[SyncError]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        async def principal(_headers: object) -> Principal:
            return _principal.get()

        self.application = create_app(self.store, authorize=principal, rule_for=lambda _: _rule.get())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        method, path = scope["method"], scope["path"]
        self.requests.append((method, path))
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            who = authenticated(
                self.configuration, headers.get("authorization", ""), ADMINISTRATOR, self.now()
            )
            _principal.set(who)
            _rule.set(await self._rule_of(who, path))
            body = await _whole(receive)
            answer = await self._own(method, path, who, body)
        except SyncError as error:
            self.refusals[type(error)] += 1
            answer, body = failure(error), b""
        if answer is not None:
            await send_json(send, answer, [])
        else:
            await self.application(scope, _again(body, receive), send)

    def restart(self) -> None:
        """Read anew what CouchDB reads when it starts."""
        self.configuration.restart()

    async def _rule_of(self, who: Principal, path: str) -> WriteRule | None:
        database, _, below = path.removeprefix("/").partition("/")
        if who.is_server_admin or below.startswith("_local/"):
            return None
        try:
            await self.store.get(database, DESIGN_ID)
        except (DocumentNotFound, SyncError):
            return None

        def rule(document: IncomingDocument, *, new_edits: bool) -> Refusal | None:
            if document.identifier in self.refused:
                return Refusal("refused", "by this test")
            return envelope_rule_without_digest(document, new_edits=new_edits)

        return rule

    async def _own(self, method: str, path: str, who: Principal, body: bytes) -> JsonResponse | None:
        """Answer what our own interface does not, or not as CouchDB does; None for all the rest."""
        first, *rest = path.removeprefix("/").split("/")
        if first in ("_node", "_membership", "_session"):
            return self.configuration.answer(method, [first, *rest], who, body)
        if first in SYSTEM and not rest:
            return self._system_database(method, first)
        if path == "/_db_updates" and "_global_changes" not in self.system:
            return JsonResponse({"error": "not_found", "reason": "Database does not exist."}, 404)
        if path == "/_all_dbs" and who.is_server_admin:
            return JsonResponse(sorted([*self.system, *await self.store.databases()]))
        if path == "/_dbs_info":
            return JsonResponse([await self._information(key) for key in orjson.loads(body)["keys"]])
        if path == "/_replicate":
            return JsonResponse({"ok": True, "by": who.name})
        if rest == ["_bulk_docs"]:
            self._bounded(body)
        return None

    def _system_database(self, method: str, name: str) -> JsonResponse:
        if method == "PUT":
            if name in self.system:
                raise DatabaseExists
            self.system.add(name)
        return JsonResponse({"ok": True}, 201 if method == "PUT" else 200)

    async def _information(self, key: str) -> dict[str, Any]:
        if key not in await self.store.databases():
            return {"key": key, "error": "not_found"}
        return {"key": key, "info": {"update_seq": (await self.store.information(key)).update_seq}}

    def _bounded(self, body: bytes) -> None:
        for document in orjson.loads(body)["docs"]:
            if len(orjson.dumps(document)) > self.max_document_bytes:
                raise TooLarge(str(document.get("_id")))


def address_of(server: Served) -> Address:
    """Return where a double is, with its administrator."""
    return Address(f"http://127.0.0.1:{server.port}", *ADMINISTRATOR)


@asynccontextmanager
async def couchdb_double(directory: Path, **options: Any) -> AsyncIterator[tuple[CouchDBDouble, Served]]:
    """Run a double on a port of its own, as a CouchDB is once it was installed."""
    store = await CouchDBStore.open(directory)
    double = CouchDBDouble(store, **options)
    try:
        async with served(double, double.application.shutdown) as server:
            yield double, server
    finally:
        await store.aclose()


async def _whole(receive: Receive) -> bytes:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read, then whatever comes after it (that the client left)."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
