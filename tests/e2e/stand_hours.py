"""The stand's hours as hands live them: each of its paths once through the screens, one after the other."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import accessibility
from tests.e2e.stand_answers import (
    BREATH,
    STAND,
    WOMEN,
    blood_and_weight,
    breath,
    counted,
    pressure,
    reception,
)
from tests.e2e.stand_people import COUNTED, FROM_CARD, LOST, REFUSING, SECOND, SWAPPED, labelled
from tests.e2e.stand_tablets import OTHER, RECEPTION, STATION, Camera, Post, StandTablet
from tests.e2e.tablet import PASSPHRASES, PIN

SCANNED, WITHOUT_GP, VERY_HIGH, SUGAR, WOMAN, BREATHLESS = 1, 3, 14, 4, 7, 2
AGAIN = (180, 102)
"""The second measure of the very high pressure, after five minutes of rest."""
BREATHS = {BREATHLESS: ("1,80", "3,00"), 8: ("2,10", "2,90"), 16: ("2,40", "3,00"), 24: ("2,60", "3,00")}
"""VEMS and VEM6 in litres, by label."""


BY_HAND = {
    "reception": {SCANNED, WITHOUT_GP},
    "pressure": {VERY_HIGH, FROM_CARD, *SWAPPED},
    "blood": {SUGAR},
}
"""Labels whose record of this kind is written through the screens by a person's hands."""


@dataclass(slots=True)
class Shown:
    """What tablets said that they had calculated: the words of each result, by label and question."""

    results: dict[tuple[int, str], str]

    def keep(self, tablet: StandTablet, number: int, *questions: str) -> None:
        """Read results off the screen."""
        for link_id in questions:
            tablet.go_to(link_id.split(".", maxsplit=1)[0])
            value = tablet.question(link_id).locator("output")
            expect(value).not_to_have_text(re.compile("^Pas encore"))
            self.results[number, link_id] = value.inner_text().strip()


def at_reception(tablet: StandTablet, camera: Camera, screenshots: Path) -> None:
    """The identity is typed once: of a label that the camera reads, of one typed, of somebody who refuses."""
    camera.show(SCANNED)
    tablet.button("Scanner une étiquette").click()
    expect(tablet.page.get_by_text(f"Étiquette {SCANNED}", exact=True)).to_be_visible()
    camera.show(None)
    tablet.begin(RECEPTION)
    tablet.fill(reception(labelled(SCANNED), complete=True))
    tablet.seal_and_stay()
    tablet.page.screenshot(path=screenshots / "stand-next.png", full_page=True)

    tablet.button("Étiquette suivante").click()
    expect(tablet.page.get_by_text("En attente d’une étiquette")).to_be_visible()
    tablet.page.screenshot(path=screenshots / "stand-label.png", full_page=True)
    assert [] == accessibility.problems(tablet.page)
    tablet.type_label(WITHOUT_GP)
    tablet.begin(RECEPTION)
    tablet.fill(reception(labelled(WITHOUT_GP)))
    tablet.seal_and_stay()

    tablet.button("Étiquette suivante").click()
    tablet.page.get_by_label("Numéro de l’étiquette").fill("49")
    tablet.button("Valider le numéro").click()
    expect(tablet.page.get_by_text("elles vont de 1 à 48")).to_be_visible()
    assert REFUSING.label is not None
    tablet.type_label(REFUSING.label)
    tablet.begin(RECEPTION)
    tablet.fill(reception(REFUSING))
    tablet.seal_and_stay()

    # The reception cannot give one label twice: it knows whose it is.
    tablet.button("Étiquette suivante").click()
    tablet.type_label(WITHOUT_GP)
    expect(tablet.page.get_by_text("Cette étiquette est déjà attribuée")).to_be_visible()
    expect(tablet.page.get_by_text(labelled(WITHOUT_GP).signed_name)).to_be_visible()
    expect(tablet.button(re.compile(f"^{RECEPTION}"))).to_have_count(0)
    tablet.page.screenshot(path=screenshots / "stand-taken.png", full_page=True)
    assert [] == accessibility.problems(tablet.page)
    tablet.button("Retour").click()
    tablet.at_home()


def at_the_bench(tablet: StandTablet, shown: Shown, screenshots: Path) -> None:
    """The pressure: a very high one, a label that the reception never gave, two labels swapped."""
    who = labelled(VERY_HIGH)
    tablet.at_label(VERY_HIGH)
    expect(tablet.page.get_by_text("Rien n’est encore connu de cette étiquette")).to_be_visible()
    tablet.begin(STATION)
    tablet.fill(pressure(who, year=who.birth_year, again=AGAIN))
    shown.keep(tablet, VERY_HIGH, "orientation.blood_pressure")
    # A station shows the results of what it measures, and of nothing that others do.
    for link_id in ("orientation.glucose", "orientation.bmi"):
        expect(tablet.question(link_id)).to_have_count(0)
    expect(tablet.page.get_by_role("alert").filter(has_text="avis médical aujourd’hui")).to_be_visible()
    tablet.page.screenshot(path=screenshots / "stand-very-high.png", full_page=True)
    assert [] == accessibility.problems(tablet.page)
    tablet.seal_and_stay()

    assert LOST.label is not None
    tablet.button("Étiquette suivante").click()
    tablet.type_label(LOST.label)
    tablet.begin(STATION)
    tablet.fill(pressure(LOST))
    tablet.seal_and_stay()
    one, other = SWAPPED
    for label, who in ((one, labelled(other)), (other, labelled(one))):
        tablet.button("Étiquette suivante").click()
        tablet.type_label(label)
        tablet.begin(STATION)
        tablet.fill(pressure(who, year=who.birth_year))
        tablet.seal_and_stay()
    tablet.go_home()


