"""The bus's day and the coordinator's Monday, whole: two tablets, a coordinator, no network from 9 to 17 h.

What was lived is in ``bus_day.DAY``, written by hand; Monday's figures are read off the pages and compared.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from server import clock
from server.clock import PARIS
from tests.e2e import bus_day
from tests.e2e.answers import NO, VITALS, YES, Absent, Chosen, Entry, Found, Sheet, Typed, person
from tests.e2e.browser import Browser
from tests.e2e.coordination import Coordination
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.e2e.test_photo_and_secrecy import photographed
from tests.support.server_process import ServerProcess

NURSE, DOCTOR = "infirmière", "médecin"


def today() -> date:
    """Return the day it is in Paris."""
    return clock.local_day(clock.now())


class Hours:
    """The day's clock: the server, the tablets and the desk live in the same hour."""

    def __init__(self, server: ServerProcess, day: date) -> None:
        self.server = server
        self.day = day
        self.browsers: list[Browser] = []
        self.tablets: list[Tablet] = []

    def at(self, hour: int, minute: int = 0, *, day: date | None = None) -> None:
        """Make it this hour on every tablet, put down meanwhile, and at the server, now or when it starts."""
        for tablet in self.tablets:
            put_down(tablet)
        running = self.server.running
        if running:
            self.server.stop()
        instant = datetime.combine(day or self.day, time(hour, minute), PARIS)
        self.server.shift_s = (instant - datetime.now(UTC)).total_seconds()
        for browser in self.browsers:
            browser.set_clock(instant)
        if running:
            self.server.start()


class Bus:
    """A tablet of the bus: its browser, and whose hands hold it."""

    def __init__(self, browser: Browser, hours: Hours) -> None:
        self.browser = browser
        page = browser.open()
        hours.browsers.append(browser)
        self.tablet = Tablet(page)
        hours.tablets.append(self.tablet)

    def taken_by(self, member: str, *, at_stop: bool = True) -> Tablet:
        """Give the tablet to somebody: locked, then opened with their passphrase."""
        put_down(self.tablet)
        self.tablet.unlock(member, PASSPHRASES["nurse" if member == NURSE else "doctor"])
        if not at_stop:
            return self.tablet
        self.tablet.page.get_by_role("combobox", name="Escale").select_option(
            label=f"Aujourd’hui – {bus_day.STOP}"
        )
        return self.tablet


def put_down(tablet: Tablet) -> None:
    """Lock a tablet that somebody holds."""
    if tablet.button("Verrouiller").is_visible():
        tablet.lock()


@pytest.fixture
def server(tmp_path: Path) -> ServerProcess:
    return ServerProcess(tmp_path)


