"""The activity page, what is behind its figures, and who may see whose they are."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from sqlmodel import col, select

from server.report.indicator import SETS, Counted, indicators, type_value
from server.store.control import AccessLog, TeamMember
from server.store.database import Store
from server.store.planning import CampaignForm
from server.store.read import Record, Visit
from server.store.reports import IndicatorValue
from tests.server.report.figures import add_visit
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day
from tests.support.organisation import DAY, NOON
from tests.support.reports import typed_indicator

pytestmark = pytest.mark.anyio
PAGE = "/coordination/activite?du=2026-11-23&au=2026-11-23"
BEHIND = "/coordination/activite/passages"
LINK = re.compile(r'<a class="figure-link" href="([^"]*)"')
CROSS = re.compile(r'<section [^>]*aria-labelledby="cross".*?</section>', re.DOTALL)
NAME = "GARCIA-HAMMADI"
EVERY = '{"all":[]}'
EDIT = re.compile(r'href="(/coordination/indicateurs/[^"?]*)[^>]*>Modifier<span[^>]*> – Satisfaction')


def behind(predicate: str) -> str:
    return f"{BEHIND}?{urlencode({'du': '2026-11-23', 'au': '2026-11-23', 'predicat': predicate})}"


def opened(store: Store) -> list[AccessLog]:
    with store.session() as session:
        return list(
            session.exec(
                select(AccessLog).where(AccessLog.action == "open-figure").order_by(col(AccessLog.sequence))
            )
        )


async def test_the_page_tells_the_day(clinical: Browser, day: Day) -> None:
    page = text_of(await clinical.open(PAGE))
    assert "Du 23/11/2026 au 23/11/2026" in page
    assert "Passages 3" in page
    assert "Passages sans identité suffisante 1 3" in page
    assert "Sans réponse 1" in page


async def test_both_roles_see_the_same_numbers_where_stops_are_attended(
    clinical: Browser, administrative: Browser, day: Day, store: Store
) -> None:
    for _ in range(2):
        add_visit(store, day.seeded)
    seen = []
    for browser in (clinical, administrative):
        answer = await browser.open("/coordination/activite?du=2026-01-01&au=2026-12-31")
        seen.append(CROSS.sub("", answer.text.partition('class="figure-grid"')[2].partition("</main>")[0]))
    assert "Renouvellement" in seen[0]
    assert seen[0] == seen[1]


async def test_every_figure_opens_as_many_visits_as_it_says(clinical: Browser, day: Day) -> None:
    page = await clinical.open(PAGE)
    links = re.findall(r'<a class="figure-link" href="([^"]*)" aria-label="(\d+),', page.text)
    assert len(links) > 20
    for address, count in links:
        answer = await clinical.open(unescape(address))
        assert f"{count} passage" in text_of(answer), address


async def test_names_are_for_clinical_coordinators_and_logged(
    clinical: Browser, administrative: Browser, day: Day, store: Store
) -> None:
    predicate = '{"fact":"booking","in":["telephone"]}'
    assert NAME not in (await administrative.open(behind(predicate))).text
    assert opened(store) == []
    assert NAME in (await clinical.open(behind(predicate))).text
    (line,) = opened(store)
    assert (line.actor_id, line.object_type) == (day.seeded.clinical, "figure")
    assert predicate in line.object_id
    assert NAME not in line.object_id


async def test_a_confidential_visit_counts_and_keeps_its_name(
    clinical: Browser, day: Day, store: Store
) -> None:
    with store.session() as session:
        for visit in session.exec(select(Visit).where(col(Visit.person).is_not(None))):
            visit.restricted = True
        for record in session.exec(select(Record)):
            record.restricted = True
    answer = await clinical.open(behind('{"fact":"booking","in":["telephone"]}'))
    assert NAME not in answer.text
    assert "Confidentiel" in text_of(answer)


@pytest.mark.parametrize(
    "predicate",
    ["", "x", '{"fact":"name","in":["x"]}', '{"fact":"place","in":["MARTIN ADA"]}', "{" * 9000],
)
async def test_what_cannot_be_read_is_said_and_nothing_is_listed(
    clinical: Browser, day: Day, store: Store, predicate: str
) -> None:
    answer = await clinical.open(behind(predicate))
    assert answer.status_code == 422
    assert "n’est pas lisible" in text_of(answer)
    assert opened(store) == []


async def test_another_teams_visits_are_not_behind_ours(visitor: Browser, day: Day) -> None:
    await visitor.sign_in(f"clinical_coordinator-{day.other.team}")
    answer = await visitor.open(f"{behind(EVERY)}&equipe={day.seeded.team}")
    assert "0 passage" in text_of(answer)
    assert "1 passage" in text_of(await visitor.open(behind(EVERY)))


async def test_an_unreadable_period_is_said_and_kept(clinical: Browser, day: Day) -> None:
    answer = await clinical.open("/coordination/activite?du=31/02/2026&au=2026-11-23")
    assert "Date illisible" in text_of(answer)
    assert 'value="31/02/2026"' in answer.text


async def test_charts_have_an_alternative_and_no_inline_style(clinical: Browser, day: Day) -> None:
    page = (await clinical.open(PAGE)).text
    assert page.count('role="img"') == page.count("<svg xmlns") > 3
    assert " style=" not in page
    assert "<script>" not in page


async def test_a_report_is_frozen_shown_verified_and_downloaded(
    clinical: Browser, day: Day, store: Store
) -> None:
    await clinical.open(PAGE)
    answer = await clinical.send(
        "/coordination/rapports", titre="Rapport d’essai", du="2026-11-23", au="2026-11-23"
    )
    assert answer.status_code == 303
    shown = await clinical.open(answer.headers["location"])
    assert "exactement ceux qui ont été figés" in text_of(shown)
    for kind, start in {"pdf": b"%PDF", "xlsx": b"PK", "csv": b"\xef\xbb\xbf"}.items():
        taken = await clinical.open(f"{answer.headers['location']}/{kind}")
        assert taken.content.startswith(start)
        assert "attachment" in taken.headers["content-disposition"]
    assert (await clinical.open(f"{answer.headers['location']}/exe")).status_code == 404
    with store.session() as session:
        logged = session.exec(select(AccessLog).where(AccessLog.action == "freeze-report")).one()
        assert len(logged.object_id.split()[1]) == 64


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"titre": ""}, "Donnez un titre"),
        ({"titre": "x" * 121}, "Donnez un titre"),
        ({"titre": "a", "tiers": "1", "seuil": "1"}, "nombre entier de 2 à 50"),
        ({"titre": "a", "tiers": "1", "seuil": "onze"}, "nombre entier de 2 à 50"),
        ({"titre": "a", "du": "hier"}, "périmètre n’est pas lisible"),
        ({"titre": "a", "equipe": "another"}, "périmètre n’est pas lisible"),
    ],
)
async def test_a_report_that_cannot_be_frozen_says_why_and_keeps_what_was_typed(
    clinical: Browser, day: Day, fields: dict[str, str], fault: str
) -> None:
    await clinical.open(PAGE)
    answer = await clinical.send("/coordination/rapports", **fields)
    assert (answer.status_code, fault in text_of(answer)) == (422, True)
    assert f'value="{fields["titre"]}"' in answer.text


async def test_who_reads_one_team_neither_sees_nor_changes_what_was_typed(
    clinical: Browser, day: Day, store: Store
) -> None:
    identifier = typed_indicator(store)
    with store.session() as session:
        type_value(session, identifier, (DAY, DAY), (777, 999), day.other.clinical, NOON)
    address = f"/coordination/indicateurs/{identifier}"
    page = await clinical.open(f"{address}?du={DAY}&au={DAY}")
    assert "toutes les équipes" in text_of(page)
    assert "777" not in page.text
    typed = {"libelle": "Satisfaction", "du": f"{DAY}", "au": f"{DAY}"}
    refused = await clinical.send(address, **typed, numerateur="1", denominateur="2")
    assert refused.status_code == 422
    assert (await clinical.send(address, **typed)).status_code == 303
    with store.session() as session:
        assert session.get_one(IndicatorValue, (identifier, DAY, DAY)).numerator == 777


async def test_an_indicator_is_adopted_changed_and_typed(clinical: Browser, day: Day, store: Store) -> None:
    with store.session() as session:
        session.add(TeamMember(team_id=day.other.team, member_id=day.seeded.clinical))
    await clinical.open("/coordination/indicateurs")
    assert (await clinical.send("/coordination/indicateurs/reprendre")).status_code == 303
    page = await clinical.open("/coordination/indicateurs?du=2026-11-23&au=2026-11-23")
    assert "Part des rendez-vous honorés" in text_of(page)
    found = re.search(
        r'href="(/coordination/indicateurs/[^"?]*)\?[^"]*">Modifier<span[^>]*> – Satisfaction', page.text
    )
    assert found is not None
    await clinical.open(f"{found[1]}?du=2026-11-23&au=2026-11-23")
    typed = {"libelle": "Satisfaction", "cible": "90 %", "du": "2026-11-23", "au": "2026-11-23"}
    bad = await clinical.send(found[1], **typed, numerateur="beaucoup", denominateur="50")
    assert (bad.status_code, 'value="beaucoup"' in bad.text) == (422, True)
    assert (await clinical.send(found[1], **typed, numerateur="3", denominateur="0")).status_code == 422
    assert (await clinical.send(found[1], **typed, numerateur="45", denominateur="50")).status_code == 303
    page = await clinical.open("/coordination/indicateurs?du=2026-11-23&au=2026-11-23")
    assert "Satisfaction – 90 % 45 50 90,0 % / 50" in text_of(page)


async def test_every_published_indicator_says_how_it_is_counted(
    clinical: Browser, day: Day, store: Store
) -> None:
    with store.session() as session:
        for position, form in enumerate(form for form in SETS.values() if form is not None):
            url = f"https://escale.example/fhir/Questionnaire/{form}"
            session.add(
                CampaignForm(campaign_id=day.seeded.campaign, url=url, version="1.0.0", position=position + 1)
            )
    await clinical.open("/coordination/indicateurs")
    await clinical.send("/coordination/indicateurs/reprendre")
    page = await clinical.open("/coordination/indicateurs?du=2026-11-23&au=2026-11-23")
    assert 'href="/coordination/satisfaction">Voir les résultats de satisfaction' in page.text
    with store.session() as session:
        computed = {each.id: each.definition for each in indicators(session) if each.definition is not None}
    counts = {definition["count"] for definition in computed.values() if "count" in definition}
    assert counts == set(Counted)
    for identifier, definition in computed.items():
        told = await clinical.open(f"/coordination/indicateurs/{identifier}?du=2026-11-23&au=2026-11-23")
        assert told.status_code == 200
        assert "Calculé à partir d" in text_of(told)
        if definition.get("count") == "sum":
            assert "somme de « manœuvres acceptables »" in text_of(told)


@pytest.mark.parametrize(
    ("page", "words"), [("activite", "Retour à l’activité"), ("indicateurs", "Retour aux indicateurs")]
)
async def test_what_is_behind_a_figure_leads_back_to_its_table(
    clinical: Browser, day: Day, page: str, words: str
) -> None:
    await clinical.open("/coordination/indicateurs")
    await clinical.send("/coordination/indicateurs/reprendre")
    address = f"/coordination/{page}?du=2026-11-23&au=2026-11-23"
    left = (await clinical.open(address)).text
    behind_first = unescape(LINK.findall(left)[0])
    shown = await clinical.open(behind_first)
    (back,) = re.findall(rf'<a class="button" href="([^"]*)">{words}</a>', shown.text)
    path, _, table = unescape(back).partition("#")
    assert path == address
    assert f'<h2 id="{table}">' in left


@pytest.mark.parametrize(
    "typed", ["https://ailleurs.example/x", 'indicateurs."><script>', "//ailleurs", "indicateurs.a/../b"]
)
async def test_a_way_back_leads_nowhere_else(clinical: Browser, day: Day, typed: str) -> None:
    shown = await clinical.open(f"{behind(EVERY)}&{urlencode({'retour': typed})}")
    (back,) = re.findall(r'<a class="button" href="([^"]*)">Retour', shown.text)
    assert re.fullmatch(r"/coordination/(activite|indicateurs)\?du=2026-11-23&au=2026-11-23", unescape(back))


async def test_the_next_page_of_what_is_behind_a_figure_leads_back_too(
    clinical: Browser, day: Day, store: Store
) -> None:
    for _ in range(60):
        add_visit(store, day.seeded)
    shown = await clinical.open(f"{behind(EVERY)}&retour=indicateurs.icope")
    (following,) = re.findall(r'rel="next" href="([^"]*)"', shown.text)
    assert "retour=indicateurs.icope" in following


async def test_indicators_stand_by_instrument_with_links_to_each(clinical: Browser, day: Day) -> None:
    await clinical.open("/coordination/indicateurs")
    await clinical.send("/coordination/indicateurs/reprendre")
    await clinical.send("/coordination/indicateurs")
    page = (await clinical.open("/coordination/indicateurs")).text
    headings = re.findall(r'<h2 id="([a-z]+)">([^<]*)</h2>', page)
    assert headings == [("medicobus", "Escales et passages"), ("other", "Autres indicateurs")]
    for key, title in headings:
        assert f'<a class="button quiet" href="#{key}">{title}</a>' in page


async def test_a_statement_holds_one_professionals_lines(clinical: Browser, day: Day) -> None:
    page = await clinical.open(f"/coordination/releves?professionnel={day.seeded.nurse}&mois=2026-11")
    assert "Relevé de Noé Essai, 11/2026" in text_of(page)
    assert "fiche complète 1 1" in text_of(page)
    for kind in ("pdf", "csv"):
        taken = await clinical.open(f"/coordination/releves/{day.seeded.nurse}/2026-11/{kind}")
        assert taken.status_code == 200
        assert "Essai" not in taken.headers["content-disposition"]
    assert "Mois illisible" in text_of(await clinical.open("/coordination/releves?mois=2026-13"))
    assert (await clinical.open(f"/coordination/releves/{day.other.nurse}/2026-11/csv")).status_code == 404


@pytest.mark.parametrize("page", ["indicateurs", "rapports", "releves", "activite/passages"])
async def test_the_navigation_says_that_a_sub_page_is_of_activity(
    clinical: Browser, day: Day, page: str
) -> None:
    shown = (await clinical.open(f"/coordination/{page}")).text
    assert '<a href="/coordination/activite" aria-current="true">Activité</a>' in shown
    assert shown.partition("</nav>")[0].count("aria-current") == 1
