"""Documents as they arrive and as they are read back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self, TypeAlias

import orjson

from sync.attachment import Attachment, IncomingAttachment, incoming_attachments
from sync.errors import InvalidDocument, InvalidIdentifier, InvalidRevision
from sync.revision import Revision

JsonValue: TypeAlias = (
    "bool | int | float | str | list[JsonValue] | Mapping[str, JsonValue] | dict[str, JsonValue] | None"
)
JsonObject: TypeAlias = Mapping[str, JsonValue]

LOCAL_PREFIX: Final = "_local/"
DESIGN_PREFIX: Final = "_design/"

_READ_ONLY_MEMBERS: Final = frozenset({"_conflicts", "_deleted_conflicts", "_local_seq", "_revs_info"})
_DIGEST = re.compile(r"[0-9A-Za-z_.+-]{1,64}")


@dataclass(frozen=True, slots=True)
class IncomingDocument:
    """A document to write.

    `revisions` is the document's revision and then its known ancestors, newest first. Written with
    `new_edits` false it is the revision to store; otherwise its first entry is the revision edited, and
    an empty one asks for a first edit. `attachments` holds, by name, all that the revision is to have.
    """

    identifier: str
    body: JsonObject
    revisions: tuple[Revision, ...] = ()
    deleted: bool = False
    attachments: Mapping[str, IncomingAttachment] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object, *, identifier: str | None = None) -> Self:
        """Read a document as CouchDB's API writes it.

        `identifier` stands where the document names none. Raises InvalidDocument, InvalidIdentifier,
        InvalidRevision, BadRequest for an attachment that is not base64.
        """
        if not isinstance(value, Mapping):
            raise InvalidDocument("Document must be a JSON object")
        body: dict[str, JsonValue] = {}
        special: dict[str, object] = {}
        for name, member in value.items():
            if name.startswith("_"):
                special[name] = member
            else:
                body[name] = member
        found = special.pop("_id", identifier)
        document = cls(
            identifier=checked_identifier(found),
            body=body,
            revisions=_revisions(special.pop("_rev", None), special.pop("_revisions", None)),
            deleted=_flag(special.pop("_deleted", False)),
            attachments=incoming_attachments(special.pop("_attachments", None)),
        )
        if unknown := special.keys() - _READ_ONLY_MEMBERS:
            raise InvalidDocument(f"Bad special document member: {min(unknown)}")
        return document


@dataclass(frozen=True, slots=True)
class Document:
    """A stored revision. `content` is its body as JSON text; `ancestry` its revisions, newest first."""

    identifier: str
    revision: Revision
    content: bytes
    deleted: bool = False
    ancestry: tuple[Revision, ...] = ()
    conflicts: tuple[Revision, ...] = ()
    deleted_conflicts: tuple[Revision, ...] = ()
    attachments: Mapping[str, Attachment] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, JsonValue]:
        """The document's own members, without those that start with an underscore."""
        body: dict[str, JsonValue] = orjson.loads(self.content)
        return body

    def to_json(
        self,
        *,
        revs: bool = False,
        conflicts: bool = False,
        deleted_conflicts: bool = False,
        attachments: Mapping[str, object] | None = None,
    ) -> orjson.Fragment:
        """Write the document as CouchDB's API does, with the optional members asked for.

        `attachments` stands for `_attachments`, which are stubs otherwise.
        """
        special: dict[str, object] = {"_id": self.identifier, "_rev": str(self.revision)}
        if self.deleted:
            special["_deleted"] = True
        if revs:
            special["_revisions"] = {
                "start": self.revision.generation,
                "ids": [revision.digest for revision in self.ancestry],
            }
        if conflicts and self.conflicts:
            special["_conflicts"] = [str(revision) for revision in self.conflicts]
        if deleted_conflicts and self.deleted_conflicts:
            special["_deleted_conflicts"] = [str(revision) for revision in self.deleted_conflicts]
        if self.attachments:
            special["_attachments"] = attachments or {
                name: attachment.to_json() for name, attachment in self.attachments.items()
            }
        head = orjson.dumps(special)
        # The body is spliced as stored: reading it only to write it again would double the cost of a pull.
        whole = head if self.content == b"{}" else head[:-1] + b"," + self.content[1:]
        return orjson.Fragment(whole)


class MissingRevision(NamedTuple):
    """Stands for a revision that was asked for and is not there (None: the winner of no document)."""

    identifier: str
    revision: Revision | None


class WriteResult(NamedTuple):
    """What became of one document: `error` is None, or CouchDB's word ("conflict", "forbidden")."""

    identifier: str
    revision: Revision | None
    error: str | None = None
    reason: str | None = None


def checked_identifier(value: object) -> str:
    """Return a usable document id; raises InvalidIdentifier."""
    if not isinstance(value, str):
        raise InvalidIdentifier("Document id must be a string")
    if not value:
        raise InvalidIdentifier("Document id must not be empty")
    if value.startswith("_") and not value.startswith(DESIGN_PREFIX):
        raise InvalidIdentifier("Only reserved document ids may start with underscore.")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidDocument("_deleted must be a boolean")
    return value


def _revisions(revision: object, history: object) -> tuple[Revision, ...]:
    """Read `_rev` and `_revisions` (`{"start": generation, "ids": [digest…]}`), which must agree."""
    named = None if revision is None else Revision.parse(revision)
    if history is None:
        return () if named is None else (named,)
    start = history.get("start") if isinstance(history, Mapping) else None
    digests = history.get("ids") if isinstance(history, Mapping) else None
    if not isinstance(start, int) or not isinstance(digests, list) or not digests or len(digests) > start:
        raise InvalidDocument("_revisions must be an object of start and ids")
    if not all(isinstance(digest, str) and _DIGEST.fullmatch(digest) for digest in digests):
        raise InvalidRevision("Invalid rev format")
    path = tuple(Revision(start - index, digest) for index, digest in enumerate(digests))
    if named is not None and named != path[0]:
        raise InvalidRevision("_rev and _revisions name different revisions")
    return path