def at_the_scales(tablet: StandTablet, shown: Shown) -> None:
    """Sugar that is high, the questions for women, and what a paper card brings."""
    tablet.at_label(SUGAR)
    tablet.begin(STATION)
    tablet.fill(blood_and_weight(labelled(SUGAR)))
    shown.keep(tablet, SUGAR, "orientation.glucose")
    tablet.seal_and_stay()
    tablet.button("Étiquette suivante").click()
    tablet.type_label(WOMAN)
    tablet.begin(STATION)
    tablet.fill(WOMEN)
    shown.keep(tablet, WOMAN, "women.factors")
    tablet.seal_and_stay()
    tablet.button("Étiquette suivante").click()
    tablet.type_label(FROM_CARD)
    tablet.begin(STATION)
    tablet.fill(pressure(labelled(FROM_CARD), card=True))
    tablet.seal_and_stay()
    tablet.go_home()


def in_the_corner(tablet: StandTablet, shown: Shown, screenshots: Path) -> None:
    """Somebody counted without a name, a label given a second time, and a breath measured."""
    tablet.button("Comptage anonyme").click()
    tablet.captures()
    tablet.fill(counted(COUNTED[0]))
    tablet.seal_and_stay()
    tablet.go_home()
    assert SECOND.label is not None
    tablet.at_label(SECOND.label)
    tablet.begin(RECEPTION)
    tablet.fill(reception(SECOND))
    tablet.seal_and_stay()
    tablet.button("Étiquette suivante").click()
    tablet.type_label(BREATHLESS)
    tablet.begin(OTHER)
    tablet.page.get_by_role("dialog").get_by_role("button", name=re.compile("Repérage")).click()
    tablet.captures()
    tablet.sections = BREATH
    for known in ("identity.birth_name", "visit.commune", "information.given"):
        expect(tablet.question(known)).to_have_count(0)
    tablet.fill(breath(labelled(BREATHLESS), *BREATHS[BREATHLESS]))
    shown.keep(tablet, BREATHLESS, "result.conclusion")
    tablet.page.screenshot(path=screenshots / "stand-breath.png", full_page=True)
    tablet.seal_and_stay()
    tablet.sections = STAND
    tablet.go_home()


def the_kiosk(tablet: StandTablet, opinions: tuple[tuple[str | None, ...], ...], screenshots: Path) -> None:
    """Lend the tablet: each person answers alone, and passes what they like; a PIN takes the tablet back."""
    page = tablet.page
    tablet.button(re.compile("^Prêter la tablette")).click()
    for opinion in opinions:
        tablet.button("Commencer").click()
        for number, said in enumerate(opinion, start=1):
            expect(tablet.heading(re.compile(rf"^Question {number} sur"))).to_be_visible()
            if said is not None and said.isdecimal():
                page.get_by_role("button", name=said, exact=True).click()
            elif said is not None:
                page.get_by_role("radio", name=said, exact=True).check()
            if number == 2 and opinion is opinions[0]:
                page.screenshot(path=screenshots / "stand-kiosk.png", full_page=True)
                assert [] == accessibility.problems(page)
            last = number == len(opinion)
            tablet.button("Envoyer mes réponses" if last else re.compile("^(Suivant|Passer)$")).click()
        expect(page.get_by_text("Merci pour votre avis")).to_be_visible()
        tablet.button("Revenir au début").click()
    tablet.button("Équipe : reprendre la tablette").click()
    page.get_by_label("Code PIN").fill(PIN)
    tablet.button("Reprendre").click()
    tablet.at_home()


def nothing_left(posts: Iterable[Post]) -> None:
    """No network has answered since the morning: everything that was signed is on its tablet."""
    for post in posts:
        post.tablet.expect_state(r"\d+ fiches sur la tablette.* hors réseau")


def correct_the_second(tablet: StandTablet, member: str) -> None:
    """Who was received under somebody else's label gets a visit of their own, by the record's author."""
    if tablet.heading("Qui êtes-vous").is_visible():
        tablet.unlock(member, PASSPHRASES["nurse"])
    tablet.expect_state("1 fiche à corriger par vous")
    tablet.page.get_by_role("button", name=re.compile("ZARKA.*corriger", re.DOTALL)).first.click()
    tablet.button("Ce n’était pas la bonne personne").click()
    tablet.button(re.compile("^Nouvelle identité")).click()
    tablet.button("Commencer la correction").click()
    tablet.captures()
    tablet.fill(reception(SECOND))
    tablet.seal_and_stay()
    tablet.go_home()
    tablet.expect_state("aucune fiche en attente|tout est reçu")
