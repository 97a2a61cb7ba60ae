"""Keeps teams' databases true to the control tables: who may sign, with which keys, where, on which forms.

The tables change first, in their own transaction; this follows, and runs again at each start and each day. So
a crash between the two delays a document and never loses it.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from forms.definition import Form
from forms.registry import Canonical
from server.central import roster_people
from server.central.campaign_forms import forms_of, permitted, settings_of
from server.central.databases import (
    STILL_SERVED,
    databases_of,
    ensure_databases,
    record,
    served_databases,
)
from server.central.documents import CentralDocument, DocumentType
from server.central.publisher import Central
from server.central.team_documents import (
    PlannedStop,
    device_document,
    form_document,
    invitation_document,
    keyring_document,
    roster_document,
)
from server.store.control import (
    Campaign,
    Device,
    DeviceStatus,
    EnrolmentState,
    Member,
    RosterEntry,
    Slot,
    Stop,
    Team,
)
from server.store.planning import Invitation, StopMember, StopSlot
from sync.errors import StorageError

Forms = Mapping[tuple[str, str], Form]
"""Published forms by canonical URL and version."""

_KNOWN_DEVICES = (DeviceStatus.ACTIVE, DeviceStatus.REVOKED)
_KNOWN_SLOTS = (EnrolmentState.CONFIRMED, EnrolmentState.REVOKED)


@dataclass(frozen=True, slots=True)
class _TeamRows:
    """What one team's documents are made of."""

    devices: Sequence[Device]
    slots: Sequence[tuple[Slot, Member]]
    stops: Sequence[PlannedStop]
    invitations: Sequence[Invitation]
    team: Team
    forms: Sequence[Form]


async def publish_all(central: Central, forms: Forms) -> int:
    """Publish every team's documents; return how many were written."""
    today = central.now().date()
    async with central.one_at_a_time:
        current = await ensure_databases(central.store, central.engine, today)
        return sum([await _publish_served(central, forms, team, today) for team in current])


async def publish_team(central: Central, forms: Forms, team: str) -> int:
    """Publish one team's documents after its tables changed; return how many were written."""
    today = central.now().date()
    async with central.one_at_a_time:
        await ensure_databases(central.store, central.engine, today)
        return await _publish_served(central, forms, team, today)


async def current_databases(central: Central, team: str) -> tuple[str, list[str]]:
    """Return a team's database of today, and all those it may still deliver to.

    While the replication store is away these are those recorded: a tablet's token does not wait for it.
    """
    today = central.now().date()
    try:
        current = await ensure_databases(central.store, central.engine, today)
    except StorageError:
        current, _ = await asyncio.to_thread(record, central.store, today)

    def all_of_team() -> list[str]:
        with central.store.session() as session:
            return databases_of(session, team)

    return current[team], await asyncio.to_thread(all_of_team)


async def _publish_served(central: Central, forms: Forms, team: str, today: date) -> int:
    def served() -> list[str]:
        with central.store.session() as session:
            return served_databases(session, team, today)

    return sum(
        [await _publish(central, forms, team, name, today) for name in await asyncio.to_thread(served)]
    )


async def _publish(central: Central, forms: Forms, team: str, database: str, today: date) -> int:
    ring = await central.ring_of(database)
    rows = await asyncio.to_thread(_gather, central, forms, team, today)
    slots = [
        slot
        for slot, _ in rows.slots
        if slot.state is EnrolmentState.CONFIRMED
        and any(d.id == slot.device_id and d.status is DeviceStatus.ACTIVE for d in rows.devices)
    ]
    present = await central.read(
        database, [CentralDocument(DocumentType.KEYRING, slot.id, database, None) for slot in slots]
    )

    def build() -> list[CentralDocument]:
        delivered = [found.open["epochs"] if found and found.open else {} for found in present]
        return [
            *_team_documents(database, rows),
            *(keyring_document(database, s, ring, d) for s, d in zip(slots, delivered, strict=True)),
        ]

    return await central.publish(database, await asyncio.to_thread(build))


