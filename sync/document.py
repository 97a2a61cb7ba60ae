"""Documents as they arrive and as they are read back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self, TypeAlias

import orjson

from sync.attachment import Attachment, IncomingAttachment, incoming_attachments
from sync.errors import BadRequest, InvalidDocument, InvalidIdentifier, InvalidRevision
from sync.revision import Revision, RevisionStatus

JsonValue: TypeAlias = (
    "bool | int | float | str | list[JsonValue] | Mapping[str, JsonValue] | dict[str, JsonValue] | None"
)
JsonObject: TypeAlias = Mapping[str, JsonValue]

LOCAL_PREFIX: Final = "_local/"
DESIGN_PREFIX: Final = "_design/"

NOT_A_DOCUMENT: Final = "Document must be a JSON object"

_READ_ONLY_MEMBERS: Final = frozenset({"_conflicts", "_deleted_conflicts", "_local_seq", "_revs_info"})
# What a replicator writes into the documents that describe its work; CouchDB stores them as they are.
_KEPT_MEMBERS: Final = frozenset(
    {
        "_replication_id",
        "_replication_state",
        "_replication_state_reason",
        "_replication_state_time",
        "_replication_stats",
    }
)
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
    def from_json(cls, value: object, *, identifier: str | None = None, local: bool = False) -> Self:
        """Read a document as CouchDB's API writes it; only with `local`, also one of `_local/`.

        `identifier` stands where the document names none. Raises InvalidDocument, InvalidIdentifier,
        InvalidRevision, BadRequest for what is no document or for an attachment that is not base64.
        """
        if not isinstance(value, Mapping):
            raise BadRequest(NOT_A_DOCUMENT)
        body: dict[str, JsonValue] = {}
        special: dict[str, object] = {}
        for name, member in value.items():
            if name.startswith("_") and name not in _KEPT_MEMBERS:
                special[name] = member
            else:
                body[name] = member
        found = checked_identifier(special.pop("_id", identifier), local=local)
        document = cls(
            identifier=found,
            body=body,
            revisions=_revisions(special, local=found.startswith(LOCAL_PREFIX)),
            deleted=_flag(special.pop("_deleted", False)),
            attachments=incoming_attachments(special.pop("_attachments", None)),
        )
        if unknown := special.keys() - _READ_ONLY_MEMBERS:
            raise InvalidDocument(f"Bad special document member: {min(unknown)}")
        return document


@dataclass(frozen=True, slots=True)
class Document:
    """A stored revision. `content` is its body as JSON text; `ancestry` its revisions, newest first.

    `sequence` is the number of the document's last change; `statuses` says of each revision of the ancestry
    what is known of it. Only a reader of one document is told these.
    """

    identifier: str
    revision: Revision
    content: bytes
    deleted: bool = False
    ancestry: tuple[Revision, ...] = ()
    conflicts: tuple[Revision, ...] = ()
    deleted_conflicts: tuple[Revision, ...] = ()
    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    sequence: int | None = None
    statuses: tuple[RevisionStatus, ...] = ()

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
        revs_info: bool = False,
        local_seq: bool = False,
    ) -> orjson.Fragment:
        """Write the document as CouchDB's API does, with the optional members asked for."""
        special: dict[str, object] = {"_id": self.identifier, "_rev": str(self.revision)}
        if self.deleted:
            special["_deleted"] = True
        if revs:
            special["_revisions"] = {
                "start": self.revision.generation,
                "ids": [revision.digest for revision in self.ancestry],
            }
        if revs_info:
            special["_revs_info"] = [
                {"rev": str(revision), "status": status}
                for revision, status in zip(self.ancestry, self.statuses, strict=True)
            ]
        if local_seq:
            special["_local_seq"] = self.sequence
        if conflicts and self.conflicts:
            special["_conflicts"] = [str(revision) for revision in self.conflicts]
        if deleted_conflicts and self.deleted_conflicts:
            special["_deleted_conflicts"] = [str(revision) for revision in self.deleted_conflicts]
        if self.attachments:
            special["_attachments"] = {
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


def checked_identifier(value: object, *, local: bool = False) -> str:
    """Return a usable document id; only with `local`, also one of `_local/`. Raises InvalidIdentifier."""
    if not isinstance(value, str):
        raise InvalidIdentifier("Document id must be a string")
    if not value:
        raise InvalidIdentifier("Document id must not be empty")
    if not value.startswith("_"):
        return value
    if value in (DESIGN_PREFIX, LOCAL_PREFIX):
        raise InvalidIdentifier(f"Illegal document id `{value}`")
    if value.startswith(DESIGN_PREFIX) or (local and value.startswith(LOCAL_PREFIX)):
        return value
    raise InvalidIdentifier("Only reserved document ids may start with underscore.")


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidDocument("Bad special document member: _deleted")
    return value


def _revisions(special: dict[str, object], *, local: bool) -> tuple[Revision, ...]:
    """Take `_rev` and `_revisions` (`{"start": generation, "ids": [digest…]}`).

    As in CouchDB, the history stands where they name different revisions.
    """
    named = None
    if "_rev" in special:
        revision = special.pop("_rev")
        named = Revision.parse_local(revision) if local else Revision.parse(revision)
    if "_revisions" not in special or local:
        special.pop("_revisions", None)
        return () if named is None else (named,)
    history = special.pop("_revisions")
    start = history.get("start") if isinstance(history, Mapping) else None
    digests = history.get("ids") if isinstance(history, Mapping) else None
    if not isinstance(start, int) or isinstance(start, bool):
        raise InvalidDocument("_revisions.start isn't an integer.")
    if not isinstance(digests, list):
        raise InvalidDocument("_revisions.ids isn't a array.")
    if not all(isinstance(digest, str) for digest in digests):
        raise InvalidDocument("RevId isn't a string")
    if not digests or len(digests) > start:
        raise InvalidDocument("_revisions.ids must name from one to _revisions.start revisions")
    if not all(_DIGEST.fullmatch(digest) for digest in digests):
        raise InvalidRevision("Invalid rev format")
    return tuple(Revision(start - index, digest) for index, digest in enumerate(digests))
