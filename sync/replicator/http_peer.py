"""A database of any CouchDB over HTTP, as an end of a replication."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
import msgspec
import orjson

from sync.replicator.bulk_get_answer import read_bulk_get
from sync.replicator.errors import DatabaseMissing, PeerMisbehaved, PeerRefused
from sync.replicator.exchange import HttpExchange
from sync.replicator.peer import (
    ChangedDocument,
    ChangesPage,
    Denial,
    FetchedBatch,
    FetchedDocument,
    LocalDocument,
    PeerInformation,
    SequenceValue,
    WantedRevision,
)

Answer = TypeVar("Answer")

# What a database answers for a call it does not serve, or a proxy for one it does not let through.
_NOT_SERVED: Final = frozenset({403, 404, 405, 501})
_EXISTS: Final = 412


class _Welcome(msgspec.Struct):
    uuid: str = ""


class _Information(msgspec.Struct):
    update_seq: Any
    instance_start_time: str | int = "0"


class _Leaf(msgspec.Struct):
    rev: str


class _Row(msgspec.Struct):
    id: str
    changes: list[_Leaf]


class _Changes(msgspec.Struct):
    results: list[_Row]
    last_seq: Any
    pending: int | None = None


class _Lacking(msgspec.Struct):
    missing: list[str]
    possible_ancestors: list[str] = []


class _Failure(msgspec.Struct):
    error: str = ""
    reason: str | None = None
    id: str = ""
    rev: str = ""


class HttpPeer:
    """`sync.replicator.peer.Peer` over HTTP.

    `url` is the database's (`https://host/prefix/name`, no credentials in it); `client` carries
    authentication (`BasicAuth`, `sync.replicator.token_auth.TokenAuth`) and is its owner's to close.
    `timeout_s` bounds every request but a waiting one, which has that much beyond its wait.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        *,
        timeout_s: float = 30.0,
        max_answer_bytes: int = 64 * 1024 * 1024,
    ) -> None:
        self._url = url.rstrip("/")
        self._server, _, self._name = self._url.rpartition("/")
        self._http = HttpExchange(client, timeout_s=timeout_s, max_answer_bytes=max_answer_bytes)

    async def identity(self) -> str:
        """Return the server's uuid and the database's name; its URL where the server states none."""
        body = await self._http.answer("GET", f"{self._server}/")
        uuid = _read(body, _Welcome).uuid
        # PouchDB's own rule (pouchdb-adapter-http, `id`), so that both find the same checkpoints.
        return uuid + self._name if uuid else f"{self._url}/"

    async def information(self) -> PeerInformation:
        """Return which database this is."""
        found = _read(await self._http.answer("GET", self._url), _Information)
        return PeerInformation(await self.identity(), str(found.instance_start_time), found.update_seq)

    async def changes(self, since: SequenceValue, limit: int, *, wait_s: float = 0.0) -> ChangesPage:
        """Read changes, by a long poll when asked to wait."""
        asked: dict[str, str | int] = {
            "style": "all_docs",
            "since": since if isinstance(since, str) else orjson.dumps(since).decode(),
            "limit": limit,
        }
        if wait_s:
            asked |= {"feed": "longpoll", "timeout": round(wait_s * 1000)}
        body = await self._http.answer("GET", f"{self._url}/_changes", query=asked, patience_s=wait_s)
        page = _read(body, _Changes)
        changes = tuple(
            ChangedDocument(row.id, tuple(leaf.rev for leaf in row.changes)) for row in page.results
        )
        return ChangesPage(changes, page.last_seq, page.pending)

    async def revs_diff(self, offered: Mapping[str, Sequence[str]]) -> list[WantedRevision]:
        """Return what is lacking."""
        body = await self._http.answer("POST", f"{self._url}/_revs_diff", body=orjson.dumps(offered))
        return [
            WantedRevision(identifier, revision, tuple(found.possible_ancestors))
            for identifier, found in _read(body, dict[str, _Lacking]).items()
            for revision in found.missing
        ]

    async def bulk_get(self, wanted: Sequence[WantedRevision]) -> FetchedBatch:
        """Read revisions with their histories and attachments."""
        asked = {"docs": [_asked(one) for one in wanted]}
        query: dict[str, str | int] = {"revs": "true", "latest": "true", "attachments": "true"}
        body = await self._http.answer(
            "POST", f"{self._url}/_bulk_get", query=query, body=orjson.dumps(asked)
        )
        return read_bulk_get(body, wanted)

    async def write(self, documents: Sequence[FetchedDocument]) -> list[Denial]:
        """Store revisions as they are."""
        body = await self._http.answer(
            "POST",
            f"{self._url}/_bulk_docs",
            body=orjson.dumps(
                {"new_edits": False, "docs": [orjson.Fragment(document.content) for document in documents]}
            ),
        )
        # Of what was stored CouchDB says nothing here, PouchDB's server says so.
        return [
            Denial(refused.id, refused.rev, refused.error, refused.reason or "")
            for refused in _read(body, list[_Failure])
            if refused.error
        ]

    async def ensure_commit(self) -> None:
        """Ask the peer to flush; one that does not serve the call promises it by itself (CouchDB 3)."""
        await self._http.answer("POST", f"{self._url}/_ensure_full_commit", body=b"{}", accepted=_NOT_SERVED)

    async def get_local(self, identifier: str) -> LocalDocument:
        """Return a local document, an empty one when there is none."""
        try:
            body = await self._http.answer("GET", self._document(identifier))
        except DatabaseMissing:
            return LocalDocument(None, {})
        found = _read(body, dict[str, Any])
        revision = found.pop("_rev", None)
        if not isinstance(revision, str):
            raise PeerMisbehaved("a local document without _rev")
        return LocalDocument(revision, found)

    async def put_local(self, identifier: str, document: LocalDocument) -> None:
        """Write a local document over its revision."""
        body = dict(document.body)
        if document.revision is not None:
            body["_rev"] = document.revision
        await self._http.answer("PUT", self._document(identifier), body=orjson.dumps(body))

    async def create(self) -> None:
        """Create the database unless it exists."""
        try:
            await self._http.answer("PUT", self._url)
        except PeerRefused as refused:
            if refused.status != _EXISTS:
                raise

    async def aclose(self) -> None:
        """Do nothing: the client is its owner's to close."""

    def _document(self, identifier: str) -> str:
        return f"{self._url}/_local/{quote(identifier.removeprefix('_local/'), safe='')}"


def _asked(wanted: WantedRevision) -> dict[str, object]:
    asked: dict[str, object] = {"id": wanted.identifier, "rev": wanted.revision}
    if wanted.possible_ancestors:
        # Attachments that these already have come as stubs.
        asked["atts_since"] = wanted.possible_ancestors
    return asked


def _read(body: bytes, shape: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.DecodeError as error:
        raise PeerMisbehaved(f"an answer that is not CouchDB's ({error})") from error
