"""The record page: everything for a clinical coordinator, its administrative part for the others."""

import json
import re

import pytest
from litestar import Litestar
from sqlmodel import col, select

from server.central.documents import CentralDocument, DocumentType
from server.review import access_log
from server.store.control import AccessLog, Member
from server.store.database import Store
from server.store.read import Decision, Finding, FindingCode, Record
from tests.server.web.blown import blown
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day
from tests.server.web.test_web_people import second_coordinator

pytestmark = pytest.mark.anyio


def address(digest: str) -> str:
    return f"/coordination/fiches/{digest}"


def logged(store: Store, digest: str) -> list[tuple[str, str, str]]:
    with store.session() as session:
        lines = session.exec(
            select(AccessLog).where(AccessLog.object_id == digest).order_by(col(AccessLog.sequence))
        ).all()
        access_log.verify(session)
    return [(line.actor_id, line.action, line.outcome) for line in lines]


def state_of(browser: Browser) -> str:
    """What the decision form of the last page was made from."""
    assert browser.page is not None
    (state,) = re.findall(r'name="state" value="([^"]*)"', browser.page.text)
    return str(state)


async def test_a_clinical_coordinator_reads_answers_with_units(clinical: Browser, day: Day) -> None:
    page = text_of(await clinical.open(address(day.doctor.digest)))
    assert "Pression artérielle systolique" in page
    assert "mmHg" in page
    assert "Dr Ada Essai (médecin)" in page
    assert "Tablette d’essai" in page
    assert "GARCIA-HAMMADI" in page


async def test_an_administrative_coordinator_sees_no_clinical_answer(
    administrative: Browser, day: Day
) -> None:
    response = await administrative.open(address(day.correction.digest))
    page = text_of(response)
    assert response.status_code == 200
    assert "Commune de résidence" in page
    hidden = ("systolique", "mmHg", "Motifs de la consultation", "Pouls recompté", "GARCIA", "1954")
    assert [word for word in hidden if word in response.text] == []
    assert "ne sont pas montrées à votre rôle" in page
    assert "Questions posées" in page
    assert "Votre décision" not in page


async def test_the_other_records_of_the_visit_are_a_link_away(clinical: Browser, day: Day) -> None:
    answer = await clinical.open(address(day.doctor.digest))
    assert "Autres fiches de ce passage" in text_of(answer)
    assert address(day.nurse.digest) in answer.text


async def test_a_correction_shows_what_it_changed(clinical: Browser, day: Day) -> None:
    answer = await clinical.open(address(day.correction.digest))
    page = text_of(answer)
    assert "Fréquence cardiaque 72 /min 88 /min" in page.replace("\u00a0", " ")
    assert "Pouls recompté <à la main>" in page
    assert "<à la main>" not in answer.text
    assert address(day.original.digest) in answer.text


async def test_a_replaced_record_is_readable_and_takes_no_decision(clinical: Browser, day: Day) -> None:
    page = text_of(await clinical.open(address(day.original.digest)))
    assert "Remplacée" in page
    assert "Votre décision" not in page
    answer = await clinical.send(f"{address(day.original.digest)}/decision", verdict="validated")
    assert answer.status_code == 422
    assert "remplacée entre-temps" in text_of(answer)


async def test_every_opening_is_logged_before_the_page(
    clinical: Browser, administrative: Browser, day: Day, store: Store
) -> None:
    await clinical.open(address(day.doctor.digest))
    await administrative.open(address(day.doctor.digest))
    page = text_of(await clinical.open(f"{address(day.doctor.digest)}/acces"))
    assert logged(store, day.doctor.digest) == [
        (day.seeded.clinical, "open-record", "done"),
        (day.seeded.administrative, "open-record", "done"),
        (day.seeded.clinical, "open-access-log", "done"),
    ]
    assert "Cléo Essai" in page
    assert "Abel Essai" in page


async def test_another_teams_record_looks_like_none_and_the_try_is_logged(
    clinical: Browser, day: Day, store: Store
) -> None:
    foreign = await clinical.open(address(day.foreign.digest))
    unknown = await clinical.open(address("0" * 64))
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert text_of(foreign) == text_of(unknown)
    assert logged(store, day.foreign.digest) == [(day.seeded.clinical, "open-record", "refused")]
    assert logged(store, "0" * 64) == []


