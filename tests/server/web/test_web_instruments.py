"""Campaigns of several forms with their settings, the month's theme, labels, the page of published forms."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import col, select

from forms.definition import Form
from forms.registry import Registry
from server.central.documents import CentralDocument, DocumentType
from server.planning import labels
from server.store.control import AccessLog, Campaign, Stop
from server.store.database import Store
from server.store.planning import CampaignForm, CampaignSetting
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day
from tests.support.organisation import FORM
from tests.support.published import registry_put_back
from tests.support.settings_form import ACT, SETTINGS_FORM, later, settings_form

pytestmark = pytest.mark.anyio
CAMPAIGNS = "/coordination/organisation/campagnes"
FIELDS = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "summary_months": "12"}
URL = SETTINGS_FORM[0]
NAME = URL.rpartition("/")[2]


@pytest.fixture(autouse=True)
def registry() -> Iterator[Registry]:
    """Beside the packaged forms: one with a setting of each kind, and one that follows an act."""
    with registry_put_back() as process:
        for form in (settings_form(), settings_form(ACT, use="act")):
            process.add(form)
        yield process


async def roster(day: Day) -> dict[str, Any]:
    """The roster of the day's stop as tablets read it."""
    asked = CentralDocument(DocumentType.ROSTER, day.seeded.stop, day.seeded.database, None)
    (document,) = await day.services.central.read(day.seeded.database, [asked])
    assert document is not None
    assert document.sealed is not None
    return dict(document.sealed)


async def choose(browser: Browser, day: Day, *forms: str) -> Any:
    """Save the campaign with these forms, in order."""
    address = f"{CAMPAIGNS}/{day.seeded.campaign}"
    await browser.open(address)
    fields = {"form" if number == 0 else f"form_{number + 1}": each for number, each in enumerate(forms)}
    return await browser.send(address, title="Médicobus d’essai", **FIELDS, **fields)


async def test_a_campaign_captures_several_forms_in_order_and_tablets_are_told(
    administrative: Browser, day: Day, store: Store
) -> None:
    answer = await choose(administrative, day, "|".join(SETTINGS_FORM), "|".join(ACT), "|".join(FORM))
    assert answer.status_code == 303
    with store.session() as session:
        campaign = session.get_one(Campaign, day.seeded.campaign)
        assert (campaign.form_url, campaign.form_version) == SETTINGS_FORM
        others = session.exec(select(CampaignForm).order_by(col(CampaignForm.position))).all()
        assert [(each.url, each.version, each.position) for each in others] == [(*ACT, 1), (*FORM, 2)]
    told = await roster(day)
    assert told["form"] == {"url": URL, "version": SETTINGS_FORM[1]}
    assert [(each["url"], each["version"]) for each in told["forms"]] == [SETTINGS_FORM, ACT, FORM]
    asked = CentralDocument(DocumentType.FORM, "|".join(ACT), day.seeded.database, None)
    assert (await day.services.central.read(day.seeded.database, [asked]))[0] is not None
    shown = text_of(await administrative.open(CAMPAIGNS))
    assert (
        "Réglages d’essai – 1.0.0, Réglages d’essai – 1.0.0 (après un acte), Consultation Médicobus" in shown
    )


async def test_a_form_chosen_twice_or_that_begins_nothing_is_refused(
    administrative: Browser, day: Day, store: Store
) -> None:
    for chosen, said in (
        ((f"{FORM[0]}|1.1.0", "|".join(FORM)), "déjà choisi plus haut"),
        (("|".join(ACT),), "Le premier formulaire doit être une fiche"),
        (("|".join(FORM), "urn:nulle|1"), "Choisissez dans la liste."),
    ):
        answer = await choose(administrative, day, *chosen)
        assert answer.status_code == 422
        assert said in text_of(answer)
    with store.session() as session:
        assert session.exec(select(CampaignForm)).all() == []


