"""The life of a tablet or a hub in the control tables: redeemed, confirmed or refused, revoked.

Each function changes tables only, inside the caller's transaction; ``Enrolment`` publishes afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select, update

from server.central.team_keys import TeamKeys
from server.enrolment import cards
from server.enrolment.proofs import presented_key, require_proof
from server.enrolment.short_code import short_code
from server.errors import Gone, Invalid, NotAllowed, NotFound, Refused
from server.identifiers import sha256_hex
from server.keys.public import import_public, public_jwk
from server.store.control import Device, DeviceKind, DeviceStatus, EnrolmentCard, EnrolmentState, Slot

MAX_LABEL = 80


@dataclass(frozen=True, slots=True)
class Redemption:
    """What a device presents with its card: its id, its public key, what it is called and is, the proof."""

    device: str
    key: Mapping[str, Any]
    label: str
    proof: str
    secret: str = field(repr=False)
    kind: DeviceKind = DeviceKind.TABLET


def redeem(session: Session, redemption: Redemption, now: datetime) -> Device:
    """Record a device, pending, and use its card up.

    Asked again by the same device it answers the same, since the first answer may have been lost. Raises
    ``card-unknown``, ``card-used``, ``card-expired``, ``card-kind``, ``device-known``, ``validation``,
    ``assertion-invalid``.
    """
    card = cards.find(session, redemption.secret)
    key = presented_key(redemption.key)
    expected = {"secret_digest": sha256_hex(redemption.secret), "device": redemption.device}
    require_proof(redemption.proof, key, expected)
    if card.kind is not redemption.kind:
        raise Refused.of("card-kind")
    known = session.get(Device, redemption.device)
    if card.state is not EnrolmentState.ISSUED:
        return _same_tablet(card, known, key.thumbprint())
    if card.expires_at <= now:
        raise Gone.of("card-expired")
    if known is not None:
        raise Refused.of("device-known")
    _use_up(session, card, redemption.device)
    device = Device(
        id=redemption.device,
        team_id=card.team_id,
        campaign_id=card.campaign_id,
        label=_label(redemption.label, card),
        key=public_jwk(key),
        status=DeviceStatus.PENDING,
        kind=card.kind,
        enrolled_at=now,
    )
    session.add(device)
    return device


def code_of(device: Device) -> str:
    """Return the short code that the tablet shows and the coordinator compares."""
    return short_code(device.id, import_public(device.key).thumbprint())


def find(session: Session, device: str) -> Device:
    """Return a tablet; raise ``device-unknown``."""
    found = session.get(Device, device)
    if found is None:
        raise NotFound.of("device-unknown")
    return found


def card_of(session: Session, device: str) -> EnrolmentCard:
    """Return the card that a tablet redeemed; raise ``device-unknown``."""
    card = session.exec(select(EnrolmentCard).where(EnrolmentCard.device_id == device)).first()
    if card is None:
        raise NotFound.of("device-unknown")
    return card


def require_active(status: DeviceStatus) -> None:
    """Raise ``device-pending`` or ``device-revoked`` unless the tablet is confirmed."""
    if status is DeviceStatus.PENDING:
        raise NotAllowed.of("device-pending")
    if status is not DeviceStatus.ACTIVE:
        raise NotAllowed.of("device-revoked")


def decide(session: Session, device: str, *, confirmed: bool) -> Device:
    """Confirm or refuse a pending tablet; the same again is fine, the other is ``already-decided``."""
    found = find(session, device)
    wanted = DeviceStatus.ACTIVE if confirmed else DeviceStatus.REFUSED
    if found.status not in {DeviceStatus.PENDING, wanted}:
        raise Refused.of("already-decided")
    found.status = wanted
    card_of(session, device).state = EnrolmentState.CONFIRMED if confirmed else EnrolmentState.REFUSED
    return found


def revoke(session: Session, team_keys: TeamKeys, device: str, now: datetime) -> Device:
    """Take a device's access and its slots' away; a tablet's also starts a new epoch of the team's key.

    A hub holds no team key: what it or its thief has is ciphertext, and a new epoch would close nothing. What
    a tablet sealed before stays acceptable. Revoking again changes nothing.
    """
    found = find(session, device)
    if found.status is DeviceStatus.REVOKED:
        return found
    found.status, found.revoked_at = DeviceStatus.REVOKED, now
    for slot in session.exec(select(Slot).where(Slot.device_id == device)).all():
        if slot.state is EnrolmentState.CONFIRMED:
            slot.state, slot.revoked_at = EnrolmentState.REVOKED, now
        elif slot.state is EnrolmentState.PENDING:
            slot.state = EnrolmentState.REFUSED
    if found.kind is DeviceKind.TABLET:
        team_keys.start_epoch(session, found.team_id, now)
    return found


def _same_tablet(card: EnrolmentCard, known: Device | None, thumbprint: str) -> Device:
    if known is None or card.device_id != known.id or import_public(known.key).thumbprint() != thumbprint:
        raise Refused.of("card-used")
    return known


def _use_up(session: Session, card: EnrolmentCard, device: str) -> None:
    """Take the card in one statement, so that of two tablets presenting it at once only one gets it."""
    taken = session.exec(
        update(EnrolmentCard)
        .where(col(EnrolmentCard.id) == card.id, col(EnrolmentCard.state) == EnrolmentState.ISSUED)
        .values(state=EnrolmentState.PENDING, device_id=device)
    )
    if taken.rowcount != 1:
        raise Refused.of("card-used")


def _label(asked: str, card: EnrolmentCard) -> str:
    label = " ".join(asked.split()) or card.label
    if len(label) > MAX_LABEL or not label.isprintable():
        raise Invalid.of("validation")
    return label
