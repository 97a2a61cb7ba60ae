"""Reviewers' decisions: sealed documents of the central-only database (wire §5.1).

Written by ``review.decisions``; read here, so that a rebuild from zero knows them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from sqlmodel import Session, col, select

from server.central.databases import DECISIONS
from server.envelope.payload import Digest, EnvelopeIdentifier, Identifier, Instant
from server.keys.organisation import OrganisationKeys
from server.projection import acts, sealed
from server.projection.acts import Acted
from server.projection.errors import Refused
from server.projection.examine import Examined, StoredDocument
from server.projection.statements import insert_rows
from server.store.read import Decision

DOCUMENT_TYPE: Final = "decision"
MAX_MESSAGE = 2000


class Verdict(StrEnum):
    """What a reviewer decides of a record; the words are those of ``RecordState``."""

    VALIDATED = "validated"
    TO_CORRECT = "to_correct"


class DecisionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sealed: the record judged, the verdict, the message to its author (or empty)."""

    envelope: EnvelopeIdentifier
    record: Digest
    verdict: Verdict
    message: Annotated[str, msgspec.Meta(max_length=MAX_MESSAGE)]
    member: Identifier
    decided_at: Instant


def document_id(key: str) -> str:
    """Return the id of the decision drawn under this key: ``d`` and 40 hexadecimal digits."""
    return sealed.document_id(DOCUMENT_TYPE, key)


def sealed_document(key: str, decision: DecisionBody, keys: OrganisationKeys, at: datetime) -> dict[str, Any]:
    """Return the document's body (``sealed.seal``)."""
    return sealed.seal(DOCUMENT_TYPE, key, decision, keys, at)


def read(identifier: str, body: Mapping[str, Any], keys: OrganisationKeys) -> DecisionBody:
    """Return a stored decision; raise ``Refused`` unless the organisation wrote it under this id."""
    content = sealed.opened(DOCUMENT_TYPE, identifier, body, keys)
    try:
        decision: DecisionBody = msgspec.json.decode(content, type=DecisionBody)
    except msgspec.DecodeError as error:
        raise Refused("decision-invalid") from error
    return decision


class Decided(NamedTuple):
    """A decision that the organisation did write, with its document's id."""

    document_id: str
    decision: DecisionBody


class Judged(NamedTuple):
    """What the central database's documents were found to be."""

    decided: list[Decided]
    acted: list[Acted]
    refused: list[Examined]


def examine(
    documents: Sequence[StoredDocument], keys: OrganisationKeys, seen_at: Callable[[str], datetime]
) -> Judged:
    """Return the decisions and acts among these documents, and what is neither, refused."""
    judged = Judged([], [], [])
    for document in documents:
        try:
            judged.decided.append(
                Decided(document.identifier, read(document.identifier, document.body, keys))
            )
        except Refused:
            _examine_act(judged, document, keys, seen_at)
    return judged


def _examine_act(
    judged: Judged, document: StoredDocument, keys: OrganisationKeys, seen_at: Callable[[str], datetime]
) -> None:
    try:
        judged.acted.append(Acted(document.identifier, acts.read(document.identifier, document.body, keys)))
    except Refused as refusal:
        seen = seen_at(document.identifier)
        judged.refused.append(Examined(DECISIONS, document.identifier, seen, refusal=refusal))


def write(session: Session, decided: Sequence[Decided]) -> set[str]:
    """Write the rows of decisions not known yet; return the digests of the records they judge."""
    wanted = {each.document_id: each.decision for each in decided}
    known = session.exec(select(Decision.document_id).where(col(Decision.document_id).in_(wanted)))
    for document_id in known.all():
        del wanted[document_id]
    insert_rows(session, Decision, [_row(identifier, decision) for identifier, decision in wanted.items()])
    return {decision.record for decision in wanted.values()}


def _row(identifier: str, decision: DecisionBody) -> dict[str, Any]:
    return {
        "document_id": identifier,
        "envelope_id": decision.envelope,
        "record_digest": decision.record,
        "verdict": decision.verdict.value,
        "message": decision.message,
        "member_id": decision.member,
        "decided_at": decision.decided_at,
    }
