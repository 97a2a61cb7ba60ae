"""The two who picked up each other's label: repaired by the office, from the queue's own link."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from playwright.sync_api import ViewportSize, expect

from tests.e2e import accessibility
from tests.e2e.coordination import Coordination
from tests.e2e.stand_office import says
from tests.e2e.stand_people import SWAPPED, labelled

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}


def exchange(desk: Coordination, names: Mapping[int, str], screenshots: Path) -> None:
    """From the queue: the record, the label that the person wore, both side by side, one act for both."""
    page = desk.page
    one, other = SWAPPED
    page.goto(f"{desk.origin}/coordination/file")
    page.get_by_role("row", name=re.compile(names[one])).get_by_role("link").first.click()
    page.get_by_text("Ce n’était pas la bonne personne").click()
    page.get_by_label("Numéro de l’étiquette que portait la personne").fill("480")
    page.get_by_role("button", name="Comparer les deux étiquettes").click()
    expect(page.get_by_role("alert")).to_contain_text("de 1 à 48")
    page.get_by_label("Numéro de l’étiquette que portait la personne").fill(str(other))
    page.get_by_role("button", name="Comparer les deux étiquettes").click()
    for number in SWAPPED:
        expect(page.get_by_role("region", name=f"Étiquette {number}")).to_contain_text(
            labelled(number).signed_name
        )
    # What probably changes sides is ticked: of each the station's record, never the reception's.
    ticked = page.get_by_role("checkbox", checked=True)
    expect(ticked).to_have_count(2)
    for each in ticked.all():
        expect(each.locator("xpath=..")).to_contain_text("celle de l’accueil de l’autre étiquette")
    for size, name in ((PHONE, "stand-relabel-360"), (DESK, "stand-relabel")):
        page.set_viewport_size(size)
        page.screenshot(path=screenshots / f"{name}.png", full_page=True)
        assert [] == accessibility.problems(page)
    page.get_by_role("button", name="Mettre les fiches cochées sous l’autre étiquette").click()
    expect(page.get_by_role("region", name="Étiquette du stand")).to_contain_text("Signée sous l’étiquette")
    page.screenshot(path=screenshots / "stand-relabelled.png", full_page=True)
    assert [] == accessibility.problems(page)


def check_the_pressures(desk: Coordination, day: date, names: Mapping[int, str]) -> None:
    """Each of the two has the pressure that was measured of them, and not the other's."""
    for number in SWAPPED:
        pressure = labelled(number).pressure
        assert pressure is not None
        for link_id, value in (("vitals.sbp", pressure.systolic), ("vitals.dbp", pressure.diastolic)):
            says(desk, day, names[number], link_id, str(value))
