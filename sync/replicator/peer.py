"""What a replication asks of each of its ends: the CouchDB replication protocol, as one interface.

CouchDB's documentation, "CouchDB Replication Protocol", names the requests behind each method. A peer is
one database; the source is read and the target written, and either may keep the checkpoints.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from sync.document import JsonObject, JsonValue

# Opaque, and of the type the peer gave it: CouchDB writes text, PouchDB a number.
SequenceValue: TypeAlias = JsonValue

FROM_THE_START: SequenceValue = 0

# Our engine's sequences name their database (sync.sequence). CouchDB's end in a packed Erlang term, which
# begins with "g" and is another with each update: it is none of these.
_OURS = re.compile(r"[0-9]+-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class PeerInformation:
    """Which database this is, and how far written.

    `identity` is what PouchDB calls `id()`: the server's uuid and the database's name.
    `instance_start_time` is when CouchDB created it, "0" where the peer does not say.
    """

    identity: str
    instance_start_time: str
    update_seq: SequenceValue

    @property
    def incarnation(self) -> str:
        """What tells a database created again, or restored, from the first; "0" where nothing does."""
        if self.instance_start_time != "0":
            return self.instance_start_time
        ours = _OURS.fullmatch(str(self.update_seq))
        return ours[1] if ours else "0"


class ChangedDocument(NamedTuple):
    """A document of the changes feed, and all its leaves (`style=all_docs`)."""

    identifier: str
    revisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """Part of the feed. `pending` is how many changes remain after it, None where the peer does not say."""

    changes: tuple[ChangedDocument, ...]
    last_seq: SequenceValue
    pending: int | None = None


class WantedRevision(NamedTuple):
    """A revision that the target lacks, and its leaves from which that one may descend."""

    identifier: str
    revision: str
    possible_ancestors: tuple[str, ...] = ()


class FetchedDocument(NamedTuple):
    """A revision as the source gave it: JSON text with `_revisions`, attachments inline."""

    identifier: str
    revision: str
    content: bytes


class Denial(NamedTuple):
    """A revision that one end will not take or give, in CouchDB's words."""

    identifier: str
    revision: str
    error: str
    reason: str


class FetchedBatch(NamedTuple):
    """What `bulk_get` found, what is no longer there (compacted, purged), and what it failed to give."""

    documents: tuple[FetchedDocument, ...]
    absent: tuple[WantedRevision, ...] = ()
    failed: tuple[Denial, ...] = ()


class LocalDocument(NamedTuple):
    """A document that is never replicated; `revision` is what the next write must name."""

    revision: str | None
    body: JsonObject


class Peer(Protocol):
    """One end. Every method raises `sync.replicator.errors.ReplicationError`, and may be cancelled."""

    async def identity(self) -> str:
        """Return `PeerInformation.identity`, asked anew."""

    async def information(self) -> PeerInformation:
        """Return which database this is. Raises DatabaseMissing."""

    async def changes(self, since: SequenceValue, limit: int, *, wait_s: float = 0.0) -> ChangesPage:
        """Read at most `limit` changes after `since`; without any, wait for one at most `wait_s`."""

    async def revs_diff(self, offered: Mapping[str, Sequence[str]]) -> list[WantedRevision]:
        """Return, of the revisions offered, those that are not here."""

    async def bulk_get(self, wanted: Sequence[WantedRevision]) -> FetchedBatch:
        """Read revisions, or the leaves they led to meanwhile (`latest`). Raises BatchTooLarge."""

    async def write(self, documents: Sequence[FetchedDocument]) -> list[Denial]:
        """Store revisions as they are (`new_edits` false); return those refused. Raises BatchTooLarge.

        Once this returns, every other one is stored.
        """

    async def ensure_commit(self) -> None:
        """Return once what was written survives a power cut, as far as the peer promises it."""

    async def get_local(self, identifier: str) -> LocalDocument:
        """Return a local document, an empty one when there is none."""

    async def put_local(self, identifier: str, document: LocalDocument) -> None:
        """Write a local document over its revision. Raises PeerRefused: 409 when somebody else did."""

    async def create(self) -> None:
        """Create the database unless it exists."""

    async def aclose(self) -> None:
        """Close what this peer opened."""
