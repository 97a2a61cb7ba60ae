"""Campaigns, teams, members, settings, invitations: who may do what, and what follows for tablets."""

import re

import pytest
from sqlmodel import col, select

from server.identifiers import new_uuid
from server.store.control import (
    Campaign,
    EnrolmentCard,
    EnrolmentState,
    Member,
    Organization,
    Role,
    Slot,
    Team,
    TeamKey,
    TeamMember,
)
from server.store.database import Store
from server.store.planning import Invitation
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day
from tests.support.organisation import FORM

pytestmark = pytest.mark.anyio
ORGANISATION = "/coordination/organisation"


def member_form(day: Day, **changed: str) -> dict[str, str]:
    return {
        "name": "Nina Essai",
        "profession": "infirmière",
        "role": "field",
        "teams": day.seeded.team,
        **changed,
    }


def member(store: Store, name: str) -> Member:
    with store.session() as session:
        return session.exec(select(Member).where(Member.name == name)).one()


def epochs(store: Store, team: str) -> int:
    with store.session() as session:
        return len(session.exec(select(TeamKey).where(TeamKey.team_id == team)).all())


async def test_a_campaign_is_made_with_a_published_form_and_changed(
    administrative: Browser, day: Day, store: Store
) -> None:
    form = {
        "title": "Repérage",
        "form": "|".join(FORM),
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "summary_months": "12",
    }
    await administrative.open(f"{ORGANISATION}/campagnes")
    for wrong, said in (
        ({"form": "another|1"}, "Choisissez dans la liste."),
        ({"ends_on": "2025-12-31"}, "La fin vient avant le début."),
        ({"title": "Médicobus"}, "Ce nom est déjà pris."),
        ({"summary_months": "0"}, "Un nombre est attendu"),
    ):
        answer = await administrative.send(f"{ORGANISATION}/campagnes", **{**form, **wrong})
        assert answer.status_code == 422
        assert said in text_of(answer)
    assert (await administrative.send(f"{ORGANISATION}/campagnes", **form)).status_code == 303
    with store.session() as session:
        made = session.exec(select(Campaign).where(Campaign.title == "Repérage")).one()
    assert (made.form_url, made.form_version, made.summary_months) == (*FORM, 12)
    address = f"{ORGANISATION}/campagnes/{day.seeded.campaign}"
    await administrative.open(address)
    answer = await administrative.send(address, **{**form, "title": "Médicobus 2", "ends_on": "2026-11-01"})
    assert "Des escales seraient hors de la période." in text_of(answer)


async def test_a_new_team_has_a_key_a_database_and_whoever_made_it(
    administrative: Browser, day: Day, store: Store
) -> None:
    await administrative.open(f"{ORGANISATION}/equipes")
    answer = await administrative.send(f"{ORGANISATION}/equipes", title="Équipe d’appoint")
    assert answer.status_code == 303
    with store.session() as session:
        team = session.exec(select(Team).where(Team.title == "Équipe d’appoint")).one()
        assert session.get(TeamMember, (team.id, day.seeded.administrative)) is not None
    assert epochs(store, team.id) == 1
    assert "Équipe d’appoint" in text_of(await administrative.open(answer.headers["location"]))


async def test_leaving_a_team_withdraws_the_access_on_its_tablets_with_a_new_key(
    administrative: Browser, day: Day, store: Store
) -> None:
    before = epochs(store, day.seeded.team)
    team = f"{ORGANISATION}/equipes/{day.seeded.team}"
    await administrative.open(team)
    answer = await administrative.send(f"{team}/membres/{day.seeded.doctor}/retirer")
    assert answer.status_code == 303
    with store.session() as session:
        slots = session.exec(select(Slot).where(Slot.member_id == day.seeded.doctor)).all()
        assert {slot.state for slot in slots} == {EnrolmentState.REVOKED}
    assert epochs(store, day.seeded.team) == before + 1
    await administrative.open(team)
    await administrative.send(f"{team}/membres", member=day.seeded.doctor)
    with store.session() as session:
        assert session.get(TeamMember, (day.seeded.team, day.seeded.doctor)) is not None


async def test_a_member_is_made_with_a_doubted_number_kept(
    administrative: Browser, day: Day, store: Store
) -> None:
    await administrative.open(f"{ORGANISATION}/membres")
    answer = await administrative.send(f"{ORGANISATION}/membres", **member_form(day, rpps="10003461033"))
    assert answer.status_code == 303
    assert member(store, "Nina Essai").rpps == "10003461033"
    page = text_of(await administrative.open(f"{ORGANISATION}/membres/{member(store, 'Nina Essai').id}"))
    assert "ne tombe pas juste" in page
    await administrative.open(f"{ORGANISATION}/membres")
    answer = await administrative.send(f"{ORGANISATION}/membres", **member_form(day, rpps="1234"))
    assert "Un numéro RPPS a onze chiffres." in text_of(answer)


