"""One team, two people on one tablet, and a projector: what these tests write and read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlmodel import SQLModel, select

from forms.load import published
from server.central.databases import DECISIONS
from server.envelope.seal import Envelope
from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.projection import acts
from server.projection.acts import ActBody
from server.projection.decisions import DecisionBody, Verdict, document_id, sealed_document
from server.projection.examine import StoredDocument
from server.projection.project import Projector, read_cursor
from server.projection.rebuild import READ_MODEL, Fingerprint, fingerprint
from server.store.database import Store
from server.store.read import Finding, FindingCode, ProjectionCursor, Quarantined, Receipt
from tests.support.organisation import NOON, make_device, make_slot, seed
from tests.support.records import RecordWriter, SealedRecord

Row = TypeVar("Row", bound=SQLModel)
INSTANCE = "test-instance"


def stored(envelope: Envelope) -> StoredDocument:
    """An envelope as the engine gives it back."""
    return StoredDocument(envelope.identifier, envelope.revision, {"jwe": envelope.jwe})


class Scene:
    """A seeded store and what happens to it; ``now`` is noon of the stop's day."""

    def __init__(self, store: Store, keys: OrganisationKeys) -> None:
        self.store = store
        self.keys = keys
        self.seeded = seed(store, keys)
        self.device = make_device(store, self.seeded)
        self.nurse = make_slot(store, self.device, self.seeded.nurse)
        self.doctor = make_slot(store, self.device, self.seeded.doctor)
        self.writer = RecordWriter(self.seeded, keys)
        self.now = NOON
        self.projector = Projector(keys, published(), lambda: self.now)
        self._pages = 0

    def project(self, *records: SealedRecord) -> None:
        """Project records, in one page."""
        self.project_documents([stored(record.envelope) for record in records])

    def project_documents(self, documents: Sequence[StoredDocument], database: str | None = None) -> None:
        """Project documents of a database, the team's when none is named, in one page."""
        name = database or self.seeded.database
        self._pages += 1
        with self.store.session() as session:
            before = read_cursor(session, name, INSTANCE)
        after = ProjectionCursor(database=name, instance=INSTANCE, since=str(self._pages))
        self.projector.page(self.store, before, after, documents)

    def decision(
        self, record: SealedRecord, verdict: Verdict, message: str = "", at: datetime = NOON
    ) -> StoredDocument:
        """A decision on a record, as the central database holds it."""
        body = DecisionBody(
            envelope=record.envelope.identifier,
            record=record.digest,
            verdict=verdict,
            message=message,
            member=self.seeded.clinical,
            decided_at=at,
        )
        key = new_uuid()
        return StoredDocument(document_id(key), "1-0", sealed_document(key, body, self.keys, at))

    def act(self, act: ActBody) -> StoredDocument:
        """A coordinator's act, as the central database holds it."""
        key = new_uuid()
        body = acts.sealed_document(key, act, self.keys, act.at)
        return StoredDocument(acts.document_id(key), "1-0", body)

    def decide(self, *decisions: StoredDocument) -> None:
        """Project decisions."""
        self.project_documents(decisions, DECISIONS)

    def rows(self, model: type[Row]) -> list[Row]:
        """Every row of a table."""
        with self.store.session() as session:
            return list(session.exec(select(model)).all())

    def reasons(self) -> dict[str, str]:
        """Reason codes of quarantined envelopes, by envelope."""
        return {row.envelope_id: row.reason for row in self.rows(Quarantined)}

    def findings(self) -> list[FindingCode]:
        """Codes of all findings, sorted."""
        return sorted(row.code for row in self.rows(Finding))

    def receipt(self, envelope: Envelope) -> Receipt:
        """What is said of an envelope."""
        return next(row for row in self.rows(Receipt) if row.envelope_id == envelope.identifier)

    def read_model(self) -> dict[str, Fingerprint]:
        """The whole read model, by table, whatever the order of its rows."""
        return fingerprints(self.store, READ_MODEL)


def fingerprints(store: Store, models: Iterable[type[SQLModel]]) -> dict[str, Fingerprint]:
    """Fingerprints of tables."""
    with store.session() as session:
        return {model.__name__: fingerprint(session, model) for model in models}
