"""What handlers work with: made once by ``server.app``, found in ``app.state.services``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.auth.rates import AddressRate
from server.central.form_watch import FormWatch
from server.central.publication import Forms
from server.central.publisher import Central
from server.certificates.service import HubCertificates
from server.enrolment.authorizer import Authorizer
from server.enrolment.service import Enrolment
from server.keys.organisation import OrganisationKeys
from server.people.publication import PeoplePublication
from server.remote.publication import OpinionPublication
from server.settings import Settings
from server.store.control import Organization
from server.store.database import Store
from sync.engine import Engine
from sync.http import asgi


class Replication(Protocol):
    """What answers ``/sync``: an ASGI application whose feeds can be ended."""

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Answer one request."""

    def shutdown(self) -> None:
        """End every feed."""


class Projection(Protocol):
    """The task that keeps the read model up to date (``server.projection.follow``)."""

    @property
    def ready(self) -> bool:
        """Whether it follows the replication store."""

    async def run(self) -> None:
        """Follow until cancelled."""

    async def caught_up(self) -> None:
        """Wait until everything written before this call is projected."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How often one address may do what needs no account; kept in memory, in each process by itself."""

    unknown_links: AddressRate
    codes: AddressRate
    satisfaction: AddressRate
    remote_links: AddressRate

    @classmethod
    def by(cls, monotonic_s: Callable[[], float]) -> "Rates":
        """Return the rates of a process. A waiting room, or a mobile operator, is one address to us."""
        return cls(
            unknown_links=AddressRate(60, monotonic_s),
            codes=AddressRate(30, monotonic_s),
            satisfaction=AddressRate(30, monotonic_s),
            remote_links=AddressRate(20, monotonic_s),  # of one tablet
        )


@dataclass(frozen=True, slots=True)
class Services:
    """The application's parts; ``clock`` gives aware UTC instants."""

    settings: Settings
    organization: Organization
    store: Store
    engine: Engine
    keys: OrganisationKeys
    forms: Forms
    central: Central
    enrolment: Enrolment
    authorizer: Authorizer
    replication: Replication
    projection: Projection
    people: PeoplePublication
    opinions: OpinionPublication
    certificates: HubCertificates
    form_watch: FormWatch
    rates: Rates
    clock: Callable[[], datetime]
