"""What an end of a replication can answer instead of what was asked.

    ReplicationError
    ├── PeerUnreachable       no usable answer: a cut link, an overloaded or stopping node; later may help
    │   ├── PeerTimedOut      it took too long: a smaller request may help
    │   ├── PeerFailed        500: this very request may be what it stumbles on
    │   └── PeerMisbehaved    an answer of another shape (a captive portal's page, a cut body)
    ├── PeerRefused           401, 403 and their kin: who asks may not, until somebody changes that
    │   ├── RequestUnfit      400, 412, 415, 422: something in this very request, perhaps one document
    │   └── DatabaseMissing   404
    ├── BatchTooLarge         413, or an answer over our own bound: ask for less at once
    └── IdentityChanged       another node answers under the same name

`code` is CouchDB's word for it, where it gave one; `status` the HTTP status, 0 without. Neither these nor
the message ever hold a document's content.
"""


class ReplicationError(Exception):
    """Base of the tree."""

    def __init__(self, message: str, *, code: str = "", status: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class PeerUnreachable(ReplicationError):
    """No usable answer came; what was asked may have been done or not."""


class PeerTimedOut(PeerUnreachable):
    """No answer came in time."""


class PeerFailed(PeerUnreachable):
    """The peer answered 500: it stumbled on this request."""


class PeerMisbehaved(PeerUnreachable):
    """An answer came that is none of CouchDB's."""


class PeerRefused(ReplicationError):
    """The peer knows who asks and refuses."""


class RequestUnfit(PeerRefused):
    """The peer cannot take this request as it is; sent again it will not either."""


class DatabaseMissing(PeerRefused):
    """The peer has no such database."""


class BatchTooLarge(ReplicationError):
    """The request, or its answer, is larger than one of the two ends admits."""


class IdentityChanged(ReplicationError):
    """Another node, or another database, answers where the first one did."""
