"""Enrolment cards: a link with a one-time secret in its fragment, only the digest of which is kept."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from server.errors import NotFound
from server.identifiers import new_secret, new_uuid, sha256_hex
from server.keys.organisation import OrganisationKeys
from server.store.control import DeviceKind, EnrolmentCard, EnrolmentState

LIFETIME = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """A card just made. Only this object ever holds the link: print it now or make another card."""

    id: str
    team: str
    label: str
    expires_at: datetime
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardOrder:
    """What a coordinator asks for; ``ordered_by`` is a member's id, None on the command line."""

    team: str
    campaign: str
    label: str
    ordered_by: str | None = None
    kind: DeviceKind = DeviceKind.TABLET
    lifetime: timedelta = LIFETIME


def issue(
    session: Session, keys: OrganisationKeys, origin: str, order: CardOrder, now: datetime
) -> IssuedCard:
    """Record a new card and return it with its link."""
    secret = new_secret()
    card = EnrolmentCard(
        id=new_uuid(),
        secret_digest=sha256_hex(secret),
        team_id=order.team,
        campaign_id=order.campaign,
        label=order.label,
        created_at=now,
        created_by=order.ordered_by,
        expires_at=now + order.lifetime,
        state=EnrolmentState.ISSUED,
        kind=order.kind,
    )
    session.add(card)
    link = enrolment_link(origin, keys, secret, card.expires_at, order.kind)
    return IssuedCard(card.id, card.team_id, card.label, card.expires_at, link)


def enrolment_link(
    origin: str,
    keys: OrganisationKeys,
    secret: str,
    expires_at: datetime,
    kind: DeviceKind = DeviceKind.TABLET,
) -> str:
    """Return the link of wire §6; the fragment never reaches a server or its logs."""
    content: dict[str, str | int] = {
        "s": secret,
        "x": int(expires_at.timestamp()),
        "k": keys.signing_key["kid"],
        "o": keys.organisation,
    }
    if kind is DeviceKind.HUB:
        content["h"] = 1
    text = json.dumps(content, separators=(",", ":")).encode()
    return f"{origin}/tablette/#e={base64.urlsafe_b64encode(text).decode().rstrip('=')}"


def find(session: Session, secret: str) -> EnrolmentCard:
    """Return the card of a secret; raise ``card-unknown``."""
    statement = select(EnrolmentCard).where(EnrolmentCard.secret_digest == sha256_hex(secret))
    card = session.exec(statement).first()
    if card is None:
        raise NotFound.of("card-unknown")
    return card


def forget_unused(session: Session, before: datetime) -> None:
    """Delete the cards that expired before ``before`` without a tablet having presented them."""
    session.exec(
        delete(EnrolmentCard).where(
            col(EnrolmentCard.state) == EnrolmentState.ISSUED, col(EnrolmentCard.expires_at) < before
        )
    )
