"""A photo taken in the bus and a minor who asks for secrecy: what leaves the tablet, and who reads it."""

import io
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.e2e.accessibility import problems
from tests.e2e.answers import CONCLUSION, NO, RECEPTION, YES, Absent, Chosen, Sheet, Typed, person
from tests.e2e.arrived import Payload, image, payloads
from tests.e2e.browser import Browser
from tests.e2e.tablet import PASSPHRASES, Tablet
from tests.support.server_process import ServerProcess

NURSE, DOCTOR = "infirmière", "médecin"
ROTATED = 6
GPS, ORIENTATION = 0x8825, 0x0112
MINOR: Sheet = person("Varech", "Nolwenn", "14/03/2011") | {
    "identity.legal_status": Chosen(("Mineur",)),
    "representative.secrecy": YES,
    "representative.companion_name": Typed("Lou Goémon"),
    "representative.companion_quality": Typed("tante"),
    "representative.name": Typed("Anne Varech"),
    "representative.relation": Absent("Non demandé"),
    "representative.present": NO,
    "representative.reached": NO,
    "representative.agreed": Chosen(("La personne elle-même",)),
}


def photographed(width: int, height: int) -> bytes:
    """Return a JPEG as a telephone writes it: turned, dated and placed by its EXIF."""
    picture = Image.effect_noise((width, height), 60).convert("RGB")
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED
    position = exif.get_ifd(GPS)
    position[1], position[2] = "N", (46.0, 7.0, 30.0)
    position[3], position[4] = "E", (4.0, 21.0, 7.0)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=95, exif=exif, comment=b"quetzalbruine")
    return content.getvalue()


def take_photo(tablet: Tablet, link_id: str, content: bytes, name: str = "IMG_0001.jpg") -> None:
    """Give a file to the camera's field of a question."""
    tablet.go_to(link_id.split(".", maxsplit=1)[0])
    field = tablet.question(link_id).locator('input[data-photo="camera"]')
    field.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})


def thumbnails(tablet: Tablet, link_id: str) -> None:
    """Wait until a photo of the question is drawn."""
    expect(tablet.question(link_id).locator("canvas.drawn")).to_have_count(1)


