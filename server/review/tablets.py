"""The tablets of a reviewer's teams: who uses them, when they last spoke, what waits to be confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from server.review.errors import NotReviewable
from server.review.reviewer import Reviewer
from server.store.control import Campaign, Device, EnrolmentState, Member, Slot
from server.store.read import ChainLink, Record


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A member's place on a tablet."""

    slot: Slot
    member: Member


@dataclass(frozen=True, slots=True)
class TabletRow:
    """A tablet, how many ``records`` came from it, and when the last of these was signed.

    ``missing``: how many records or notices, which share one chain, have not arrived though a later one has.
    """

    device: Device
    team: str
    slots: tuple[SlotRow, ...]
    records: int = 0
    last_signed: datetime | None = None
    missing: int = 0

    @property
    def pending_slots(self) -> tuple[SlotRow, ...]:
        """The slots that wait for a coordinator."""
        return tuple(row for row in self.slots if row.slot.state is EnrolmentState.PENDING)


def tablets(session: Session, reviewer: Reviewer) -> list[TabletRow]:
    """Return the tablets of the reviewer's teams, by team then label."""
    devices = session.exec(
        select(Device)
        .where(col(Device.team_id).in_(reviewer.teams))
        .order_by(col(Device.team_id), col(Device.label), col(Device.id))
    ).all()
    identifiers = [device.id for device in devices]
    slots = _slots(session, identifiers)
    received, missing = _received(session, identifiers), _missing(session, identifiers)
    return [
        TabletRow(
            device,
            reviewer.teams[device.team_id],
            slots.get(device.id, ()),
            *received.get(device.id, (0, None)),
            missing=missing.get(device.id, 0),
        )
        for device in devices
    ]


def _received(session: Session, devices: Sequence[str]) -> dict[str, tuple[int, datetime | None]]:
    return {
        device: (records, signed)
        for device, records, signed in session.exec(
            select(Record.device_id, func.count(col(Record.sequence).distinct()), func.max(Record.signed_at))
            .where(col(Record.device_id).in_(devices))
            .group_by(col(Record.device_id))
        )
    }


def _missing(session: Session, devices: Sequence[str]) -> dict[str, int]:
    return {
        device: last - present
        for device, present, last in session.exec(
            select(
                ChainLink.device_id,
                func.count(col(ChainLink.sequence).distinct()),
                func.max(ChainLink.sequence),
            )
            .where(col(ChainLink.device_id).in_(devices))
            .group_by(col(ChainLink.device_id))
        )
    }


def _slots(session: Session, devices: Sequence[str]) -> dict[str, tuple[SlotRow, ...]]:
    found: dict[str, tuple[SlotRow, ...]] = {}
    for slot, member in session.exec(
        select(Slot, Member)
        .join(Member, col(Member.id) == col(Slot.member_id))
        .where(col(Slot.device_id).in_(devices))
        .order_by(col(Member.name), col(Slot.created_at))
    ):
        found[slot.device_id] = (*found.get(slot.device_id, ()), SlotRow(slot, member))
    return found


def find_tablet(session: Session, reviewer: Reviewer, device_id: str) -> TabletRow:
    """Return a tablet of the reviewer's teams; raise ``NotReviewable`` for any other."""
    for row in tablets(session, reviewer):
        if row.device.id == device_id:
            return row
    raise NotReviewable


def find_slot(session: Session, reviewer: Reviewer, slot_id: str) -> Slot:
    """Return a slot on a tablet of the reviewer's teams; raise ``NotReviewable`` for any other."""
    slot = session.get(Slot, slot_id)
    if slot is None:
        raise NotReviewable
    find_tablet(session, reviewer, slot.device_id)
    return slot


def campaigns(session: Session) -> dict[str, str]:
    """Return the campaigns that a tablet can be enrolled for: id → title."""
    return {found.id: found.title for found in session.exec(select(Campaign).order_by(Campaign.title))}
