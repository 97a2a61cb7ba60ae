"""What the control tables say that a record is checked against: signers, teams, epochs, stops."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy import func
from sqlmodel import Session, col, select

from server.clock import local_day
from server.envelope.verify import SlotKey
from server.keys.public import import_public
from server.store.control import Campaign, Device, EnrolmentState, Slot, Stop, TeamDatabase, TeamKey
from server.store.planning import Invitation

_EVER_CONFIRMED = (EnrolmentState.CONFIRMED, EnrolmentState.REVOKED)


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """The team that a database belongs to, and when each epoch of its key began."""

    id: str
    epochs: Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """The team that a tablet was enrolled in, for good, and when it was revoked, if it was."""

    team: str
    revoked_at: datetime | None


def team_of(session: Session, database: str) -> TeamFacts | None:
    """Return the team whose records lie in ``database``; None when no team has it."""
    row = session.get(TeamDatabase, database)
    if row is None:
        return None
    epochs = session.exec(select(TeamKey.epoch, TeamKey.created_at).where(TeamKey.team_id == row.team_id))
    return TeamFacts(row.team_id, dict(epochs.all()))


def signers(session: Session, key_ids: Collection[str]) -> dict[str, SlotKey]:
    """Return the slots that these keys sign for: confirmed once, even if revoked since.

    A record signed before a revocation is still that person's (design, "Keys").
    """
    slots = session.exec(
        select(Slot)
        .where(col(Slot.signing_thumbprint).in_(key_ids), col(Slot.state).in_(_EVER_CONFIRMED))
        .order_by(col(Slot.id).desc())
    ).all()
    made = session.exec(select(Invitation).where(col(Invitation.slot_id).in_([slot.id for slot in slots])))
    last_days = {invitation.slot_id: invitation.valid_until for invitation in made}
    return {slot.signing_thumbprint: _slot_key(slot, last_days.get(slot.id)) for slot in slots}


def _slot_key(slot: Slot, valid_until: date | None) -> SlotKey:
    return SlotKey(
        slot.id,
        slot.device_id,
        slot.member_id,
        _imported(slot.signing_key),
        _withdrawn_at(slot.revoked_at, valid_until),
        _imported(slot.agreement_key).thumbprint(),
        valid_until,
    )


def _withdrawn_at(revoked_at: datetime | None, valid_until: date | None) -> datetime | None:
    """Return when an access was withdrawn: one that ended with its last day was not."""
    if revoked_at is None or valid_until is None:
        return revoked_at
    return revoked_at if local_day(revoked_at) <= valid_until else None


def devices(session: Session, ids: Collection[str]) -> dict[str, DeviceFacts]:
    """Return the tablets known among these."""
    rows = session.exec(select(Device.id, Device.team_id, Device.revoked_at).where(col(Device.id).in_(ids)))
    return {device: DeviceFacts(team, revoked_at) for device, team, revoked_at in rows}


def stops(session: Session, ids: Collection[str]) -> dict[str, Stop]:
    """Return the stops known among these."""
    return {stop.id: stop for stop in session.exec(select(Stop).where(col(Stop.id).in_(ids)))}


def campaigns(session: Session, ids: Collection[str]) -> set[str]:
    """Return the campaigns known among these."""
    return set(session.exec(select(Campaign.id).where(col(Campaign.id).in_(ids))).all())


def extent(session: Session) -> tuple[int, ...]:
    """Return counts that grow whenever a waiting envelope may have become readable."""
    confirmed = select(func.count()).select_from(Slot).where(col(Slot.state).in_(_EVER_CONFIRMED))
    keys = select(func.count()).select_from(TeamKey)
    known_stops = select(func.count()).select_from(Stop)
    return tuple(session.exec(statement).one() for statement in (confirmed, keys, known_stops))


def _imported(jwk: Mapping[str, Any]) -> ECKey:
    return _imported_once(json.dumps(jwk, sort_keys=True))


@lru_cache(maxsize=4096)
def _imported_once(jwk: str) -> ECKey:
    return import_public(json.loads(jwk))
