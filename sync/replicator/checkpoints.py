"""How far a replication came, written where the next one finds it: `_local/<replication id>`.

The document has CouchDB's members and PouchDB's (couch_replicator, pouchdb-checkpointer), so that either
goes on from ours and we from theirs: `session_id` and a `history` of sessions, newest first, each with the
last sequence it recorded. With checkpoints on both sides, only a session that both know, and of which both
say the same, is believed: a database restored from a backup, or one side written when the other was not,
then costs a comparison of what is there already, and never a gap. With a checkpoint on one side, what tells
the same is which database each end was (`PeerInformation.incarnation`), and how far written.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple, TypeAlias

from sync.document import JsonObject, JsonValue
from sync.replicator.peer import FROM_THE_START, Denial, LocalDocument, Peer, PeerInformation, SequenceValue

# Sequences of a cluster are long, and a local document is bounded: ten sessions are enough to agree on one.
_SESSIONS: Final = 10
_VERSION: Final = 1


# "source" and "target", as they are now.
Ends: TypeAlias = Mapping[str, PeerInformation]


class Checkpoints(Enum):
    """Which ends keep the checkpoint: both, unless one of them may not be written."""

    BOTH = auto()
    SOURCE = auto()
    TARGET = auto()


@dataclass(frozen=True, slots=True)
class Session:
    """One run of a replication, as its history tells it. Times are RFC 2822, as CouchDB writes them.

    `denied_since` is the sequence after which changes hold refused revisions that are not named, or None.
    """

    session_id: str
    start_time: str
    end_time: str
    start_last_seq: SequenceValue
    recorded_seq: SequenceValue
    previous_seq: SequenceValue
    docs_read: int
    docs_written: int
    docs_missing: int
    docs_denied: int
    denied_since: SequenceValue = None

    def to_json(self) -> dict[str, JsonValue]:
        """Write an entry of `history`."""
        return {
            "session_id": self.session_id,
            "start_time": self.start_time,
            "end_time": self.end_time,
            "start_last_seq": self.start_last_seq,
            "end_last_seq": self.recorded_seq,
            "recorded_seq": self.recorded_seq,
            "last_seq": self.recorded_seq,
            "previous_seq": self.previous_seq,
            "missing_checked": self.docs_read + self.docs_missing,
            "missing_found": self.docs_read + self.docs_missing,
            "docs_read": self.docs_read,
            "docs_written": self.docs_written,
            "doc_write_failures": self.docs_denied,
            "denied_since": self.denied_since,
        }


class Progress(NamedTuple):
    """How far a session came: the changes up to `recorded` were offered, and what it refused it names.

    Unless it refused more than it can name: they are among the changes after `denied_since`.
    """

    recorded: SequenceValue
    denied_since: SequenceValue = None


def replication_id(source: str, target: str, filter_name: str = "") -> str:
    """Return the local document's id, as PouchDB names it (pouchdb-generate-replication-id).

    `source` and `target` are the ends' identities: an end that becomes another begins another history.
    """
    digest = hashlib.md5((source + target + filter_name).encode(), usedforsecurity=False).digest()
    return "_local/" + base64.b64encode(digest).decode().replace("/", ".").replace("+", "_")


class CheckpointLog:
    """The checkpoints of one replication, on the ends that keep them."""

    def __init__(self, identifier: str, keepers: Mapping[str, Peer], ends: Ends) -> None:
        self._identifier = identifier
        self._keepers = keepers
        self._ends = ends
        self._documents: dict[str, LocalDocument] = {}

    async def read(self) -> Progress:
        """Read every keeper's document and return where to go on from. Raises ReplicationError."""
        for name, peer in self._keepers.items():
            self._documents[name] = await peer.get_local(self._identifier)
        bodies = [document.body for document in self._documents.values()]
        if any(self._is_of_others(body) for body in bodies):
            return Progress(FROM_THE_START)
        if len(bodies) > 1:
            return common_progress(bodies[0], bodies[1])
        return next((entry.progress for entry in _sessions(bodies[0])), Progress(FROM_THE_START))

    def denied(self) -> list[Denial]:
        """Return what the target refused in earlier sessions: it may take it now."""
        found: dict[tuple[str, str], Denial] = {}
        for document in self._documents.values():
            for one in _members(document.body.get("denied")):
                denial = Denial(*(str(one.get(name, "")) for name in Denial._fields))
                found[denial.identifier, denial.revision] = denial
        return list(found.values())

    async def write(self, session: Session, denied: list[Denial], ends: Ends) -> None:
        """Write the session's progress: on the target first, which holds what it speaks of.

        PouchDB, going on from two documents of one session, believes the source's: it must not be ahead.
        Raises ReplicationError; PeerRefused with status 409 when another replicator writes the same one.
        """
        self._ends = ends
        for name in sorted(self._keepers, reverse=True):
            peer, known = self._keepers[name], self._documents[name]
            body = _grown(known.body, session, denied)
            for end, information in ends.items():
                body[end] = {"incarnation": information.incarnation, "update_seq": information.update_seq}
            await peer.put_local(self._identifier, LocalDocument(known.revision, body))
            self._documents[name] = await peer.get_local(self._identifier)

    def _is_of_others(self, body: JsonObject) -> bool:
        """Whether an end is not the database that this checkpoint was written of.

        It was created again, or a copy of it was restored. Of one that keeps no checkpoint and tells only
        how far it is written, a sequence behind what it was says so.
        """
        for name, information in self._ends.items():
            known = body.get(name)
            if not isinstance(known, Mapping):
                continue
            if known.get("incarnation") != information.incarnation:
                return True
            before, now = _number(known.get("update_seq")), _number(information.update_seq)
            if name not in self._keepers and before is not None and now is not None and now < before:
                return True
        return False


