"""The letters' pages: preview, issue, send, replace; clinical coordinators only, names in no address."""

import hashlib
import io
import re

import pypdf
import pytest
from sqlmodel import select

from server.store.control import AccessLog
from server.store.database import Store
from server.store.letters import Letter, LetterSending
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, write
from tests.support.organisation import NOON, make_device, make_slot
from tests.support.records import RecordWriter, full_answers

pytestmark = pytest.mark.anyio

TEXTS = {
    "recipient": "Dr Martin\n12 rue de l’Église",
    "object": "Compte rendu *du* passage",
    "message": 'Docteur, #read("/etc/passwd") $x$',
    "closing": "Bien à vous.",
}


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    return found.group(1) if found else ""


async def issue(browser: Browser, day: Day, **changed: str) -> str:
    """Preview, then issue; return the letter's address."""
    path = f"/coordination/fiches/{day.nurse.digest}/courrier"
    await browser.open(path)
    texts = {**TEXTS, **changed}
    preview = await browser.send(path, step="preview", **texts)
    assert preview.status_code == 200, text_of(preview)
    answer = await browser.send(
        path,
        step="issue",
        letter=hidden(preview.text, "letter"),
        basis=hidden(preview.text, "basis"),
        **texts,
    )
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["location"])


async def test_the_form_proposes_the_doctor_as_recorded_and_shows_what_the_records_say(
    clinical: Browser, day: Day
) -> None:
    answer = await clinical.open(f"/coordination/fiches/{day.nurse.digest}/courrier")
    page = text_of(answer)
    assert "Dr Martin" in page
    assert "Amlodipine 5 mg" in page
    assert "identité validée" in page


async def test_a_preview_is_a_picture_without_number_and_issues_nothing(
    clinical: Browser, day: Day, store: Store
) -> None:
    path = f"/coordination/fiches/{day.nurse.digest}/courrier"
    await clinical.open(path)
    answer = await clinical.send(path, step="preview", **TEXTS)
    assert 'src="data:image/png;base64,' in answer.text
    assert "Compte rendu *du* passage" in answer.text
    with store.session() as session:
        assert session.exec(select(Letter.id)).all() == []


async def test_an_issued_letter_is_read_and_downloaded_as_it_was_made(
    clinical: Browser, day: Day, store: Store
) -> None:
    address = await issue(clinical, day)
    page = text_of(await clinical.open(address))
    assert "Courrier 2026-00001" in page
    assert "À envoyer" in page
    file = await clinical.http.get(f"{address}/pdf")
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"] == (
        'attachment; filename="20261123_Compte-rendu-consultation_GARCIA-HAMMADI_SARAH-LOU.pdf"'
    )
    assert hashlib.sha256(file.content).hexdigest() in page
    said = " ".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(file.content)).pages)
    assert 'Docteur, #read("/etc/passwd") $x$' in said
    assert "GARCIA" not in address


async def test_the_same_form_sent_twice_issues_one_letter(clinical: Browser, day: Day, store: Store) -> None:
    path = f"/coordination/fiches/{day.nurse.digest}/courrier"
    await clinical.open(path)
    preview = await clinical.send(path, step="preview", **TEXTS)
    fields = {name: hidden(preview.text, name) for name in ("letter", "basis")}
    for _ in range(2):
        await clinical.open(path)
        assert (await clinical.send(path, step="issue", **fields, **TEXTS)).status_code == 303
    with store.session() as session:
        assert len(session.exec(select(Letter.id)).all()) == 1


async def test_a_letter_is_not_issued_when_a_record_came_since_the_preview(
    clinical: Browser, day: Day, store: Store
) -> None:
    path = f"/coordination/fiches/{day.nurse.digest}/courrier"
    await clinical.open(path)
    answer = await clinical.send(
        path, step="issue", letter="11111111-1111-4111-8111-111111111111", basis="0" * 64, **TEXTS
    )
    assert answer.status_code == 409
    assert "Les fiches ont changé depuis l’aperçu" in text_of(answer)
    assert "Bien à vous." in text_of(answer)
    with store.session() as session:
        assert session.exec(select(Letter.id)).all() == []


async def test_what_is_wrong_is_said_and_stays_typed(clinical: Browser, day: Day) -> None:
    path = f"/coordination/fiches/{day.nurse.digest}/courrier"
    await clinical.open(path)
    answer = await clinical.send(
        path, step="preview", recipient="", object="", message="279035121518989", closing="z" * 2500
    )
    page = text_of(answer)
    assert answer.status_code == 422
    for words in ("Indiquez un destinataire", "Indiquez un objet", "sécurité sociale", "2000 caractères"):
        assert words in page
    assert "279035121518989" in page


async def test_a_refused_sharing_says_why_there_is_no_letter(
    clinical: Browser, day: Day, store: Store
) -> None:
    device = make_device(store, day.seeded)
    writer = RecordWriter(day.seeded, day.services.keys)
    answers = full_answers(information__sharing={"values": [False]})
    refused = writer.record(make_slot(store, device, day.seeded.nurse), answers)
    await write(day.services, day.seeded, [refused])
    await day.services.projection.caught_up()
    answer = await clinical.open(f"/coordination/fiches/{refused.digest}/courrier")
    assert answer.status_code == 409
    assert "n’accepte pas le partage" in text_of(answer)


