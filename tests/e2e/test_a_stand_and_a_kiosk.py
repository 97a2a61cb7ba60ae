"""Labels of a stand read by a tablet without network, and the tablet lent to patients."""

import io
import re
from collections.abc import Callable

import qrcode
from PIL import Image
from playwright.sync_api import FilePayload, expect

from server.planning import labels
from tests.e2e import accessibility
from tests.e2e.answers import Typed
from tests.e2e.browser import TABLET, Browser
from tests.e2e.tablet import PASSPHRASES, PIN, Tablet
from tests.support.instruments import LABELS, SEED, give_instruments
from tests.support.server_process import ServerProcess

CLEAR_PX = 6
MARGINS = """() => {
    const words = document.querySelector('div > p[role="status"]');
    const band = words.parentElement.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(words);
    const text = range.getBoundingClientRect();
    return [text.top - band.top, band.bottom - text.bottom];
}"""


def image(picture: Image.Image) -> FilePayload:
    """Return a picture as a camera would hand it over."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return {"name": "label.png", "mimeType": "image/png", "buffer": file.getvalue()}


def qr(text: str) -> FilePayload:
    """Return the picture of a QR."""
    return image(qrcode.make(text).get_image().convert("RGB"))


def test_a_label_begins_its_visit_and_a_patient_answers_behind_the_veil(
    server: ServerProcess, new_browser: Callable[[str], Browser]
) -> None:
    server.stop()
    give_instruments(server.data)
    server.start()
    browser = new_browser("stand")
    tablet = Tablet(browser.open())
    page = tablet.page
    tablet.enrol(server.enrolment_link())
    tablet.create_access("infirmière", PASSPHRASES["nurse"])
    lend = tablet.button(re.compile("^Prêter la tablette"))
    expect(lend).to_be_visible()
    tablet.works_offline()
    browser.context.set_offline(True)

    # What is no label of ours, what cannot be read and a number of no label are each said for what they are.
    tablet.button("Scanner une étiquette").click()
    camera = page.locator('input[data-label="image"]')
    camera.set_input_files(qr("https://example.org"))
    expect(page.get_by_text("Ce QR n’est pas une étiquette d’Escale.")).to_be_visible()
    camera.set_input_files(image(Image.new("RGB", (400, 300), "white")))
    expect(page.get_by_text("Aucune étiquette lisible sur cette image.")).to_be_visible()
    page.get_by_label("Numéro de l’étiquette").fill(str(LABELS + 1))
    tablet.button("Valider le numéro").click()
    expect(page.get_by_text("ne porte ce numéro")).to_be_visible()
    assert [] == accessibility.problems(page)

    # The QR as it is printed begins the reception of its visit; typed, the number is the same visit.
    camera.set_input_files(qr(labels.qr_text(SEED, 7)))
    expect(page.get_by_text("Étiquette 7")).to_be_visible()
    assert [] == accessibility.problems(page)
    tablet.button("Accueil : commencer l’identité").click()
    expect(page.get_by_test_id("identity")).to_contain_text("Étiquette 7")
    page.get_by_role("radio", name=re.compile("^Partielle")).check()
    tablet.answer("identity.birth_name", Typed("FICTIF-STAND"))
    tablet.saved()
    tablet.leave_draft()
    expect(tablet.line_of("FICTIF-STAND")).to_contain_text("Étiquette 7")
    # On a phone the line about synchronisation takes several lines, each clear of the header above.
    page.set_viewport_size({"width": 360, "height": 640})
    expect(page.get_by_role("status", name="Synchronisation")).to_contain_text("en attente")
    above, below = page.evaluate(MARGINS)
    assert min(above, below) >= CLEAR_PX, (above, below)
    page.set_viewport_size({"width": TABLET["width"], "height": TABLET["height"]})
    tablet.button("Scanner une étiquette").click()
    page.get_by_label("Numéro de l’étiquette").fill("7")
    tablet.button("Valider le numéro").click()
    expect(page.get_by_text("FICTIF-STAND")).to_be_visible()
    expect(page.get_by_text("Cette étiquette est déjà attribuée.")).to_be_visible()
    expect(tablet.button("Accueil : commencer l’identité")).to_have_count(0)
    tablet.button("Retour").click()
    tablet.at_home()

    # Lent, the tablet shows nothing but the questionnaire, and gives itself back by the PIN only.
    lend.click()
    tablet.button("Commencer").click()
    assert [] == accessibility.problems(page)
    page.get_by_role("radio").first.check()
    last = tablet.button("Envoyer mes réponses")
    onward = tablet.button(re.compile("^(Suivant|Passer)$"))
    while not last.is_visible():
        onward.click()
        expect(last.or_(onward)).to_be_visible()
    # Nothing was said yet: the form asks for one answer, and its question is shown again.
    last.click()
    expect(page.get_by_role("alert")).to_contain_text("Répondez à une question au moins.")
    tablet.button(re.compile("^9$")).click()
    while not last.is_visible():
        onward.click()
        expect(last.or_(onward)).to_be_visible()
    last.click()
    expect(page.get_by_text("Merci pour votre avis")).to_be_visible()
    tablet.expect_state("1 avis anonyme en attente")
    tablet.button("Équipe : reprendre la tablette").click()
    expect(tablet.heading(re.compile("^Pause d"))).to_be_visible()
    page.get_by_label(re.compile("PIN")).fill(PIN)
    page.keyboard.press("Enter")
    tablet.at_home()

    # Reloaded by whoever holds it, without network: lent still, nobody's answers nor the team's names on it.
    lend.click()
    tablet.button("Commencer").click()
    page.get_by_role("radio").first.check()
    page.reload()
    expect(tablet.button("Commencer")).to_be_visible()
    expect(page.get_by_text("FICTIF-STAND")).to_have_count(0)
    expect(tablet.button("Scanner une étiquette")).to_have_count(0)
    tablet.button("Commencer").click()
    expect(page.get_by_role("radio").first).to_be_visible()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    tablet.button("Arrêter").click()
    # The reload forgot the keys: the PIN is not enough any more, and the way back leads to the questionnaire.
    tablet.button("Équipe : reprendre la tablette").click()
    expect(tablet.heading("Qui êtes-vous")).to_be_visible()
    expect(page.get_by_label(re.compile("PIN"))).to_have_count(0)
    expect(page.get_by_text("FICTIF-STAND")).to_have_count(0)
    tablet.button("Revenir au questionnaire").click()
    expect(tablet.button("Commencer")).to_be_visible()
    tablet.button("Équipe : reprendre la tablette").click()
    tablet.unlock("infirmière", PASSPHRASES["nurse"])
    tablet.at_home()
    page.reload()
    expect(tablet.heading("Qui êtes-vous")).to_be_visible()
