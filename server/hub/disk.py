"""A disk that is full or failing does not end a hub: what it cannot keep is said, and tried again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sync.errors import StorageError, StorageFailed, StorageFull
from sync.node_engine import NodeEngine
from sync.replicator import EnginePeer
from sync.replicator.errors import PeerUnreachable
from sync.replicator.peer import LocalDocument

log = logging.getLogger("server.hub")

CHECKPOINTS = "checkpoints"
_STORAGE_CODES = frozenset({StorageFull.error, StorageFailed.error})


class Disk:
    """What a hub could not keep when it last tried; a failure is logged when it begins and when it ends."""

    def __init__(self) -> None:
        self._failing: set[str] = set()

    @property
    def is_failing(self) -> bool:
        """Whether anything could not be kept."""
        return bool(self._failing)

    @contextmanager
    def tried(self, what: str) -> Iterator[None]:
        """Go on without what the block could not keep; the caller tries it again later."""
        try:
            yield
        except (OSError, StorageError) as error:
            self.note(what, error)
        else:
            self.note(what, None)

    def note(self, what: str, error: Exception | None) -> None:
        """Remember whether ``what`` could be kept."""
        if error is None:
            if what in self._failing:
                self._failing.discard(what)
                log.info("kept at last", extra={"reason": what})
        elif what not in self._failing:
            self._failing.add(what)
            log.error("not kept, tried again later", extra={"reason": what, "error": type(error).__name__})


class StoredEnvelopes(EnginePeer):
    """A hub's database as the source of a push, which goes on when its checkpoint cannot be written.

    A checkpoint only saves reading: records must reach central from a full disk too.
    """

    def __init__(self, engine: NodeEngine, database: str, disk: Disk) -> None:
        super().__init__(engine, database)
        self._disk = disk

    async def put_local(self, identifier: str, document: LocalDocument) -> None:
        """Write a checkpoint, or do without."""
        try:
            await super().put_local(identifier, document)
        except PeerUnreachable as error:
            if not is_of_our_disk(error):
                raise
            self._disk.note(CHECKPOINTS, error)
        else:
            self._disk.note(CHECKPOINTS, None)


def is_of_our_disk(error: Exception | None) -> bool:
    """Whether a replication failed because of this hub's store, and not of central's (which has a status)."""
    return isinstance(error, PeerUnreachable) and error.status == 0 and error.code in _STORAGE_CODES
