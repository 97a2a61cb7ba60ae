"""An ICOPE step 1 at home, on a phone without network; step 2 refused; six months later, another nurse.

The phone is 360 px wide; its network is cut and the server is down while anybody answers.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Browser
from tests.e2e.bus_answers import today
from tests.e2e.bus_hours import Hours
from tests.e2e.coordination import PASSWORD, Coordination
from tests.e2e.icope_answers import (
    REFUSED_BECAUSE,
    STATES_AGAIN,
    STATES_FIRST,
)
from tests.e2e.icope_autumn import the_first_step_1
from tests.e2e.icope_office import (
    read_the_record,
    the_entry_is_noted_later,
    the_figures,
    the_next_step_1_is_asked_once,
)
from tests.e2e.icope_phone import Phone
from tests.e2e.icope_spring import known, the_follow_up
from tests.e2e.tablet import PASSPHRASES
from tests.support.server_process import ServerProcess

ALEX, MAXIME = "infirmière libérale", "infirmier libéral"


@pytest.fixture
def server(tmp_path: Path) -> ServerProcess:
    return ServerProcess(tmp_path)


def test_step_1_is_refused_its_step_2_and_followed_by_another_nurse(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    hours = Hours(server, today())
    spring = hours.day + timedelta(days=182)
    inspected: dict[str, list[str]] = {}
    hours.at(8)
    server.start()
    alex = Phone(new_browser("alex"), hours)
    hours.at(8, 30)
    alex.enrol(server.enrolment_link("ICOPE"), "Téléphone d’Alex")
    alex.create_access(ALEX, PASSPHRASES["nurse"])

    # The round begins: no network, and the server is down.
    alex.browser.offline(cut=True)
    server.stop()
    person, told = the_first_step_1(alex, screenshots, inspected)
    alex.seal()
    alex.expect_state("1 fiche sur la tablette")

    # The network comes back: the coordinator reads what the phone showed.
    hours.at(11)
    server.start()
    alex.browser.offline(cut=False)
    alex.unlock(ALEX, PASSPHRASES["nurse"])
    alex.expect_state("tout est reçu|aucune fiche en attente")
    desk_browser = new_browser("desk")
    desk = Coordination(desk_browser.open(viewport={"width": 1280, "height": 800}), server.origin)
    hours.browsers.append(desk_browser)
    desk.log_in("clinique", server.one_time_password("clinique"))
    read_the_record(desk, person, hours.day, STATES_FIRST | told, screenshots)
    expect(desk.main).to_contain_text(REFUSED_BECAUSE)
    the_next_step_1_is_asked_once(desk, person, told["Prochaine étape 1"], screenshots)
    the_entry_is_noted_later(desk, person, hours.day, screenshots)
    alex.browser.close()
    hours.browsers.remove(alex.browser)
    hours.tablets.remove(alex)

    # Six months later, another nurse of the team has a phone of her own.
    hours.at(9, day=spring)
    maxime = Phone(new_browser("maxime"), hours)
    hours.at(9, 5, day=spring)
    maxime.enrol(server.enrolment_link("ICOPE"), "Téléphone de Maxime")
    maxime.create_access(MAXIME, PASSPHRASES["doctor"])
    found = known(maxime, person)
    expect(found).to_be_visible(timeout=60_000)
    maxime.browser.offline(cut=True)
    server.stop()
    told_again = the_follow_up(maxime, person, screenshots, inspected)
    maxime.seal()

    # The coordinator sees both, and the follow-up is counted.
    hours.at(11, day=spring)
    server.start()
    maxime.browser.offline(cut=False)
    maxime.unlock(MAXIME, PASSPHRASES["doctor"])
    maxime.expect_state("tout est reçu|aucune fiche en attente")
    desk.log_in_again("clinique", PASSWORD)
    read_the_record(desk, person, spring, STATES_AGAIN | told_again, screenshots)
    read_the_record(desk, person, hours.day, STATES_FIRST | told, screenshots)
    the_next_step_1_is_asked_once(desk, person, told_again["Prochaine étape 1"], screenshots)
    the_figures(desk, person, (hours.day, spring), screenshots)
    assert {} == {screen: found for screen, found in inspected.items() if found}
