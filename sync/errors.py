"""Everything that can go wrong in replication, as one tree.

    SyncError
    ├── BadRequest              the request itself is malformed
    │   ├── BadToken            a token that cannot be read or whose signature is wrong
    │   ├── DigestMismatch      bytes that are not those announced
    │   ├── InvalidRevision     not "<generation>-<digest>"
    │   ├── InvalidSequence     not an update sequence
    │   ├── InvalidIdentifier   a reserved or empty document id
    │   ├── QueryParseError     an option of a listing that has no meaning
    │   ├── InvalidDocument     an unknown member that starts with an underscore
    │   └── InvalidDatabaseName outside CouchDB's alphabet
    │       └── DatabaseNameTooLong
    ├── Unauthorized            nobody is named, or no longer
    ├── Forbidden               somebody is named, who may not
    │   └── TooManyRevisions    a document whose histories are over their bound
    ├── NotFound
    │   ├── DatabaseNotFound
    │   ├── DocumentNotFound    reason "missing" or "deleted"
    │   └── AttachmentNotFound  the document is there, without this attachment
    ├── RevisionNotFound        a write names a revision that is not here
    ├── MethodNotAllowed        the address exists, not with this method
    ├── NotAcceptable           no representation that the client accepts
    ├── Conflict                the named revision is not a leaf
    ├── DatabaseExists
    ├── MissingStub             a stub names an attachment that the revision edited does not have
    ├── RequestTimeout          a request body that comes too slowly, or no further
    ├── TooLarge                a request body over its bound
    │   ├── AttachmentTooLarge
    │   └── DocumentTooLarge
    ├── UnsupportedMediaType    a request body of another kind than the address reads
    ├── RangeNotSatisfiable
    ├── Unsupported             part of CouchDB that this engine does not serve
    └── StorageError
        ├── StorageFull         no room: nothing of the refused write was kept
        ├── StorageFailed       the disk answered with an error
        └── EngineClosed        the engine is stopping

`error` is CouchDB's word for the body's `error` member; the message is its `reason`. Neither ever holds
a document's content.
"""


class SyncError(Exception):
    """Base of the tree; `error` and `reason` are what a CouchDB client reads."""

    error: str = "internal_error"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadRequest(SyncError):
    """The request is malformed; sending it again unchanged cannot help."""

    error = "bad_request"


class BadToken(BadRequest):
    """A token was presented that is no token of ours (CouchDB answers 400, not 401)."""


class DigestMismatch(BadRequest):
    """Bytes came that do not have the digest announced with them."""

    error = "content_md5_mismatch"

    def __init__(self, reason: str = "Possible message corruption.") -> None:
        super().__init__(reason)


class InvalidRevision(BadRequest):
    """A revision that is not `<generation>-<digest>`."""


class InvalidSequence(BadRequest):
    """An update sequence that no engine of this kind ever gave."""


class InvalidIdentifier(BadRequest):
    """A document id that is empty, or reserved by its leading underscore."""

    error = "illegal_docid"


class InvalidDocument(BadRequest):
    """A document carries a member that starts with an underscore and has no meaning."""

    error = "doc_validation"


class InvalidDatabaseName(BadRequest):
    """A database name outside CouchDB's alphabet."""

    error = "illegal_database_name"


class DatabaseNameTooLong(InvalidDatabaseName):
    """A database name over 238 characters."""

    error = "database_name_too_long"

    def __init__(self, name: str) -> None:
        super().__init__(f"Name: '{name[:80]}…'. At most 238 characters are allowed.")


class QueryParseError(BadRequest):
    """An option of a listing that cannot be read."""

    error = "query_parse_error"


class Unauthorized(SyncError):
    """Nobody is named by the request, or the token has expired: ask for a new one."""

    error = "unauthorized"


class Forbidden(SyncError):
    """Who is named may not do this; a new token will not help."""

    error = "forbidden"


class TooManyRevisions(Forbidden):
    """One document would hold more revisions, of all its conflicts together, than a tree may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"too_many_revisions: the histories of one document hold at most {most} revisions")


class NotFound(SyncError):
    """The address names nothing."""

    error = "not_found"


class DatabaseNotFound(NotFound):
    """No database of this name (any more)."""

    def __init__(self, reason: str = "Database does not exist.") -> None:
        super().__init__(reason)


class DocumentNotFound(NotFound):
    """No such document or revision; `reason` is "missing" or "deleted"."""

    def __init__(self, reason: str = "missing") -> None:
        super().__init__(reason)


class RevisionNotFound(SyncError):
    """A write to an attachment names a revision that is not here: a conflict, in CouchDB's words for it."""

    error = "not_found"

    def __init__(self, reason: str = "missing_rev") -> None:
        super().__init__(reason)


class AttachmentNotFound(NotFound):
    """The document, or this revision of it, has no attachment of this name."""

    def __init__(self, reason: str = "Document is missing attachment") -> None:
        super().__init__(reason)


class MethodNotAllowed(SyncError):
    """The address exists, but not with this method; `allowed` lists those it has."""

    error = "method_not_allowed"

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__("Only " + ",".join(allowed) + " allowed")
        self.allowed = allowed


class NotAcceptable(SyncError):
    """The client accepts only representations that are not served."""

    error = "not_acceptable"


class Conflict(SyncError):
    """The write does not extend a leaf of the document's revision tree."""

    error = "conflict"

    def __init__(self, reason: str = "Document update conflict.") -> None:
        super().__init__(reason)


class DatabaseExists(SyncError):
    """A database of this name is already there."""

    error = "file_exists"

    def __init__(self, reason: str = "The database could not be created, the file already exists.") -> None:
        super().__init__(reason)


class MissingStub(SyncError):
    """A stub names an attachment that is not here; of its slice of the write nothing was kept."""

    error = "missing_stub"

    def __init__(self, identifier: str, attachment: str) -> None:
        super().__init__(f"Invalid attachment stub in {identifier} for {attachment}")


class RequestTimeout(SyncError):
    """A request body came too slowly, or stopped coming."""

    error = "timeout"


class TooLarge(SyncError):
    """A request body over its bound; nothing of it was read further or kept."""

    error = "too_large"


class AttachmentTooLarge(TooLarge):
    """An attachment over its bound; its name is the reason (as in CouchDB)."""

    error = "attachment_too_large"


class DocumentTooLarge(TooLarge):
    """A document over its bound, attachments left out; its id is the reason (as in CouchDB)."""

    error = "document_too_large"


class UnsupportedMediaType(SyncError):
    """The request's Content-Type is not one that the address reads."""

    error = "bad_content_type"


class RangeNotSatisfiable(SyncError):
    """A range of bytes that ends before it starts, or starts past the end."""

    error = "requested_range_not_satisfiable"

    def __init__(self, reason: str = "Requested range not satisfiable") -> None:
        super().__init__(reason)


class Unsupported(SyncError):
    """A part of CouchDB's interface that this engine does not serve."""

    error = "not_implemented"


class StorageError(SyncError):
    """The store could not keep or give what was asked."""


class StorageFull(StorageError):
    """No room is left. Nothing of the refused write was kept; what was acknowledged is safe."""

    error = "insufficient_storage"

    def __init__(
        self, reason: str = "No room is left to store this. Nothing of it was kept: send it again later."
    ) -> None:
        super().__init__(reason)


class StorageFailed(StorageError):
    """The disk or the file answered with an error. What was acknowledged is safe."""

    error = "storage_failed"


class EngineClosed(StorageError):
    """The engine is stopping; ask again later."""

    error = "service_unavailable"

    def __init__(self, reason: str = "The node is stopping.") -> None:
        super().__init__(reason)
