"""One page of documents into the read model, in one transaction with the cursor and the receipts.

The rows depend on the set of documents, not on their order: what an envelope says by itself is inserted
(``rows``), then everything that several of them say together is derived again for what they touched.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session, col, select

from server.central.databases import DECISIONS
from server.central.publication import Forms
from server.keys.organisation import OrganisationKeys
from server.projection import (
    acts,
    attendance,
    chain,
    corrections,
    cosignatures,
    decisions,
    figures,
    manifests,
    opinions,
    people,
    persons,
    photos,
    receipts,
    relabels,
    rows,
    states,
    tasks,
    visits,
)
from server.projection.acts import Acted
from server.projection.decisions import Decided
from server.projection.errors import CursorMoved
from server.projection.examine import Examined, Examiner, StoredDocument, unexpected
from server.projection.rows import Touched
from server.store.database import Store
from server.store.read import EnvelopeSeen, ProjectionCursor
from sync.sequence import FROM_THE_START

_CENTRAL_PREFIXES = ("c", "p", "_design/")
_ADVISORY_LOCK = 0x45534341
"""Any constant: the number under which PostgreSQL makes projecting transactions wait for one another."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents of one database, examined and not yet written."""

    database: str
    examined: Sequence[Examined] = ()
    decided: Sequence[Decided] = ()
    acted: Sequence[Acted] = ()

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self.examined) + len(self.decided) + len(self.acted)

    def split(self) -> Iterator["Batch"]:
        """Yield batches of one document each."""
        for envelope in self.examined:
            yield Batch(self.database, [envelope])
        for decision in self.decided:
            yield Batch(self.database, decided=[decision])
        for act in self.acted:
            yield Batch(self.database, acted=[act])

    def given_up(self, error: Exception, seen_at: datetime) -> "Batch":
        """Return the same documents, quarantined because the software failed on them."""
        identifiers = [each.envelope_id for each in self.examined]
        identifiers += [each.document_id for each in self.decided]
        identifiers += [each.document_id for each in self.acted]
        return Batch(
            self.database,
            [
                Examined(self.database, identifier, seen_at, refusal=unexpected(identifier, error))
                for identifier in identifiers
            ],
        )


class Projector:
    """Projects with one organisation's keys and the published forms; ``now`` gives aware UTC instants."""

    def __init__(self, keys: OrganisationKeys, forms: Forms, now: Callable[[], datetime]) -> None:
        self._keys = keys
        self._examiner = Examiner(keys, forms)
        self._now = now

    def page(
        self,
        store: Store,
        before: ProjectionCursor,
        after: ProjectionCursor,
        documents: Sequence[StoredDocument],
    ) -> None:
        """Project what lies between two cursors of a database and commit the second.

        Raises ``CursorMoved``, and the store's errors when it is away; nothing was written then.
        """
        with store.session() as session:
            batch = self.examine(session, before.database, documents)
        with store.session() as session:
            take_turn(session)
            move_cursor(session, before, after)
            self.write(session, batch)

    def again(self, store: Store, database: str, documents: Sequence[StoredDocument]) -> None:
        """Examine again envelopes that waited for something; the cursor stays where it is."""
        with store.session() as session:
            batch = self.examine(session, database, documents)
        with store.session() as session:
            take_turn(session)
            self.write(session, batch)

    def examine(self, session: Session, database: str, documents: Sequence[StoredDocument]) -> Batch:
        """Open and check documents; nothing is written, and nothing in them makes this raise."""
        wanted = [each for each in documents if not each.identifier.startswith(_CENTRAL_PREFIXES)]
        seen = _seen(session, database, [document.identifier for document in wanted])
        now = self._now()
        fresh = [each for each in wanted if each.identifier not in seen or not seen[each.identifier].accepted]

        def seen_at(identifier: str) -> datetime:
            return seen[identifier].first_seen_at if identifier in seen else now

        if database == DECISIONS:
            judged = decisions.examine(fresh, self._keys, seen_at)
            return Batch(database, judged.refused, judged.decided, judged.acted)
        return Batch(database, self._examiner.examine(session, database, fresh, seen_at))

    def write(self, session: Session, batch: Batch) -> None:
        """Write a batch; a document on which the software fails is quarantined and the others go on.

        Raises the store's errors when it is away.
        """
        try:
            with session.begin_nested():
                touched = rows.write(session, batch.examined)
                touched.digests |= decisions.write(session, batch.decided)
                touched.acts |= acts.write(session, batch.acted)
                derive(session, batch.database, touched)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            if len(batch) > 1:
                for single in batch.split():
                    self.write(session, single)
            elif batch.examined and batch.examined[0].gave_up:
                raise
            else:
                self.write(session, batch.given_up(error, self._now()))


def derive(session: Session, database: str, touched: Touched) -> None:
    """Bring all that the touched records share with others to what the set now says."""
    # Statements on many rows at once went past the session: what it loaded before is no longer true.
    session.expunge_all()
    digests = touched.digests | corrections.targets(session, touched.digests)
    digests |= photos.pieces_of(session, touched.photos)
    digests |= photos.records_naming(session, touched.photo_answers)
    if touched.devices:
        chain.derive(session, touched.devices)
    standings = states.derive(session, digests) if digests else {}
    moved_labels = relabels.derive(session, digests, touched.acts)
    touched_visits = visits.of_records(session, digests | moved_labels.digests) | moved_labels.left
    touched_visits |= touched.visits
    touched_visits |= persons.visits_of_deaths(session, digests)
    visits.derive(session, touched_visits)
    attendance.derive(session, touched.attendances)
    cosigned = cosignatures.derive(session, digests)
    manifests.derive(session, digests, touched.manifests)
    photos.derive(session, touched.photos)
    moved = people.derive(session, touched_visits, touched.acts)
    tasks.derive(session, touched_visits, touched.acts)
    answered = opinions.derive(session, touched.acts)
    figures.derive(session, touched_visits | moved | cosigned | answered)
    # Nobody replicates the decisions' database: what lies in it gets no receipt.
    envelopes = set() if database == DECISIONS else touched.envelopes
    receipts.derive(session, database, envelopes, standings)


def take_turn(session: Session) -> None:
    """Make this transaction the only one that projects, until it ends.

    SQLite: an update takes the write lock, even one of no row, so that what is read afterwards stays true.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    else:
        connection.execute(text("UPDATE projection_cursor SET since = since WHERE database = ''"))


def read_cursor(session: Session, database: str, instance: str) -> ProjectionCursor:
    """Return how far a database was projected; from the start when the replication store is another one."""
    found = session.get(ProjectionCursor, database, populate_existing=True)
    if found is None or found.instance != instance:
        return ProjectionCursor(database=database, instance=instance, since=FROM_THE_START)
    return found


def move_cursor(session: Session, before: ProjectionCursor, after: ProjectionCursor) -> None:
    """Commit ``after`` with the transaction; raise ``CursorMoved`` unless ``before`` still stands."""
    present = read_cursor(session, before.database, before.instance)
    if present.since != before.since:
        raise CursorMoved(before.database)
    session.merge(after)
    session.flush()


def _seen(session: Session, database: str, identifiers: Sequence[str]) -> dict[str, EnvelopeSeen]:
    rows_seen = session.exec(
        select(EnvelopeSeen).where(
            EnvelopeSeen.database == database, col(EnvelopeSeen.envelope_id).in_(identifiers)
        )
    )
    return {each.envelope_id: each for each in rows_seen}
