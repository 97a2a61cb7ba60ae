"""Envelopes of one database, opened, verified and checked; a refusal is a result like another."""

import logging
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlmodel import Session

from server.central.publication import Forms
from server.clock import local_day
from server.envelope.errors import EnvelopeError, SignerUnknown
from server.envelope.notice import Notice
from server.envelope.open import Opened, check_identity, open_envelope
from server.envelope.payload import Payload
from server.envelope.verify import SlotKey, signing_key_id, verify
from server.keys.organisation import OrganisationKeys
from server.projection import facts
from server.projection.check import Content, check_content, check_date, check_notice, check_place
from server.projection.errors import Refused
from server.projection.facts import DeviceFacts, TeamFacts
from server.store.control import Stop

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as the replication store holds it."""

    identifier: str
    revision: str
    body: Mapping[str, Any]


@dataclass(slots=True)
class Examined:
    """What is known of one envelope, as far as its examination went.

    ``payload`` is there once its signature held, ``content`` once a record is accepted; ``refusal`` says why
    it is not.
    """

    database: str
    envelope_id: str
    seen_at: datetime
    opened: Opened | None = None
    signing_key_id: str | None = None
    payload: Payload | Notice | None = None
    content: Content | None = None
    refusal: Refused | None = None
    old_epoch: bool = False
    after_revocation: bool = False
    after_expiry: bool = False

    @property
    def digest(self) -> str | None:
        """The record digest, once the signature held."""
        return self.opened.digest if self.opened and self.payload else None

    @property
    def accepted(self) -> bool:
        """Whether it is a record or a notice with nothing against it, once the examination is over."""
        return self.payload is not None and self.refusal is None

    @property
    def gave_up(self) -> bool:
        """Whether it is refused because the software failed on it."""
        return self.refusal is not None and self.refusal.code == "internal-error"


class Examiner:
    """Examines with one organisation's keys and the published forms."""

    def __init__(self, keys: OrganisationKeys, forms: Forms) -> None:
        self._keys = keys
        self._forms = forms

    def examine(
        self,
        session: Session,
        database: str,
        documents: Sequence[StoredDocument],
        seen_at: Callable[[str], datetime],
    ) -> list[Examined]:
        """Examine envelopes in three passes, so that the control tables are asked once a page.

        ``seen_at`` tells when central first saw an envelope. Nothing that a document holds makes this raise.
        """
        found = [
            Examined(database, document.identifier, seen_at(document.identifier)) for document in documents
        ]
        for envelope, document in zip(found, documents, strict=True):
            _guarded(envelope, partial(self._open, document=document))
        key_ids = {envelope.signing_key_id for envelope in found if envelope.signing_key_id}
        verify_one = partial(
            self._verify,
            signers=facts.signers(session, key_ids),
            team=facts.team_of(session, database),
        )
        for envelope in _going_on(found):
            _guarded(envelope, verify_one)
        payloads = [envelope.payload for envelope in found if envelope.payload]
        check_one = partial(
            self._check,
            stops=facts.stops(session, {payload.stop for payload in payloads}),
            campaigns=facts.campaigns(session, {payload.campaign for payload in payloads}),
            devices=facts.devices(session, {payload.device for payload in payloads}),
        )
        for envelope in _going_on(found):
            _guarded(envelope, check_one)
        return found

    def _open(self, envelope: Examined, document: StoredDocument) -> None:
        text = check_identity(document.identifier, document.revision, document.body)
        envelope.opened = open_envelope(text, self._keys.encryption_by_kid)
        envelope.signing_key_id = signing_key_id(envelope.opened.compact)

    def _verify(self, envelope: Examined, signers: Mapping[str, SlotKey], team: TeamFacts | None) -> None:
        opened, signer = envelope.opened, signers.get(envelope.signing_key_id or "")
        if opened is None or signer is None:
            raise SignerUnknown
        payload = envelope.payload = verify(opened.compact, signer)
        check_place(payload, opened, signer, self._keys.organisation, team)
        check_date(payload, envelope.seen_at)
        envelope.after_revocation = signer.revoked_at is not None and envelope.seen_at > signer.revoked_at
        signed_at = payload.corrected_signed_at
        envelope.after_expiry = (
            signer.valid_until is not None
            and signed_at is not None
            and local_day(signed_at) > signer.valid_until
        )
        if team is not None and opened.epoch is not None:
            following = team.epochs.get(opened.epoch + 1)
            envelope.old_epoch = following is not None and envelope.seen_at > following

    def _check(
        self,
        envelope: Examined,
        stops: Mapping[str, Stop],
        campaigns: Collection[str],
        devices: Mapping[str, DeviceFacts],
    ) -> None:
        payload = envelope.payload
        if payload is None:
            return
        device = devices.get(payload.device)
        if device is None or device.team != payload.team:
            # A hub or a colleague may carry it here; it was still signed outside the team that it names.
            raise Refused("team-mismatch", "$.device")
        stop = stops.get(payload.stop)
        if isinstance(payload, Payload):
            envelope.content = check_content(
                payload,
                forms=self._forms,
                stop=stop,
                campaigns=campaigns,
                seen_on=envelope.seen_at.date(),
            )
        else:
            check_notice(payload, stop=stop, campaigns=campaigns, seen_at=envelope.seen_at)
        envelope.after_revocation |= device.revoked_at is not None and envelope.seen_at > device.revoked_at


def unexpected(envelope_id: str, error: Exception) -> Refused:
    """Return the refusal of an envelope on which the software failed; log where, never the error's text."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    _log.error(
        "an envelope could not be projected",
        extra={"envelope": envelope_id, "error": type(error).__name__, "origin": place},
    )
    return Refused("internal-error", type(error).__name__)


def _going_on(found: Sequence[Examined]) -> list[Examined]:
    return [envelope for envelope in found if envelope.refusal is None]


def _guarded(envelope: Examined, step: Callable[[Examined], None]) -> None:
    try:
        step(envelope)
    except Refused as refusal:
        envelope.refusal = refusal
    except EnvelopeError as error:
        envelope.refusal = Refused(error.code, *error.details)
    except Exception as error:  # noqa: BLE001 - a poisoned document must not stop those behind it
        envelope.refusal = unexpected(envelope.envelope_id, error)