def _team_documents(database: str, rows: _TeamRows) -> list[CentralDocument]:
    devices = [
        device_document(database, device, [pair for pair in rows.slots if pair[0].device_id == device.id])
        for device in rows.devices
    ]
    rosters = [roster_document(database, rows.team, planned) for planned in rows.stops]
    invitations = [
        invitation_document(
            database, each, usable=each.state is EnrolmentState.ISSUED and each.ended_at is None
        )
        for each in rows.invitations
    ]
    published = [form_document(database, form) for form in rows.forms]
    return [*published, *devices, *rosters, *invitations]


def _gather(central: Central, forms: Forms, team: str, today: date) -> _TeamRows:
    with central.store.session() as session:
        roster_people.link(session, team, today)
        devices = session.exec(
            select(Device).where(Device.team_id == team, col(Device.status).in_(_KNOWN_DEVICES))
        ).all()
        slots = session.exec(
            select(Slot, Member)
            .join(Member, col(Slot.member_id) == col(Member.id))
            .where(
                col(Slot.device_id).in_([device.id for device in devices]),
                col(Slot.state).in_(_KNOWN_SLOTS),
            )
        ).all()
        planned = _planned(session, team, today)
        campaigns = _campaigns(session, devices, [campaign for _, campaign in planned])
        captured = forms_of(session, campaigns)
        return _TeamRows(
            devices=devices,
            slots=slots,
            stops=_stops(session, planned, {each: _known(forms, named) for each, named in captured.items()}),
            invitations=_invitations(session, team, today),
            team=session.get_one(Team, team),
            forms=_known(forms, sorted({each for named in captured.values() for each in named})),
        )


def _known(forms: Forms, canonicals: Iterable[Canonical]) -> list[Form]:
    """Return those of the forms named that are published, in the same order."""
    return [forms[canonical] for canonical in canonicals if canonical in forms]


def _planned(session: Session, team: str, today: date) -> list[tuple[Stop, Campaign]]:
    """Stops from yesterday on: a tablet may still be finishing the day before, no further."""
    found = session.exec(
        select(Stop, Campaign)
        .join(Campaign, col(Stop.campaign_id) == col(Campaign.id))
        .where(Stop.team_id == team, col(Stop.day) >= today - timedelta(days=1))
    )
    return [(stop, campaign) for stop, campaign in found]


def _stops(
    session: Session, stops: Sequence[tuple[Stop, Campaign]], forms: Mapping[str, Sequence[Form]]
) -> list[PlannedStop]:
    settings = settings_of(session, {campaign.id for _, campaign in stops})
    ids = [stop.id for stop, _ in stops]
    on_duty: dict[str, list[Member]] = {}
    for stop_id, member in session.exec(
        select(StopMember.stop_id, Member)
        .join(Member, col(Member.id) == col(StopMember.member_id))
        .where(col(StopMember.stop_id).in_(ids))
    ):
        on_duty.setdefault(stop_id, []).append(member)
    slots: dict[str, list[StopSlot]] = {}
    for slot in session.exec(select(StopSlot).where(col(StopSlot.stop_id).in_(ids))):
        slots.setdefault(slot.stop_id, []).append(slot)
    expected: dict[str, list[RosterEntry]] = {}
    for entry in session.exec(select(RosterEntry).where(col(RosterEntry.stop_id).in_(ids))):
        expected.setdefault(entry.stop_id, []).append(entry)
    return [
        PlannedStop(
            stop,
            campaign,
            on_duty.get(stop.id, []),
            slots.get(stop.id, []),
            expected.get(stop.id, []),
            forms[campaign.id],
            permitted(forms[campaign.id], settings[campaign.id]),
        )
        for stop, campaign in stops
    ]


def _invitations(session: Session, team: str, today: date) -> list[Invitation]:
    """Invitations that a served database may hold, ended ones too: they are told without their seal."""
    statement = select(Invitation).where(
        Invitation.team_id == team, col(Invitation.valid_until) >= today - STILL_SERVED
    )
    return list(session.exec(statement).all())


def _campaigns(session: Session, devices: Sequence[Device], planned: Iterable[Campaign]) -> list[Campaign]:
    named = {device.campaign_id for device in devices} | {campaign.id for campaign in planned}
    return list(session.exec(select(Campaign).where(col(Campaign.id).in_(named))).all())