def test_the_day_is_lived_and_monday_empties_the_queue(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    hours = Hours(server, today())
    hours.at(7, 30)
    server.start()
    desk_browser = new_browser("desk")
    desk = Coordination(desk_browser.open(viewport={"width": 1280, "height": 900}), server.origin)
    hours.browsers.append(desk_browser)

    # Early in the morning the secretary creates the stop and imports what was booked.
    desk.log_in("administration", server.one_time_password("administration"))
    prepare_the_stop(desk, hours.day)
    import_the_appointments(desk, screenshots)

    # At the base, two tablets are enrolled and say that they are ready to leave.
    nurses, doctors = Bus(new_browser("nurse"), hours), Bus(new_browser("doctor"), hours)
    hours.at(8)
    nurses.tablet.enrol(server.enrolment_link(), "Bus 1")
    nurses.tablet.create_access(NURSE, PASSPHRASES["nurse"])
    nurses.tablet.lock()
    nurses.tablet.create_access(DOCTOR, PASSPHRASES["doctor"])
    hours.at(8, 30)
    doctors.tablet.enrol(server.enrolment_link(), "Bus 2")
    doctors.tablet.create_access(DOCTOR, PASSPHRASES["doctor"])
    ready_to_leave(nurses.taken_by(NURSE), screenshots)
    ready_to_leave(doctors.taken_by(DOCTOR), screenshots)

    # The bus leaves. No network from 9 to 17 h, and the server itself is down.
    hours.at(9)
    for bus in (nurses, doctors):
        bus.browser.offline(cut=True)
    server.stop()
    the_morning(nurses, doctors, hours, screenshots)
    the_afternoon(nurses, doctors, hours)

    # At 17 h the network is back, and the last person is handed over from one tablet to the other.
    hours.at(17)
    server.start()
    for bus in (nurses, doctors):
        bus.browser.offline(cut=False)
    the_evening(nurses, doctors, hours, screenshots)

    # Monday: the clinical coordinator.
    hours.at(9, day=hours.day + timedelta(days=7 - hours.day.weekday()))
    monday(desk, server, doctors, screenshots)


def ready_to_leave(tablet: Tablet, screenshots: Path) -> None:
    """Read the morning's check."""
    tablet.button("Prêt à partir").click()
    expect(tablet.heading("Prêt à partir")).to_be_visible()
    expect(tablet.page.get_by_text("L’application est gardée entière sur la tablette")).to_be_visible(
        timeout=60_000
    )
    tablet.page.screenshot(path=screenshots / "ready.png", full_page=True)
    tablet.button("Retour").click()
    tablet.at_home()


def the_morning(nurses: Bus, doctors: Bus, hours: Hours, screenshots: Path) -> None:
    """From 9 h to noon."""
    # Jeanne Aubrac: the nurse begins, the doctor goes on with the same draft on the same tablet; a photo.
    tablet = nurses.taken_by(NURSE)
    tablet.page.screenshot(path=screenshots / "day.png", full_page=True)
    tablet.begin_expected("AUBRAC")
    tablet.fill(identity() | reception("AUBRAC JEANNE") | VITALS)
    tablet.hand_over(DOCTOR)
    tablet = nurses.taken_by(DOCTOR)
    tablet.go_on_with("AUBRAC")
    tablet.take_photo("photos.prescription", photographed(1800, 1200))
    tablet.fill(medical("AUBRAC JEANNE") | LETTER)
    tablet.seal()

    # Meanwhile, on the other tablet: Marcel Brugel, whole, by the doctor; Odile Charnay does not come.
    hours.at(10, 5)
    tablet = doctors.taken_by(DOCTOR)
    tablet.begin_expected("BRUGEL")
    tablet.fill(identity() | reception("BRUGEL MARCEL") | medical("BRUGEL MARCEL") | FOLLOW_UP)
    tablet.seal()
    tablet.note("CHARNAY", "Absent", "Ne répond pas au téléphone")

    # Lucie Delorme is sixteen: a minor, her mother is there.
    tablet.begin_expected("DELORME")
    tablet.fill(identity() | MINOR | reception("DELORME LUCIE") | medical("DELORME LUCIE"))
    tablet.seal()

    # Two men of one name: the tablet warns, and nobody decides but the doctor.
    hours.at(11, 10)
    tablet = doctors.taken_by(DOCTOR)
    for born, name in (("30.06.1957", "ESTIVAL RENE 1957"), ("17.01.1931", "ESTIVAL RENE 1931")):
        tablet.begin_expected(f"ESTIVAL.*{born}")
        warned = tablet.page.get_by_test_id("alike")
        expect(warned).to_contain_text("mêmes noms, autre date de naissance")
        tablet.page.screenshot(path=screenshots / "homonym.png", full_page=True)
        warned.get_by_role("button", name=re.compile("C’est une autre personne")).click()
        tablet.fill(identity() | reception(name) | medical(name))
        tablet.seal()


def the_afternoon(nurses: Bus, doctors: Bus, hours: Hours) -> None:
    """From 14 h to 17 h."""
    # Simone Garde is taken for Suzanne Fayolle, who comes later: the record goes to the right person.
    hours.at(14, 20)
    tablet = doctors.taken_by(DOCTOR)
    tablet.begin_expected("FAYOLLE")
    tablet.fill(identity() | reception("GARDE SIMONE") | medical("GARDE SIMONE"))
    tablet.seal()
    tablet.page.get_by_role("button", name=re.compile("FAYOLLE", re.DOTALL)).first.click()
    tablet.button("Ce n’était pas la bonne personne").click()
    tablet.page.get_by_role("button", name=re.compile("GARDE SIMONE", re.DOTALL)).click()
    tablet.button("Commencer la correction").click()
    tablet.fill(identity() | {"visit.attending_gp": STATUS["sans_mt"]})
    tablet.seal()
    expect(tablet.line_of("FAYOLLE")).to_contain_text(re.compile("Attendu|Arrivé|Avec"))
    tablet.begin_expected("FAYOLLE")
    tablet.fill(identity() | reception("FAYOLLE SUZANNE") | medical("FAYOLLE SUZANNE"))
    tablet.seal()

    # Without appointment: two are seen, one cannot be.
    hours.at(15, 30)
    tablet = doctors.taken_by(DOCTOR)
    for name, given, born, sex in (
        ("Hugon", "Paul", "01/12/1988", "Masculin"),
        ("Imbert", "Claire", "19/08/1971", "Féminin"),
    ):
        tablet.begin_walk_in()
        known = f"{name} {given}".upper()
        tablet.fill(person(name, given, born, sex) | reception(known) | medical(known))
        tablet.seal()
    tablet = nurses.taken_by(NURSE)
    tablet.note_walk_in("Sanson", turned_away="Plus de place aujourd’hui")

    # Alice Jarny: the nurse signs her part; the doctor is on another tablet, and there is no network.
    hours.at(16, 45)
    tablet = nurses.taken_by(NURSE)
    tablet.begin_walk_in()
    tablet.answer("identity.part", Chosen(("L’accueil",)))
    tablet.fill(person("Jarny", "Alice", "02/05/1966") | reception("JARNY ALICE") | VITALS)
    tablet.seal()
    expect(tablet.line_of("JARNY")).to_contain_text("Arrivé depuis")


def the_evening(nurses: Bus, doctors: Bus, hours: Hours, screenshots: Path) -> None:
    """What waited leaves by itself; the last visit is finished on the other tablet; the stop is closed."""
    tablet = doctors.taken_by(DOCTOR)
    tablet.expect_state("aucune fiche en attente|tout est reçu")
    line = tablet.line_of("JARNY")
    expect(line).to_contain_text("Arrivé depuis", timeout=60_000)
    line.get_by_role("button", name="Écrire ma partie").click()
    expect(tablet.page.get_by_test_id("signed-parts")).to_contain_text("Partie de l’infirmière signée à")
    tablet.fill(medical("JARNY ALICE"))
    tablet.page.screenshot(path=screenshots / "two-hands.png", full_page=True)
    tablet.seal()
    expect(tablet.line_of("JARNY")).to_contain_text("Terminé")
    hours.at(17, 25)
    doctors.taken_by(DOCTOR).close_stop("Camille")
    tablet = nurses.taken_by(NURSE)
    tablet.expect_state("aucune fiche en attente|tout est reçu")
    tablet.cosign_stop()
    tablet.close_stop("Dominique")
    expect(tablet.page.get_by_text("Tout ce que cette tablette a signé ici est reçu.")).to_be_visible(
        timeout=60_000
    )
    tablet.page.screenshot(path=screenshots / "closed.png", full_page=True)


def monday(desk: Coordination, server: ServerProcess, doctors: Bus, screenshots: Path) -> None:
    """The queue, emptied; then the figures, checked against the story's own list."""
    page = desk.page
    page.context.clear_cookies()
    desk.log_in("clinique", server.one_time_password("clinique"))

    # A record goes back to its author, who corrects it.
    desk.open_record_of("BRUGEL", today())
    desk.send_back("Le suivi est-il bien dans un mois ?")
    queue = open_queue(desk)
    expect(queue).to_contain_text("2 éléments")
    page.screenshot(path=screenshots / "queue.png", full_page=True)
    tablet = doctors.taken_by(DOCTOR, at_stop=False)
    tablet.expect_state("1 fiche à corriger par vous")
    tablet.page.get_by_role("button", name=re.compile("BRUGEL.*corriger", re.DOTALL)).first.click()
    tablet.button("Corriger").click()
    tablet.page.get_by_role("dialog").get_by_label("Motif").fill("Vérifié au téléphone")
    tablet.button("Commencer la correction").click()
    tablet.fill({"conclusion.notes": Typed("Suivi dans un mois, vérifié.")})
    tablet.seal()
    tablet.expect_state("tout est reçu|aucune fiche en attente")
    expect(open_queue(desk)).to_contain_text("1 élément")

    # The letter promised to Jeanne Aubrac's médecin traitant is made, numbered, sent, and said to be.
    desk.open_record_of("AUBRAC", today())
    cosigned = page.get_by_role("region", name="Cosignatures")
    expect(cosigned).to_contain_text("Dominique Fictif")
    page.get_by_role("link", name="Écrire au médecin traitant").click()
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("img", name=re.compile("page", re.IGNORECASE)).first).to_be_visible()
    page.screenshot(path=screenshots / "letter.png", full_page=True)
    page.get_by_role("button", name="Émettre le courrier").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{clock.now().year}-00001")
    page.get_by_label("Par", exact=True).select_option(label="MSSanté (MonSisra)")
    page.get_by_label("À qui").fill("Dr Paulette Invention")
    page.get_by_role("button", name="Enregistrer l’envoi").click()
    expect(desk.main).to_contain_text("MSSanté (MonSisra), à Dr Paulette Invention")
    open_queue(desk)
    page.get_by_role("link", name=re.compile("Ouvrir le suivi")).first.click()
    page.get_by_label("Issue").select_option(label="Envoyé")
    page.get_by_role("button", name="Enregistrer").click()
    expect(open_queue(desk)).to_contain_text("0 élément")

    # Those without médecin traitant who agreed to be helped.
    page.goto(f"{desk.origin}/coordination/medecin-traitant")
    without = [each for each in bus_day.SEEN if each.attending_gp == "sans_mt"]
    for each in without:
        expect(desk.main).to_contain_text(each.name)
    assert rows_of(page, "Personnes par issue")["Total"] == [str(len(without))]

    check_the_figures(desk, screenshots)


