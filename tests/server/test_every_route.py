"""Every route × every role of the whole application, in one table; a route that it lacks is a failure."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import ASGIRoute, HTTPRoute

from server.routes import sync_mount
from server.settings import Settings
from sync.http import routes as replication
from tests.server.place import ROLES, Place
from tests.support.organisation import Seeded
from tests.support.remote_form import patients, published_too

pytestmark = pytest.mark.anyio

ANYONE = (200, 200, 200, 200, 200, 200)
REDIRECTED = (303, 303, 303, 303, 303, 303)
TOKEN = (401, 200, 200, 403, 401, 401)
TEAM = (401, 200, 403, 403, 401, 401)
TEAM_WRITES = (401, 201, 403, 403, 401, 401)
NO_DEVICE = (401, 403, 403, 403, 401, 401)
NO_SESSION = (401, 405, 405, 403, 401, 401)  # nobody has a password here
PAGE = (303, 303, 303, 303, 200, 200)
FORM = (401, 401, 401, 401, 303, 303)
CLINICAL_FORM = (401, 401, 401, 401, 403, 303)
SHOWN_ONCE = (401, 401, 401, 401, 200, 200)
NO_FILE = (401, 401, 401, 401, 422, 422)
NOT_THEIRS = (303, 303, 303, 303, 404, 404)
NOT_THEIR_FORM = (401, 401, 401, 401, 404, 404)
CLINICAL_PAGE = (303, 303, 303, 303, 403, 200)

TABLE: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    # Method, address, status for each of ROLES; `Place.addressed` gives what stands for a name in braces.
    # Where the body is itself the proof (a card, a signed challenge), it is that of the caller's own tablet,
    # or of the enrolled one for those who have none: such a route knows no other caller.
    # Health, identity, the API's description
    ("GET", "/health/live", ANYONE),
    ("GET", "/health/ready", ANYONE),
    ("GET", "/api/node", ANYONE),
    ("GET", "/api/schema", ANYONE),
    ("GET", "/api/schema/openapi.json", ANYONE),
    ("GET", "/api/schema/{nothing}", (404, 404, 404, 404, 404, 404)),
    # Enrolment and tokens
    ("POST", "/api/enrolments/redeem", (201, 201, 201, 201, 201, 201)),
    ("POST", "/api/enrolments/status", (200, 200, 200, 403, 200, 200)),
    ("POST", "/api/device/nonce", ANYONE),
    ("POST", "/api/device/token", (200, 200, 200, 403, 200, 200)),
    ("GET", "/api/device", TOKEN),
    ("POST", "/api/slots", (401, 201, 201, 403, 401, 401)),
    ("GET", "/api/slots/{slot}", (401, 200, 404, 403, 401, 401)),
    # A remote doctor's link
    ("POST", "/api/remote-links", (401, 201, 404, 403, 401, 401)),
    ("GET", "/api/remote-links/{link}", (401, 200, 404, 403, 401, 401)),
    ("GET", "/avis/{secret}", ANYONE),
    ("GET", "/avis/{secret}/photos/{photo}", (404, 404, 404, 404, 404, 404)),
    ("POST", "/avis/{secret}/code", REDIRECTED),
    ("POST", "/avis/{secret}", (403, 403, 403, 403, 403, 403)),
    # Satisfaction of patients
    ("POST", "/api/satisfaction", TOKEN),
    ("GET", "/satisfaction/{poster}", ANYONE),
    ("POST", "/satisfaction/{poster}", REDIRECTED),
    ("GET", "/satisfaction/{poster}/merci", ANYONE),
    ("GET", "/coordination/satisfaction", PAGE),
    ("GET", "/coordination/satisfaction/csv", PAGE),
    ("GET", "/coordination/satisfaction/affiches", PAGE),
    ("POST", "/coordination/satisfaction/affiches", FORM),
    ("GET", "/coordination/satisfaction/affiches/{poster_id}", PAGE),
    ("POST", "/coordination/satisfaction/affiches/{poster_id}/fin", FORM),
    ("GET", "/coordination/satisfaction/saisie", PAGE),
    ("POST", "/coordination/satisfaction/saisie", FORM),
    ("GET", "/coordination/satisfaction/papier", PAGE),
    # Hubs only
    ("POST", "/api/hub/certificate", (401, 403, 403, 403, 401, 401)),
    # Replication: the node
    ("GET", "/sync/", TOKEN),
    ("GET", "/sync/_up", TOKEN),
    ("POST", "/sync/_replicate", (401, 501, 501, 403, 401, 401)),
    ("GET", "/sync/_uuids", TOKEN),
    ("GET", "/sync/_session", TOKEN),
    ("POST", "/sync/_session", NO_SESSION),
    ("DELETE", "/sync/_session", NO_SESSION),
    ("GET", "/sync/_all_dbs", NO_DEVICE),
    ("GET", "/sync/_dbs_info", NO_DEVICE),
    ("POST", "/sync/_dbs_info", NO_DEVICE),
    ("GET", "/sync/_active_tasks", NO_DEVICE),
    ("GET", "/sync/_db_updates", NO_DEVICE),
    # Replication: the team's database
    ("GET", "/sync/{database}", TEAM),
    ("POST", "/sync/{database}", NO_DEVICE),
    ("PUT", "/sync/{database}", NO_DEVICE),
    ("DELETE", "/sync/{database}", NO_DEVICE),
    ("GET", "/sync/{database}/_all_docs", NO_DEVICE),
    ("POST", "/sync/{database}/_all_docs", NO_DEVICE),
    ("POST", "/sync/{database}/_bulk_docs", TEAM_WRITES),
    ("POST", "/sync/{database}/_bulk_get", TEAM),
    ("GET", "/sync/{database}/_changes", TEAM),
    ("POST", "/sync/{database}/_changes", TEAM),
    ("POST", "/sync/{database}/_ensure_full_commit", NO_DEVICE),
    ("POST", "/sync/{database}/_missing_revs", NO_DEVICE),
    ("POST", "/sync/{database}/_revs_diff", TEAM),
    ("GET", "/sync/{database}/_security", NO_DEVICE),
    ("PUT", "/sync/{database}/_security", NO_DEVICE),
    # What replication does not need
    ("POST", "/sync/{database}/_all_docs/queries", NO_DEVICE),
    ("POST", "/sync/{database}/_compact", NO_DEVICE),
    ("POST", "/sync/{database}/_compact/{nothing}", NO_DEVICE),
    ("GET", "/sync/{database}/_design_docs", NO_DEVICE),
    ("POST", "/sync/{database}/_design_docs", NO_DEVICE),
    ("POST", "/sync/{database}/_design_docs/queries", NO_DEVICE),
    ("POST", "/sync/{database}/_explain", NO_DEVICE),
    ("POST", "/sync/{database}/_find", NO_DEVICE),
    ("GET", "/sync/{database}/_index", NO_DEVICE),
    ("POST", "/sync/{database}/_index", NO_DEVICE),
    ("POST", "/sync/{database}/_index/_bulk_delete", NO_DEVICE),
    ("DELETE", "/sync/{database}/_index/{nothing}", NO_DEVICE),
    ("GET", "/sync/{database}/_local_docs", NO_DEVICE),
    ("POST", "/sync/{database}/_local_docs", NO_DEVICE),
    ("POST", "/sync/{database}/_local_docs/queries", NO_DEVICE),
    ("POST", "/sync/{database}/_purge", NO_DEVICE),
    ("GET", "/sync/{database}/_purged_infos", NO_DEVICE),
    ("GET", "/sync/{database}/_purged_infos_limit", NO_DEVICE),
    ("PUT", "/sync/{database}/_purged_infos_limit", NO_DEVICE),
    ("GET", "/sync/{database}/_revs_limit", NO_DEVICE),
    ("PUT", "/sync/{database}/_revs_limit", NO_DEVICE),
    ("POST", "/sync/{database}/_view_cleanup", NO_DEVICE),
    # Replication: its documents
    ("GET", "/sync/{database}/{envelope}", NO_DEVICE),
    ("PUT", "/sync/{database}/{new_envelope}?new_edits=false", NO_DEVICE),
    ("DELETE", "/sync/{database}/{envelope}?rev={revision}", NO_DEVICE),
    ("POST", "/sync/{database}/{envelope}", NO_DEVICE),
    ("COPY", "/sync/{database}/{envelope}", NO_DEVICE),
    ("GET", "/sync/{database}/_local/{checkpoint}", NO_DEVICE),
    ("PUT", "/sync/{database}/_local/{checkpoint}", NO_DEVICE),
    ("DELETE", "/sync/{database}/_local/{checkpoint}?rev=0-1", NO_DEVICE),
    ("GET", "/sync/{database}/{envelope}/{attachment}", NO_DEVICE),
    ("PUT", "/sync/{database}/{envelope}/{attachment}", NO_DEVICE),
    ("DELETE", "/sync/{database}/{envelope}/{attachment}", NO_DEVICE),
    # The tablet's files
    ("GET", "/", (302, 302, 302, 302, 302, 302)),
    ("GET", "/tablette", (302, 302, 302, 302, 302, 302)),
    ("GET", "/tablette/{file}", ANYONE),
    # The coordinators' pages
    ("GET", "/coordination/statique/{static}", ANYONE),
    ("HEAD", "/coordination/statique/{static}", ANYONE),
    ("GET", "/coordination/{nothing}", (404, 404, 404, 404, 404, 404)),
    ("GET", "/coordination/connexion", (200, 200, 200, 200, 303, 303)),
    ("POST", "/coordination/connexion", REDIRECTED),
    ("POST", "/coordination/langue/{language}", REDIRECTED),
    ("GET", "/coordination", PAGE),
    ("GET", "/coordination/mot-de-passe", PAGE),
    ("GET", "/coordination/anomalies", PAGE),
    ("GET", "/coordination/tablettes", PAGE),
    ("GET", "/coordination/activite", PAGE),
    ("GET", "/coordination/activite/passages", PAGE),
    ("GET", "/coordination/rapports", PAGE),
    ("POST", "/coordination/rapports", FORM),
    ("GET", "/coordination/rapports/{report}", PAGE),
    ("GET", "/coordination/rapports/{report}/{kind}", PAGE),
    ("GET", "/coordination/indicateurs", PAGE),
    ("POST", "/coordination/indicateurs", FORM),
    ("POST", "/coordination/indicateurs/reprendre", FORM),
    ("GET", "/coordination/indicateurs/{indicator}", PAGE),
    ("POST", "/coordination/indicateurs/{indicator}", FORM),
    ("GET", "/coordination/releves", PAGE),
    ("GET", "/coordination/releves/{professional}/{month}/{kind}", PAGE),
    ("GET", "/coordination/tablettes/{device}/revocation", PAGE),
    ("GET", "/coordination/fiches/{record}", PAGE),
    ("GET", "/coordination/fiches/{record}/acces", PAGE),
    ("GET", "/coordination/fiches/{record}/photos/{photo}", (303, 303, 303, 303, 403, 200)),
    ("POST", "/coordination/fiches/{record}/motif", (401, 401, 401, 401, 403, 303)),
    # No label is named: what is missing is said.
    ("GET", "/coordination/fiches/{record}/etiquette", CLINICAL_PAGE),
    ("POST", "/coordination/fiches/{record}/etiquette", (401, 401, 401, 401, 403, 422)),
    ("GET", "/coordination/clotures/{stop}", PAGE),
    ("POST", "/coordination/fiches/{record}/decision", (401, 401, 401, 401, 403, 303)),
    # What waits, follow-ups, letters
    ("GET", "/coordination/personnes/doublons", (303, 303, 303, 303, 403, 200)),
    ("GET", "/coordination/personnes/{person}", (303, 303, 303, 303, 403, 200)),
    # The person is also known to a team that is not theirs: somebody else decides.
    ("POST", "/coordination/personnes/doublons/{person}/{person}", (401, 401, 401, 401, 403, 404)),
    ("POST", "/coordination/personnes/{person}/acte", (401, 401, 401, 401, 403, 404)),
    ("GET", "/coordination/file", PAGE),
    ("GET", "/coordination/file/{item}", PAGE),
    ("POST", "/coordination/file/{item}", FORM),
    ("GET", "/coordination/suivis", PAGE),
    ("GET", "/coordination/suivis/{task}", PAGE),
    ("POST", "/coordination/suivis/{task}", FORM),
    ("GET", "/coordination/medecin-traitant", PAGE),
    ("GET", "/coordination/fiches/{record}/courrier", CLINICAL_PAGE),
    ("POST", "/coordination/fiches/{record}/courrier", (401, 401, 401, 401, 403, 200)),
    ("GET", "/coordination/courriers", CLINICAL_PAGE),
    ("GET", "/coordination/courriers/{letter}", CLINICAL_PAGE),
    ("GET", "/coordination/courriers/{letter}/pdf", CLINICAL_PAGE),
    ("POST", "/coordination/courriers/{letter}/envois", (401, 401, 401, 401, 403, 303)),
    ("POST", "/coordination/tablettes/cartes", (401, 401, 401, 401, 200, 200)),
    ("POST", "/coordination/tablettes/{waiting}/confirmer", CLINICAL_FORM),
    ("POST", "/coordination/tablettes/{unwanted}/refuser", FORM),
    ("POST", "/coordination/tablettes/{lost}/revocation", FORM),
    ("POST", "/coordination/acces/{asked}/confirmer", CLINICAL_FORM),
    ("POST", "/coordination/acces/{unasked}/refuser", FORM),
    ("POST", "/coordination/acces/{taken}/revocation", FORM),
    # Stops, appointments, the organisation
    ("GET", "/coordination/escales", PAGE),
    ("GET", "/coordination/escales/nouvelle", PAGE),
    ("GET", "/coordination/escales/import", PAGE),
    ("GET", "/coordination/escales/{stop}", PAGE),
    ("GET", "/coordination/escales/{stop}/modifier", PAGE),
    ("GET", "/coordination/escales/{stop}/etiquettes", PAGE),
    ("GET", "/coordination/escales/{stop}/etiquettes/{sheets}", PAGE),
    ("GET", "/coordination/rendez-vous/{entry}", PAGE),
    ("GET", "/coordination/organisation", PAGE),
    ("GET", "/coordination/organisation/campagnes", PAGE),
    ("GET", "/coordination/organisation/campagnes/{campaign}", PAGE),
    ("GET", "/coordination/organisation/campagnes/{campaign}/reglages", PAGE),
    ("GET", "/coordination/organisation/formulaires", PAGE),
    ("GET", "/coordination/organisation/equipes", PAGE),
    ("GET", "/coordination/organisation/equipes/{team}", PAGE),
    ("GET", "/coordination/organisation/membres", PAGE),
    ("GET", "/coordination/organisation/membres/{leaver}", PAGE),
    ("GET", "/coordination/organisation/invitations", PAGE),
    ("GET", "/coordination/organisation/reglages", PAGE),
    ("POST", "/coordination/escales/nouvelle", FORM),
    ("POST", "/coordination/escales/import", NO_FILE),
    ("POST", "/coordination/escales/import/confirmer", NO_FILE),
    ("POST", "/coordination/escales/{stop}/modifier", FORM),
    ("POST", "/coordination/escales/{stop}/copier", FORM),
    ("POST", "/coordination/escales/{stop}/rendez-vous", FORM),
    ("POST", "/coordination/escales/{stop}/etiquettes", FORM),
    ("POST", "/coordination/rendez-vous/{entry}", FORM),
    ("POST", "/coordination/rendez-vous/{entry}/annuler", FORM),
    ("POST", "/coordination/rendez-vous/{entry}/retablir", FORM),
    ("POST", "/coordination/escales/{stop}/annuler", (401, 401, 401, 401, 422, 422)),
    ("POST", "/coordination/escales/{stop}/retablir", FORM),
    ("POST", "/coordination/organisation/campagnes", FORM),
    ("POST", "/coordination/organisation/campagnes/{campaign}", FORM),
    ("POST", "/coordination/organisation/campagnes/{campaign}/reglages", FORM),
    ("POST", "/coordination/organisation/equipes", FORM),
    ("POST", "/coordination/organisation/equipes/{team}", FORM),
    ("POST", "/coordination/organisation/equipes/{team}/membres", FORM),
    ("POST", "/coordination/organisation/membres", FORM),
    ("POST", "/coordination/organisation/membres/{leaver}", FORM),
    ("POST", "/coordination/organisation/membres/{colleague}/acces", SHOWN_ONCE),
    ("POST", "/coordination/organisation/membres/{colleague}/desactiver", FORM),
    ("POST", "/coordination/organisation/membres/{colleague}/reactiver", FORM),
    ("POST", "/coordination/organisation/equipes/{team}/membres/{leaver}/retirer", FORM),
    ("POST", "/coordination/organisation/reglages", FORM),
    ("POST", "/coordination/organisation/invitations", (401, 401, 401, 401, 403, 200)),
    ("POST", "/coordination/organisation/invitations/{invitation}/retirer", FORM),
    ("POST", "/coordination/mot-de-passe", FORM),
    ("POST", "/coordination/deconnexion", FORM),
)

ELSEWHERE: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    # The same, for addresses that no route names, or that reach further than the route's own row shows.
    ("GET", "/sync/central", NO_DEVICE),
    ("GET", "/sync/{other_database}/_changes", (401, 403, 200, 403, 401, 401)),
    ("PUT", "/sync/{database}/_design/{design}", NO_DEVICE),
    ("GET", "/sync/{nothing}", (401, 404, 404, 403, 401, 401)),
    ("GET", "/coordination/fiches/{other_record}", (303, 303, 303, 303, 404, 404)),
    ("GET", "/coordination/fiches/{other_record}/acces", (303, 303, 303, 303, 404, 404)),
    ("GET", "/coordination/fiches/{other_record}/photos/{photo}", (303, 303, 303, 303, 403, 404)),
    ("POST", "/coordination/fiches/{other_record}/motif", (401, 401, 401, 401, 403, 404)),
    ("GET", "/coordination/clotures/{other_stop}", (303, 303, 303, 303, 404, 404)),
    ("POST", "/coordination/fiches/{other_record}/decision", (401, 401, 401, 401, 403, 404)),
    ("GET", "/coordination/tablettes/{other_device}/revocation", (303, 303, 303, 303, 404, 404)),
    ("POST", "/coordination/tablettes/{other_device}/revocation", (401, 401, 401, 401, 404, 404)),
    ("GET", "/coordination/file/{other_item}", (303, 303, 303, 303, 404, 404)),
    ("GET", "/coordination/suivis/{other_task}", (303, 303, 303, 303, 404, 404)),
    ("GET", "/coordination/fiches/{other_record}/etiquette", (303, 303, 303, 303, 403, 404)),
    ("POST", "/coordination/fiches/{other_record}/etiquette", (401, 401, 401, 401, 403, 404)),
    ("GET", "/coordination/fiches/{other_record}/courrier", (303, 303, 303, 303, 403, 404)),
    ("GET", "/coordination/courriers/{other_letter}", (303, 303, 303, 303, 403, 404)),
    ("GET", "/coordination/rapports/{other_report}", (303, 303, 303, 303, 404, 404)),
    ("GET", "/coordination/rapports/{other_report}/csv", (303, 303, 303, 303, 404, 404)),
    ("GET", "/coordination/releves/{other_professional}/{month}/csv", (303, 303, 303, 303, 404, 404)),
    ("GET", "/coordination/courriers/{other_letter}/pdf", (303, 303, 303, 303, 403, 404)),
    ("POST", "/coordination/suivis/{other_task}", (401, 401, 401, 401, 404, 404)),
    ("POST", "/coordination/courriers/{other_letter}/envois", (401, 401, 401, 401, 403, 404)),
    ("GET", "/coordination/escales/{other_stop}", NOT_THEIRS),
    ("GET", "/coordination/escales/{other_stop}/etiquettes", NOT_THEIRS),
    ("GET", "/coordination/escales/{other_stop}/etiquettes/{sheets}", NOT_THEIRS),
    ("POST", "/coordination/escales/{other_stop}/etiquettes", NOT_THEIR_FORM),
    ("GET", "/coordination/rendez-vous/{other_entry}", NOT_THEIRS),
    ("GET", "/coordination/organisation/equipes/{other_team}", NOT_THEIRS),
    ("GET", "/coordination/organisation/membres/{other_leaver}", NOT_THEIRS),
    ("POST", "/coordination/escales/{other_stop}/annuler", NOT_THEIR_FORM),
    ("POST", "/coordination/rendez-vous/{other_entry}/annuler", NOT_THEIR_FORM),
    ("POST", "/coordination/organisation/equipes/{other_team}/membres", NOT_THEIR_FORM),
    ("POST", "/coordination/organisation/membres/{other_colleague}/acces", NOT_THEIR_FORM),
    ("POST", "/coordination/organisation/invitations/{other_invitation}/retirer", NOT_THEIR_FORM),
    ("DELETE", "/api/node", (405, 405, 405, 405, 405, 405)),
    ("GET", "/api/{nothing}", (404, 404, 404, 404, 404, 404)),
)

ROWS = (*TABLE, *ELSEWHERE)

REPLICATION_TABLES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "NODE": ("/{}", replication.NODE),
    "DATABASE": ("/{}", {"{}": replication.DATABASE}),
    "DATABASE_ENDPOINTS": ("/{{}}/{}", replication.DATABASE_ENDPOINTS),
    "DOCUMENT": ("/{{}}/{}", {"{}": replication.DOCUMENT}),
    "LOCAL_DOCUMENT": ("/{{}}/_local/{}", {"{}": replication.LOCAL_DOCUMENT}),
    "ATTACHMENT": ("/{{}}/{{}}/{}", {"{}": replication.ATTACHMENT}),
    "BELOW": ("/{{}}/{}/{{}}", replication.BELOW),
}
"""The routing tables of replication, by their name there: the addresses of their entries."""

Declared = tuple[str, str]
"""A method, and an address with ``{}`` for each parameter."""


def declared_by_the_application(app: Litestar) -> Iterator[Declared]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method in set(route.methods) - {"OPTIONS"}:  # answered by the framework, alike everywhere
                yield str(method), without_names(route.path_format)
        elif isinstance(route, ASGIRoute) and route.path == sync_mount.PREFIX:
            yield from declared_by_replication()
        else:
            raise AssertionError(f"nobody told this table what lies under {route.path}")


def declared_by_replication() -> Iterator[Declared]:
    for pattern, entries in REPLICATION_TABLES.values():
        for name, methods in entries.items():
            for method in methods:
                yield method, sync_mount.PREFIX + pattern.format(name)


def without_names(address: str) -> str:
    return re.sub(r"\{.*?\}", "{}", address.partition("?")[0])


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who may call does not depend on the database."""
    return sqlite_url


