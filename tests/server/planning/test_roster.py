"""Two coordinators at one slot: on either database, one of them is told that it is taken."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time
from threading import Barrier

import pytest
from sqlmodel import select

from forms.communes import table
from server.keys.organisation import OrganisationKeys
from server.planning import roster
from server.planning.appointment import Appointment
from server.planning.faults import Rejected
from server.store.control import RosterEntry, Stop
from server.store.database import Store
from server.store.planning import StopSlot
from tests.support.organisation import DAY, seed


@pytest.mark.parametrize("chosen", [True, False], ids=["by its slot", "by its hour"])
def test_of_two_who_take_a_slot_at_once_one_is_told(
    store: Store, organisation_keys: OrganisationKeys, *, chosen: bool
) -> None:
    seeded = seed(store, organisation_keys)
    with store.session() as session:
        session.add(StopSlot(id="slot", stop_id=seeded.stop, starts=time(9), minutes=20))
    together = Barrier(2)

    def take(name: str) -> str:
        sent = {"stop": seeded.stop, "birth_name": name, "hour": "9h", "slot": "slot" if chosen else ""}
        together.wait(timeout=20)
        try:
            with store.session() as session:
                stops = {seeded.stop: session.get_one(Stop, seeded.stop)}
                roster.add(session, roster.order(session, sent, stops, today=DAY, communes=table()))
        except Rejected as rejected:
            return rejected.faults[0].code
        return "taken"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(take, ["Grive", "Milan"]))
    assert answers in (["slot-taken", "taken"], ["hour-taken", "taken"])
    with store.session() as session:
        assert len(session.exec(select(RosterEntry)).all()) == 1


def test_the_same_file_confirmed_twice_at_once_is_recorded_once(
    store: Store, organisation_keys: OrganisationKeys
) -> None:
    seeded = seed(store, organisation_keys)
    together = Barrier(2)
    born = DAY.replace(year=1950)
    expected = [
        Appointment(seeded.stop, time(9 + number % 3), f"GRIVE {number}", "ADA", born, None, None, None, "")
        for number in range(100)
    ]

    def confirm(_: int) -> int:
        together.wait(timeout=20)
        with store.session() as session:
            return roster.take_in(session, expected).get(seeded.stop, 0)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(confirm, range(2))) == [0, 100]
    with store.session() as session:
        assert len(session.exec(select(RosterEntry)).all()) == 100
