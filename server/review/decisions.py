"""A reviewer's decision: written once, sealed, in the database that only central has (wire §5.1).

Nothing is changed in the read model here: the projection reads the document as it reads every other, so that
a rebuild from zero knows all decisions, and sends the receipt that tells the tablet.
"""

import asyncio
import uuid
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from server.central.databases import DECISIONS
from server.errors import Invalid, NotFound, Refused
from server.identifiers import new_uuid, sha256_hex
from server.keys.organisation import OrganisationKeys
from server.projection.decisions import (
    MAX_MESSAGE,
    DecisionBody,
    Verdict,
    document_id,
    sealed_document,
)
from server.review.errors import Outrun
from server.store.database import Store
from server.store.read import Decision, EnvelopeSeen, Record, RecordState
from sync.engine import Engine
from sync.errors import Conflict


async def decide(
    store: Store,
    engine: Engine,
    keys: OrganisationKeys,
    *,
    envelope: str,
    verdict: Verdict,
    message: str,
    member: str,
    at: datetime,
    after: str | None = None,
) -> str:
    """Decide on the record that an envelope carries; return the id of the document that says so.

    ``message`` goes to the author, sealed to the team: required to have a record corrected, ignored when it
    is validated. ``after``: the id of the decision on this record that ``member`` had before their eyes,
    empty when there was none; as with acts (``review.acts``), of two decisions upon one state the second is
    refused. Whether ``member`` may judge this record is the caller's to check. Raises ``Outrun``,
    ``NotFound`` for an envelope that carries no integrated record, ``Invalid`` for a message missing or
    longer than 2,000 characters, ``Refused`` when a correction already replaces the record, and the
    engine's errors.
    """
    text = message.strip() if verdict is Verdict.TO_CORRECT else ""
    _check_message(verdict, text)
    record, decided_at = await asyncio.to_thread(_record_in, store, envelope, after)
    if decided_at is not None:
        # The last decision stands: this one is, whatever the clock was set to in between.
        at = max(at, decided_at + timedelta(milliseconds=1))
    decision = DecisionBody(
        envelope=envelope, record=record, verdict=verdict, message=text, member=member, decided_at=at
    )
    key = new_uuid() if after is None else _key_after(record, after)
    identifier = document_id(key)
    body = await asyncio.to_thread(sealed_document, key, decision, keys, at)
    try:
        await engine.put(DECISIONS, identifier, body, revision=None)
    except Conflict as conflict:
        raise Outrun from conflict
    return identifier


def last(session: Session, record: str) -> Decision | None:
    """Return the decision that stands on a record."""
    return session.exec(
        select(Decision)
        .where(Decision.record_digest == record)
        .order_by(col(Decision.decided_at).desc(), col(Decision.document_id).desc())
    ).first()


def _key_after(record: str, after: str) -> str:
    return str(uuid.UUID(hex=sha256_hex(f"decision:{record}:{after}")[:32]))


def _check_message(verdict: Verdict, text: str) -> None:
    if verdict is Verdict.TO_CORRECT and not text:
        raise Invalid(
            "validation",
            "Message manquant",
            "Dites à l’auteur ce qui est à corriger\u202f: sans message, la fiche ne lui est pas renvoyée.",
        )
    if len(text) > MAX_MESSAGE:
        raise Invalid(
            "validation",
            "Message trop long",
            f"Le message compte {len(text)} caractères\u202f; il en tient {MAX_MESSAGE}.",
        )


def _record_in(store: Store, envelope: str, after: str | None) -> tuple[str, datetime | None]:
    """Return the record that an envelope carries, and when it was last decided."""
    with store.session() as session:
        found = session.exec(
            select(Record.digest, Record.state)
            .join(EnvelopeSeen, col(EnvelopeSeen.record_digest) == col(Record.digest))
            .where(EnvelopeSeen.envelope_id == envelope, EnvelopeSeen.accepted)
        ).first()
        stands = last(session, found[0]) if found is not None else None
    if found is None:
        raise NotFound("not-found", "Fiche inconnue", "Aucune fiche intégrée ne porte cet identifiant.")
    digest, state = found
    if state is RecordState.ENTERED_IN_ERROR:
        raise Refused(
            "superseded",
            "Fiche saisie par erreur",
            "Cette fiche ne compte plus\u202f: aucune décision ne s’y prend.",
        )
    if state is RecordState.SUPERSEDED:
        raise Refused(
            "superseded",
            "Fiche déjà remplacée",
            "Une correction remplace cette fiche\u202f: la décision se prend sur la correction.",
        )
    if after is not None and after != (stands.document_id if stands is not None else ""):
        raise Outrun
    return digest, stands.decided_at if stands is not None else None