async def test_a_coordinator_gets_a_password_shown_once_and_signs_in_with_it(
    administrative: Browser, visitor: Browser, day: Day, store: Store
) -> None:
    await administrative.open(f"{ORGANISATION}/membres")
    form = member_form(day, name="Ines Essai", role="administrative_coordinator")
    answer = await administrative.send(f"{ORGANISATION}/membres", **form)
    assert "Un identifiant de 3 à 40" in text_of(answer)
    answer = await administrative.send(f"{ORGANISATION}/membres", **form, login="Ines")
    password = re.findall(r"<code>([^<]+)</code>", answer.text)[0]
    assert member(store, "Ines Essai").login == "ines"
    assert (await visitor.sign_in("ines", password)).status_code == 303
    assert (await visitor.open("/coordination/")).headers["location"].endswith("/mot-de-passe")


async def test_an_administrative_coordinator_neither_makes_nor_touches_a_clinical_one(
    administrative: Browser, day: Day, store: Store
) -> None:
    await administrative.open(f"{ORGANISATION}/membres")
    form = member_form(day, role="clinical_coordinator", login="nina")
    answer = await administrative.send(f"{ORGANISATION}/membres", **form)
    assert answer.status_code == 422
    for action in ("", "/acces", "/desactiver"):
        await administrative.open(f"{ORGANISATION}/membres")
        address = f"{ORGANISATION}/membres/{day.seeded.clinical}{action}"
        assert (await administrative.send(address, **form)).status_code == 403
    with store.session() as session:
        assert not session.get_one(Member, day.seeded.clinical).disabled


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("shared", [True, False], ids=["another team too", "our team only"])
@pytest.mark.parametrize("asked", ["name", "role", "login", "acces", "desactiver", "reactiver"])
async def test_the_way_in_of_a_coordinator_is_for_whoever_has_all_their_teams(
    clinical: Browser, day: Day, store: Store, role: Role, shared: bool, asked: str
) -> None:
    found = colleague(day, store, role, shared=shared, disabled=asked == "reactiver")
    address = f"{ORGANISATION}/membres/{found.id}"
    form = member_form(day, name="Zoé Essai", role=role.value, login=found.login or "")
    changed = {
        "name": {**form, "name": "Zoé Nouvelle"},
        "role": {**form, "role": another(role).value, "login": found.login or "zoe"},
        "login": {**form, "login": "zoe-nouvelle"},
    }
    page = text_of(await clinical.open(address))
    answer = await clinical.send(
        address if asked in changed else f"{address}/{asked}", **changed.get(asked, {})
    )
    after = member_of(store, found.id)
    kept = ("role", "login", "disabled", "password_hash")
    is_kept = all(getattr(after, each) == getattr(found, each) for each in kept)
    touches = asked == "role" or (asked != "name" and role is not Role.FIELD)
    if shared and touches:
        assert (answer.status_code, is_kept) == (422, True)
        assert "une autre équipe que les vôtres" in text_of(answer)
    elif touches:
        assert (answer.status_code in (200, 303), is_kept) == (True, False), text_of(answer)
    assert ("une autre équipe que les vôtres" in page) is (shared and role is not Role.FIELD)


def another(role: Role) -> Role:
    return Role.FIELD if role is Role.ADMINISTRATIVE_COORDINATOR else Role.ADMINISTRATIVE_COORDINATOR


def member_of(store: Store, identifier: str) -> Member:
    with store.session() as session:
        return session.get_one(Member, identifier)


def colleague(day: Day, store: Store, role: Role, *, shared: bool, disabled: bool) -> Member:
    """Somebody of our team, and of the neighbouring one when shared."""
    with store.session() as session:
        found = Member(
            id=new_uuid(),
            name="Zoé Essai",
            profession="coordination",
            role=role,
            login=None if role is Role.FIELD else "zoe",
            password_hash=None if role is Role.FIELD else "kept",
            disabled=disabled,
        )
        session.add(found)
        session.flush()
        for team in (day.seeded.team, day.other.team) if shared else (day.seeded.team,):
            session.add(TeamMember(team_id=team, member_id=found.id))
    return member_of(store, found.id)


async def test_nobody_is_shut_out_by_mistake(clinical: Browser, day: Day, store: Store) -> None:
    address = f"{ORGANISATION}/membres/{day.seeded.clinical}"
    await clinical.open(address)
    answer = await clinical.send(f"{address}/desactiver")
    assert "Vous ne pouvez pas vous désactiver vous-même." in text_of(answer)
    with store.session() as session:
        other = session.get_one(Member, day.other.clinical)
        other.password_hash = None
    await clinical.open(address)
    form = member_form(day, role="administrative_coordinator", login="cleo")
    answer = await clinical.send(address, **form)
    assert "la dernière coordination clinique" in text_of(answer)
    with store.session() as session:
        assert session.get_one(Member, day.seeded.clinical).role is Role.CLINICAL_COORDINATOR


