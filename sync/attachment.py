"""Attachments: bytes that a document's revision names, as they arrive and as they are kept.

CouchDB's model (https://docs.couchdb.org/en/stable/api/document/attachments.html). An edit keeps an
attachment of the revision it replaces only by naming it, as a *stub*; one that it does not name is gone
from the new revision and stays in the old.
"""

import base64
import binascii
import errno
import io
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import IO, Final, Literal, Self

from sync.errors import BadRequest, InvalidDocument, StorageError, StorageFailed, StorageFull

DEFAULT_CONTENT_TYPE: Final = "application/octet-stream"
PIECE_BYTES: Final = 256 * 1024
GZIP_BITS: Final = 16 + zlib.MAX_WBITS

Encoding = Literal["gzip"]


class Spool:
    """Where the bytes of one request wait: in memory while few, in one nameless file beyond.

    Held by one thread at a time. The file goes with the object.
    """

    def __init__(self, *, memory_bytes: int = 1024 * 1024) -> None:
        self._memory_bytes = memory_bytes
        self._file: IO[bytes] = io.BytesIO()
        self._in_memory = True
        self.length = 0

    def append(self, piece: bytes | bytearray | memoryview) -> None:
        """Add bytes at the end. Raises StorageFull, StorageFailed."""
        try:
            if self._in_memory and self.length + len(piece) > self._memory_bytes:
                self._move_to_disk()
            self._file.seek(self.length)
            self._file.write(piece)
        except OSError as error:
            raise _storage_error(error) from error
        self.length += len(piece)

    def read(self, start: int, length: int) -> bytes:
        """Return bytes that were added. Raises StorageFailed."""
        try:
            self._file.seek(start)
            return self._file.read(length)
        except OSError as error:
            raise _storage_error(error) from error

    def _move_to_disk(self) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the object
        weakref.finalize(self, file.close)
        self._file.seek(0)
        shutil.copyfileobj(self._file, file)
        self._file, self._in_memory = file, False


class Content:
    """Bytes on their way in. Contents that share a spool are written one after the other."""

    def __init__(self, data: bytes = b"", *, spool: Spool | None = None) -> None:
        self._spool = Spool() if spool is None else spool
        self._start = self._spool.length
        self.length = 0
        self.write(data)

    def write(self, piece: bytes | bytearray | memoryview) -> None:
        """Add bytes at the end. Raises StorageFull, StorageFailed."""
        self._spool.append(piece)
        self.length += len(piece)

    def pieces(self) -> Iterator[bytes]:
        """Yield the whole, from its beginning, as often as asked. Raises StorageFailed."""
        for offset in range(0, self.length, PIECE_BYTES):
            yield self._spool.read(self._start + offset, min(PIECE_BYTES, self.length - offset))


class Gunzip:
    """Decodes gzip as it comes (RFC 1952), in pieces of a bounded size however much a little says."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(GZIP_BITS)

    def decoded(self, piece: bytes) -> Iterator[bytes]:
        """Yield what `piece` adds. Raises zlib.error for what is no gzip."""
        while piece:
            if self._inflate.eof:
                # Another member follows the last.
                self._inflate = zlib.decompressobj(GZIP_BITS)
            if said := self._inflate.decompress(piece, PIECE_BYTES):
                yield said
            piece = self._inflate.unconsumed_tail or self._inflate.unused_data

    def end(self) -> None:
        """Raise zlib.error when what was read stops short."""
        if not self._inflate.eof:
            raise zlib.error("the end is missing")


class Arrival(Enum):
    """Where an incoming attachment's bytes are: with it, in the revision edited, or later in the request."""

    DATA = auto()
    STUB = auto()
    FOLLOWS = auto()