async def test_a_sending_is_written_down_and_what_is_wrong_is_said(
    clinical: Browser, day: Day, store: Store
) -> None:
    address = await issue(clinical, day)
    await clinical.open(address)
    wrong = await clinical.send(f"{address}/envois", channel="pigeon", recipient="Dr Petit", day="2027-01-01")
    assert wrong.status_code == 422
    for words in ("par quelle voie", "pas encore venu"):
        assert words in text_of(wrong)
    assert "Dr Petit" in wrong.text
    told = await clinical.send(f"{address}/envois", channel="mssante", recipient="Dr Petit", day="2026-11-23")
    assert told.status_code == 303
    page = text_of(await clinical.open(address))
    assert "MSSanté (MonSisra), à Dr Petit, le 23/11/2026" in page
    assert "Noté par Cléo Essai" in page
    with store.session() as session:
        (row,) = session.exec(select(LetterSending)).all()
    assert (row.channel, row.sent_by, row.sent_at) == ("mssante", day.seeded.clinical, NOON)


async def test_a_letter_cancels_and_replaces_another(clinical: Browser, day: Day) -> None:
    first = await issue(clinical, day)
    identifier = first.rpartition("/")[2]
    proposed = await clinical.open(f"/coordination/fiches/{day.nurse.digest}/courrier?remplace={identifier}")
    assert "annulera et remplacera le courrier 2026-00001" in text_of(proposed)
    second = await issue(clinical, day, replaces=identifier)
    page = text_of(await clinical.open(first))
    assert "Annulé et remplacé par le courrier 2026-00002" in page
    assert "Annule et remplace 2026-00001" in text_of(await clinical.open(second))
    await clinical.open(second)
    late = await clinical.send(f"{first}/envois", channel="fax", recipient="Dr Martin", day="2026-11-23")
    assert late.status_code == 409


async def test_the_list_has_numbers_and_no_names(clinical: Browser, day: Day) -> None:
    await issue(clinical, day)
    answer = await clinical.open("/coordination/courriers")
    assert "2026-00001" in answer.text
    assert "GARCIA" not in answer.text


async def test_every_step_is_in_the_access_log_by_ids_only(clinical: Browser, day: Day, store: Store) -> None:
    address = await issue(clinical, day)
    await clinical.open(address)
    await clinical.send(f"{address}/envois", channel="fax", recipient="Dr Martin", day="2026-11-23")
    identifier = address.rpartition("/")[2]
    with store.session() as session:
        lines = {(line.action, line.object_id) for line in session.exec(select(AccessLog))}
    assert {
        ("preview-letter", day.nurse.payload["visit"]),
        ("issue-letter", identifier),
        ("open-letter", identifier),
        ("send-letter", identifier),
    } <= lines


async def test_a_letter_whose_visit_becomes_restricted_opens_to_who_says_why(
    clinical: Browser, day: Day, store: Store
) -> None:
    address = await issue(clinical, day)
    slot = make_slot(store, make_device(store, day.seeded), day.seeded.doctor)
    secret = RecordWriter(day.seeded, day.services.keys).record(
        slot, visit=day.nurse.payload["visit"], restricted=True
    )
    await write(day.services, day.seeded, [secret])
    await day.services.projection.caught_up()
    assert "GARCIA" not in (await clinical.open("/coordination/courriers")).text
    with store.session() as session:
        before = session.exec(select(AccessLog.sequence)).all()

    asked = await clinical.open(address)
    assert "Pourquoi ouvrez-vous ce passage" in text_of(asked)
    assert "GARCIA" not in asked.text
    assert "Dr Martin" not in asked.text
    file = await clinical.http.get(f"{address}/pdf")
    assert (file.status_code, file.headers["location"]) == (303, address)
    sent = await clinical.send(f"{address}/envois", channel="post", recipient="Dr Martin", day="2026-11-23")
    assert "Pourquoi ouvrez-vous ce passage" in text_of(sent)
    with store.session() as session:
        assert session.exec(select(LetterSending)).all() == []
        assert session.exec(select(AccessLog.sequence)).all() == before

    record = re.search(r'action="(/coordination/fiches/[0-9a-f]+/motif)"', sent.text)
    assert record is not None
    letter = hidden(sent.text, "letter")
    faulty = await clinical.send(record.group(1), message=" ", letter=letter)
    assert (faulty.status_code, hidden(faulty.text, "letter")) == (422, letter)
    given = await clinical.send(record.group(1), message="Appel du médecin", letter=letter)
    assert (given.status_code, given.headers["location"]) == (303, address)
    assert "GARCIA" in (await clinical.open(address)).text
    assert (await clinical.http.get(f"{address}/pdf")).headers["content-type"] == "application/pdf"
    with store.session() as session:
        lines = session.exec(select(AccessLog.action).where(AccessLog.sequence > max(before))).all()
    assert lines == ["open-restricted", "open-letter", "open-letter"]
