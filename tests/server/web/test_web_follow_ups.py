"""The follow-ups' pages: what each role reads, and two coordinators who change one task at once."""

import asyncio

import pytest
from litestar import Litestar
from sqlmodel import select

from server.store.control import AccessLog, Member, Role, TeamMember
from server.store.database import Store
from server.store.follow_ups import Act
from tests.server.web.browser import Browser, give_password, text_of
from tests.server.web.conftest import Day, write
from tests.support.afterwards import task_handle, task_key
from tests.support.organisation import DAY, make_device, make_slot
from tests.support.records import RecordWriter, SealedRecord, answers_to, form_named

pytestmark = pytest.mark.anyio

CLINICAL_WORDS = ("GARCIA", "SARAH", "1954", "Orientation vers", "Courrier à un confrère", "spécialiste")


def address(day: Day, task: str = "visit.attending_gp:mt_non_disponible") -> str:
    return f"/coordination/suivis/{task_handle(day.nurse, task)}"


async def change(browser: Browser, path: str, **fields: str) -> int:
    """Open a task's page and send its form, as a person does."""
    page = await browser.open(path)
    return (await browser.send(path, state=state_of(page.text), **fields)).status_code


def state_of(html: str) -> str:
    return html.partition('name="state" value="')[2].partition('"')[0]


async def test_a_clinical_coordinator_sees_who_and_what(clinical: Browser, day: Day) -> None:
    page = text_of(await clinical.open("/coordination/suivis"))
    assert "Orientation vers un spécialiste" in page
    assert "GARCIA-HAMMADI" in page
    assert "Courrier à un confrère" in page


@pytest.mark.parametrize("path", ["/coordination/suivis?etat=tous", "/coordination/medecin-traitant"])
async def test_an_administrative_coordinator_finds_no_name_and_no_clinical_answer(
    administrative: Browser, day: Day, path: str
) -> None:
    answer = await administrative.open(path)
    assert [word for word in CLINICAL_WORDS if word in answer.text] == []
    assert "médecin traitant" in answer.text
    assert f"/coordination/suivis/{task_handle(day.nurse)}" in answer.text


async def test_clinical_kinds_are_only_counted_for_an_administrative_coordinator(
    administrative: Browser, day: Day
) -> None:
    page = text_of(await administrative.open("/coordination/suivis"))
    assert "Orientation 3 0 0" in page
    orientation = address(day, "conclusion.outcome:orientation_specialiste")
    assert (await administrative.open(orientation)).status_code == 404


async def test_a_task_s_address_tells_no_answer(clinical: Browser, day: Day) -> None:
    answer = await clinical.open("/coordination/suivis?etat=tous")
    assert "orientation_specialiste" not in answer.text
    assert task_key(day.nurse) not in answer.text


async def test_a_change_is_kept_and_told(clinical: Browser, day: Day) -> None:
    status = await change(
        clinical,
        address(day),
        owner=day.seeded.administrative,
        due_on="2026-12-01",
        outcome="oriente_dac",
        message="Dossier <transmis>",
    )
    assert status == 303
    answer = await clinical.open(address(day))
    page = text_of(answer)
    assert "Abel Essai" in page
    assert "01/12/2026" in page
    assert "Orienté vers le DAC" in page
    assert "Dossier <transmis>" in page
    assert "<transmis>" not in answer.text
    totals = text_of(await clinical.open("/coordination/medecin-traitant"))
    assert "Orienté vers le DAC 1" in totals


async def test_what_is_wrong_is_said_and_stays_typed(clinical: Browser, day: Day) -> None:
    await clinical.open(address(day))
    answer = await clinical.send(
        address(day), owner="nobody-known", outcome="vu", due_on="2026-02-30", message="ma note"
    )
    page = text_of(answer)
    assert answer.status_code == 422
    for words in ("Choisissez un coordinateur", "Cette date n’existe pas", "Choisissez une issue", "ma note"):
        assert words in page


