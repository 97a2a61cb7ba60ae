"""``escale organisation create``: an organisation with its keys and its first clinical coordinator."""

import argparse

from sqlmodel import col, select

from server import clock
from server.auth import passwords
from server.auth.login import normal_login
from server.central import organisation
from server.central.errors import NoOrganisation
from server.cli.console import BadInput, say
from server.cli.opened import opened
from server.demo.texts import text
from server.identifiers import new_uuid
from server.settings import Settings
from server.store.control import Member, Role
from server.store.database import Store

PROFESSION = "coordination clinique"


def run(options: argparse.Namespace, configured: Settings) -> int:
    """Create, and print the one-time password; return 0. What a crash left half done is completed."""
    password = passwords.one_time()
    coordinator = Member(
        id=new_uuid(),
        name=options.coordinator,
        profession=PROFESSION,
        role=Role.CLINICAL_COORDINATOR,
        login=normal_login(options.login),
        password_hash=passwords.digest(password),
        password_is_one_time=True,
    )
    with opened(configured) as store:
        _organise(store, configured, options.title)
        with store.session() as session:
            if session.exec(select(Member).where(col(Member.login).is_not(None))).first() is not None:
                raise BadInput(text("organisation_known", data=configured.data))
            session.add(coordinator)
            login, name = coordinator.login, coordinator.name
    say(text("organisation_created", title=options.title, keys=configured.keys))
    say(text("coordination", address=f"{configured.origin}/coordination/"))
    say(text("login", login=login, name=name, password=text("password_new", password=password)))
    return 0


def _organise(store: Store, configured: Settings, title: str) -> None:
    try:
        organisation.load(store, configured.keys)
    except NoOrganisation:
        organisation.create(store, configured.keys, title, clock.now)
