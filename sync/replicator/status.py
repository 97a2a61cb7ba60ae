"""What a replication tells of itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sync.replicator.peer import FROM_THE_START, Denial, SequenceValue
from sync.replicator.states import State

# Of what was refused so many are named, and offered again by their names; `docs_denied` counts all.
NAMED_DENIALS: Final = 100


@dataclass(frozen=True, slots=True)
class Status:
    """A replication at one instant. Counts are of this run; `denied` are the first refusals, and why.

    `since` is when it entered its state, `caught_up_at` when the source last had nothing more to give,
    `failures` how many attempts failed in a row, `last_error` why the last one did (kept after success).
    """

    state: State
    since: datetime
    docs_read: int = 0
    docs_written: int = 0
    docs_denied: int = 0
    docs_missing: int = 0
    denied: tuple[Denial, ...] = ()
    last_seq: SequenceValue = FROM_THE_START
    caught_up_at: datetime | None = None
    failures: int = 0
    last_error: Exception | None = None

    def to_json(self) -> dict[str, object]:
        """Write it for a log or a page: no document's content is in it."""
        return {
            "state": str(self.state),
            "since": self.since.isoformat(),
            "docs_read": self.docs_read,
            "docs_written": self.docs_written,
            "docs_denied": self.docs_denied,
            "docs_missing": self.docs_missing,
            "denied": [one._asdict() for one in self.denied],
            "last_seq": self.last_seq,
            "caught_up_at": None if self.caught_up_at is None else self.caught_up_at.isoformat(),
            "failures": self.failures,
            "last_error": None if self.last_error is None else str(self.last_error),
        }