async def test_a_step_2_and_the_entry_in_the_national_tool_are_noted_later_without_a_correction(
    clinical: Browser, day: Day, store: Store
) -> None:
    record = await step_1(day, store)
    task = f"/coordination/suivis/{task_handle(record, 'step2.decision:accepted')}"
    page = await clinical.open(task)
    assert 'name="done_on"' in page.text
    day_done = DAY.isoformat()
    typed = {"outcome": "fait", "done_on": day_done, "done_by": "advanced_nurse"}
    assert await change(clinical, task, **typed) == 303
    said = text_of(await clinical.open(task))
    assert said.count("le 23/11/2026 par : Infirmier en pratique avancée (IPA)") == 2
    # Sent again, it is done already; what it says stays typed for whoever changes it.
    answer = await clinical.open(task)
    assert f'value="{day_done}"' in answer.text
    assert '<option value="advanced_nurse" selected>' in answer.text

    refused = await clinical.send(task, state=state_of(answer.text), outcome="reporte", done_on=day_done)
    assert refused.status_code == 422
    assert "supposent l’issue" in text_of(refused)
    assert f'value="{day_done}"' in refused.text
    with store.session() as session:
        assert 1 == len(session.exec(select(Act)).all())


async def step_1(day: Day, store: Store) -> SealedRecord:
    """Integrate an ICOPE step 1 whose step 2 was accepted."""
    slot = make_slot(store, make_device(store, day.seeded), day.seeded.nurse)
    writer = RecordWriter(day.seeded, day.services.keys)
    answers = answers_to("icope-step1")
    record = writer.record(slot, answers, of=form_named("icope-step1"))
    await write(day.services, day.seeded, [record])
    await day.services.projection.caught_up()
    return record


@pytest.fixture
def second(store: Store, day: Day) -> str:
    """The login of another clinical coordinator of the team."""
    member = Member(
        id="11111111-1111-4111-8111-111111111111",
        name="Inès Essai",
        profession="coordination",
        role=Role.CLINICAL_COORDINATOR,
        login="ines",
    )
    with store.session() as session:
        session.add(member)
        session.flush()
        session.add(TeamMember(team_id=day.seeded.team, member_id=member.id))
    give_password(store, member.id)
    return "ines"


async def test_of_two_changes_on_one_state_the_second_is_shown_the_first_and_loses_nothing(
    clinical: Browser, application: Litestar, day: Day, second: str, store: Store
) -> None:
    async with Browser.of(application) as other:
        await other.sign_in(second)
        state = state_of((await other.open(address(day))).text)
        assert await change(clinical, address(day), outcome="abouti", message="Dr Petit accepte") == 303
        answer = await other.send(address(day), state=state, outcome="en_attente", message="Mon long texte")
        page = text_of(answer)
        assert answer.status_code == 409
        assert "Quelqu’un d’autre a changé ce suivi" in page
        assert "Dr Petit accepte" in page
        assert "Mon long texte" in page
        again = await other.send(
            address(day), state=state_of(answer.text), outcome="en_attente", message="Mon long texte"
        )
        assert again.status_code == 303
    with store.session() as session:
        notes = {act.body["note"] for act in session.exec(select(Act))}
    assert notes == {"Dr Petit accepte", "Mon long texte"}


async def test_two_changes_sent_at_the_same_instant_are_one_act(
    clinical: Browser, day: Day, store: Store
) -> None:
    await clinical.open(address(day))
    token = clinical.token
    fields = {"state": "", "form_token": token}
    answers = await asyncio.gather(
        *(clinical.send(address(day), message=f"note {number}", **fields) for number in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    with store.session() as session:
        assert len(session.exec(select(Act)).all()) == 1


async def test_a_form_sent_twice_changes_once(clinical: Browser, day: Day, store: Store) -> None:
    await clinical.open(address(day))
    for _ in range(2):
        answer = await clinical.send(address(day), state="", outcome="abouti", message="trouvé")
        assert answer.status_code == 303
        await clinical.open(address(day))
    with store.session() as session:
        assert len(session.exec(select(Act)).all()) == 1


async def test_opening_and_changing_are_in_the_access_log(clinical: Browser, day: Day, store: Store) -> None:
    await clinical.open("/coordination/medecin-traitant")
    await change(clinical, address(day), outcome="abouti")
    with store.session() as session:
        lines = [(line.action, line.object_type, line.object_id) for line in session.exec(select(AccessLog))]
    assert ("open-follow-ups", "follow-ups", "without-gp") in lines
    assert ("change-task", "visit", day.nurse.payload["visit"]) in lines
    assert not [line for line in lines if "attending_gp" in line[2]]


async def test_filters_that_mean_nothing_keep_everything(clinical: Browser, day: Day) -> None:
    assert day.nurse.digest
    page = text_of(await clinical.open("/coordination/suivis?sorte=x&etat=y&responsable=z&page=-3"))
    assert "suivis" in page