async def test_a_disabled_member_loses_every_access_and_their_invitations(
    clinical: Browser, day: Day, store: Store
) -> None:
    invited = await invite(clinical, day, member=day.seeded.doctor)
    assert invited
    address = f"{ORGANISATION}/membres/{day.seeded.doctor}"
    await clinical.open(address)
    assert (await clinical.send(f"{address}/desactiver")).status_code == 303
    with store.session() as session:
        slots = session.exec(select(Slot).where(Slot.member_id == day.seeded.doctor)).all()
        assert {slot.state for slot in slots} == {EnrolmentState.REVOKED}
        assert session.exec(select(Invitation)).one().state is EnrolmentState.REVOKED


async def test_settings_are_kept_and_propose_the_slots_of_a_new_stop(
    administrative: Browser, day: Day, store: Store
) -> None:
    await administrative.open(f"{ORGANISATION}/reglages")
    form = {"organisation": "CPTS du Haut", "slot_minutes": "25", "emergency_slots": "2"}
    answer = await administrative.send(f"{ORGANISATION}/reglages", **{**form, "slot_minutes": "3"})
    assert answer.status_code == 422
    assert (await administrative.send(f"{ORGANISATION}/reglages", **form)).status_code == 303
    with store.session() as session:
        assert session.exec(select(Organization.title)).one() == "CPTS du Haut"
    page = await administrative.open("/coordination/escales/nouvelle")
    assert 'name="minutes" type="number" value="25"' in page.text


async def invite(browser: Browser, day: Day, **changed: str) -> str:
    await browser.open(f"{ORGANISATION}/invitations")
    form = {
        "team": day.seeded.team,
        "valid_from": "2026-11-24",
        "valid_until": "2026-11-24",
        "name": "Dr Sacha Essai",
        "profession": "médecin",
        **changed,
    }
    answer = await browser.send(f"{ORGANISATION}/invitations", **form)
    found = re.findall(r'<p class="code">([^<]+)</p>', answer.text)
    return found[0] if found else text_of(answer)


async def test_an_invitation_shows_its_code_once_and_can_be_withdrawn(
    clinical: Browser, day: Day, store: Store
) -> None:
    code = await invite(clinical, day)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    page = await clinical.open(f"{ORGANISATION}/invitations")
    assert code not in page.text
    assert "Dr Sacha Essai" in text_of(page)
    newcomer = member(store, "Dr Sacha Essai")
    assert (newcomer.active_from, newcomer.active_until) == (newcomer.active_until, newcomer.active_from)
    with store.session() as session:
        found = session.exec(select(Invitation)).one()
    before = epochs(store, day.seeded.team)
    answer = await clinical.send(f"{ORGANISATION}/invitations/{found.id}/retirer")
    assert answer.status_code == 303
    assert epochs(store, day.seeded.team) == before + 1
    assert "Retirée le" in text_of(await clinical.open(f"{ORGANISATION}/invitations"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"valid_until": "2026-11-23"}, "La fin vient avant le début."),
        ({"valid_from": "2026-11-01", "valid_until": "2026-11-02"}, "Ces jours sont passés."),
        ({"valid_until": "2027-01-24"}, "Trop de jours"),
        ({"name": ""}, "À remplir."),
        ({"team": "another"}, "Choisissez dans la liste."),
        ({"member": "nobody"}, "Choisissez dans la liste."),
    ],
)
async def test_an_invitation_that_cannot_be_made_says_why(
    clinical: Browser, day: Day, store: Store, changed: dict[str, str], said: str
) -> None:
    assert said in await invite(clinical, day, **changed)
    with store.session() as session:
        assert session.exec(select(Invitation)).all() == []
        assert session.exec(select(Member).where(col(Member.name) == "Dr Sacha Essai")).all() == []


async def test_the_office_withdraws_an_invitation_but_makes_none(
    administrative: Browser, clinical: Browser, day: Day, store: Store
) -> None:
    await invite(clinical, day)
    page = await administrative.open(f"{ORGANISATION}/invitations")
    assert "une coordination clinique crée l’invitation" in text_of(page)
    assert 'name="valid_from"' not in page.text
    await invite(administrative, day, name="Dr Autre Essai")
    with store.session() as session:
        found = session.exec(select(Invitation)).one()
    await administrative.open(f"{ORGANISATION}/invitations")
    answer = await administrative.send(f"{ORGANISATION}/invitations/{found.id}/retirer")
    assert answer.status_code == 303
    assert "Retirée le" in text_of(await administrative.open(f"{ORGANISATION}/invitations"))


async def test_several_cards_are_made_at_once(clinical: Browser, day: Day, store: Store) -> None:
    await clinical.open("/coordination/tablettes")
    answer = await clinical.send(
        "/coordination/tablettes/cartes",
        team=day.seeded.team,
        campaign=day.seeded.campaign,
        label="Bus",
        count="4",
    )
    assert answer.text.count('class="qr"') == 4
    with store.session() as session:
        labels = session.exec(select(EnrolmentCard.label)).all()
    assert sorted(labels) == ["Bus 1", "Bus 2", "Bus 3", "Bus 4"]
    await clinical.open("/coordination/tablettes")
    answer = await clinical.send(
        "/coordination/tablettes/cartes",
        team=day.seeded.team,
        campaign=day.seeded.campaign,
        label="Bus",
        count="99",
    )
    assert "De une à huit cartes à la fois." in text_of(answer)