def open_queue(desk: Coordination) -> Locator:
    """Open the queue and return what it says of how much there is."""
    desk.page.goto(f"{desk.origin}/coordination/file")
    return desk.page.get_by_role("status").filter(has_text="élément")


def rows_of(page: Page, title: str) -> dict[str, list[str]]:
    """Return the rows of a table of figures: label to cells, as written."""
    table = page.get_by_role("table", name=title, exact=True)
    expect(table).to_be_visible()
    rows = table.get_by_role("row").all()
    found = {}
    for row in rows:
        header = row.get_by_role("rowheader")
        if header.count():
            found[header.inner_text()] = [cell.inner_text() for cell in row.get_by_role("cell").all()]
    return found


def of(count: int, whole: int) -> list[str]:
    """Return a count and its percentage with its denominator, as the page writes them."""
    percent = f"{100 * count / whole:.1f}".replace(".", ",")
    return [str(count), f"{percent}\N{NO-BREAK SPACE}% / {whole}"]


def check_the_figures(desk: Coordination, screenshots: Path) -> None:
    """Read the activity of the stop, and compare it with the day as it was lived."""
    page, seen = desk.page, bus_day.SEEN
    page.goto(f"{desk.origin}/coordination/activite")
    page.get_by_label("Lieu", exact=True).select_option(label=bus_day.STOP)
    page.get_by_role("button", name="Calculer").click()
    summary = rows_of(page, "Synthèse")
    ages = bus_day.ages(today())
    assert summary["Passages"][0] == str(len(seen))
    assert summary["Personnes distinctes"][0] == str(len({(each.name, each.born) for each in seen}))
    assert summary["Âge moyen (ans)"] == [f"{sum(ages) / len(ages):.1f}".replace(".", ","), str(len(ages))]
    assert rows_of(page, "Rendez-vous")["Honorés"] == of(7, 8)
    assert rows_of(page, "Rendez-vous")["Absents"] == of(1, 8)
    booking = rows_of(page, "Modes de prise de rendez-vous")
    for label, code in (
        ("Rendez-vous par téléphone", "telephone"),
        ("Rendez-vous par internet", "internet"),
        ("Sans rendez-vous", "sans_rdv"),
    ):
        assert booking[label] == of(bus_day.count("booking", code), len(seen)), label
    attending_gp = rows_of(page, "Médecin traitant")
    assert attending_gp["A un médecin traitant"] == of(bus_day.count("attending_gp", "avec_mt"), len(seen))
    assert attending_gp["N’a pas de médecin traitant"] == of(
        bus_day.count("attending_gp", "sans_mt"), len(seen)
    )
    for label, code in (("Féminin", "F"), ("Masculin", "M")):
        assert rows_of(page, "Sexe")[label] == of(bus_day.count("sex", code), len(seen))
    reasons = rows_of(page, "Motifs")
    for code, label in (
        ("renouvellement_ordonnance", "Renouvellement d’ordonnance"),
        ("douleur", "Douleur"),
        ("certificat_medical", "Certificat médical"),
        ("arret_travail", "Arrêt de travail"),
    ):
        assert reasons[label] == of(sum(code in each.reasons for each in seen), len(seen)), label
    page.screenshot(path=screenshots / "activity.png", full_page=True)

    # A figure opens onto what is behind it.
    page.get_by_role("table", name="Motifs", exact=True).get_by_role("link").first.click()
    for each in seen:
        if "renouvellement_ordonnance" in each.reasons:
            expect(desk.main).to_contain_text(each.name)


