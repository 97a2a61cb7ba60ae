"""A reviewer's decision: written once, sealed, in the database that only central has (wire §5.1).

Nothing is changed in the read model here: the projection reads the document as it reads every other, so that
a rebuild from zero knows all decisions, and sends the receipt that tells the tablet.
"""

import asyncio
from datetime import datetime

from sqlmodel import col, select

from server.central.databases import DECISIONS
from server.errors import Invalid, NotFound, Refused
from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.projection.decisions import (
    MAX_MESSAGE,
    DecisionBody,
    Verdict,
    document_id,
    sealed_document,
)
from server.store.database import Store
from server.store.read import EnvelopeSeen, Record, RecordState
from sync.engine import Engine


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
) -> str:
    """Decide on the record that an envelope carries; return the id of the document that says so.

    ``message`` goes to the author, sealed to the team: required to have a record corrected, ignored when it
    is validated. Whether ``member`` may judge this record is the caller's to check. Raises ``NotFound`` for
    an envelope that carries no integrated record, ``Invalid`` for a message missing or longer than 2,000
    characters, ``Refused`` when a correction already replaces the record, and the engine's errors.
    """
    text = message.strip() if verdict is Verdict.TO_CORRECT else ""
    _check_message(verdict, text)
    record = await asyncio.to_thread(_record_in, store, envelope)
    decision = DecisionBody(
        envelope=envelope, record=record, verdict=verdict, message=text, member=member, decided_at=at
    )
    key = new_uuid()
    identifier = document_id(key)
    body = await asyncio.to_thread(sealed_document, key, decision, keys, at)
    await engine.put(DECISIONS, identifier, body, revision=None)
    return identifier


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


def _record_in(store: Store, envelope: str) -> str:
    with store.session() as session:
        found = session.exec(
            select(Record.digest, Record.state)
            .join(EnvelopeSeen, col(EnvelopeSeen.record_digest) == col(Record.digest))
            .where(EnvelopeSeen.envelope_id == envelope, EnvelopeSeen.accepted)
        ).first()
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
    return digest
