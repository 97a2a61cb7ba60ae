"""The tablet as the hands of a nurse or a doctor use it: every step is a label on the screen."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from tests.e2e.answers import Absent, Chosen, Entry, Found, Sheet, Typed

PASSPHRASES = {
    "doctor": "marée haute sept goélands gris sur jetée",
    "nurse": "un quai de brume et trois bouées rouges",
}
PIN = "4827"
SECTIONS = {
    "identity": "Identité",
    "representative": "Représentant et accord",
    "visit": "Venue",
    "reasons": "Motifs",
    "history": "Antécédents",
    "vitals": "Constantes",
    "photos": "Photos",
    "conclusion": "Examen et conclusion",
    "information": "Information et accord",
}


class Tablet:
    """One tablet's page. ``sections`` are its form's titles, by linkId: the bus's when not told."""

    sections: Mapping[str, str] = SECTIONS

    def __init__(self, page: Page) -> None:
        self.page = page

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """Return the button with this label."""
        return self.page.get_by_role("button", name=name)

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        """Return the heading with this text."""
        return self.page.get_by_role("heading", name=name)

    # Enrolment and access

    def enrol(self, link: str, label: str = "Bus 1") -> None:
        """Open the card's link and wait until the tablet belongs to the team."""
        self.page.goto(link)
        self.page.get_by_label("Nom de cette tablette").fill(label)
        self.button("Inscrire cette tablette").click()
        expect(self.heading("Qui êtes-vous")).to_be_visible()
        # Whole on the tablet before a test cuts the network: on a busy machine it is fetched for a while.
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")

    def create_access(self, member: str, passphrase: str, pin: str = PIN) -> str:
        """Make a member's access, wait for the team's key, and return the recovery code."""
        self.button(re.compile(member)).click()
        self.page.get_by_label("Choisissez une phrase de passe").fill(passphrase)
        self.page.get_by_label("La même phrase de passe").fill(passphrase)
        self.page.get_by_label("Choisissez un code PIN").fill(pin)
        self.button("Créer").click()
        code = self.page.locator("output").inner_text()
        self.page.get_by_label("Je l’ai noté").check()
        self.button("Continuer").click()
        self.at_home()
        # As « Prêt à partir » says: the application is kept whole before the network may go.
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        return code

    def unlock(self, member: str, passphrase: str) -> None:
        """Open a member's access from the list of members."""
        self.button(re.compile(member)).click()
        self.page.get_by_label("Phrase de passe").fill(passphrase)
        self.button("Ouvrir").click()
        self.at_home()

    def works_offline(self) -> None:
        """Wait until everything that a day without network needs is kept by the browser."""
        self.page.evaluate("async () => { await navigator.serviceWorker.ready }")

    def at_home(self) -> None:
        """Wait for the day's stop."""
        expect(self.page.get_by_label("Chercher une fiche de l’équipe")).to_be_visible()

    def lock(self) -> None:
        """Drop the keys."""
        self.button("Verrouiller").click()
        expect(self.heading("Qui êtes-vous")).to_be_visible()

    # Capture

    def begin_walk_in(self) -> None:
        """Begin the record of somebody who was not expected."""
        self.button("Personne sans rendez-vous").click()
        self.go_to("identity")

    def begin_expected(self, name: str) -> None:
        """Begin the record of an expected person, by a pattern of their line."""
        day = self.page.get_by_role("region", name="Journée")
        day.get_by_role("button", name=re.compile(name, re.DOTALL)).first.click()
        self.go_to("identity")

    def go_on_with(self, name: str) -> None:
        """Open the draft of a person."""
        self.page.get_by_role("button", name=re.compile(f"{name}.*terminer", re.DOTALL)).first.click()
        expect(self.page.get_by_role("navigation", name="Étapes de la fiche")).to_be_visible()

    def take_photo(self, link_id: str, content: bytes) -> None:
        """Give a picture to the camera's field of a question, and wait until it is drawn."""
        self.go_to(link_id.split(".", maxsplit=1)[0])
        field = self.question(link_id).locator('input[data-photo="camera"]')
        field.set_input_files({"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content})
        expect(self.question(link_id).locator("canvas.drawn")).to_have_count(1)

    def question(self, link_id: str) -> Locator:
        """Return the frame of a question."""
        return self.page.locator(f'[id="question-{link_id}"]')

    def go_to(self, section: str) -> None:
        """Go to a section of the form through the list of sections."""
        title = self.sections[section]
        heading = self.page.get_by_role("heading", name=title, exact=True, level=2)
        route = self.page.get_by_role("navigation", name="Étapes de la fiche")
        expect(route).to_be_visible()
        if heading.is_visible():
            return
        stop = route.get_by_role("button", name=re.compile(f"^{re.escape(title)}"))
        if not stop.is_visible():
            route.get_by_role("button", name=re.compile("Toutes les étapes")).click()
        stop.click()
        expect(heading).to_be_visible()

    def fill(self, sheet: Sheet) -> None:
        """Answer the questions of a sheet, section after section."""
        for link_id, entry in sheet.items():
            self.go_to(link_id.split(".")[0])
            self.answer(link_id, entry)

    def answer(self, link_id: str, entry: Entry) -> None:
        """Answer one question of the section on screen."""
        question = self.question(link_id)
        match entry:
            case Typed(text):
                field = question.get_by_role("textbox").first
                field.fill(text)
                field.blur()
            case Chosen((label,)) if question.locator("select").count():
                option = question.locator("option").filter(has_text=re.compile(f"^{re.escape(label)}"))
                question.locator("select").select_option(value=option.get_attribute("value"))
            case Chosen(labels):
                for label in labels:
                    # The browser reads the pattern between slashes.
                    tile = re.compile("^" + re.escape(label).replace("/", r"\/"))
                    question.get_by_role("radio", name=tile).or_(
                        question.get_by_role("checkbox", name=tile)
                    ).first.check()
            case Found(query, option):
                question.get_by_role("combobox").fill(query)
                question.get_by_role("option", name=re.compile(option)).first.click()
            case Absent(reason):
                question.get_by_role("button", name=re.compile("^Pas de réponse à")).click()
                question.get_by_role("button", name=reason, exact=True).click()

    def saved(self) -> None:
        """Wait until the draft says that it is stored."""
        expect(self.page.get_by_test_id("save-state")).to_have_text(re.compile(r"^\s*enregistré à \d"))

    def leave_draft(self) -> None:
        """Leave the record being written."""
        self.button("Quitter, la fiche reste en brouillon").click()
        self.at_home()

    def hand_over(self, member: str) -> None:
        """Give the draft to a teammate."""
        self.button("Passer à un collègue").click()
        self.page.get_by_role("dialog").get_by_role("radio", name=re.compile(member)).check()
        self.button("Passer la fiche").click()
        self.at_home()

    def review(self) -> None:
        """Go to the reading before the seal."""
        route = self.page.get_by_role("navigation", name="Étapes de la fiche")
        expect(route).to_be_visible()
        every = route.get_by_role("button", name=re.compile("Toutes les étapes"))
        if every.is_visible():
            every.click()
        route.get_by_role("listitem").last.get_by_role("button").click()
        self.button("Relire la fiche").click()
        expect(self.heading("Relecture avant signature")).to_be_visible()

    def seal(self) -> None:
        """Read over, sign and seal the record, and come home."""
        self.review()
        self.button("Signer et sceller").click()
        expect(self.heading("Fiche signée et scellée")).to_be_visible()
        self.button("Retour à l’escale").click()
        self.at_home()

    # The day

    def line_of(self, name: str) -> Locator:
        """Return the line of a person in the day's list."""
        day = self.page.get_by_role("region", name="Journée")
        return day.get_by_role("listitem").filter(has_text=name)

    def note(self, name: str, status: str, reason: str | None = None) -> None:
        """Give a person another status from the menu."""
        self.button(re.compile(f"^Changer le statut de {name}")).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("radio", name=status).check()
        if reason is not None:
            dialog.get_by_label("Motif").fill(reason)
        dialog.get_by_role("button", name="Noter").click()
        expect(dialog).not_to_be_visible()

    def note_walk_in(self, name: str, *, turned_away: str | None = None) -> None:
        """Note somebody without appointment nor record; ``turned_away`` is why they are not seen."""
        self.button("Noter une venue sans fiche").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Nom de naissance").fill(name)
        if turned_away is not None:
            dialog.get_by_role("radio", name="Elle n’est pas reçue").check()
            dialog.get_by_label("Motif").fill(turned_away)
        dialog.get_by_role("button", name="Noter").click()
        expect(dialog).not_to_be_visible()

    def close_stop(self, keeper: str) -> None:
        """Close the stop on screen, and stay on the screen that says what becomes of it."""
        self.button("Clore l’escale").click()
        expect(self.heading("Clore l’escale")).to_be_visible()
        self.page.get_by_role("radio", name=re.compile(keeper)).check()
        self.page.locator("main").get_by_role("button", name="Clore l’escale").click()
        expect(self.page.get_by_text("Escale close")).to_be_visible()

    def cosign_stop(self) -> None:
        """Co-sign every record of the stop that may be, and come home."""
        self.button("Cosigner").click()
        expect(self.heading("Cosigner les fiches de l’escale")).to_be_visible()
        self.button(re.compile(r"^Cosigner \d+ fiche")).click()
        expect(self.page.get_by_text(re.compile("cosignées?\\."))).to_be_visible()
        self.button("Retour").click()
        self.at_home()

    # State

    @property
    def state(self) -> Locator:
        """Return the permanent line about synchronisation."""
        return self.page.get_by_role("status", name="Synchronisation")

    def expect_state(self, pattern: str) -> None:
        """Wait until the line says so, with a capital or without."""
        expect(self.state).to_contain_text(re.compile(pattern, re.IGNORECASE), timeout=40_000)
