"""The one organisation of this server: its row and its keys, which go together or not at all."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlmodel import select

from server.central.errors import NoOrganisation
from server.identifiers import new_uuid
from server.keys import directory
from server.keys.organisation import OrganisationKeys
from server.store.control import Organization
from server.store.database import Store


def create(
    store: Store, keys_directory: Path, title: str, now: Callable[[], datetime]
) -> tuple[Organization, OrganisationKeys]:
    """Draw an organisation's keys, then record it; raise ``KeysUnavailable`` when they cannot be written.

    Keys first: a crash between leaves keys that nothing uses, never data that nothing opens.
    """
    organization = Organization(id=new_uuid(), title=title, created_at=now())
    keys = directory.create(keys_directory, organization.id)
    with store.session() as session:
        session.add(organization)
    return organization, keys


def load(store: Store, keys_directory: Path) -> tuple[Organization, OrganisationKeys]:
    """Return the organisation and its keys.

    Raises ``NoOrganisation`` when the store is new, and ``KeysUnavailable`` when the store names an
    organisation whose keys are not there: new ones would open nothing of what it holds.
    """
    with store.session() as session:
        organization = session.exec(select(Organization)).first()
    if organization is None:
        raise NoOrganisation("the store names no organisation")
    return organization, directory.load(keys_directory, organization.id)
