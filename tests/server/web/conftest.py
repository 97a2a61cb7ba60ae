"""The whole application with a day's work in it, and browsers that speak only HTTP and forms."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from litestar import Litestar

from server.app import Clocks, create_app
from server.keys import directory
from server.routes.services import Services
from server.settings import Settings
from server.store.control import Device, DeviceStatus, EnrolmentCard, EnrolmentState, Slot, Stop
from server.store.database import Store
from tests.conftest import ORGANISATION
from tests.server.projection.crowd import answers
from tests.server.web.browser import Browser, give_password
from tests.support.organisation import NOON, Seeded, make_device, make_slot, seed_team
from tests.support.records import RecordWriter, SealedRecord, full_answers

Came = Callable[..., Any]
"""Integrates a visit of somebody, as the traits given say; returns the visit."""


class MovingClock:
    """A clock that tests push forward."""

    def __init__(self) -> None:
        self.instant = NOON

    def now(self) -> datetime:
        return self.instant

    def forward(self, by: timedelta) -> None:
        self.instant += by


@dataclass(frozen=True)
class Day:
    """What was captured: a visit with two records, a corrected one, one without identity; another team's."""

    services: Services
    seeded: Seeded
    other: Seeded
    device: Device
    slot: Slot
    doctor: SealedRecord
    nurse: SealedRecord
    original: SealedRecord
    correction: SealedRecord
    unnamed: SealedRecord
    foreign: SealedRecord


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages do not depend on the database: what they read is tested on both."""
    return sqlite_url


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def application(
    settings: Settings, seeded: Seeded, other: Seeded, clock: MovingClock
) -> AsyncIterator[Litestar]:
    """The application running in the tests' own loop, so that they can wait for its projection."""
    app = create_app(settings, Clocks(now=clock.now))
    async with app.lifespan():
        yield app


@pytest.fixture
def other(settings: Settings, seeded: Seeded, store: Store) -> Seeded:
    """A second team, which the coordinators of the first do not read."""
    keys = directory.load(settings.keys, ORGANISATION)
    with store.session() as session:
        return seed_team(session, keys, seeded_day(store, seeded), "Équipe voisine")


def seeded_day(store: Store, seeded: Seeded) -> date:
    with store.session() as session:
        return session.get_one(Stop, seeded.stop).day


@pytest.fixture
async def day(other: Seeded, application: Litestar, seeded: Seeded, store: Store) -> Day:
    services: Services = application.state.services
    for team in (seeded, other):
        give_password(store, team.clinical)
        give_password(store, team.administrative)
    device = make_device(store, seeded)
    doctor, nurse = make_slot(store, device, seeded.doctor), make_slot(store, device, seeded.nurse)
    writer = RecordWriter(seeded, services.keys)
    nurses = writer.record(nurse)
    visit = nurses.payload["visit"]
    doctors = writer.record(doctor, visit=visit, signed_at=NOON + timedelta(minutes=9))
    original = writer.record(doctor, signed_at=NOON + timedelta(minutes=20))
    correction = writer.record(
        doctor,
        full_answers(vitals__hr={"values": [88]}),
        visit=original.payload["visit"],
        signed_at=NOON + timedelta(minutes=30),
        replaces={"record": original.envelope.identifier, "reason": "Pouls recompté <à la main>"},
    )
    unnamed = writer.record(doctor, unnamed_answers(), signed_at=NOON + timedelta(minutes=40))
    neighbour = make_device(store, other)
    foreign = RecordWriter(other, services.keys).record(make_slot(store, neighbour, other.doctor))
    records = [nurses, doctors, original, correction, unnamed]
    await write(services, seeded, records)
    await write(services, other, [foreign])
    await services.projection.caught_up()
    with store.session() as session:
        return Day(
            services=services,
            seeded=seeded,
            other=other,
            device=session.get_one(Device, device.id),
            slot=session.get_one(Slot, doctor.id),
            doctor=doctors,
            nurse=nurses,
            original=original,
            correction=correction,
            unnamed=unnamed,
            foreign=foreign,
        )


def waiting_tablet(store: Store, team: Seeded) -> str:
    """A tablet that redeemed a card and waits."""
    device = make_device(store, team, DeviceStatus.PENDING)
    with store.session() as session:
        session.add(
            EnrolmentCard(
                id=device.id,
                secret_digest=device.id,
                team_id=team.team,
                campaign_id=team.campaign,
                label="Tablette d’essai",
                created_at=NOON,
                expires_at=NOON,
                device_id=device.id,
                state=EnrolmentState.PENDING,
            )
        )
    return device.id


def unnamed_answers() -> dict[str, Mapping[str, object]]:
    """A visit whose person refused to say who they are."""
    kept = {name: answer for name, answer in full_answers().items() if not name.startswith("identity.")}
    return {"identity.mode": {"values": ["refused"]}, **kept}


async def write(services: Services, team: Seeded, records: list[SealedRecord]) -> None:
    results = await services.engine.write(
        team.database, [record.document for record in records], new_edits=False
    )
    assert [result.error for result in results] == [None] * len(records)


@pytest.fixture
def came(day: Day, store: Store) -> Came:
    """Integrate a visit of somebody in a team (ours unless named); return the visit."""
    writers: dict[str, tuple[RecordWriter, Any]] = {}

    async def come(team: Seeded | None = None, **traits: Any) -> str:
        of = team or day.seeded
        if of.team not in writers:
            slot = make_slot(store, make_device(store, of), of.nurse)
            writers[of.team] = RecordWriter(of, day.services.keys), slot
        writer, slot = writers[of.team]
        named: dict[str, Any] = {"restricted": True} if traits.pop("restricted", False) else {}
        record = writer.record(slot, answers(**traits), **named)
        await write(day.services, of, [record])
        await day.services.projection.caught_up()
        return str(record.payload["visit"])

    return come


@pytest.fixture
async def visitor(application: Litestar) -> AsyncIterator[Browser]:
    """Somebody who is not signed in."""
    async with Browser.of(application) as browser:
        yield browser


@pytest.fixture
async def clinical(application: Litestar, day: Day) -> AsyncIterator[Browser]:
    """The clinical coordinator, signed in."""
    async with Browser.of(application) as browser:
        await browser.sign_in(f"clinical_coordinator-{day.seeded.team}")
        yield browser


@pytest.fixture
async def administrative(application: Litestar, day: Day) -> AsyncIterator[Browser]:
    """The administrative coordinator, signed in."""
    async with Browser.of(application) as browser:
        await browser.sign_in(f"administrative_coordinator-{day.seeded.team}")
        yield browser
