"""Revisions on their way from the source to the target: offered, wanted, fetched, written or denied.

What a peer cannot take at once is cut in halves, down to one revision. One that is refused alone is denied:
named, with the reason, in the status and in the checkpoint, and offered again whenever the replication
starts; those around it go on. Of more denials than can be named, it is known after which sequence they lie.
"""

import logging
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from sync.replicator.errors import BatchTooLarge, PeerFailed, ReplicationError, RequestUnfit
from sync.replicator.pace import Pace
from sync.replicator.peer import (
    FROM_THE_START,
    ChangedDocument,
    Denial,
    FetchedDocument,
    Peer,
    SequenceValue,
    WantedRevision,
)
from sync.replicator.status import NAMED_DENIALS

log = logging.getLogger("sync.replicator")

_MISSING_STUB: Final = 412
# A peer that stumbles on more documents than this is what is broken, not they.
_MOST_STUMBLED: Final = 20
_REASON_CHARACTERS: Final = 200
# Words by which a target says of one document what time may mend; any other is its decision.
_MENDABLE: Final = frozenset(
    {
        "error",
        "insufficient_storage",
        "internal_error",
        "internal_server_error",
        "service_unavailable",
        "storage_failed",
        "timeout",
        "unknown_error",
    }
)


class Transfer:
    """The revisions of one page. Counts are of all pages, since the replication was made."""

    def __init__(self, source: Peer, target: Peer, pace: Pace, *, stumbles: int) -> None:
        self._source, self._target = source, target
        self._pace = pace
        self._most_stumbles = stumbles
        self._stumbles: dict[tuple[str, str], int] = {}
        self._denied: dict[tuple[str, str], Denial] = {}
        # Of these, the ones that earlier sessions refused, and this one has not yet.
        self._uncounted: set[tuple[str, str]] = set()
        self._page_since = FROM_THE_START
        self._stumbled: PeerFailed | None = None
        self._offers: deque[tuple[str, str]] = deque()
        self._wanted: deque[WantedRevision] = deque()
        self._fetched: deque[FetchedDocument] = deque()
        self._knows_ancestors = True
        self.docs_read = self.docs_written = self.docs_missing = self.docs_denied = 0
        self.denied_since: SequenceValue = None

    @property
    def has_offers(self) -> bool:
        """Whether revisions are still to be compared."""
        return bool(self._offers)

    @property
    def has_wanted(self) -> bool:
        """Whether revisions are still to be fetched."""
        return bool(self._wanted)

    @property
    def has_fetched(self) -> bool:
        """Whether revisions are still to be written."""
        return bool(self._fetched)

    @property
    def denied(self) -> Sequence[Denial]:
        """What was refused, as far as it is named; the rest is among the changes after `denied_since`."""
        return list(self._denied.values())

    def begin(self, denied: Iterable[Denial], since: SequenceValue, denied_since: SequenceValue) -> None:
        """Forget what was under way, and offer again what was `denied` in earlier sessions.

        `since` is where the changes will be read from; `denied_since` before it, what will not be read.
        """
        self._wanted.clear()
        self._fetched.clear()
        self._stumbled = None
        self._page_since, self.denied_since = since, denied_since
        earlier = {(one.identifier, one.revision): one for one in denied}
        self._uncounted |= earlier.keys() - self._denied.keys()
        self._denied |= earlier
        self._offers = deque(key for key in self._denied if key[1])

    def offer(self, changes: Iterable[ChangedDocument], since: SequenceValue) -> None:
        """Take the leaves of a page of changes, which was read after `since`."""
        self._page_since = since
        self._offers.extend((change.identifier, leaf) for change in changes for leaf in change.revisions)

    async def compare(self) -> None:
        """Ask the target which of the next revisions it lacks."""
        size = self._pace.changes
        chunk = [self._offers[index] for index in range(min(size.current, len(self._offers)))]
        offered: dict[str, list[str]] = {}
        for identifier, revision in chunk:
            offered.setdefault(identifier, []).append(revision)
        try:
            lacking = await self._target.revs_diff(offered)
        except BatchTooLarge as error:
            if not size.shrink(len(chunk)):
                self._deny(Denial(*self._offers.popleft(), error.code or "too_large", str(error)))
            return
        size.grow(len(chunk))
        _drop(self._offers, len(chunk))
        self._wanted.extend(
            one if self._knows_ancestors else one._replace(possible_ancestors=()) for one in lacking
        )
        wanted = {(one.identifier, one.revision) for one in lacking}
        for key in chunk:
            if key not in wanted:
                self._settled(key)

    async def fetch(self) -> None:
        """Read the next revisions that the target lacks."""
        size = self._pace.documents
        chunk = [self._wanted[index] for index in range(min(size.current, len(self._wanted)))]
        keys = [(one.identifier, one.revision) for one in chunk]
        try:
            found = await self._source.bulk_get(chunk)
        except (BatchTooLarge, PeerFailed, RequestUnfit) as error:
            if not size.shrink(len(chunk)):
                self._refused_alone(keys[0], error)
                self._wanted.popleft()
            return
        _drop(self._wanted, len(chunk))
        self._fetched.extend(found.documents)
        self.docs_read += len(found.documents)
        self.docs_missing += len(found.absent)
        for absent in found.absent:
            self._settled((absent.identifier, absent.revision))
        for one in found.failed:
            if self._stumbles_again((one.identifier, one.revision)):
                self._stumbled = PeerFailed(f"a document could not be read: {one.error}", code=one.error)
            else:
                self._deny(one)
        read_bytes = sum(len(document.content) for document in found.documents)
        if read_bytes <= self._pace.bytes.current:
            size.grow(len(chunk))
        elif len(chunk) > 1:
            size.current = max(1, size.current * self._pace.bytes.current // read_bytes)

    async def write(self) -> None:
        """Store the next revisions that were read."""
        chunk = self._next_to_write()
        size = sum(len(document.content) for document in chunk)
        try:
            refused = await self._target.write(chunk)
        except (BatchTooLarge, PeerFailed, RequestUnfit) as error:
            if error.status == _MISSING_STUB and self._knows_ancestors:
                self._fetch_whole()
                return
            self._pace.bytes.shrink(size)
            if not self._pace.documents.shrink(len(chunk)):
                alone = chunk[0]
                self._refused_alone((alone.identifier, alone.revision), error)
                self._fetched.popleft()
            return
        _drop(self._fetched, len(chunk))
        self._pace.bytes.grow(size)
        self._pace.documents.grow(len(chunk))
        self._written(chunk, refused)

    def finish(self) -> None:
        """End a page. Raises PeerFailed when a revision that the source did not give is to be tried again."""
        if self._stumbled is not None:
            raise self._stumbled

    def _fetch_whole(self) -> None:
        """Fetch again, with every attachment: the target had not what its ancestors promised."""
        self._knows_ancestors = False
        self._wanted.extendleft(WantedRevision(one.identifier, one.revision) for one in self._fetched)
        self._fetched.clear()

    def _next_to_write(self) -> list[FetchedDocument]:
        """Return the first documents that are few and small enough together; one at least."""
        chunk: list[FetchedDocument] = []
        total = 0
        for document in self._fetched:
            total += len(document.content)
            if chunk and (len(chunk) >= self._pace.documents.current or total > self._pace.bytes.current):
                break
            chunk.append(document)
        return chunk

    def _written(self, chunk: Sequence[FetchedDocument], refused: Sequence[Denial]) -> None:
        revisions = {document.identifier: document.revision for document in chunk}
        named = [one._replace(revision=one.revision or revisions.get(one.identifier, "")) for one in refused]
        self.docs_written += len(chunk) - len(named)
        refusals = {(one.identifier, one.revision) for one in named}
        for document in chunk:
            if (key := (document.identifier, document.revision)) not in refusals:
                self._settled(key)
        stumbled: Denial | None = None
        for one in named:
            if one.error in _MENDABLE and self._stumbles_again((one.identifier, one.revision)):
                stumbled = one
            else:
                self._deny(one)
        if stumbled is not None:
            raise PeerFailed(f"a document could not be stored: {stumbled.error}", code=stumbled.error)

    def _refused_alone(self, key: tuple[str, str], error: ReplicationError) -> None:
        """Deny a revision that one end cannot take or give by itself; raises PeerFailed to try once more."""
        if isinstance(error, PeerFailed) and self._stumbles_again(key):
            raise error
        self._deny(Denial(*key, error.code or "too_large", str(error)))

    def _stumbles_again(self, key: tuple[str, str]) -> bool:
        """Count an attempt on a revision; tell whether another is worth it."""
        before = self._stumbles.get(key, 0)
        if before >= self._most_stumbles:
            return False
        given_up = sum(1 for attempts in self._stumbles.values() if attempts >= self._most_stumbles)
        if before + 1 >= self._most_stumbles and key not in self._denied and given_up >= _MOST_STUMBLED:
            return True
        self._stumbles[key] = before + 1
        return before + 1 < self._most_stumbles

    def _settled(self, key: tuple[str, str]) -> None:
        """Forget a revision that is on the target, or no longer at the source."""
        self._denied.pop(key, None)
        self._uncounted.discard(key)
        self._stumbles.pop(key, None)

    def _deny(self, denial: Denial) -> None:
        key = (denial.identifier, denial.revision)
        if key not in self._denied or key in self._uncounted:
            self._uncounted.discard(key)
            self.docs_denied += 1
            log.warning("denied: %s %s (%s)", *key, denial.error)
        if key in self._denied or len(self._denied) < NAMED_DENIALS:
            self._denied[key] = denial._replace(reason=denial.reason[:_REASON_CHARACTERS])
        elif self.denied_since is None:
            # Pages come in their order: the first is the lowest.
            self.denied_since = self._page_since


def _drop(
    queue: "deque[tuple[str, str]] | deque[WantedRevision] | deque[FetchedDocument]", count: int
) -> None:
    for _ in range(count):
        queue.popleft()
