"""Attachments: bytes that a document's revision names, as they arrive and as they are kept.

CouchDB's model (https://docs.couchdb.org/en/stable/api/document/attachments.html). An edit keeps an
attachment of the revision it replaces only by naming it, as a *stub*; one that it does not name is gone
from the new revision and stays in the old.
"""

import base64
import binascii
import io
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import IO, Final, Literal, Self

from sync.errors import BadRequest, InvalidDocument

DEFAULT_CONTENT_TYPE: Final = "application/octet-stream"
PIECE_BYTES: Final = 256 * 1024
GZIP_BITS: Final = 16 + zlib.MAX_WBITS

Encoding = Literal["gzip"]


class Content:
    """Bytes on their way in: in memory while few, in a nameless file beyond `memory_bytes`.

    Held by one thread at a time. The file goes with the object.
    """

    def __init__(self, data: bytes = b"", *, memory_bytes: int = 1024 * 1024) -> None:
        self._memory_bytes = memory_bytes
        self._file: IO[bytes] = io.BytesIO()
        self._in_memory = True
        self.length = 0
        self.write(data)

    def write(self, piece: bytes | bytearray | memoryview) -> None:
        """Add bytes at the end. Raises OSError when there is no room for them."""
        self.length += len(piece)
        if self._in_memory and self.length > self._memory_bytes:
            self._move_to_disk()
        self._file.write(piece)

    def pieces(self) -> Iterator[bytes]:
        """Yield the whole, from its beginning; as often as asked, by one reader at a time."""
        self._file.seek(0)
        while piece := self._file.read(PIECE_BYTES):
            yield piece

    def _move_to_disk(self) -> None:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the object
        weakref.finalize(self, file.close)
        self._file.seek(0)
        shutil.copyfileobj(self._file, file)
        self._file, self._in_memory = file, False


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

    def to_json(
        self, *, data: bytes | None = None, follows: bool = False, encoding_info: bool = False
    ) -> dict[str, object]:
        """Write a member of `_attachments`: with its bytes (decoded), or as one that follows, or as a stub.

        `encoding_info` tells how it is stored (`att_encoding_info`), which goes with bytes as stored.
        """
        told: dict[str, object] = {
            "content_type": self.content_type,
            "revpos": self.revpos,
            "digest": self.digest,
        }
        if data is not None:
            told["data"] = base64.b64encode(data).decode("ascii")
        else:
            told["length"] = self.length
            told["follows" if follows else "stub"] = True
        if encoding_info and self.encoding is not None:
            told["encoding"] = self.encoding
            told["encoded_length"] = self.stored_length
        return told


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


def _decoded(name: str, data: object) -> bytes:
    if isinstance(data, str):
        # White space is no part of base64 and no error in it (RFC 2045 §6.8); anything else is.
        try:
            return base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            pass
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
