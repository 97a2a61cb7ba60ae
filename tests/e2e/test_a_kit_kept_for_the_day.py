"""A member measures with two kits in a day, without network: each keeps its model, number and check."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.answers import Chosen, Typed
from tests.e2e.browser import Browser
from tests.e2e.stand_answers import BREATH
from tests.e2e.stand_tablets import OTHER, StandTablet
from tests.e2e.tablet import PASSPHRASES
from tests.support.instruments import give_instruments
from tests.support.server_process import ServerProcess

MINI, FULL = Chosen(("Mini-spiromètre",)), Chosen(("Spirométrie complète",))
NURSE = "infirmière"


def test_each_kit_of_the_day_keeps_what_is_its_own(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    server.stop()
    give_instruments(server.data)
    server.start()
    browser = new_browser("kits")
    tablet = StandTablet(browser.open())
    tablet.sections = BREATH
    tablet.enrol(server.enrolment_link())
    tablet.create_access(NURSE, PASSPHRASES["nurse"])
    tablet.works_offline()
    browser.context.set_offline(True)

    measuring(tablet, 11)
    tablet.answer("device.kind", MINI)
    device_is(tablet, "", "", "")
    tablet.answer("device.model", Typed("PiKo-6"))
    tablet.answer("device.serial", Typed("PK6-2231"))
    tablet.answer("device.calibrated_on", Typed("02/01/2026"))
    tablet.saved()
    tablet.leave_draft()

    # The next person: nothing before a kit is chosen, then what is that kit's.
    measuring(tablet, 12)
    expect(tablet.question("device.model")).to_have_count(0)
    tablet.answer("device.kind", MINI)
    device_is(tablet, "PiKo-6", "PK6-2231", "02/01/2026")
    tablet.answer("device.kind", FULL)
    device_is(tablet, "", "", "")
    tablet.answer("device.model", Typed("EasyOne Air"))
    tablet.saved()

    # What is put by is in the draft: it outlives the page and its keys.
    tablet.page.reload()
    tablet.unlock(NURSE, PASSPHRASES["nurse"])
    tablet.page.get_by_role("button", name=re.compile(r"Étiquette 12.*terminer", re.DOTALL)).first.click()
    tablet.captures()
    tablet.go_to("device")
    device_is(tablet, "EasyOne Air", "", "")
    tablet.answer("device.kind", MINI)
    device_is(tablet, "PiKo-6", "PK6-2231", "02/01/2026")
    tablet.answer("device.kind", FULL)
    device_is(tablet, "EasyOne Air", "", "")
    tablet.saved()
    tablet.leave_draft()

    # A third person finds both kits.
    measuring(tablet, 13)
    tablet.answer("device.kind", FULL)
    device_is(tablet, "EasyOne Air", "", "")
    tablet.answer("device.kind", MINI)
    device_is(tablet, "PiKo-6", "PK6-2231", "02/01/2026")


def measuring(tablet: StandTablet, label: int) -> None:
    """Begin the breath of somebody who wears a label, at its device."""
    tablet.at_label(label)
    tablet.begin(OTHER)
    tablet.page.get_by_role("dialog").get_by_role("button", name=re.compile("Repérage")).click()
    tablet.captures()
    tablet.go_to("device")


def device_is(tablet: StandTablet, model: str, serial: str, checked_on: str) -> None:
    """What the three fields hold."""
    for name, value in (("model", model), ("serial", serial), ("calibrated_on", checked_on)):
        field = tablet.question(f"device.{name}").get_by_role("textbox").first
        expect(field).to_have_value(value)
