"""The life of a slot, one member on one tablet: asked for, confirmed or refused, revoked.

Each function changes tables only, inside the caller's transaction; ``Enrolment`` publishes afterwards.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from joserfc.jwk import ECKey
from sqlmodel import Session, col, select

from server.central.team_keys import TeamKeys
from server.enrolment import devices
from server.enrolment.proofs import presented_key, require_proof
from server.enrolment.short_code import short_code
from server.errors import NotAllowed, NotFound, Refused
from server.keys.public import public_jwk
from server.store.control import Device, DeviceKind, EnrolmentState, Member, Role, Slot, TeamMember


@dataclass(frozen=True, slots=True)
class SlotRequest:
    """What a tablet sends for a new slot: whose, its two public keys, and the proof by the signing key."""

    slot: str
    member: str
    signing_key: Mapping[str, Any]
    agreement_key: Mapping[str, Any]
    proof: str


def request(
    session: Session,
    device_id: str,
    asked: SlotRequest,
    *,
    now: datetime,
    today: date,
    invited: bool = False,
) -> Slot:
    """Record a slot, pending; the same request again answers the same.

    ``invited``: an invitation speaks for the member, who need not be the team's. Raises ``validation``,
    ``assertion-invalid``, ``member-unknown``, ``slot-taken``; ``forbidden`` on a hub, which nobody signs on.
    """
    device = devices.find(session, device_id)
    if device.kind is DeviceKind.HUB:
        raise NotAllowed.of("forbidden")
    signing, agreement = presented_key(asked.signing_key), presented_key(asked.agreement_key)
    expected = {
        "slot": asked.slot,
        "member": asked.member,
        "device": device_id,
        "agreement_thumbprint": agreement.thumbprint(),
    }
    require_proof(asked.proof, signing, expected)
    known = session.get(Slot, asked.slot)
    if known is not None:
        return _same_request(known, device_id, asked.member, signing, agreement)
    if not invited:
        _require_member(session, device.team_id, asked.member, today)
    slot = Slot(
        id=asked.slot,
        device_id=device_id,
        member_id=asked.member,
        signing_key=public_jwk(signing),
        signing_thumbprint=signing.thumbprint(),
        agreement_key=public_jwk(agreement),
        state=EnrolmentState.PENDING,
        created_at=now,
    )
    session.add(slot)
    session.flush()
    return slot


def code_of(slot: Slot) -> str:
    """Return the short code that the tablet shows and the coordinator compares."""
    return short_code(slot.id, slot.signing_thumbprint)


def find(session: Session, slot: str) -> Slot:
    """Return a slot; raise ``not-found``."""
    found = session.get(Slot, slot)
    if found is None:
        raise NotFound.of("not-found")
    return found


def of_device(session: Session, slot: str, device: str) -> Slot:
    """Return a slot of this tablet; another tablet's is ``not-found`` too."""
    found = find(session, slot)
    if found.device_id != device:
        raise NotFound.of("not-found")
    return found


def decide(session: Session, slot: str, *, confirmed: bool) -> Slot:
    """Confirm or refuse a pending slot; the same decision again is fine, the other is ``already-decided``."""
    found = find(session, slot)
    wanted = EnrolmentState.CONFIRMED if confirmed else EnrolmentState.REFUSED
    if found.state not in {EnrolmentState.PENDING, wanted}:
        raise Refused.of("already-decided")
    found.state = wanted
    return found


def revoke(session: Session, team_keys: TeamKeys, slot: str, now: datetime) -> Slot:
    """Take a member's access on a tablet away and start a new epoch of the team's key; again, nothing."""
    found = find(session, slot)
    if found.state is EnrolmentState.PENDING:
        found.state = EnrolmentState.REFUSED
    if found.state is EnrolmentState.CONFIRMED:
        found.state, found.revoked_at = EnrolmentState.REVOKED, now
        team_keys.start_epoch(session, devices.find(session, found.device_id).team_id, now)
    return found


def withdraw(
    session: Session, team_keys: TeamKeys, member: str, teams: Collection[str] | None, now: datetime
) -> set[str]:
    """Take a member's access on these teams' tablets away, on all when None; return the teams concerned.

    A team that a confirmed slot opened begins a new epoch.
    """
    held = session.exec(
        select(Slot, Device.team_id)
        .join(Device, col(Device.id) == col(Slot.device_id))
        .where(Slot.member_id == member)
    ).all()
    changed: set[str] = set()
    for slot, team in held:
        if teams is not None and team not in teams:
            continue
        if slot.state is EnrolmentState.CONFIRMED:
            slot.state, slot.revoked_at = EnrolmentState.REVOKED, now
            changed.add(team)
        elif slot.state is EnrolmentState.PENDING:
            slot.state = EnrolmentState.REFUSED
    for team in sorted(changed):
        team_keys.start_epoch(session, team, now)
    return changed


def withdraw_those_gone(session: Session, team_keys: TeamKeys, today: date, now: datetime) -> set[str]:
    """Take away the access of members whose last day is over; return the teams that begin a new epoch."""
    gone = session.exec(
        select(Slot.member_id, Device.team_id)
        .join(Device, col(Device.id) == col(Slot.device_id))
        .join(Member, col(Member.id) == col(Slot.member_id))
        .where(
            col(Member.active_until) < today,
            col(Slot.state).in_([EnrolmentState.CONFIRMED, EnrolmentState.PENDING]),
        )
        .distinct()
    ).all()
    return {team for member, its in gone for team in withdraw(session, team_keys, member, [its], now)}


def members_of(session: Session, team: str, today: date) -> list[Member]:
    """Return those who may have a slot: the team's field members who work today, by name."""
    statement = (
        select(Member)
        .join(TeamMember, TeamMember.member_id == Member.id)  # type: ignore[arg-type]
        .where(TeamMember.team_id == team, Member.role == Role.FIELD)
        .order_by(Member.name, Member.id)
    )
    return [member for member in session.exec(statement).all() if _works(member, today)]


def _works(member: Member, today: date) -> bool:
    return not (
        member.disabled
        or (member.active_from is not None and today < member.active_from)
        or (member.active_until is not None and member.active_until < today)
    )


def _require_member(session: Session, team: str, member: str, today: date) -> None:
    if member not in {known.id for known in members_of(session, team, today)}:
        raise NotAllowed.of("member-unknown")


def _same_request(known: Slot, device: str, member: str, signing: ECKey, agreement: ECKey) -> Slot:
    same = (
        known.device_id == device
        and known.member_id == member
        and known.signing_thumbprint == signing.thumbprint()
        and known.agreement_key == public_jwk(agreement)
    )
    if not same:
        raise Refused.of("slot-taken")
    return known