async def test_a_validated_record_says_so(clinical: Browser, day: Day, store: Store) -> None:
    await clinical.open(address(day.nurse.digest))
    answer = await clinical.send(f"{address(day.nurse.digest)}/decision", verdict="validated")
    assert (answer.status_code, answer.headers["location"]) == (303, address(day.nurse.digest))
    assert "Validée" in text_of(await clinical.open(address(day.nurse.digest)))
    assert (day.seeded.clinical, "decide", "done") in logged(store, day.nurse.digest)


async def test_a_request_for_correction_reaches_the_tablet(clinical: Browser, day: Day, store: Store) -> None:
    await clinical.open(address(day.nurse.digest))
    message = "Merci de vérifier le poids."
    await clinical.send(f"{address(day.nurse.digest)}/decision", verdict="to_correct", message=message)
    page = text_of(await clinical.open(address(day.nurse.digest)))
    assert message in page
    assert "À l’auteur de la fiche" in page
    with store.session() as session:
        assert session.exec(select(Decision)).one().message == message
    envelope = day.nurse.envelope.identifier
    receipt = CentralDocument(DocumentType.RECEIPT, envelope, day.seeded.database, None)
    (told,) = await day.services.central.read(day.seeded.database, [receipt])
    assert told is not None
    assert told.sealed is not None
    assert message in told.sealed.values()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"verdict": "", "message": "gardé <ici>"}, "Choisissez"),
        ({"verdict": "to_correct", "message": "  "}, "Écrivez à l’auteur"),
        ({"verdict": "to_correct", "message": "x" * 2001}, "dépasse 2000 caractères"),
        ({"verdict": "destroyed", "message": "gardé <ici>"}, "Choisissez"),
    ],
)
async def test_a_bad_decision_keeps_what_was_typed(
    clinical: Browser, day: Day, store: Store, fields: dict[str, str], said: str
) -> None:
    await clinical.open(address(day.nurse.digest))
    answer = await clinical.send(f"{address(day.nurse.digest)}/decision", **fields)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert fields["message"].strip() in text_of(answer)
    with store.session() as session:
        assert session.exec(select(Decision)).all() == []


async def test_the_second_of_two_coordinators_sees_the_decision_that_stands_and_keeps_what_was_typed(
    clinical: Browser, application: Litestar, day: Day, store: Store
) -> None:
    login = await second_coordinator(application, day, store, day.seeded.team)
    at = address(day.nurse.digest)
    async with Browser.of(application) as colleague:
        await colleague.sign_in(login)
        for browser in (colleague, clinical):
            await browser.open(at)
        seen = {
            "verdict": "to_correct",
            "message": "Merci de vérifier le poids.",
            "state": state_of(colleague),
        }
        assert (await clinical.send(f"{at}/decision", verdict="validated", state="")).status_code == 303
        refused = await colleague.send(f"{at}/decision", **seen)
        assert refused.status_code == 409
        shown = text_of(refused)
        assert "Quelqu’un d’autre a décidé de cette fiche entre-temps" in shown
        assert "Cléo Essai" in shown
        assert "Merci de vérifier le poids." in shown
        with store.session() as session:
            assert session.exec(select(Decision.verdict)).all() == ["validated"]
        again = await colleague.send(f"{at}/decision", **{**seen, "state": state_of(colleague)})
        assert again.status_code == 303
        assert "À corriger" in text_of(await colleague.open(at))


async def test_a_decision_sent_twice_is_one(clinical: Browser, day: Day, store: Store) -> None:
    at = address(day.nurse.digest)
    await clinical.open(at)
    for _ in range(2):
        assert (await clinical.send(f"{at}/decision", verdict="validated", state="")).status_code == 303
    with store.session() as session:
        assert len(session.exec(select(Decision)).all()) == 1


async def test_a_hostile_name_is_only_text(clinical: Browser, day: Day, store: Store) -> None:
    with store.session() as session:
        session.get_one(Member, day.seeded.nurse).name = '<script>alert("1")</script>'
    answer = await clinical.open(address(day.nurse.digest))
    assert "<script>alert" not in answer.text
    assert '<script>alert("1")</script>' in text_of(answer)


