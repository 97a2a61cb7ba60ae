"""Probable duplicates and people: who sees them, what is decided, undone, and what two coordinators meet."""

import re
from typing import Any

import pytest
from litestar import Litestar
from sqlmodel import select

from server.review import access_log
from server.routes.services import Services
from server.store.control import Member, Role, TeamMember
from server.store.database import Store
from server.store.people import Person, Proposal, VisitIdentity
from tests.server.web.browser import Browser, give_password, text_of
from tests.server.web.conftest import Came, Day

pytestmark = pytest.mark.anyio

DUPLICATES = "/coordination/personnes/doublons"


def rows(services: Services, model: Any) -> list[Any]:
    with services.store.session() as session:
        return list(session.exec(select(model)).all())


def person_of(services: Services, visit: str) -> str:
    return next(str(row.person_key) for row in rows(services, VisitIdentity) if row.visit_id == visit)


def forms(browser: Browser, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to an address."""
    assert browser.page is not None
    found = re.search(
        rf'<form method="post" action="{re.escape(action)}".*?</form>', browser.page.text, re.DOTALL
    )
    assert found is not None, f"no form to {action}"
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found.group(0)))


async def decide(browser: Browser, proposal: Proposal, verdict: str, message: str = "") -> Any:
    action = f"{DUPLICATES}/{proposal.first}/{proposal.second}"
    hidden = forms(browser, action)
    hidden.pop("form_token")
    return await browser.send(action, **hidden, verdict=verdict, message=message)


async def second_coordinator(app: Litestar, day: Day, store: Store, *teams: str) -> str:
    """Another clinical coordinator, of these teams; return the login."""
    with store.session() as session:
        member = Member(
            id="00000000-0000-4000-8000-0000000000aa",
            name="Dan Essai",
            profession="coordination",
            role=Role.CLINICAL_COORDINATOR,
            login="dan",
        )
        session.add(member)
        session.flush()
        session.add_all([TeamMember(team_id=team, member_id=member.id) for team in teams])
    give_password(store, member.id)
    return "dan"


async def test_both_people_are_shown_side_by_side_with_reasons_in_words(
    clinical: Browser, day: Day, came: Came
) -> None:
    await came()
    await came(birth_name="LEFEBVRE")
    answer = await clinical.open(DUPLICATES)
    shown = text_of(answer)
    assert "LEFEVRE ANNE et LEFEBVRE ANNE" in shown or "LEFEBVRE ANNE et LEFEVRE ANNE" in shown
    assert "Noms qui se prononcent de même\u00a0: LEFEBVRE / LEFEVRE" in shown.replace(" :", "\u00a0:")
    assert "Même date de naissance" in shown
    assert "02/05/1950" in shown
    assert "≠ différent" in shown
    assert "La Gresle (42104)" in shown


async def test_a_merge_and_its_undoing(clinical: Browser, day: Day, came: Came) -> None:
    first, second = await came(), await came(birth_name="LEFEBVRE")
    await clinical.open(DUPLICATES)
    (proposal,) = rows(day.services, Proposal)
    answer = await decide(clinical, proposal, "same", "Vu avec elle")
    assert (answer.status_code, answer.headers["location"]) == (303, DUPLICATES)
    person = person_of(day.services, first)
    assert person == person_of(day.services, second)
    page = text_of(await clinical.open(f"/coordination/personnes/{person}"))
    assert "2 identités réunies" in page
    assert "Identités réunies" in page
    assert "Vu avec elle" in page
    assert "Cléo Essai" in page
    later = await came(birth_name="LEFEBVRE")
    await clinical.open(f"/coordination/personnes/{person}")
    action = f"/coordination/personnes/{person}/acte"
    hidden = forms_with(clinical, "undo")
    missing = await clinical.send(action, **hidden, message=" ")
    assert missing.status_code == 422
    assert "Écrivez le motif" in missing.text
    assert (await clinical.send(action, **hidden, message="Deux cousines")).status_code == 303
    assert person_of(day.services, second) == person_of(day.services, later) != person_of(day.services, first)
    assert rows(day.services, Proposal) == []


def forms_with(browser: Browser, field: str) -> dict[str, str]:
    """The hidden fields, but the session's token, of the first form that has a field."""
    assert browser.page is not None
    for form in re.findall(r"<form method=.*?</form>", browser.page.text, re.DOTALL):
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        if field in hidden:
            hidden.pop("form_token")
            return hidden
    raise AssertionError(f"no form with {field}")


async def test_two_people_stay_two_and_are_not_proposed_again(
    clinical: Browser, day: Day, came: Came
) -> None:
    first, second = await came(), await came(birth_name="LEFEBVRE")
    await clinical.open(DUPLICATES)
    (proposal,) = rows(day.services, Proposal)
    assert (await decide(clinical, proposal, "different")).status_code == 303
    assert rows(day.services, Proposal) == []
    await came(birth_name="LEFEBVRE", phone=None)
    assert rows(day.services, Proposal) == []
    assert person_of(day.services, first) != person_of(day.services, second)


async def test_later_keeps_the_pair_with_its_note(clinical: Browser, day: Day, came: Came) -> None:
    await came()
    await came(birth_name="LEFEBVRE")
    await clinical.open(DUPLICATES)
    (proposal,) = rows(day.services, Proposal)
    assert (await decide(clinical, proposal, "later", "Appeler lundi")).status_code == 303
    page = text_of(await clinical.open(DUPLICATES))
    assert "Remis à plus tard par Cléo Essai" in page
    assert "Appeler lundi" in page


async def test_the_second_of_two_coordinators_sees_what_stands_and_keeps_what_was_typed(
    clinical: Browser, application: Litestar, day: Day, store: Store, came: Came
) -> None:
    await came()
    await came(birth_name="LEFEBVRE")
    login = await second_coordinator(application, day, store, day.seeded.team)
    async with Browser.of(application) as colleague:
        await colleague.sign_in(login)
        await colleague.open(DUPLICATES)
        await clinical.open(DUPLICATES)
        (proposal,) = rows(day.services, Proposal)
        assert (await decide(clinical, proposal, "same", "Vu avec elle")).status_code == 303
        refused = await decide(colleague, proposal, "different", "Deux cousines, vues le même jour")
        assert refused.status_code == 409
        shown = text_of(refused)
        assert "La situation a changé" in shown
        assert "réunies en une seule personne" in shown
        assert "Cléo Essai" in shown
        assert "Deux cousines, vues le même jour" in shown
    assert len(rows(day.services, Person)) == 2, "the merge stands, beside the person of the day"


async def test_an_undoing_upon_another_state_is_refused(
    clinical: Browser, application: Litestar, day: Day, store: Store, came: Came
) -> None:
    first, _ = await came(), await came(birth_name="LEFEBVRE")
    await clinical.open(DUPLICATES)
    await decide(clinical, rows(day.services, Proposal)[0], "same")
    person = person_of(day.services, first)
    await clinical.open(f"/coordination/personnes/{person}")
    hidden = forms_with(clinical, "undo")
    await came(phone=None)
    refused = await clinical.send(f"/coordination/personnes/{person}/acte", **hidden, message="Erreur")
    assert refused.status_code == 409
    assert "Rien n’a été enregistré" in refused.text
    assert "Erreur" in refused.text


async def test_a_visit_is_taken_away_and_given_back(clinical: Browser, day: Day, came: Came) -> None:
    first, second = await came(), await came()
    person = person_of(day.services, first)
    await clinical.open(f"/coordination/personnes/{person}")
    hidden = forms_with(clinical, "visit")
    visit = hidden["visit"].partition(":")[0]
    kept = ({first, second} - {visit}).pop()
    answer = await clinical.send(f"/coordination/personnes/{person}/acte", **hidden, message="Sa sœur")
    assert answer.status_code == 303
    assert person_of(day.services, visit) != person_of(day.services, kept)
    taken = person_of(day.services, visit)
    assert "retiré de la personne" in text_of(await clinical.open(f"/coordination/personnes/{taken}"))
    hidden = forms_with(clinical, "undo")
    await clinical.send(f"/coordination/personnes/{taken}/acte", **hidden, message="C’était bien elle")
    assert person_of(day.services, visit) == person_of(day.services, kept)


async def test_only_who_has_all_the_teams_decides(
    clinical: Browser, application: Litestar, day: Day, store: Store, came: Came
) -> None:
    ours, theirs = await came(), await came(day.other, birth_name="LEFEBVRE")
    page = text_of(await clinical.open(DUPLICATES))
    assert "0 paire à examiner" in page
    assert "1 autre paire concerne aussi une équipe qui ne vous est pas confiée" in page
    assert "LEFEBVRE" not in page
    (proposal,) = rows(day.services, Proposal)
    answer = await clinical.send(
        f"{DUPLICATES}/{proposal.first}/{proposal.second}", verdict="same", state="", message=""
    )
    assert answer.status_code == 404
    assert "LEFEBVRE" not in answer.text
    assert (
        await clinical.open(f"/coordination/personnes/{person_of(day.services, theirs)}")
    ).status_code == 404
    login = await second_coordinator(application, day, store, day.seeded.team, day.other.team)
    async with Browser.of(application) as colleague:
        await colleague.sign_in(login)
        await colleague.open(DUPLICATES)
        assert (await decide(colleague, proposal, "same")).status_code == 303
    partial = text_of(await clinical.open(f"/coordination/personnes/{person_of(day.services, ours)}"))
    assert "doit décider" in partial
    assert "LEFEBVRE" not in partial
    assert "Annuler la réunion" not in partial


async def test_a_restricted_visit_is_counted_and_not_shown(clinical: Browser, day: Day, came: Came) -> None:
    shown = await came()
    hidden = await came(restricted=True)
    await came(birth_name="LEFEBVRE", restricted=True)
    page = await clinical.open(f"/coordination/personnes/{person_of(day.services, shown)}")
    assert "1 passage sous le secret" in text_of(page)
    assert hidden not in page.text
    assert "LEFEBVRE" not in (await clinical.open(DUPLICATES)).text


async def test_an_administrative_coordinator_sees_no_person(
    administrative: Browser, day: Day, came: Came
) -> None:
    visit = await came()
    for path in (DUPLICATES, f"/coordination/personnes/{person_of(day.services, visit)}"):
        answer = await administrative.open(path)
        assert answer.status_code == 403
        assert "LEFEVRE" not in answer.text
    assert "Doublons" not in (await administrative.open("/coordination/")).text


async def test_every_name_shown_is_logged(clinical: Browser, day: Day, came: Came) -> None:
    first, second = await came(), await came(birth_name="LEFEBVRE")
    people = {person_of(day.services, visit) for visit in (first, second)}
    await clinical.open(DUPLICATES)
    with day.services.store.session() as session:
        logged = {key: access_log.of_object(session, "person", key) for key in people}
    assert {line.action for lines in logged.values() for line in lines} == {"open-person"}
    assert {line.actor_id for lines in logged.values() for line in lines} == {day.seeded.clinical}


async def test_a_verdict_that_is_none_is_said_and_nothing_is_lost(
    clinical: Browser, day: Day, came: Came
) -> None:
    await came()
    await came(birth_name="LEFEBVRE")
    await clinical.open(DUPLICATES)
    answer = await decide(clinical, rows(day.services, Proposal)[0], "perhaps", "Je ne sais pas")
    assert answer.status_code == 422
    assert "Choisissez" in answer.text
    assert "Je ne sais pas" in answer.text


async def test_a_record_leads_to_its_person(clinical: Browser, day: Day) -> None:
    person = person_of(day.services, day.nurse.payload["visit"])
    page = await clinical.open(f"/coordination/fiches/{day.nurse.digest}")
    assert f'href="/coordination/personnes/{person}"' in page.text


async def test_a_record_leads_an_administrative_coordinator_to_nobody(
    administrative: Browser, day: Day
) -> None:
    assert "/personnes/" not in (await administrative.open(f"/coordination/fiches/{day.nurse.digest}")).text


async def test_text_typed_by_somebody_is_only_text(clinical: Browser, day: Day, came: Came) -> None:
    await came()
    await came(birth_name="LEFEBVRE")
    await clinical.open(DUPLICATES)
    await decide(clinical, rows(day.services, Proposal)[0], "later", "<b>gras</b>")
    assert "<b>gras" not in (await clinical.open(DUPLICATES)).text
