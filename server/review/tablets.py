"""The tablets of a reviewer's teams: who uses them, when they last spoke, what waits to be confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from server.review.errors import NotReviewable
from server.review.reviewer import Reviewer
from server.store.control import Campaign, Device, EnrolmentState, Member, Slot
from server.store.read import Record


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A member's place on a tablet."""

    slot: Slot
    member: Member


@dataclass(frozen=True, slots=True)
class TabletRow:
    """A tablet, how many ``records`` came from it, the last sequence and time of signature among them."""

    device: Device
    team: str
    slots: tuple[SlotRow, ...]
    records: int
    last_sequence: int
    last_signed: datetime | None

    @property
    def missing(self) -> int:
        """How many records before the last received never arrived."""
        return max(0, self.last_sequence - self.records)

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
    slots = _slots(session, [device.id for device in devices])
    received = {
        device: (records, last, signed)
        for device, records, last, signed in session.exec(
            select(
                Record.device_id,
                func.count(col(Record.sequence).distinct()),
                func.max(Record.sequence),
                func.max(Record.signed_at),
            )
            .where(col(Record.device_id).in_([device.id for device in devices]))
            .group_by(col(Record.device_id))
        )
    }
    return [
        TabletRow(
            device,
            reviewer.teams[device.team_id],
            slots.get(device.id, ()),
            *received.get(device.id, (0, 0, None)),
        )
        for device in devices
    ]


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
