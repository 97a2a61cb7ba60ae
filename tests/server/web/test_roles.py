"""Every page × every role, in one table; and every form, from nobody and from elsewhere."""

import re
from collections.abc import Iterator

import pytest
from litestar import Litestar

from server.auth import guards
from server.identifiers import new_uuid
from server.routes import web_login, web_router
from server.satisfaction import posters
from server.store.control import EnrolmentState
from server.store.database import Store
from server.store.people import VisitIdentity
from tests.server.planned import plan
from tests.server.web.browser import Browser
from tests.server.web.conftest import Day, waiting_tablet
from tests.support.afterwards import clock_finding, issued_letter, task_handle
from tests.support.organisation import NOON, make_device, make_slot
from tests.support.remote_form import patients, published_too
from tests.support.reports import frozen_report, typed_indicator

pytestmark = pytest.mark.anyio

# Page, then what it answers to: nobody, an administrative coordinator, a clinical one, one of another team.
TABLE = [
    ("GET", "/coordination/", 303, 200, 200, 200),
    ("GET", "/coordination/connexion", 200, 303, 303, 303),
    ("GET", "/coordination/mot-de-passe", 303, 200, 200, 200),
    ("GET", "/coordination/anomalies", 303, 200, 200, 200),
    ("GET", "/coordination/tablettes", 303, 200, 200, 200),
    ("GET", "/coordination/activite", 303, 200, 200, 200),
    ("GET", "/coordination/activite/passages", 303, 200, 200, 200),
    ("GET", "/coordination/rapports", 303, 200, 200, 200),
    ("POST", "/coordination/rapports", 401, 422, 422, 422),
    ("GET", "/coordination/rapports/{report}", 303, 200, 200, 404),
    ("GET", "/coordination/rapports/{report}/{kind}", 303, 200, 200, 404),
    ("GET", "/coordination/indicateurs", 303, 200, 200, 200),
    ("POST", "/coordination/indicateurs", 401, 303, 303, 303),
    ("POST", "/coordination/indicateurs/reprendre", 401, 303, 303, 303),
    ("GET", "/coordination/indicateurs/{indicator}", 303, 200, 200, 200),
    ("POST", "/coordination/indicateurs/{indicator}", 401, 422, 422, 422),
    ("GET", "/coordination/releves", 303, 200, 200, 200),
    ("GET", "/coordination/releves/{professional}/{month}/{kind}", 303, 200, 200, 404),
    ("GET", "/coordination/fiches/{record}", 303, 200, 200, 404),
    ("GET", "/coordination/fiches/{record}/acces", 303, 200, 200, 404),
    ("GET", "/coordination/fiches/{record}/photos/{photo}", 303, 403, 404, 404),
    ("GET", "/coordination/fiches/{record}/etiquette", 303, 403, 200, 404),
    ("GET", "/coordination/clotures/{stop}", 303, 200, 200, 404),
    ("GET", "/coordination/tablettes/{device}/revocation", 303, 200, 200, 404),
    ("GET", "/coordination/personnes/doublons", 303, 403, 200, 200),
    ("GET", "/coordination/personnes/{person}", 303, 403, 200, 200),
    ("POST", "/coordination/personnes/doublons/{person}/{person}", 401, 403, 404, 404),
    ("POST", "/coordination/personnes/{person}/acte", 401, 403, 404, 404),
    ("GET", "/coordination/file", 303, 200, 200, 200),
    ("GET", "/coordination/file/{item}", 303, 200, 200, 404),
    ("GET", "/coordination/suivis", 303, 200, 200, 200),
    ("GET", "/coordination/suivis/{task}", 303, 200, 200, 404),
    ("GET", "/coordination/medecin-traitant", 303, 200, 200, 200),
    ("GET", "/coordination/fiches/{record}/courrier", 303, 403, 200, 404),
    ("GET", "/coordination/courriers", 303, 403, 200, 200),
    ("GET", "/coordination/courriers/{letter}", 303, 403, 200, 404),
    ("GET", "/coordination/courriers/{letter}/pdf", 303, 403, 200, 404),
    ("GET", "/coordination/nowhere", 404, 404, 404, 404),
    ("POST", "/coordination/langue/fr", 303, 303, 303, 303),
    ("POST", "/coordination/mot-de-passe", 401, 422, 422, 422),
    ("POST", "/coordination/fiches/{record}/motif", 401, 403, 422, 404),
    ("POST", "/coordination/fiches/{record}/decision", 401, 403, 422, 404),
    ("POST", "/coordination/fiches/{record}/etiquette", 401, 403, 422, 404),
    ("POST", "/coordination/file/{item}", 401, 303, 303, 404),
    ("POST", "/coordination/suivis/{task}", 401, 303, 303, 404),
    ("POST", "/coordination/fiches/{record}/courrier", 401, 403, 422, 404),
    ("POST", "/coordination/courriers/{letter}/envois", 401, 403, 422, 404),
    ("POST", "/coordination/tablettes/cartes", 401, 422, 422, 422),
    ("POST", "/coordination/tablettes/{waiting}/confirmer", 401, 403, 303, 404),
    ("POST", "/coordination/tablettes/{unwanted}/refuser", 401, 303, 303, 404),
    ("POST", "/coordination/tablettes/{device}/revocation", 401, 303, 303, 404),
    ("POST", "/coordination/acces/{asked}/confirmer", 401, 403, 303, 404),
    ("POST", "/coordination/acces/{unasked}/refuser", 401, 303, 303, 404),
    ("POST", "/coordination/acces/{slot}/revocation", 401, 303, 303, 404),
    ("GET", "/coordination/escales", 303, 200, 200, 200),
    ("GET", "/coordination/escales/nouvelle", 303, 200, 200, 200),
    ("GET", "/coordination/escales/import", 303, 200, 200, 200),
    ("GET", "/coordination/escales/{stop}", 303, 200, 200, 404),
    ("GET", "/coordination/escales/{stop}/modifier", 303, 200, 200, 404),
    ("GET", "/coordination/escales/{stop}/etiquettes", 303, 200, 200, 404),
    ("GET", "/coordination/escales/{stop}/etiquettes/{sheets}", 303, 200, 200, 404),
    ("GET", "/coordination/rendez-vous/{entry}", 303, 200, 200, 404),
    ("GET", "/coordination/organisation", 303, 200, 200, 200),
    ("GET", "/coordination/organisation/campagnes", 303, 200, 200, 200),
    ("GET", "/coordination/organisation/campagnes/{campaign}", 303, 200, 200, 200),
    ("GET", "/coordination/organisation/campagnes/{campaign}/reglages", 303, 200, 200, 200),
    ("GET", "/coordination/organisation/formulaires", 303, 200, 200, 200),
    ("GET", "/coordination/organisation/equipes", 303, 200, 200, 200),
    ("GET", "/coordination/organisation/equipes/{team}", 303, 200, 200, 404),
    ("GET", "/coordination/organisation/membres", 303, 200, 200, 200),
    ("GET", "/coordination/organisation/membres/{leaver}", 303, 200, 200, 404),
    ("GET", "/coordination/organisation/membres/{clinical}", 303, 403, 200, 404),
    ("GET", "/coordination/organisation/invitations", 303, 200, 200, 200),
    ("GET", "/coordination/organisation/reglages", 303, 200, 200, 200),
    ("POST", "/coordination/escales/nouvelle", 401, 422, 422, 422),
    ("POST", "/coordination/escales/import", 401, 422, 422, 422),
    ("POST", "/coordination/escales/import/confirmer", 401, 422, 422, 422),
    ("POST", "/coordination/escales/{stop}/modifier", 401, 422, 422, 404),
    ("POST", "/coordination/escales/{stop}/copier", 401, 422, 422, 404),
    ("POST", "/coordination/escales/{stop}/rendez-vous", 401, 422, 422, 404),
    ("POST", "/coordination/escales/{stop}/etiquettes", 401, 422, 422, 404),
    ("POST", "/coordination/rendez-vous/{entry}", 401, 422, 422, 404),
    ("POST", "/coordination/rendez-vous/{entry}/annuler", 401, 303, 303, 404),
    ("POST", "/coordination/rendez-vous/{entry}/retablir", 401, 303, 303, 404),
    ("POST", "/coordination/escales/{stop}/annuler", 401, 422, 422, 404),
    ("POST", "/coordination/escales/{stop}/retablir", 401, 303, 303, 404),
    ("POST", "/coordination/organisation/campagnes", 401, 422, 422, 422),
    ("POST", "/coordination/organisation/campagnes/{campaign}", 401, 422, 422, 422),
    ("POST", "/coordination/organisation/campagnes/{campaign}/reglages", 401, 303, 303, 303),
    ("POST", "/coordination/organisation/equipes", 401, 422, 422, 422),
    ("POST", "/coordination/organisation/equipes/{team}", 401, 422, 422, 404),
    ("POST", "/coordination/organisation/equipes/{team}/membres", 401, 404, 404, 404),
    ("POST", "/coordination/organisation/membres", 401, 422, 422, 422),
    ("POST", "/coordination/organisation/membres/{leaver}", 401, 422, 422, 404),
    ("POST", "/coordination/organisation/membres/{colleague}/acces", 401, 200, 200, 404),
    ("POST", "/coordination/organisation/membres/{colleague}/desactiver", 401, 303, 303, 404),
    ("POST", "/coordination/organisation/membres/{colleague}/reactiver", 401, 303, 303, 404),
    ("POST", "/coordination/organisation/equipes/{team}/membres/{leaver}/retirer", 401, 303, 303, 404),
    ("POST", "/coordination/organisation/reglages", 401, 422, 422, 422),
    ("POST", "/coordination/organisation/invitations", 401, 403, 422, 422),
    ("POST", "/coordination/organisation/invitations/{invitation}/retirer", 401, 303, 303, 404),
    ("GET", "/coordination/satisfaction", 303, 200, 200, 200),
    ("GET", "/coordination/satisfaction/csv", 303, 200, 200, 200),
    ("GET", "/coordination/satisfaction/affiches", 303, 200, 200, 200),
    ("POST", "/coordination/satisfaction/affiches", 401, 422, 422, 422),
    ("GET", "/coordination/satisfaction/affiches/{poster}", 303, 200, 200, 200),
    ("POST", "/coordination/satisfaction/affiches/{poster}/fin", 401, 303, 303, 303),
    ("GET", "/coordination/satisfaction/saisie", 303, 200, 200, 200),
    ("POST", "/coordination/satisfaction/saisie", 401, 422, 422, 422),
    ("GET", "/coordination/satisfaction/papier", 303, 200, 200, 200),
    ("POST", "/coordination/deconnexion", 401, 303, 303, 303),
]
FORMS = [path for method, path, *_ in TABLE if method == "POST" and "langue" not in path]


