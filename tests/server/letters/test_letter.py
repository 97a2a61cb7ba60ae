"""A letter issued: what its file says, its number, and that nothing typed is ever more than text."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from forms.load import published
from server.identifiers import new_uuid
from server.letters import listing, sending, typeset
from server.letters.content import LetterContent
from server.letters.errors import AlreadyReplaced
from server.letters.file_name import file_name
from server.letters.identity import Identity
from server.letters.nir import without_nir
from server.letters.parts import Part, Table
from server.letters.sending import Channel, Sending, Told
from server.letters.typed import Typed, faults
from server.store.letters import Letter
from server.store.read import Quarantined
from tests.server.projection import test_instruments as instruments
from tests.server.projection.scene import Scene
from tests.support.afterwards import TYPED, issued_letter
from tests.support.organisation import FORM, NOON
from tests.support.records import SealedRecord, full_answers


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def issue(scene: Scene, record: SealedRecord | None = None, **named: Any) -> Letter:
    if record is None:
        record = scene.writer.record(scene.nurse)
        scene.project(record)
    identifier = issued_letter(scene.store, published(), record, member=scene.seeded.clinical, **named)
    with scene.store.session() as session:
        return session.get_one(Letter, identifier)


def test_a_letter_tells_who_when_where_and_what(scene: Scene) -> None:
    said = text_of(issue(scene).pdf)
    for words in (
        "CPTS d’essai",
        "N° 2026-00001",
        "Dr Martin",
        "GARCIA-HAMMADI SARAH-LOU",
        "identité validée sur pièce",
        "30/06/1954",
        "La Gresle, le 23 novembre 2026",
        "Noé Essai (infirmier)",
        "Pénicilline",
        "Amlodipine 5 mg",
        "130 mmHg",
        "Cardiologie",
        "21/12/2026",
        "Document produit par",
        "validé par Cléo Essai le 23 novembre 2026",
        "page 1/",
    ):
        assert words in said


def test_a_letter_tells_what_a_remote_doctor_answered_and_that_the_name_is_declared(scene: Scene) -> None:
    request = instruments.write(scene, "teleconsultation", "request")
    instruments.answered(scene, request)
    said = text_of(issue(scene, request).pdf)
    assert "Avis d’un spécialiste" in said
    assert "nom donné par le médecin lui-même, par le lien de Noé Essai" in " ".join(said.split())
    assert "Une première réponse" in said


def test_the_file_is_pdf_a_2b_with_its_fonts_inside(scene: Scene) -> None:
    letter = issue(scene)
    reader = pypdf.PdfReader(io.BytesIO(letter.pdf))
    metadata = reader.xmp_metadata
    assert metadata is not None
    packet = metadata.rdf_root.toxml()
    assert "<pdfaid:part>2</pdfaid:part>" in packet
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in packet
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            descendant = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & descendant.keys()


def absent_everything() -> dict[str, dict[str, Any]]:
    """Answers of a visit in which nothing was told: history refused, the rest not asked."""
    answers: dict[str, dict[str, Any]] = {"identity.mode": {"values": ["refused"]}}
    for link_id, item in published()[FORM].index.items():
        asked = item.is_leaf and not item.conditions and not item.is_calculated
        if asked and item.absence and not link_id.startswith("identity."):
            reason = "asked-declined" if link_id.startswith("history.") else "not-asked"
            answers[link_id] = {"absent": reason}
    return answers


def test_every_absence_is_said_as_such(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse, absent_everything())
    scene.project(record)
    assert [row.details for row in scene.rows(Quarantined)] == []
    said = text_of(issue(scene, record).pdf).replace("\u00a0", " ")
    assert "Identité refusée" in said
    assert "identité provisoire" in said
    assert "Non demandé : Pression artérielle systolique ; Pression artérielle diastolique" in said
    assert "Refusé : Allergies ; Traitements en cours ; Antécédents notables" in said


def test_what_no_record_answered_is_said_not_recorded(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse, full_answers(vitals__temp=None))
    scene.project(record)
    assert scene.reasons() == {}
    assert "Non renseigné : Température" in text_of(issue(scene, record).pdf).replace("\u00a0", " ")


def test_letters_of_a_year_are_numbered_in_order_and_anew_each_year(any_scene: Scene) -> None:
    record = any_scene.writer.record(any_scene.nurse)
    any_scene.project(record)
    letters = [issue(any_scene, record), issue(any_scene, record)]
    next_year = issue(any_scene, record, at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert [(letter.year, letter.number) for letter in (*letters, next_year)] == [
        (2026, 1),
        (2026, 2),
        (2027, 1),
    ]


def test_two_coordinators_at_once_never_share_a_number(any_scene: Scene) -> None:
    record = any_scene.writer.record(any_scene.nurse)
    any_scene.project(record)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: issued_letter(any_scene.store, published(), record), range(12)))
    assert sorted(letter.number for letter in any_scene.rows(Letter)) == list(range(1, 13))


@pytest.mark.parametrize(
    "statement",
    ["UPDATE letter SET digest = 'x'", "UPDATE letter SET number = 99", "DELETE FROM letter"],
)
def test_an_issued_letter_is_never_changed_nor_deleted(any_scene: Scene, statement: str) -> None:
    issue(any_scene)
    with pytest.raises(DBAPIError), any_scene.store.session() as session:
        session.connection().execute(text(statement))


def test_a_letter_that_cancels_another_says_so_and_does_it_once(any_scene: Scene) -> None:
    record = any_scene.writer.record(any_scene.nurse)
    any_scene.project(record)
    former = issue(any_scene, record)
    later = issue(any_scene, record, replaces=former.id)
    assert "Annule et remplace le courrier N° 2026-00001" in text_of(later.pdf)
    with any_scene.store.session() as session:
        assert session.get_one(Letter, former.id).replaced_by == later.id
    with pytest.raises(AlreadyReplaced):
        issue(any_scene, record, replaces=former.id)
    with pytest.raises(AlreadyReplaced):
        issue(any_scene, record, replaces=new_uuid())
    assert len(any_scene.rows(Letter)) == 2


def test_a_letter_about_another_visit_cancels_nothing_here(scene: Scene) -> None:
    former = issue(scene)
    with pytest.raises(AlreadyReplaced):
        issue(scene, replaces=former.id)


def letter_saying(typed: str) -> LetterContent:
    return LetterContent(
        number="2026-00001",
        replaces="",
        day="23 novembre 2026",
        organisation="CPTS",
        setting="Médicobus",
        stop="La Gresle",
        visit="3F2A-91BC",
        recipient=[typed],
        object=typed,
        identity=Identity("", "", typed, [typed], typed),
        seen="Vu(e)",
        opening=[typed],
        parts=[
            Part(
                title=typed,
                headlines=[(typed, typed, typed)],
                tables=[Table(typed, typed, [typed], [[typed, typed]])],
                lines=[(typed, [typed])],
                paragraph=[(typed, typed)],
                groups=[(typed, [typed])],
                settings=[(typed, typed)],
            )
        ],
        closing=[typed],
        produced_by=[typed],
        validated_by=typed,
        file_type=typed,
    )


@pytest.mark.parametrize(
    "typed",
    [
        '#read("/etc/passwd")',
        "$x^2$",
        "*gras* _ital_ `code`",
        "'\"\\",
        "#let x = 1",
        "= Titre",
        "]{)",
        "<label> @ref",
    ],
)
def test_typed_text_is_data_and_never_source(typed: str) -> None:
    found = text_of(typeset.pdf(letter_saying(typed), NOON))
    assert found.count(" ".join(typed.split())) >= 20
    assert "root:" not in found


@pytest.mark.parametrize("typed", ["😀", "中文", "a\x00b", "\ufffe", "\ud800", "\u202e", "e\u0301"])
def test_a_character_without_a_glyph_does_not_prevent_the_letter(typed: str) -> None:
    made = typeset.pdf(letter_saying(f"avant {typed} après"), NOON)
    assert "avant" in text_of(made)
    assert len(typeset.pages(letter_saying(typed))) == 1


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_letter(typed: str) -> None:
    assert typeset.pdf(letter_saying(typed), NOON).startswith(b"%PDF")


def test_a_number_written_like_a_nir_is_taken_out() -> None:
    for nir in ("279035121518989", "2 79 03 51 215 189 89", "1850575123456", "180052A004123 10"):
        assert nir not in without_nir(f"n° {nir}, vu ce jour")
        assert "nir" in faults(Typed(f"Dr Martin\n{nir}", "Objet", "", ""))
    for harmless in ("04 77 12 34 56", "130 mmHg", "23/11/2026", "42460", "10005173140"):
        assert without_nir(harmless) == harmless


def test_what_is_wrong_with_the_typed_texts_is_said_at_once() -> None:
    long = Typed("x" * 200, " ", "y" * 3000, "")
    assert set(faults(long)) == {"recipient-long", "object", "text-long"}
    assert faults(Typed("", "Objet", "", "")) == ("recipient",)
    assert faults(TYPED) == ()


def test_the_file_s_name_is_the_one_that_secure_messaging_expects() -> None:
    person = {"family": "GARCIA--HAMMADI D'O", "given": "SARAH LOU"}
    kept = {"identity": person, "file_type": "Reperage-BPCO"}
    day = date(2026, 11, 23)
    assert file_name(kept, day) == "20261123_Reperage-BPCO_GARCIA--HAMMADI-D-O_SARAH-LOU.pdf"
    nobody = {"identity": {"family": "", "given": ""}, "file_type": "Reperage-BPCO"}
    assert file_name(nobody, day) == "20261123_Reperage-BPCO_IDENTITE-NON-RENSEIGNEE.pdf"


def test_a_letter_kept_before_its_content_said_its_kind_is_named_as_it_was() -> None:
    kept = {"identity": {"family": "MARTIN", "given": "JEAN"}}
    assert file_name(kept, date(2026, 11, 23)) == "20261123_Compte-rendu-consultation_MARTIN_JEAN.pdf"


@pytest.mark.parametrize(
    ("told", "faults_found"),
    [
        (Told("pigeon", "Dr Martin", "2026-11-23"), ("channel",)),
        (Told("fax", " ", "2026-11-23"), ("recipient",)),
        (Told("fax", "Dr Martin", "23/11/2026"), ("day",)),
        (Told("fax", "Dr Martin", "2026-02-30"), ("day",)),
        (Told("fax", "Dr Martin", "2026-11-22"), ("day-before",)),
        (Told("fax", "Dr Martin", "2026-11-24"), ("day-after",)),
    ],
)
def test_an_impossible_sending_is_refused(scene: Scene, told: Told, faults_found: tuple[str, ...]) -> None:
    assert sending.read(told, issue(scene), NOON) == faults_found


def test_a_letter_waits_until_somebody_says_that_it_was_sent(any_scene: Scene) -> None:
    letter = issue(any_scene)
    teams = {any_scene.seeded.team}
    with any_scene.store.session() as session:
        assert [row.number for row in listing.unsent(session, teams)] == ["2026-00001"]
        told = sending.read(Told("mssante", " Dr  Martin ", "2026-11-23"), letter, NOON)
        assert told == Sending(Channel.MSSANTE, "Dr Martin", date(2026, 11, 23))
        assert isinstance(told, Sending)
        sending.record(session, letter, told, member=any_scene.seeded.clinical, at=NOON)
        assert listing.unsent(session, teams) == []


def test_a_letter_whose_record_was_corrected_is_to_be_replaced(scene: Scene) -> None:
    record = scene.writer.record(scene.nurse)
    scene.project(record)
    issue(scene, record)
    replaces = {"record": record.envelope.identifier, "reason": "Erreur"}
    later = NOON + timedelta(minutes=5)
    scene.project(
        scene.writer.record(scene.nurse, visit=record.payload["visit"], replaces=replaces, signed_at=later)
    )
    with scene.store.session() as session:
        (row,) = listing.stale(session, {scene.seeded.team})
        digests = session.exec(select(Letter.records).where(col(Letter.id) == row.letter.id)).one()
    assert digests == [record.digest]