def common_progress(source: JsonObject, target: JsonObject) -> Progress:
    """Return the last progress that both documents record of one session, the start when there is none."""
    there = {entry.session: entry for entry in _sessions(target)}
    for here in _sessions(source):
        other = there.get(here.session)
        if other is None:
            continue
        if here.progress.recorded in (other.progress.recorded, other.previous):
            return here.progress
        if here.previous is not None and here.previous == other.progress.recorded:
            return other.progress
    return Progress(FROM_THE_START)


class _Entry(NamedTuple):
    session: str
    progress: Progress
    previous: SequenceValue


def _sessions(body: JsonObject) -> Iterator[_Entry]:
    """Yield each session's id, how far it came and the sequence it recorded before, newest first.

    CouchDB names the sequence `recorded_seq` in an entry, PouchDB `last_seq`; only ours tell the one before.
    """
    for entry in _members(body.get("history")):
        session = entry.get("session_id")
        recorded = entry.get("recorded_seq", entry.get("last_seq"))
        if isinstance(session, str) and session and recorded is not None:
            progress = Progress(recorded, entry.get("denied_since"))
            yield _Entry(session, progress, entry.get("previous_seq"))


def _grown(body: JsonObject, session: Session, denied: list[Denial]) -> dict[str, JsonValue]:
    earlier: list[JsonValue] = [
        entry for entry in _members(body.get("history")) if entry.get("session_id") != session.session_id
    ]
    return {
        "session_id": session.session_id,
        "source_last_seq": session.recorded_seq,
        "last_seq": session.recorded_seq,
        "replication_id_version": _VERSION,
        "version": _VERSION,
        "replicator": "sync",
        "history": [session.to_json(), *earlier[: _SESSIONS - 1]],
        "denied": [dict(one._asdict()) for one in denied],
    }


def _members(value: JsonValue) -> Iterator[JsonObject]:
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, Mapping):
            yield entry


def _number(sequence: JsonValue) -> int | None:
    """Return the number that a sequence begins with, None when it has none."""
    digits = str(sequence).partition("-")[0]
    return int(digits) if digits.isascii() and digits.isdigit() else None