async def test_the_table_names_every_route_and_no_other(app: Litestar) -> None:
    declared = sorted(declared_by_the_application(app))
    assert sorted((method, without_names(address)) for method, address, _ in TABLE) == declared


def test_the_table_knows_every_routing_table_of_replication() -> None:
    tables = {
        name for name, value in vars(replication).items() if name.isupper() and isinstance(value, Mapping)
    }
    # No document has a special id that is unknown: those rows are the documents' own.
    assert tables - {"UNKNOWN_SPECIAL"} == REPLICATION_TABLES.keys()


def test_the_statuses_of_a_row_are_one_for_each_role() -> None:
    assert {len(statuses) for *_, statuses in ROWS} == {len(ROLES)}


@pytest.fixture
async def place(
    client: httpx.AsyncClient, app: Litestar, seeded: Seeded, settings: Settings
) -> AsyncIterator[Place]:
    """The application furnished anew: what a role confirms, revokes or signs is theirs alone."""
    settings.pwa.mkdir()
    (settings.pwa / "index.html").write_text("<!doctype html><title>Escale</title>")
    with published_too(patients()):
        yield await Place.furnish(client, app.state.services, seeded)


def expected(role: str) -> dict[str, int]:
    column = ROLES.index(role)
    return {f"{method} {address}": statuses[column] for method, address, statuses in ROWS}


@pytest.mark.parametrize("role", ROLES)
async def test_every_route_answers_each_role_as_the_table_says(place: Place, role: str) -> None:
    found = {f"{method} {address}": await place.status(role, method, address) for method, address, _ in ROWS}
    assert found == expected(role)


@pytest.mark.parametrize("role", ["anonymous", "enrolled device"])
async def test_replication_answers_head_as_it_answers_get(place: Place, role: str) -> None:
    start = f"GET {sync_mount.PREFIX}"
    as_get = {row: status for row, status in expected(role).items() if row.startswith(start)}
    assert {row: await place.status(role, "HEAD", row.removeprefix("GET ")) for row in as_get} == as_get