def pages() -> Iterator[tuple[str, str]]:
    for handler in web_router.PAGES:
        for method in handler.http_methods - {"HEAD", "OPTIONS"}:
            for path in handler.paths:
                yield str(method), path


def test_the_table_names_every_page() -> None:
    listed = {
        (method, re.sub("{.*?}", "{}", path.removeprefix("/coordination"))) for method, path, *_ in TABLE
    }
    declared = {
        (method, re.sub("{.*?}", "{}", path.replace("{chosen:str}", "fr"))) for method, path in pages()
    }
    assert declared - {("POST", "/connexion"), ("GET", "/{}")} == listed - {("GET", "/nowhere")}


def test_every_page_but_the_entrance_is_guarded() -> None:
    public = {web_login.login_page, web_login.sign_in, web_login.choose_language, web_router.unknown_page}
    for handler in set(web_router.PAGES) - public:
        named = set(handler.guards or ())
        assert named & {guards.signed_in, guards.coordinator, guards.clinical_coordinator}, handler
        if "POST" in handler.http_methods:
            assert guards.own_form in named, handler


def person_of(store: Store, day: Day) -> str:
    with store.session() as session:
        key = day.nurse.payload["visit"], day.seeded.team
        return session.get_one(VisitIdentity, key).person_key


@pytest.fixture
def things(day: Day, store: Store) -> Iterator[dict[str, str]]:
    """What the addresses of the table name: each thing is decided on once."""
    tablet = make_device(store, day.seeded)
    with store.session() as session:
        poster = posters.create(session, day.seeded.campaign, "Le bus", day.seeded.clinical, NOON).id
    found = {
        "poster": poster,
        "record": day.nurse.digest,
        "person": person_of(store, day),
        "photo": new_uuid(),
        "item": clock_finding(store, day.seeded.database),
        "task": task_handle(day.nurse),
        "letter": issued_letter(store, day.services.forms, day.nurse),
        "report": frozen_report(store, day.seeded),
        "kind": "csv",
        "indicator": typed_indicator(store),
        "professional": day.seeded.nurse,
        "month": "2026-11",
        "device": day.device.id,
        "slot": make_slot(store, tablet, day.seeded.doctor).id,
        "waiting": waiting_tablet(store, day.seeded),
        "unwanted": waiting_tablet(store, day.seeded),
        "asked": make_slot(store, tablet, day.seeded.nurse, EnrolmentState.PENDING).id,
        "unasked": make_slot(store, tablet, day.seeded.nurse, EnrolmentState.PENDING).id,
        **plan(store, day.seeded).addressed,
        "stop": day.seeded.stop,
        "campaign": day.seeded.campaign,
        "team": day.seeded.team,
        "clinical": day.seeded.clinical,
    }
    with published_too(patients()):
        yield found