def test_a_photo_and_a_secret_leave_the_tablet_as_promised(
    server: ServerProcess, new_browser: Callable[[str], Browser], screenshots: Path
) -> None:
    """Issue 3, points 4 and 5: no metadata, pieces after the record, secrecy by construction."""
    first, second = new_browser("first"), new_browser("second")
    bus, other = Tablet(first.open()), Tablet(second.open())
    bus.enrol(server.enrolment_link())
    bus.create_access(NURSE, PASSPHRASES["nurse"])
    bus.lock()
    bus.create_access(DOCTOR, PASSPHRASES["doctor"])
    server.stop()
    server.start()
    other.enrol(server.enrolment_link(), "Bus 2")
    other.create_access(NURSE, PASSPHRASES["nurse"])
    bus.expect_state("aucune fiche en attente")
    bus.works_offline()
    first.offline(cut=True)

    # A wound, photographed without network; the browser dies before the record is signed.
    bus.begin_walk_in()
    bus.fill(person("Salicorne", "Armel", "03/04/1958"))
    take_photo(bus, "photos.wound", b"%PDF-1.7 not an image", "lettre.jpg")
    expect(bus.question("photos.wound")).to_contain_text("ne sait pas lire cette image")
    take_photo(bus, "photos.wound", photographed(2400, 1600))
    thumbnails(bus, "photos.wound")
    bus.saved()
    assert problems(bus.page) == []
    bus.page.screenshot(path=screenshots / "photo.png")
    first.kill()
    bus = Tablet(first.open())
    first.offline(cut=True)
    bus.page.goto(f"{server.origin}/tablette/")
    bus.unlock(DOCTOR, PASSPHRASES["doctor"])
    bus.page.get_by_role("button", name=re.compile("SALICORNE")).first.click()
    thumbnails(bus, "photos.wound")
    bus.fill(RECEPTION | CONCLUSION)
    bus.seal()

    # A minor asks for secrecy, and shows an old prescription.
    bus.begin_walk_in()
    bus.fill(MINOR | RECEPTION | CONCLUSION)
    expect(bus.page.get_by_text("Fiche confidentielle\u00a0: lisible par vous")).to_be_visible()
    take_photo(bus, "photos.prescription", photographed(1200, 900))
    thumbnails(bus, "photos.prescription")
    bus.page.screenshot(path=screenshots / "secrecy.png")
    bus.seal()

    # Its author reads it again, still without network; a colleague on the same tablet is told of it.
    bus.lock()
    bus.unlock(DOCTOR, PASSPHRASES["doctor"])
    bus.page.get_by_label("Chercher une fiche de l’équipe").fill("varech")
    expect(bus.page.get_by_role("status").filter(has_text="1 fiche")).to_be_visible()
    bus.page.get_by_role("button", name=re.compile("VARECH")).first.click()
    expect(bus.page.locator("canvas.drawn")).to_have_count(1)
    secrecy_is_not_lifted_silently(bus, screenshots)
    bus.lock()
    bus.unlock(NURSE, PASSPHRASES["nurse"])
    expect(bus.page.get_by_text("Fiche confidentielle, signée par")).to_be_visible()
    bus.page.get_by_label("Chercher une fiche de l’équipe").fill("varech")
    expect(bus.page.get_by_role("status").filter(has_text="0 fiche")).to_be_visible()
    bus.page.screenshot(path=screenshots / "confidential.png")

    # The network comes back: records first, then photos, by themselves; nothing is held back nor refused.
    first.offline(cut=False)
    bus.expect_state("tout est reçu")
    other.page.get_by_label("Chercher une fiche de l’équipe").fill("salicorne")
    found = other.page.get_by_role("button", name=re.compile("SALICORNE.*Dr Camille", re.DOTALL)).first
    expect(found).to_be_visible(timeout=40_000)
    found.click()
    expect(other.page.locator("canvas.drawn")).to_have_count(1, timeout=60_000)

    # The other tablet loses its network and still shows the photo, but not what it may not read.
    other.works_offline()
    second.offline(cut=True)
    other.button("Retour").first.click()
    expect(other.page.get_by_text("Fiches confidentielles")).to_be_visible()
    other.page.get_by_label("Chercher une fiche de l’équipe").fill("varech")
    expect(other.page.get_by_role("status").filter(has_text="0 fiche")).to_be_visible()
    other.page.get_by_label("Chercher une fiche de l’équipe").fill("salicorne")
    other.page.get_by_role("button", name=re.compile("SALICORNE.*Dr Camille", re.DOTALL)).first.click()
    expect(other.page.locator("canvas.drawn")).to_have_count(1)
    other.page.locator("canvas.drawn").click()
    expect(other.page.get_by_role("dialog").locator("canvas.drawn.whole")).to_be_visible()
    other.page.screenshot(path=screenshots / "photo-read.png")

    server.stop()
    arrived = payloads(server)
    wound, prescription = of_item(arrived, "photos.wound"), of_item(arrived, "photos.prescription")
    assert {piece["sealed_to"] for piece in wound} == {"team"}
    assert {piece["sealed_to"] for piece in prescription} == {"slot"}
    assert [piece["restricted"] for piece in prescription] == [True] * len(prescription)
    secret = next(each for each in arrived if each["kind"] == "record" and each.get("restricted"))
    assert secret["sealed_to"] == "slot"
    assert secret["visit"] == prescription[0]["visit"]
    assert secret["sequence"] < min(piece["sequence"] for piece in prescription)
    assert_stripped(image(wound), (1067, 1600))
    assert_stripped(image(prescription), (900, 1200))


def secrecy_is_not_lifted_silently(bus: Tablet, screenshots: Path) -> None:
    """Begin the correction of the confidential record on screen, say no to secrecy, and put it aside."""
    bus.button("Corriger").click()
    bus.page.get_by_role("dialog").get_by_label("Motif").fill("Réponse mal notée")
    bus.button("Commencer la correction").click()
    bus.fill({"representative.secrecy": NO})
    bus.review()
    warning = "Cette fiche était confidentielle\u202f; elle ne le sera plus"
    expect(bus.page.get_by_text(warning)).to_be_visible()
    expect(bus.button("Signer et sceller")).to_be_disabled()
    bus.page.get_by_role(
        "checkbox", name="Je confirme que cette fiche ne doit plus être confidentielle"
    ).check()
    expect(bus.button("Signer et sceller")).to_be_enabled()
    assert problems(bus.page) == []
    bus.page.screenshot(path=screenshots / "secrecy-lifted.png")
    bus.button("Revenir au formulaire").click()
    bus.fill({"representative.secrecy": YES})
    bus.review()
    expect(bus.page.get_by_text(warning)).to_have_count(0)
    bus.button("Revenir au formulaire").click()
    bus.button("Mettre de côté").click()
    dialog = bus.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("Essai")
    dialog.get_by_role("button", name="Mettre le brouillon de côté").click()
    bus.at_home()


def of_item(arrived: list[Payload], link_id: str) -> list[Payload]:
    """Return the pieces of the photo that answers an item."""
    return [each for each in arrived if each["kind"] == "photo" and each["link_id"] == link_id]


def assert_stripped(jpeg: bytes, size: tuple[int, int]) -> None:
    """Upright, small, and nothing in it but pixels."""
    picture = Image.open(io.BytesIO(jpeg))
    picture.load()
    assert picture.format == "JPEG"
    assert picture.size == size
    assert dict(picture.getexif()) == {}
    assert b"Exif" not in jpeg
    assert b"quetzalbruine" not in jpeg
    assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert len(jpeg) <= 500_000