BIRTH_PLACE = Found("roann", "Roanne")
STATUS = {
    "avec_mt": Chosen(("A un médecin traitant",)),
    "sans_mt": Chosen(("N’a pas de médecin traitant",)),
}
REASONS = {
    "renouvellement_ordonnance": "Renouvellement",
    "douleur": "Douleur",
    "certificat_medical": "Certificat",
    "arret_travail": "Arrêt de travail",
}
LETTER: Sheet = {
    "conclusion.documents": Chosen(("Courrier",)),
    "conclusion.delivery.letter": Chosen(("À envoyer",)),
}
MINOR: Sheet = {
    "identity.legal_status": Chosen(("Mineur",)),
    "representative.name": Typed("Anne Delorme"),
    "representative.relation": Chosen(("Mère",)),
    "representative.present": YES,
    "representative.agreed": Chosen(("La personne et le représentant",)),
}
FOLLOW_UP: Sheet = {
    "conclusion.outcome": Chosen(("Orientation vers un spécialiste",)),
    "conclusion.follow_up": Chosen(("Suivi prévu",)),
    "conclusion.follow_up_date": Typed((today() + timedelta(days=30)).strftime("%d/%m/%Y")),
    "conclusion.follow_up_by": Chosen(("Le Médicobus",)),
}