@dataclass(frozen=True, slots=True)
class IncomingAttachment:
    """An attachment to write. `content` is None until the bytes of one that follows have come.

    `revpos` is what its author says: in a stub it must agree with what is stored, with `new_edits` false
    it is stored as given. `digest` (`md5-<base64>`), `length` and `encoded_length` (bytes), of one that
    follows, are checked against what comes. `encoding` says how its bytes are encoded already.
    """

    name: str
    content_type: str = DEFAULT_CONTENT_TYPE
    arrival: Arrival = Arrival.DATA
    content: Content | None = None
    revpos: int | None = None
    digest: str | None = None
    length: int | None = None
    encoding: Encoding | None = None
    encoded_length: int | None = None

    @classmethod
    def from_json(cls, name: str, value: object) -> Self:
        """Read a member of `_attachments`. Raises InvalidDocument, BadRequest for data that is not base64."""
        if not isinstance(value, Mapping):
            raise InvalidDocument(f"Attachment {name} must be an object")
        content_type = value.get("content_type", DEFAULT_CONTENT_TYPE)
        if not isinstance(content_type, str):
            raise InvalidDocument(f"content_type of attachment {name} must be a string")
        revpos = _whole_number(value, "revpos", name)
        if value.get("stub") is not True and value.get("follows") is not True:
            data = _decoded(name, value.get("data"))
            return cls(name, content_type, content=Content(data), revpos=revpos, length=len(data))
        digest = value.get("digest")
        length = _whole_number(value, "length", name)
        encoding = _encoding(value.get("encoding"), name)
        encoded_length = _whole_number(value, "encoded_length", name)
        return cls(
            name=name,
            content_type=content_type,
            arrival=Arrival.STUB if value.get("stub") is True else Arrival.FOLLOWS,
            revpos=revpos,
            digest=digest if isinstance(digest, str) and digest.startswith("md5-") else None,
            length=length,
            encoding=encoding,
            encoded_length=length if encoded_length is None else encoded_length,
        )


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored attachment, as one revision of a document names it.

    `digest` is that of the bytes as stored. `length` counts the bytes that a reader gets,
    `encoded_length` those that are stored; they differ when `encoding` is "gzip". `revpos` is the
    generation of the revision that brought the bytes.
    """

    name: str
    content_type: str
    digest: str
    length: int
    revpos: int
    encoding: Encoding | None = None
    encoded_length: int | None = None

    @property
    def stored_length(self) -> int:
        """How many bytes are stored."""
        return self.length if self.encoded_length is None else self.encoded_length

    def to_json(self) -> dict[str, object]:
        """Write a member of `_attachments`, as a stub."""
        return self._described() | {"length": self.length, "stub": True}

    def _described(self) -> dict[str, object]:
        return {"content_type": self.content_type, "revpos": self.revpos, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class ToldAttachment(Attachment):
    """An attachment that is told otherwise than as a stub.

    With its bytes (`data`, decoded), or as one that follows; `encoding_info` tells how it is stored.
    """

    data: bytes | None = None
    follows: bool = False
    encoding_info: bool = False

    def to_json(self) -> dict[str, object]:
        """Write a member of `_attachments`."""
        told = self._described()
        if self.data is not None:
            told["data"] = base64.b64encode(self.data).decode("ascii")
        else:
            told["length"] = self.length
            told["follows" if self.follows else "stub"] = True
        if self.encoding_info and self.encoding is not None:
            told["encoding"] = self.encoding
            told["encoded_length"] = self.stored_length
        return told

    @classmethod
    def of(
        cls,
        stored: Attachment,
        *,
        data: bytes | None = None,
        follows: bool = False,
        encoding_info: bool = False,
    ) -> Self:
        """Say how a stored one is to be told."""
        return cls(
            name=stored.name,
            content_type=stored.content_type,
            digest=stored.digest,
            length=stored.length,
            revpos=stored.revpos,
            encoding=stored.encoding,
            encoded_length=stored.encoded_length,
            data=data,
            follows=follows,
            encoding_info=encoding_info,
        )


def digest_of(md5: bytes) -> str:
    """Write a digest as CouchDB does: `md5-<base64>`."""
    return "md5-" + base64.b64encode(md5).decode("ascii")


def incoming_attachments(value: object) -> dict[str, IncomingAttachment]:
    """Read `_attachments`. Raises InvalidDocument, BadRequest."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidDocument("_attachments must be an object")
    return {
        checked_attachment_name(name): IncomingAttachment.from_json(name, member)
        for name, member in value.items()
    }


def checked_attachment_name(name: str) -> str:
    """Return a usable name; raises BadRequest."""
    if name.startswith("_"):
        raise BadRequest(f"Attachment name '{name}' starts with prohibited character '_'")
    return name


def _storage_error(error: OSError) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull()
    return StorageFailed("What was sent could not be put aside.")


def _decoded(name: str, data: object) -> bytes:
    if isinstance(data, str):
        # White space is no part of base64 and no error in it (RFC 2045 §6.8); anything else is.
        text = "".join(data.split())
        with suppress(binascii.Error, ValueError):
            # A padding too much is no error to the decoder.
            if len(text) % 4 == 0:
                return binascii.a2b_base64(text, strict_mode=True)
    raise BadRequest(f"Invalid attachment data for {name}")


def _whole_number(value: Mapping[str, object], member: str, name: str) -> int | None:
    found = value.get(member)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise InvalidDocument(f"{member} of attachment {name} must be a whole number")
    return found


def _encoding(value: object, name: str) -> Encoding | None:
    if value is None or value == "identity":
        return None
    if value != "gzip":
        raise InvalidDocument(f"encoding of attachment {name} is not known")
    return "gzip"
