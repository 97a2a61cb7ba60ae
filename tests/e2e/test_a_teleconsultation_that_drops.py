"""A teleconsultation from a care home that drops mid-way, with the doctor on a one-time link (wire §6.1)."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e import accessibility
from tests.e2e import remote_answers as said
from tests.e2e.answers import Chosen
from tests.e2e.browser import Browser
from tests.e2e.coordination import Coordination
from tests.e2e.remote_doctor import PHONE, RemoteDoctor
from tests.e2e.remote_office import Act, read_the_visit, read_what_is_counted
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.e2e.test_not_blind_offline import expected
from tests.e2e.test_photo_and_secrecy import photographed
from tests.support.server_process import ServerProcess

NURSE = "infirmière"
CAMPAIGN = "Téléconsultation EHPAD"
WHOLE = "tout est reçu|aucune fiche en attente"

Problems = dict[str, list[str]]


class CareHomeTablet(Tablet):
    """The care home's tablet."""

    sections = said.SECTIONS

    def sign(self) -> None:
        """Sign what is read over, and stay where it says what comes next."""
        self.button("Signer et sceller").click()
        expect(self.heading("Fiche signée et scellée")).to_be_visible()


def test_it_drops_and_nothing_is_lost(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    browser, inspected = new_browser("nurse"), Problems()
    tablet = CareHomeTablet(browser.open())
    tablet.enrol(server.enrolment_link(CAMPAIGN), "Tilleuls 1")
    tablet.create_access(NURSE, PASSPHRASES["nurse"])
    name, refusing = (expected(tablet, index) for index in range(2))

    # The nurse writes and signs the request; once the server has it, the doctor's link can be made.
    the_request(tablet, name)
    url, code = the_link(tablet, inspected, screenshots)
    doctor = RemoteDoctor(new_browser("doctor").open(viewport=PHONE))
    the_doctor_reads(doctor, url, code, name, inspected, screenshots)
    opened = tablet.page.get_by_role("status").filter(has_text="Le médecin a ouvert la demande")
    expect(opened).to_be_visible()

    # The picture freezes. The nurse is writing the closing when the network goes, and then the tablet itself.
    tablet.button("Retour").click()
    tablet.button(re.compile("^Écrire la suite")).click()
    tablet.fill(said.BEFORE_THE_CUT)
    browser.offline(cut=True)
    tablet.fill(said.AFTER_THE_CUT)
    tablet.saved()
    browser.kill()
    tablet = CareHomeTablet(browser.open())
    browser.offline(cut=True)
    tablet.page.goto(f"{server.origin}/tablette/")
    tablet.unlock(NURSE, PASSPHRASES["nurse"])
    tablet.expect_state("hors réseau")
    tablet.go_on_with(name)
    tablet.go_to("quality")
    for link_id, entry in (said.BEFORE_THE_CUT | said.AFTER_THE_CUT).items():
        assert isinstance(entry, Chosen)
        tile = re.compile(f"^{entry.labels[0]}")
        question = tablet.question(link_id)
        expect(
            question.get_by_role("radio", name=tile).or_(question.get_by_role("checkbox", name=tile)).first
        ).to_be_checked()
    expect(tablet.page.get_by_test_id("opinion")).not_to_be_attached()

    # The doctor, who finished by telephone, answers: once.
    the_doctor_answers(doctor, inspected, screenshots)
    the_link_serves_once(doctor, RemoteDoctor(new_browser("other").open(viewport=PHONE)), url, inspected)

    # The network is back: the answer is there, is copied into the closing, which is signed.
    browser.offline(cut=False)
    the_closing(tablet, inspected, screenshots)
    the_assistant_is_heard(tablet)
    the_refusal(tablet, refusing, screenshots)
    tablet.expect_state(WHOLE)

    desk = Coordination(new_browser("desk").open(viewport={"width": 1280, "height": 800}), server.origin)
    desk.log_in("clinique", server.one_time_password("clinique"))
    act = Act(name, refusing)
    read_the_visit(desk, act, inspected, screenshots)
    read_what_is_counted(desk, act, inspected, screenshots)
    assert {} == {screen: problems for screen, problems in inspected.items() if problems}


def the_request(tablet: CareHomeTablet, name: str) -> None:
    """Write and sign the request, with what devices measured and a photo; what is calculated is seen."""
    tablet.begin_expected(name)
    tablet.answer("identity.part", Chosen(("La demande",)))
    tablet.fill(said.IDENTITY | said.REQUEST)
    expect(tablet.question("vitals.bmi")).to_contain_text(said.BMI)
    tablet.take_photo("photos.document", photographed(1200, 900))
    tablet.review()
    for label, value in (
        ("Statut de l’identité", said.STATUS),
        ("Indice de masse corporelle (IMC)", said.BMI),
    ):
        shown = re.compile(rf"{re.escape(label)}\s*{value}")
        expect(tablet.page.locator("main")).to_contain_text(shown)
    tablet.sign()


def the_link(tablet: CareHomeTablet, inspected: Problems, screenshots: Path) -> tuple[str, str]:
    """Make the doctor's link once everything is handed over; return its address and its code."""
    tablet.expect_state(WHOLE)
    tablet.button("Lien pour le médecin").click()
    page = tablet.page
    expect(page.get_by_label("Nom du médecin")).to_have_value(said.PHYSICIAN)
    tablet.button("Créer le lien").click()
    url = page.get_by_test_id("address").inner_text()
    code = re.sub(r"\D", "", page.get_by_test_id("code").inner_text())
    expect(page.get_by_role("img", name="QR de l’adresse du lien")).to_be_visible()
    page.screenshot(path=screenshots / "remote-link.png", full_page=True)
    inspected["link"] = accessibility.problems(page)
    return url, code


def the_doctor_reads(
    doctor: RemoteDoctor,
    url: str,
    code: str,
    name: str,
    inspected: Problems,
    screenshots: Path,
) -> None:
    """A wrong code first; then the request, as the nurse signed it."""
    page = doctor.page
    page.goto(url)
    doctor.titled("Le code, d’abord")
    expect(doctor.main).not_to_contain_text(name)
    inspected["code"] = accessibility.problems(page)
    doctor.give_code("000000" if code != "000000" else "111111")
    expect(page.get_by_role("alert")).to_contain_text("Ce n’est pas ce code. Il reste 4 essais")
    inspected["wrong code"] = accessibility.problems(page)
    doctor.give_code(f"{code[:3]} {code[3:]}")
    doctor.titled("Demande d’avis")
    for shown in (
        name,
        said.STATUS,
        said.REASON,
        said.QUESTION,
        said.BMI,
        "142",
        "81",
        "93",
        "38,1",
        "Stéthoscope",
    ):
        expect(doctor.main).to_contain_text(shown)
    photo = page.get_by_role("img", name=re.compile("^Photo 1"))
    expect(photo).to_be_visible()
    assert photo.evaluate("async (each) => { await each.decode(); return each.naturalWidth; }") == 900
    # On a telephone the answer begins within about two screens, and nothing is wider than it.
    top, width = doctor.before_the_answer()
    assert top <= 2.2 * PHONE["height"]
    assert width == PHONE["width"]
    page.screenshot(path=screenshots / "remote-request-360.png", full_page=True)
    inspected["request"] = accessibility.problems(page)


def the_doctor_answers(doctor: RemoteDoctor, inspected: Problems, screenshots: Path) -> None:
    """A required answer is forgotten: it is said, nothing is lost; then outcome, name and satisfaction."""
    page = doctor.page
    name = page.get_by_label("Prénom et nom")
    expect(name).to_have_value(said.PHYSICIAN)
    page.get_by_label("Avis et consignes").fill(said.ADVICE)
    doctor.send()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Rien n’est encore envoyé.")
    expect(alert).to_contain_text(re.compile(r"Issue principale\s+Choisissez ou écrivez une réponse\."))
    expect(page.get_by_label("Avis et consignes")).to_have_value(said.ADVICE)
    inspected["refused"] = accessibility.problems(page)
    doctor.choose("Issue principale", "Conseil")
    doctor.choose("Ce que l’acte a permis", "Une première réponse", "Une hospitalisation")
    page.get_by_text("Téléconsultation : avis du médecin sur l’acte").click()
    for label, mark in said.DOCTOR.items():
        doctor.choose(label, mark)
    page.screenshot(path=screenshots / "remote-satisfied-360.png", full_page=True)
    inspected["satisfied"] = accessibility.problems(page)
    doctor.send()
    doctor.titled("Réponse transmise")
    inspected["answered"] = accessibility.problems(page)


def the_link_serves_once(doctor: RemoteDoctor, other: RemoteDoctor, url: str, inspected: Problems) -> None:
    """Neither a reload, nor the page before sent again, nor another browser gives a second answer."""
    page = doctor.page
    page.reload()
    doctor.titled("Réponse transmise")
    again = page.evaluate(
        """async (url) => {
          const typed = new URLSearchParams({signed_name: "Dr Autre", "outcome.notes": "Second avis"});
          const answer = await fetch(url, {method: "POST", body: typed});
          return [answer.status, await answer.text()];
        }""",
        url,
    )
    assert again[0] == 409
    assert "la première est gardée, celle-ci ne l’est pas" in again[1]
    assert "Second avis" in again[1]
    other.page.goto(url)
    other.titled("Réponse transmise")
    for secret in (said.ADVICE, said.REASON, said.PHYSICIAN):
        expect(other.main).not_to_contain_text(secret)
    inspected["served"] = accessibility.problems(other.page)


def the_closing(tablet: CareHomeTablet, inspected: Problems, screenshots: Path) -> None:
    """The doctor's answer is shown and copied, what is missing is asked, and the closing signed."""
    page = tablet.page
    card = page.get_by_test_id("opinion")
    expect(card).to_contain_text(said.ADVICE, timeout=60_000)
    expect(card).to_contain_text(said.PHYSICIAN)
    tablet.button("Copier ces réponses dans la fiche").click()
    expect(card).to_contain_text("4 réponses copiées")
    inspected["opinion"] = accessibility.problems(page)
    page.screenshot(path=screenshots / "remote-opinion.png", full_page=True)
    tablet.button(re.compile("Il manque 1 réponse")).click()
    for link_id, entry in said.CLOSED.items():
        tablet.answer(link_id, entry)
    expect(tablet.question("outcome.notes").get_by_role("textbox")).to_have_value(said.ADVICE)
    tablet.review()
    tablet.sign()
    expect(page.get_by_text("Passage terminé")).to_be_visible()
    inspected["closed"] = accessibility.problems(page)


def the_assistant_is_heard(tablet: CareHomeTablet) -> None:
    """The questionnaire about the act follows it, and names nobody."""
    tablet.button(re.compile("avis de l’accompagnant")).click()
    tablet.fill(said.ASSISTANT)
    tablet.seal()


def the_refusal(tablet: CareHomeTablet, name: str, screenshots: Path) -> None:
    """Somebody refuses: the act ends there, is kept, and nothing else is asked of it."""
    tablet.begin_expected(name)
    expect(
        tablet.question("identity.part").get_by_role("radio", name=re.compile("^La demande"))
    ).to_be_checked()
    tablet.fill(said.IDENTITY | said.REFUSED)
    route = tablet.page.get_by_role("navigation", name="Étapes de la fiche")
    route.get_by_role("button", name=re.compile("Toutes les étapes")).click()
    for closed in ("Constantes", "Objets connectés et gestes", "Issue"):
        expect(route.get_by_role("button", name=re.compile(f"^{closed}"))).to_have_count(0)
    route.get_by_role("button", name=re.compile("Toutes les étapes")).click()
    tablet.review()
    tablet.sign()
    page = tablet.page
    expect(page.get_by_text("Passage terminé")).to_be_visible()
    page.screenshot(path=screenshots / "remote-refusal.png", full_page=True)
    for none in (
        "Lien pour le médecin",
        re.compile("^Écrire la suite"),
        re.compile("avis de l’accompagnant"),
    ):
        expect(tablet.button(none)).to_have_count(0)
    tablet.button("Retour à l’escale").click()
    tablet.at_home()