def identity() -> Sheet:
    """What is asked of an expected person beside what was booked."""
    return {
        "identity.mode": Chosen(("Complète",)),
        "identity.birth_place": BIRTH_PLACE,
        "identity.document": Chosen(("Aucun document",)),
        "identity.legal_status": Chosen(("Majeur, sans mesure",)),
    }


def coming(name: str) -> bus_day.Coming:
    """Return a person of the story's list; the year of birth tells homonyms apart."""
    return next(
        each for each in bus_day.SEEN if f"{each.name} {each.born and each.born.year}".startswith(name)
    )


def truth(value: bool | None) -> Entry:
    """Return a yes, a no, or « inconnu », which is neither."""
    return Absent("Inconnu") if value is None else YES if value else NO


def reception(name: str) -> Sheet:
    """The nurse's questions, from the story's list."""
    who = coming(name)
    sheet: Sheet = {}
    if who.booking == "sans_rdv":
        sheet["visit.commune"] = Found("belmont de la l", "Belmont-de-la-Loire")
        sheet["visit.booking"] = Chosen(("Sans rendez-vous",))
    sheet["visit.attending_gp"] = STATUS[who.attending_gp]
    if who.attending_gp == "avec_mt":
        sheet["visit.attending_gp_name"] = Typed("Dr Paulette Invention")
    else:
        sheet["visit.attending_gp_search"] = YES
    return sheet | {
        "visit.long_term_condition": truth(who.long_term_condition),
        "visit.frailty": truth(who.frailty),
        "information.given": YES,
        "information.sharing": YES,
    }