async def test_settings_are_listed_with_their_default_limits_and_source(
    administrative: Browser, day: Day
) -> None:
    await choose(administrative, day, "|".join(SETTINGS_FORM))
    shown = text_of(await administrative.open(f"{CAMPAIGNS}/{day.seeded.campaign}/reglages"))
    for words in (
        "Seuil du rapport",
        "Valeur du formulaire : 0,7.",
        "De 0,6 à 0,85",
        "Source : HAS, essai",
        "Réponses qui comptent",
        "Jeu de valeurs",
        "Deuxième jeu",
        "Rappel proposé",
    ):
        assert words in shown


async def test_a_setting_within_its_limits_is_kept_told_and_logged(
    administrative: Browser, day: Day, store: Store
) -> None:
    await choose(administrative, day, "|".join(SETTINGS_FORM))
    address = f"{CAMPAIGNS}/{day.seeded.campaign}/reglages"
    await administrative.open(address)
    sent = {f"{NAME}:rules.ratio": "0,65", f"{NAME}:rules.count": "3", f"{NAME}:rules.remind": "non"}
    answer = await administrative.send(address, **sent)
    assert answer.status_code == 303
    assert "Réglages enregistrés" not in text_of(await administrative.open(address))
    assert "Réglages enregistrés" in text_of(await administrative.open(answer.headers["location"]))
    expected = {"rules.ratio": 0.65, "rules.count": 3, "rules.remind": False}
    assert (await roster(day))["settings"] == {URL: expected}
    with store.session() as session:
        logged = session.exec(select(AccessLog).order_by(col(AccessLog.sequence))).all()[-1]
        assert (logged.action, logged.object_id) == ("change-campaign-settings", day.seeded.campaign)
    await administrative.open(address)
    await administrative.send(address, **{f"{NAME}:rules.ratio": "0,65", f"{NAME}:rules.set": "second"})
    assert (await roster(day))["settings"] == {URL: {"rules.ratio": 0.65, "rules.set": "second"}}
    await choose(administrative, day, "|".join(FORM))
    with store.session() as session:
        assert session.exec(select(CampaignSetting)).all() == [], "they were those of a form that is gone"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("rules.ratio", "0,9", "Cette valeur sort des limites. De 0,6 à 0,85."),
        ("rules.ratio", "0,655", "Trop de décimales. 2 décimales au plus."),
        ("rules.ratio", "beaucoup", "Un nombre est attendu"),
        ("rules.ratio", "nan", "Un nombre est attendu"),
        ("rules.count", "2,5", "Trop de décimales."),
        ("rules.count", "99", "Cette valeur sort des limites."),
        ("rules.set", "third", "Choisissez dans la liste."),
        ("rules.remind", "peut-être", "Choisissez dans la liste."),
        ("rules.ratio", "0,83", "Ces valeurs ne vont pas ensemble. La limite haute est sous le seuil."),
        ("rules.upper", "0,6", "Ces valeurs ne vont pas ensemble. La limite haute est sous le seuil."),
    ],
)
async def test_a_value_outside_is_refused_in_french_and_what_was_typed_stays(
    administrative: Browser, day: Day, store: Store, field: str, typed: str, said: str
) -> None:
    await choose(administrative, day, "|".join(SETTINGS_FORM))
    address = f"{CAMPAIGNS}/{day.seeded.campaign}/reglages"
    await administrative.open(address)
    answer = await administrative.send(address, **{f"{NAME}:{field}": typed})
    assert answer.status_code == 422
    assert said in text_of(answer)
    # The banner names what is to be corrected, and leads there.
    banner = answer.text.split('role="alert"')[1].split("</div>")[0]
    assert f'href="#{NAME}:{field}"' in banner
    assert f'id="{NAME}:{field}"' in answer.text
    if field in ("rules.ratio", "rules.count"):
        assert f'value="{typed}"' in answer.text
    with store.session() as session:
        assert session.exec(select(CampaignSetting)).all() == []


