"""Attachments of one database: each content once, however many revisions and documents name it.

A content is found by its SHA-256: MD5, which CouchDB's digests are, can be made to collide. It lies in
pieces, so that a range of it, or the whole, is read without holding it. What a revision names lies before
its body, in its content; how many revisions name a content of attachments is counted in the same
transaction, and the last one frees it.
"""

import hashlib
import re
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import astuple
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

import apsw
import orjson

from sync.attachment import (
    GZIP_BITS,
    PIECE_BYTES,
    Arrival,
    Attachment,
    Content,
    Encoding,
    Gunzip,
    IncomingAttachment,
    digest_of,
)
from sync.errors import AttachmentTooLarge, BadRequest, DigestMismatch, DocumentNotFound, MissingStub
from sync.revision import Revision

# As CouchDB's default configuration ([attachments] compressible_types, compression_level).
COMPRESSION_LEVEL: Final = 8
_COMPRESSIBLE = re.compile(
    r"\s*(text/[^;]*|application/javascript|application/json|application/xml)\s*(;.*)?", re.IGNORECASE
)
# A reader who accepts no gzip gets it decoded: this bounds what a few kilobytes can be made to say.
MAX_DECODED_BYTES: Final = 256 * 1024 * 1024
# A content that names attachments begins with a byte with which no JSON does; their names end with a line
# end, which JSON text has none of. A content moves between a row and `bodies` as one.
_MARK: Final = b"\x01"
_END: Final = b"\n"
_NONE: Final[Mapping[str, Attachment]] = MappingProxyType({})
# The number of a piece is the number of its content and its place in it: 2**20 pieces of 256 KiB.
_PIECE_BITS: Final = 20


class ReadyAttachment(NamedTuple):
    """An attachment whose bytes are as they will be stored. Its `revpos` is its author's (None: unsaid)."""

    name: str
    content_type: str
    revpos: int | None
    content: Content
    sha256: bytes
    digest: str
    length: int
    encoding: Encoding | None
    encoded_length: int | None


class Stub(NamedTuple):
    """Stands for an attachment of the revision edited. `revpos` must be the stored one when it is told."""

    name: str
    revpos: int | None


class Location(NamedTuple):
    """Where the bytes of a stored attachment are."""

    attachment: Attachment
    content: int


Answer = TypeVar("Answer")
Query = Callable[[apsw.Connection], Answer]
Prepared = ReadyAttachment | Stub
Resolved = ReadyAttachment | Location