async def test_a_calculated_value_that_differs_is_shown_beside_what_the_answers_give(
    clinical: Browser, administrative: Browser, day: Day, store: Store
) -> None:
    """What was signed stays what it is: the reviewer reads both numbers, and decides."""
    with store.session() as session:
        record = session.get(Record, day.nurse.digest)
        assert record is not None
        content = json.loads(json.dumps(record.content).replace("24.4", "30.0"))
        assert content != record.content
        record.content = content
        session.add(
            Finding(
                key="calculation-differs:test",
                code=FindingCode.CALCULATION_DIFFERS,
                database=record.database,
                envelope_id=record.envelope_id,
                details={"link_id": "vitals.bmi", "code": "calculation"},
            )
        )

    page = text_of(await clinical.open(address(day.nurse.digest)))
    reduced = text_of(await administrative.open(address(day.nurse.digest)))

    assert "30,0 kg/m² dans la fiche, 24,4 kg/m² d’après les réponses" in page.replace("\u00a0", " ")
    assert "d’après les réponses" not in reduced


async def test_curves_are_drawn_and_said_in_words_and_in_a_table(
    clinical: Browser, day: Day, store: Store
) -> None:
    digest = await blown(day, store)
    answer = await clinical.open(address(digest))
    assert answer.text.count('<svg role="img"') == 2
    assert re.search(r'aria-label="Courbe débit-volume – Manœuvre 1.: débit de pointe 3,1', answer.text)
    assert "Manœuvres du fichier" in text_of(answer)
    cells = re.findall(r"<td>([0-9,]+)\u202f(L|L/s|s)</td>", answer.text)
    assert [unit for _, unit in cells] == ["L", "L", "L/s", "s"]
    assert [len(value.partition(",")[2]) for value, _ in cells] == [2, 2, 1, 1]
    assert "1\u00a0×\u00a0EasyOne Air" in answer.text
    assert "time_s" not in answer.text
    assert "style=" not in answer.text


async def test_a_result_stands_with_its_tone_its_rule_folded_and_its_review(
    clinical: Browser, day: Day, store: Store
) -> None:
    digest = await blown(
        day,
        store,
        questionnaire__review={"values": ["set_aside"]},
        questionnaire__review_reason={"values": ["réponses d’un <tiers>"]},
    )
    page = (await clinical.open(address(digest))).text
    assert 'class="tone tone-alert"' in page
    assert "Validé par le professionnel" in page
    assert "Écarté par le professionnel\u00a0: réponses d’un &lt;tiers&gt;" in page
    assert re.search(r"<details class=\"rule\"><summary>Règle et source", page)
    # What was set aside stands without its weight: only the measure keeps one.
    assert page.count('class="tone ') == 1


async def test_results_are_a_table_with_the_settings_in_force_and_no_setting_is_an_answer(
    clinical: Browser, day: Day, store: Store
) -> None:
    digest = await blown(day, store, questionnaire__threshold={"values": [3]})
    answer = await clinical.open(address(digest))
    page = text_of(answer)
    table = re.search(r"<caption>Résultats de la spirométrie</caption>.*?</table>", answer.text, re.DOTALL)
    assert table is not None
    cells = re.findall(r"<td>(.*?)</td>", table.group(), re.DOTALL)
    said = [re.sub(r"<[^>]+>|\s", "", cell).strip() for cell in cells]
    assert [said[1], *said[4:8]] == ["2,10L", "\u22121,74", "71,8%", "A", "3"]
    assert "Réglage de la campagne : Équations de référence, GLI Global 2022" in page
    assert "Réglage de la campagne : Nombre de « oui » qui fait un signal, 3" in page.replace("\u00a0", " ")
    # A setting stands beside what reads it: nobody answered it.
    assert "<dt>Nombre de «" not in answer.text


async def test_an_administrative_coordinator_sees_neither_curves_nor_results(
    administrative: Browser, day: Day, store: Store
) -> None:
    page = (await administrative.open(address(await blown(day, store)))).text
    assert "<svg role=" not in page
    assert not re.search("ndd-xml|trials|class=.tone|Règle et source", page)