def medical(name: str) -> Sheet:
    """The doctor's questions."""
    return {
        "reasons.reason": Chosen(tuple(REASONS[reason] for reason in coming(name).reasons)),
        "history.allergies_status": Chosen(("Aucune allergie",)),
        "history.treatments_status": Chosen(("Aucun traitement",)),
        "history.conditions_status": Chosen(("Aucun antécédent",)),
        "conclusion.notes": Typed("Examen sans particularité."),
        "conclusion.outcome": Chosen(("Conseils",)),
        "conclusion.follow_up": Chosen(("Aucun suivi",)),
        "conclusion.documents": Chosen(("Aucun document",)),
    }


def prepare_the_stop(desk: Coordination, day: date) -> None:
    """Create the stop with its slots, one of them kept for an emergency."""
    page = desk.page
    page.goto(f"{desk.origin}/coordination/escales/nouvelle")
    page.get_by_label("Lieu").fill(bus_day.STOP)
    page.get_by_label("Commune", exact=False).first.fill("Belmont-de-la-Loire")
    page.get_by_label("Date").fill(day.isoformat())
    page.get_by_label("Ouverture").fill("09:00")
    page.get_by_label("Fermeture").fill("17:30")
    for name in ("Dominique", "Camille"):
        page.get_by_role("checkbox", name=re.compile(name)).check(force=True)
    page.get_by_label("Créer les créneaux").check(force=True)
    page.get_by_label("Durée d’un créneau").fill("30")
    page.get_by_label("Pauses").fill("12h-14h")
    page.get_by_label("Créneaux gardés pour les urgences").fill("1")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name=re.compile(bus_day.STOP), level=1)).to_be_visible()


def import_the_appointments(desk: Coordination, screenshots: Path) -> None:
    """Import the spreadsheet: what is wrong is told line by line, what is right is kept."""
    page = desk.page
    page.get_by_role("link", name="Importer des rendez-vous").click()
    page.get_by_label("Fichier").set_input_files(
        {"name": "rdv.csv", "mimeType": "text/csv", "buffer": bus_day.spreadsheet()}
    )
    page.get_by_role("button", name="Lire le fichier").click()
    expect(desk.main).to_contain_text("8 rendez-vous peuvent être importés")
    expect(desk.main).to_contain_text("1 ligne refusée")
    expect(desk.main).to_contain_text("31/02/1950")
    expect(desk.main).to_contain_text("1 doublon écarté")
    expect(desk.main).to_contain_text("Motif")
    page.screenshot(path=screenshots / "import.png", full_page=True)
    page.get_by_role("button", name="Importer 8 rendez-vous").click()
    expect(desk.main).to_contain_text("8 rendez-vous")
