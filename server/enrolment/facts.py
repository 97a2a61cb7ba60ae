"""What a confirmed tablet must know of its organisation and team (wire §6, ``GET /api/device``)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from server.enrolment.slots import members_of
from server.keys.organisation import OrganisationKeys
from server.store.control import Campaign, Device, DeviceKind, Organization, Team


@dataclass(frozen=True, slots=True)
class Titled:
    """Something with an id and a title for people."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    """The organisation, with the public keys to verify it and to seal to it."""

    id: str
    title: str
    signing_key: dict[str, Any]
    encryption_key: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """Somebody who may open a slot on this tablet."""

    id: str
    name: str
    profession: str


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """The object a confirmed device is given.

    ``sync_url`` is the root under which databases are, ``origin`` the application's. A hub is told no
    member's name: nothing about people is kept in the bus.
    """

    organization: OrganizationFacts
    team: Titled
    campaign: Titled
    database: str
    members: list[MemberFacts]
    sync_url: str
    origin: str
    kind: DeviceKind


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the application is (``origin``) and where tablets replicate (``sync_url``)."""

    origin: str
    sync_url: str


def facts_of(
    session: Session,
    keys: OrganisationKeys,
    device: Device,
    database: str,
    addresses: Addresses,
    *,
    today: date,
) -> DeviceFacts:
    """Return what a tablet must know, from the tables as they are now."""
    organization = session.get_one(Organization, keys.organisation)
    team = session.get_one(Team, device.team_id)
    campaign = session.get_one(Campaign, device.campaign_id)
    members = members_of(session, device.team_id, today) if device.kind is DeviceKind.TABLET else []
    return DeviceFacts(
        organization=OrganizationFacts(
            organization.id, organization.title, keys.signing_key, keys.encryption_key
        ),
        team=Titled(team.id, team.title),
        campaign=Titled(campaign.id, campaign.title),
        database=database,
        members=[MemberFacts(member.id, member.name, member.profession) for member in members],
        sync_url=addresses.sync_url,
        origin=addresses.origin,
        kind=device.kind,
    )