class StoredAttachment:
    """`sync.node_engine.AttachmentReader`: reads piece by piece, each in a transaction of its own."""

    def __init__(
        self, location: Location, revision: Revision, read: Callable[[Query[bytes]], Awaitable[bytes]]
    ) -> None:
        self.attachment = location.attachment
        self.revision = revision
        self._content = location.content
        self._read = read

    async def pieces(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes as stored."""
        length = self.attachment.stored_length
        end = length if end is None else min(end, length)
        while start < end:
            number, offset = divmod(start, PIECE_BYTES)
            piece = await self._read(partial(read_piece, content=self._content, number=number))
            said = piece[offset : offset + end - start]
            start += len(said)
            yield said


def prepare_attachments(incoming: Mapping[str, IncomingAttachment]) -> tuple[Prepared, ...]:
    """Digest and compress what came, outside the event loop and the writer's thread.

    Raises BadRequest for bytes that did not come or are not as long as announced, DigestMismatch,
    AttachmentTooLarge for gzip that says too much, StorageFull, StorageFailed.
    """
    return tuple(_prepared(attachment) for attachment in incoming.values())


def _prepared(incoming: IncomingAttachment) -> Prepared:
    if incoming.arrival is Arrival.STUB:
        return Stub(incoming.name, incoming.revpos)
    content = incoming.content
    if content is None:
        raise BadRequest(f"The bytes of attachment {incoming.name} did not follow")
    announced = incoming.encoded_length if incoming.arrival is Arrival.FOLLOWS else None
    if announced is not None and announced != content.length:
        longer = "longer" if content.length > announced else "shorter"
        raise BadRequest(f"attachment {longer} than expected")
    digest, sha256 = _digests(content)
    if incoming.digest not in (None, digest):
        raise DigestMismatch
    length, encoding, encoded_length = content.length, incoming.encoding, None
    if encoding is not None:
        _check_gzip(incoming.name, content)
        # CouchDB takes the decoded length on trust, and the encoded one for it when none is told.
        length, encoded_length = incoming.length or content.length, content.length
    elif _COMPRESSIBLE.fullmatch(incoming.content_type):
        content, encoding = _compressed(content), "gzip"
        digest, sha256 = _digests(content)
        encoded_length = content.length
    return ReadyAttachment(
        name=incoming.name,
        content_type=incoming.content_type,
        revpos=incoming.revpos,
        content=content,
        sha256=sha256,
        digest=digest,
        length=length,
        encoding=encoding,
        encoded_length=encoded_length,
    )


def resolved(
    identifier: str, prepared: Iterable[Prepared], known: Mapping[str, Location]
) -> tuple[Resolved, ...]:
    """Put stored attachments in the place of stubs. Raises MissingStub."""
    return tuple(_resolved(identifier, one, known) if isinstance(one, Stub) else one for one in prepared)


def digests(attachments: Iterable[Resolved]) -> list[tuple[str, str, str]]:
    """Return what of attachments makes a revision another one: name, type and digest of each."""
    return [
        (told.name, told.content_type, told.digest)
        for told in (one.attachment if isinstance(one, Location) else one for one in attachments)
    ]


def keep(
    connection: apsw.Connection, attachments: Iterable[Resolved], body: bytes, *, generation: int | None
) -> bytes:
    """Store what a new revision names; return its content: the names, then its body.

    `generation` is the revision's for an edit, which brings its new attachments; None keeps the
    positions that their author gave.
    """
    named = [
        one if isinstance(one, Location) else _stored(connection, one, generation) for one in attachments
    ]
    if not named:
        return body
    connection.executemany(
        "UPDATE contents SET revisions = revisions + 1 WHERE id = ?", [(one.content,) for one in named]
    )
    names = orjson.dumps([(*astuple(one.attachment), one.content) for one in named])
    return _MARK + names + _END + body


def release(connection: apsw.Connection, content: bytes | None) -> None:
    """Forget what a content names, when it is removed; free what no other content names."""
    if content is None or not content.startswith(_MARK):
        return
    for one in located(content).values():
        connection.execute("UPDATE contents SET revisions = revisions - 1 WHERE id = ?", (one.content,))
        connection.execute("DELETE FROM contents WHERE id = ? AND revisions = 0", (one.content,))
        if connection.changes():
            first = one.content << _PIECE_BITS
            connection.execute(
                "DELETE FROM pieces WHERE id BETWEEN ? AND ?", (first, first + (1 << _PIECE_BITS) - 1)
            )


def split(content: bytes) -> tuple[bytes, Mapping[str, Attachment]]:
    """Return a content's body, and the attachments that it names."""
    if not content.startswith(_MARK):
        return content, _NONE
    return content[content.index(_END) + 1 :], {
        name: one.attachment for name, one in located(content).items()
    }


def located(content: bytes | None) -> dict[str, Location]:
    """Return what a content names, and where it is."""
    if content is None or not content.startswith(_MARK):
        return {}
    names = orjson.loads(content[len(_MARK) : content.index(_END)])
    return {one[0]: Location(Attachment(*one[:-1]), one[-1]) for one in names}


def read_piece(connection: apsw.Connection, content: int, number: int) -> bytes:
    """Return one piece of a content. Raises DocumentNotFound once no revision names it any more."""
    found = connection.execute(
        "SELECT data FROM pieces WHERE id = ?", ((content << _PIECE_BITS) + number,)
    ).fetchone()
    if found is None:
        raise DocumentNotFound
    piece: bytes = found[0]
    return piece


def _resolved(identifier: str, stub: Stub, known: Mapping[str, Location]) -> Location:
    found = known.get(stub.name)
    if found is None or stub.revpos not in (None, found.attachment.revpos):
        raise MissingStub(identifier, stub.name)
    return found


def _stored(connection: apsw.Connection, ready: ReadyAttachment, generation: int | None) -> Location:
    attachment = Attachment(
        name=ready.name,
        content_type=ready.content_type,
        digest=ready.digest,
        length=ready.length,
        revpos=(ready.revpos or 0) if generation is None else generation,
        encoding=ready.encoding,
        encoded_length=ready.encoded_length,
    )
    found = connection.execute("SELECT id FROM contents WHERE sha256 = ?", (ready.sha256,)).fetchone()
    if found is not None:
        return Location(attachment, found[0])
    connection.execute("INSERT INTO contents (sha256, revisions) VALUES (?, 0)", (ready.sha256,))
    content = connection.last_insert_rowid()
    connection.executemany(
        "INSERT INTO pieces (id, data) VALUES (?, ?)",
        (((content << _PIECE_BITS) + number, piece) for number, piece in enumerate(ready.content.pieces())),
    )
    return Location(attachment, content)


def _digests(content: Content) -> tuple[str, bytes]:
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    for piece in content.pieces():
        md5.update(piece)
        sha256.update(piece)
    return digest_of(md5.digest()), sha256.digest()


def _compressed(content: Content) -> Content:
    deflate = zlib.compressobj(COMPRESSION_LEVEL, zlib.DEFLATED, GZIP_BITS)
    compressed = Content()
    for piece in content.pieces():
        compressed.write(deflate.compress(piece))
    compressed.write(deflate.flush())
    return compressed


def _check_gzip(name: str, content: Content) -> None:
    gunzip, decoded = Gunzip(), 0
    try:
        for piece in content.pieces():
            decoded += sum(map(len, gunzip.decoded(piece)))
            if decoded > MAX_DECODED_BYTES:
                raise AttachmentTooLarge(name)
        gunzip.end()
    except zlib.error as error:
        raise BadRequest(f"attachment {name} is not gzip") from error