async def test_a_value_that_a_later_version_does_not_permit_serves_nowhere_and_is_said(
    administrative: Browser, day: Day, registry: Registry
) -> None:
    narrower: Form = later()
    registry.add(narrower)
    await choose(administrative, day, "|".join(SETTINGS_FORM))
    address = f"{CAMPAIGNS}/{day.seeded.campaign}/reglages"
    await administrative.open(address)
    await administrative.send(address, **{f"{NAME}:rules.ratio": "0,65"})
    await choose(administrative, day, narrower.canonical)
    assert (await roster(day))["settings"] == {}
    assert "La valeur 0,65 n’est plus permise" in text_of(await administrative.open(address))


async def test_a_stops_theme_is_in_its_page_the_weeks_list_its_copies_and_the_roster(
    administrative: Browser, day: Day, store: Store
) -> None:
    address = f"/coordination/escales/{day.seeded.stop}"
    await administrative.open(f"{address}/modifier")
    stop = {
        "name": "La Gresle",
        "commune": "La Gresle",
        "day": "2026-11-23",
        "opens": "09:00",
        "closes": "12:30",
        "campaign": day.seeded.campaign,
    }
    answer = await administrative.send(f"{address}/modifier", **stop, theme="nulle")
    assert "Choisissez dans la liste." in text_of(answer)
    assert (await administrative.send(f"{address}/modifier", **stop, theme="respiratory")).status_code == 303
    for page in (address, "/coordination/escales?semaine=2026-11-23"):
        assert "Souffle" in text_of(await administrative.open(page))
    assert (await roster(day))["stop"]["theme"] == "respiratory"
    await administrative.open(address)
    await administrative.send(f"{address}/copier", days="30/11/2026")
    with store.session() as session:
        themes = session.exec(select(Stop.theme).where(Stop.team_id == day.seeded.team)).all()
    assert set(themes) == {"respiratory"}


async def test_labels_are_made_extended_and_printed_and_the_roster_names_their_seed(
    administrative: Browser, day: Day, store: Store
) -> None:
    address = f"/coordination/escales/{day.seeded.stop}/etiquettes"
    assert "Aucune étiquette" in text_of(await administrative.open(address))
    assert (await administrative.open(f"{address}/planches")).status_code == 404
    await administrative.open(address)
    answer = await administrative.send(address, more="0")
    assert answer.status_code == 422
    for more in ("24", "6"):
        await administrative.open(address)
        assert (await administrative.send(address, more=more)).status_code == 303
    told = (await roster(day))["stop"]["labels"]
    assert told["count"] == 30
    with store.session() as session:
        assert session.get_one(Stop, day.seeded.stop).label_seed == told["seed"]
    assert "30 étiquettes" in text_of(await administrative.open(address))
    for kind, sheets in (("planches", 2), ("cartes", 8)):
        printed = await administrative.http.get(f"{address}/{kind}")
        assert printed.headers["content-type"] == "application/pdf"
        assert len(PdfReader(io.BytesIO(printed.content)).pages) == sheets
    last = await administrative.http.get(f"{address}/planches?de=25")
    (page,) = PdfReader(io.BytesIO(last.content)).pages
    written = page.extract_text().split()
    assert ("25" in written, "30" in written, "24" in written) == (True, True, False)
    assert labels.visit(told["seed"], 25)
    for asked in ("0", "31", "-1", "deux", "1e3", "999999999"):
        for kind in ("planches", "cartes"):
            refused = await administrative.open(f"{address}/{kind}?de={asked}")
            assert refused.status_code == 422
            assert refused.headers["content-type"].startswith("text/html")
            assert "donnez un nombre de 1 à 30" in text_of(refused)
            assert f'value="{asked}"' in refused.text


async def test_the_forms_page_says_versions_digests_settings_and_where_each_is_captured(
    administrative: Browser, day: Day, registry: Registry
) -> None:
    await choose(administrative, day, "|".join(SETTINGS_FORM), "|".join(FORM))
    shown = text_of(await administrative.open("/coordination/organisation/formulaires"))
    for form in registry.values():
        assert form.digest in shown
    for words in ("Consultation Médicobus", "fournie avec Escale", "Médicobus d’essai", "Seuil du rapport"):
        assert words in shown