async def answers(browser: Browser, things: dict[str, str]) -> dict[str, int]:
    found = {}
    for method, path, *_ in TABLE:
        await browser.open("/coordination/tablettes")
        found[f"{method} {path}"] = await browser.status(method, path.format(**things))
    return found


def expected(column: int) -> dict[str, int]:
    return {f"{row[0]} {row[1]}": int(row[2 + column]) for row in TABLE}


async def test_nobody(visitor: Browser, things: dict[str, str]) -> None:
    assert await answers(visitor, things) == expected(0)


async def test_an_administrative_coordinator(administrative: Browser, things: dict[str, str]) -> None:
    assert await answers(administrative, things) == expected(1)


async def test_a_clinical_coordinator(clinical: Browser, things: dict[str, str]) -> None:
    assert await answers(clinical, things) == expected(2)


async def test_a_coordinator_of_another_team(visitor: Browser, day: Day, things: dict[str, str]) -> None:
    await visitor.sign_in(f"clinical_coordinator-{day.other.team}")
    assert await answers(visitor, things) == expected(3)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_without_its_sessions_token_is_refused(
    clinical: Browser, application: Litestar, day: Day, things: dict[str, str], path: str
) -> None:
    path = path.format(**things)
    async with Browser.of(application) as neighbour:
        await neighbour.sign_in(f"administrative_coordinator-{day.seeded.team}")
        await neighbour.open("/coordination/tablettes")
        for token in ("", neighbour.token):
            assert (await clinical.send(path, form_token=token)).status_code == 403
    await clinical.open("/coordination/tablettes")
    cross_site = {"sec-fetch-site": "cross-site"}
    assert (await clinical.send(path, cross_site)).status_code == 403


async def test_a_form_that_is_too_large_is_refused(clinical: Browser, day: Day) -> None:
    await clinical.open("/coordination/")
    path = f"/coordination/fiches/{day.nurse.digest}/decision"
    answer = await clinical.send(path, verdict="to_correct", message="x" * 20_000)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_page_is_kept_by_no_cache_and_loads_nothing_from_elsewhere(
    clinical: Browser, day: Day
) -> None:
    answer = await clinical.open("/coordination/")
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "<style" not in answer.text
    assert "style=" not in answer.text
    assert "http://" not in answer.text.replace("http://www.w3.org", "")
