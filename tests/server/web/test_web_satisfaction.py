"""Satisfaction of patients: from a kiosk, a poster, paper; counted together, and never linked to anybody."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar
from sqlalchemy import inspect
from sqlmodel import select

from server.identifiers import new_uuid
from server.keys import jwe
from server.keys.organisation import generate
from server.satisfaction.responses import FORM_URL
from server.store.control import AccessLog, Campaign
from server.store.database import Store
from server.store.satisfaction import Channel, SatisfactionPoster, SatisfactionResponse
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, MovingClock
from tests.support import remote_form
from tests.support.tablet import Tablet, enrolled_tablet

pytestmark = pytest.mark.anyio

WEEK = "2026-11-23"
ANSWERS: dict[str, Any] = {
    "satisfaction.about": {"values": ["bus"]},
    "satisfaction.overall": {"values": [9]},
}


@pytest.fixture(autouse=True)
def forms() -> Iterator[None]:
    with remote_form.published_too(remote_form.patients()):
        yield


@pytest.fixture
async def tablet(application: Litestar, day: Day) -> Tablet:
    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]
    http = httpx.AsyncClient(transport=transport, base_url="http://escale.local")
    return await enrolled_tablet(http, day.services, day.seeded)


def response(day: Day, **changed: Any) -> dict[str, Any]:
    """A kiosk's response."""
    return {
        "id": new_uuid(),
        "form": {"url": FORM_URL, "version": remote_form.VERSION},
        "campaign": day.seeded.campaign,
        "week": WEEK,
        "channel": "kiosk",
        "answers": ANSWERS,
        **changed,
    }


def sealed(day: Day, content: Any) -> str:
    return day.services.keys.seal(json.dumps(content).encode())


async def deliver(tablet: Tablet, responses: list[str]) -> httpx.Response:
    return await tablet.http.post("/api/satisfaction", json={"responses": responses}, headers=tablet.bearer)


def kept(store: Store) -> list[SatisfactionResponse]:
    with store.session() as session:
        return list(session.exec(select(SatisfactionResponse)))


async def test_a_response_of_a_kiosk_is_stored_once(tablet: Tablet, day: Day, store: Store) -> None:
    one = response(day)
    answer = await deliver(tablet, [sealed(day, one), sealed(day, one), sealed(day, response(day))])
    assert (answer.status_code, answer.json()) == (200, {"stored": 3, "refused": [], "later": []})
    assert (await deliver(tablet, [sealed(day, one)])).json() == {"stored": 1, "refused": [], "later": []}
    found = kept(store)
    assert len(found) == 2
    row = next(each for each in found if each.id == one["id"])
    assert row.model_dump() == {
        "id": one["id"],
        "campaign_id": day.seeded.campaign,
        "week": date(2026, 11, 23),
        "channel": "kiosk",
        "form_url": FORM_URL,
        "form_version": remote_form.VERSION,
        "answers": ANSWERS,
    }


async def test_what_is_stored_has_no_place_for_whoever_answered(store: Store) -> None:
    columns = {each["name"] for each in inspect(store.engine).get_columns("satisfaction_response")}
    assert columns == {"id", "campaign_id", "week", "channel", "form_url", "form_version", "answers"}
    with store.engine.connect() as connection:
        made = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'satisfaction_response'"
        ).scalar_one()
    assert "WITHOUT ROWID" in made


async def test_neither_the_tablet_nor_the_hour_of_a_response_is_logged(
    tablet: Tablet, day: Day, store: Store, visitor: Browser
) -> None:
    with store.session() as session:
        before = len(session.exec(select(AccessLog)).all())
    await deliver(tablet, [sealed(day, response(day))])
    address = poster(store, day)
    await visitor.open(f"/satisfaction/{address}")
    assert (await visitor.http.post(f"/satisfaction/{address}", data=typed(visitor))).status_code == 303
    with store.session() as session:
        assert len(session.exec(select(AccessLog)).all()) == before
    assert len(kept(store)) == 2


async def test_what_names_who_wrote_an_answer_down_is_not_kept(
    tablet: Tablet, day: Day, store: Store
) -> None:
    answer = {"values": [9], "answered_by": day.seeded.nurse, "typed_as": "Neuf", "carried_from": WEEK}
    answers = {**ANSWERS, "satisfaction.overall": answer}
    assert (await deliver(tablet, [sealed(day, response(day, answers=answers))])).json()["stored"] == 1
    assert kept(store)[0].answers == ANSWERS


@pytest.mark.parametrize(
    "changed",
    [
        {"week": "2026-11-24"},
        {"week": "2027-06-07"},
        {"week": "2024-11-25"},
        {"week": "lundi"},
        {"channel": "poster"},
        {"campaign": "bus"},
        {"id": "1"},
        {"form": {"url": FORM_URL, "version": "9.9.9"}, "week": "2024-11-25"},
        {
            "form": {
                "url": "https://escale.example/fhir/Questionnaire/medicobus-consultation",
                "version": "1.0.0",
            }
        },
        {"answers": {}},
        {"answers": {"satisfaction.overall": {"values": [9]}}},
        {"answers": {**ANSWERS, "satisfaction.overall": {"values": [11]}}},
        {"answers": {**ANSWERS, "satisfaction.overall": {"values": ["9"]}}},
        {"answers": {**ANSWERS, "satisfaction.overall": {"values": [True]}}},
        {"answers": {**ANSWERS, "satisfaction.overall": {"values": []}}},
        {"answers": {**ANSWERS, "satisfaction.overall": {"values": [{"a": 1}]}}},
        {"answers": {**ANSWERS, "satisfaction.audible": {"values": [True]}}},
        {"answers": {**ANSWERS, "satisfaction.nothing": {"values": ["x"]}}},
        {"answers": {**ANSWERS, "satisfaction.about": {"values": ["elsewhere"]}}},
        {"answers": {**ANSWERS, "satisfaction.comment": {"values": ["é" * 101]}}},
        {"visit": "11111111-2222-4333-8444-555555555555"},
        {"device": "11111111-2222-4333-8444-555555555555"},
    ],
)
async def test_what_breaks_the_rules_is_refused_alone(
    tablet: Tablet, day: Day, store: Store, changed: dict[str, Any]
) -> None:
    answer = await deliver(tablet, [sealed(day, response(day, **changed)), sealed(day, response(day))])
    assert (answer.status_code, answer.json()) == (
        200,
        {"stored": 1, "refused": [0], "later": []},
    )
    assert len(kept(store)) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"form": {"url": FORM_URL, "version": "9.9.9"}},
        {"campaign": "11111111-2222-4333-8444-555555555555"},
    ],
)
async def test_what_this_server_does_not_know_yet_is_to_be_sent_again(
    tablet: Tablet, day: Day, store: Store, changed: dict[str, Any]
) -> None:
    unknown = sealed(day, response(day, **changed))
    answer = await deliver(tablet, [sealed(day, response(day)), "x", unknown])
    assert (answer.status_code, answer.json()) == (200, {"stored": 1, "refused": [1], "later": [2]})
    assert len(kept(store)) == 1


async def test_what_was_to_be_sent_again_is_stored_once_its_campaign_is_known(
    tablet: Tablet, day: Day, store: Store
) -> None:
    campaign = new_uuid()
    held = sealed(day, response(day, campaign=campaign))
    assert (await deliver(tablet, [held])).json() == {"stored": 0, "refused": [], "later": [0]}
    with store.session() as session:
        seeded = session.get_one(Campaign, day.seeded.campaign)
        session.add(Campaign(**{**seeded.model_dump(), "id": campaign}))
    assert (await deliver(tablet, [held])).json() == {"stored": 1, "refused": [], "later": []}
    assert len(kept(store)) == 1


async def test_what_is_not_sealed_to_the_organisation_is_refused(
    tablet: Tablet, day: Day, store: Store
) -> None:
    content = json.dumps(response(day)).encode()
    stranger = generate(new_uuid())
    named = jwe.seal(content, stranger.encryption[0], day.services.keys.encryption[0].thumbprint())
    team = jwe.seal(content, day.seeded.ring.current, day.seeded.ring.current_id)
    forged = [stranger.seal(content), named, team, "a.b.c.d.e", "", "é", sealed(day, [1]), "x" * 20_001]
    answer = await deliver(tablet, forged)
    assert answer.json() == {"stored": 0, "refused": list(range(len(forged))), "later": []}
    assert kept(store) == []


async def test_a_delivery_has_bounds(tablet: Tablet, day: Day) -> None:
    assert (await deliver(tablet, [])).status_code == 400
    assert (await deliver(tablet, ["x"] * 51)).status_code == 400
    assert (await deliver(tablet, ["x" * 20_000] * 30)).status_code == 413
    long = response(day, answers={**ANSWERS, "satisfaction.comment": {"values": ["é" * 100]}})
    assert (await deliver(tablet, [sealed(day, {**long, "id": new_uuid()}) for _ in range(50)])).json() == {
        "stored": 50,
        "refused": [],
        "later": [],
    }


def poster(store: Store, day: Day) -> str:
    """A poster's address."""
    from server.satisfaction import posters

    with store.session() as session:
        made = posters.create(
            session, day.seeded.campaign, "Le bus", day.seeded.clinical, day.services.clock()
        )
        return made.address


def typed(visitor: Browser, **changed: Any) -> dict[str, Any]:
    """What somebody sends of the page they are on."""
    assert visitor.page is not None
    hidden = dict(re.findall(r'type="hidden" name="(id|shown)" value="([^"]*)"', visitor.page.text))
    answers = {"satisfaction.about": "bus", "satisfaction.overall": "9"}
    return {**hidden, **answers, **{name.replace("__", "."): value for name, value in changed.items()}}


async def test_somebody_answers_from_a_poster_without_a_cookie(
    visitor: Browser, day: Day, store: Store, clock: MovingClock
) -> None:
    address = poster(store, day)
    page = await visitor.open(f"/satisfaction/{address}")
    words = text_of(page)
    assert "Êtes-vous content" in words
    assert "Note" not in words
    assert "set-cookie" not in page.headers
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "no-store"
    clock.forward(timedelta(days=3))
    sent = await visitor.http.post(f"/satisfaction/{address}", data=typed(visitor))
    assert (sent.status_code, sent.headers["location"]) == (303, f"/satisfaction/{address}/merci")
    assert "set-cookie" not in sent.headers
    thanks = text_of(await visitor.open(sent.headers["location"]))
    assert "Elles ne sont reliées ni à vous ni à votre dossier" in thanks
    (row,) = kept(store)
    assert (row.week, row.channel, row.campaign_id) == (date(2026, 11, 23), "poster", day.seeded.campaign)
    assert row.answers == ANSWERS


async def test_a_page_sent_twice_is_kept_once(visitor: Browser, day: Day, store: Store) -> None:
    address = poster(store, day)
    await visitor.open(f"/satisfaction/{address}")
    body = typed(visitor)
    for _ in range(2):
        assert (await visitor.http.post(f"/satisfaction/{address}", data=body)).status_code == 303
    assert len(kept(store)) == 1


async def test_a_faulty_page_comes_back_as_it_was_typed(visitor: Browser, day: Day, store: Store) -> None:
    address = poster(store, day)
    await visitor.open(f"/satisfaction/{address}")
    body = typed(
        visitor,
        satisfaction__about="",
        satisfaction__comment="<b>Très</b> bien",
        satisfaction__privacy="false",
    )
    page = await visitor.http.post(f"/satisfaction/{address}", data=body)
    assert page.status_code == 422
    assert "&lt;b&gt;Très&lt;/b&gt; bien" in page.text
    assert re.search(r'name="satisfaction.overall" value="9" checked', page.text)
    assert re.search(r'name="satisfaction.privacy" value="false" checked', page.text)
    visitor.page = page
    opened = await visitor.http.post(
        f"/satisfaction/{address}", data=typed(visitor, satisfaction__about="teleconsultation")
    )
    assert "Votre réponse ouvre cette question" in text_of(opened)
    visitor.page = opened
    body = typed(visitor, satisfaction__about="teleconsultation", satisfaction__audible="~asked-unknown")
    assert (await visitor.http.post(f"/satisfaction/{address}", data=body)).status_code == 303
    (row,) = kept(store)
    assert row.answers["satisfaction.audible"] == {"absent": "asked-unknown"}


async def test_one_address_answers_only_so_often_an_hour(visitor: Browser, day: Day, store: Store) -> None:
    address = poster(store, day)
    statuses = []
    for _ in range(31):
        await visitor.open(f"/satisfaction/{address}")
        statuses.append(
            (await visitor.http.post(f"/satisfaction/{address}", data=typed(visitor))).status_code
        )
    assert statuses == [303] * 30 + [429]
    assert len(kept(store)) == 30


async def test_another_sites_form_is_refused(visitor: Browser, day: Day, store: Store) -> None:
    address = poster(store, day)
    await visitor.open(f"/satisfaction/{address}")
    crossed = await visitor.http.post(
        f"/satisfaction/{address}", data=typed(visitor), headers={"sec-fetch-site": "cross-site"}
    )
    assert crossed.status_code == 403
    assert kept(store) == []


async def test_a_coordinator_makes_prints_and_ends_a_poster(
    clinical: Browser, visitor: Browser, day: Day, store: Store
) -> None:
    await clinical.open("/coordination/satisfaction/affiches")
    refused = await clinical.send("/coordination/satisfaction/affiches", campaign="x", place="")
    assert refused.status_code == 422
    made = await clinical.send(
        "/coordination/satisfaction/affiches", campaign=day.seeded.campaign, place="Salle <b>"
    )
    assert made.status_code == 303
    page = await clinical.open(made.headers["location"])
    with store.session() as session:
        found = session.exec(select(SatisfactionPoster)).one()
    assert f"/satisfaction/{found.address}" in page.text
    assert "Salle &lt;b&gt;" in page.text
    assert "<path d=" in page.text
    assert (await visitor.open(f"/satisfaction/{found.address}")).status_code == 200
    await clinical.send(f"/coordination/satisfaction/affiches/{found.id}/fin")
    assert (await visitor.open(f"/satisfaction/{found.address}")).status_code == 410
    assert (await visitor.open("/satisfaction/nothing")).status_code == 404
    with store.session() as session:
        actions = [
            line.action for line in session.exec(select(AccessLog).where(AccessLog.object_id == found.id))
        ]
    assert actions == ["create-poster", "end-poster"]


async def test_a_paper_questionnaire_is_typed_with_its_week_and_without_its_typist(
    administrative: Browser, day: Day, store: Store
) -> None:
    path = "/coordination/satisfaction/saisie"
    await administrative.open(f"{path}?campagne={day.seeded.campaign}")
    body = typed(administrative, campaign=day.seeded.campaign, day="2026-11-19")
    late = await administrative.send(path, **{**body, "day": "2026-11-30"})
    assert late.status_code == 422
    assert "Donnez un jour" in text_of(late)
    sent = await administrative.send(path, **body)
    assert sent.status_code == 303
    assert "Enregistré" in text_of(await administrative.open(sent.headers["location"]))
    (row,) = kept(store)
    assert (row.week, row.channel) == (date(2026, 11, 16), "paper")


async def fill(tablet: Tablet, day: Day, *many: dict[str, Any]) -> None:
    answer = await deliver(tablet, [sealed(day, response(day, **each)) for each in many])
    assert answer.json()["refused"] == []


async def test_results_are_counted_with_what_was_not_given_and_hidden_when_few(
    tablet: Tablet, day: Day, administrative: Browser, clinical: Browser
) -> None:
    address = f"/coordination/satisfaction?campagne={day.seeded.campaign}"
    comment = {"satisfaction.comment": {"values": ["=1+1 & <i>merci</i>"]}}
    few = [{"answers": {**ANSWERS, **comment}} for _ in range(4)]
    await fill(tablet, day, *few)
    page = text_of(await administrative.open(address))
    assert "Masqué" in page
    assert "merci" not in page
    assert "merci" not in (await administrative.open(address.replace("?", "/csv?"))).text

    without = {
        "answers": {
            "satisfaction.about": {"values": ["bus"]},
            "satisfaction.privacy": {"absent": "asked-declined"},
        }
    }
    await fill(tablet, day, without, {"answers": {**ANSWERS, "satisfaction.overall": {"values": [3]}}})
    shown = await clinical.open(address)
    words = text_of(shown)
    assert "6 réponses" in words
    assert "Note Réponse Nombre Part des réponses 0 0 0" in words
    assert re.search(r"9 4 80 % 10 0 0 % Non renseigné 1 –", words)
    assert "Masqué : moins de 5 personnes ont répondu à cette question, ou" in words.replace("\u00a0", " ")
    assert "Entendait bien" in words
    assert "&lt;i&gt;merci&lt;/i&gt;" in shown.text
    csv = (await clinical.open(address.replace("?", "/csv?"))).content.decode("utf-8-sig")
    assert "Note;9;4;5;6" in csv
    assert "Note;Non renseigné;1;5;6" in csv
    assert "Intimité respectée;masqué;;;" in csv
    assert "\n'=1+1" in csv

    administrative_words = text_of(await administrative.open(address))
    assert "merci" not in administrative_words
    assert "4 remarques libres" in administrative_words
    assert "4 remarques réservées à la coordination clinique" in administrative_words
    assert "Note Réponse Nombre Part des réponses 0 0 0" in administrative_words
    csv = (await administrative.open(address.replace("?", "/csv?"))).content.decode("utf-8-sig")
    assert "Note;9;4;5;6" in csv
    assert "merci" not in csv
    assert "4 remarques réservées à la coordination clinique" in csv


async def test_a_small_part_is_not_had_back_from_the_others(
    tablet: Tablet, day: Day, clinical: Browser
) -> None:
    october, november = {"week": "2026-10-05"}, {"week": WEEK}
    await fill(tablet, day, *[{"week": "2026-09-07"}] * 5, *[november] * 6, *[october] * 2)
    address = f"/coordination/satisfaction?campagne={day.seeded.campaign}"
    whole = text_of(await clinical.open(address))
    assert "13 réponses" in whole
    assert "11/2026 (6)" in whole
    assert "10/2026 (moins de 5)" in whole
    assert "09/2026 (moins de 5)" in whole  # or October's would be 13 - 6 - 5
    for month, is_shown in (("2026-09", False), ("2026-10", False), ("2026-11", True)):
        page = text_of(await clinical.open(f"{address}&mois={month}"))
        assert ("Masqué : moins de 5 réponses" in page.replace("\u00a0", " ")) is not is_shown, month


def october_and_november() -> list[dict[str, Any]]:
    """Of October 8 responses, 5 of them on privacy; of November 6, one on privacy; each with a comment."""
    many: list[dict[str, Any]] = []
    for week, count, private in (("2026-10-05", 8, 5), (WEEK, 6, 1)):
        for each in range(count):
            answers = {**ANSWERS, "satisfaction.comment": {"values": [f"mot-{week}"]}}
            if each < private:
                answers["satisfaction.privacy"] = {"values": [week != WEEK]}
            many.append({"week": week, "answers": answers})
    return many


async def test_a_question_that_one_person_answered_is_not_had_back_from_the_other_months(
    tablet: Tablet, day: Day, clinical: Browser
) -> None:
    await fill(tablet, day, *october_and_november())
    address = f"/coordination/satisfaction/csv?campagne={day.seeded.campaign}"

    async def table(more: str = "") -> str:
        return (await clinical.open(address + more)).content.decode("utf-8-sig")

    whole = await table()
    assert "Intimité respectée;Oui;5;6;14" in whole
    assert "Intimité respectée;Non;1;6;14" in whole
    assert whole.count("mot-") == 14
    for month, count in (("2026-10", 8), ("2026-11", 6)):
        part = await table(f"&mois={month}")
        assert f"Note;9;{count};{count};{count}" in part, month
        assert "Intimité respectée;masqué;;;" in part, month
        assert "mot-" not in part, month
        page = text_of(await clinical.open(f"{address.replace('/csv', '')}&mois={month}"))
        assert "mot-" not in page, month
        assert "que pour toute la campagne" in page, month
    # The channel that all came by less October's would be November's, were October shown.
    channel = await table("&canal=kiosk")
    assert "Note;9;14;14;14" in channel
    assert "Intimité respectée;masqué;;;" in channel
    assert "mot-" not in channel


async def test_a_month_less_a_channel_does_not_leave_one_person(
    tablet: Tablet, day: Day, store: Store, administrative: Browser
) -> None:
    """Six of November, five of them by kiosk and one on paper; five more of October by paper."""
    await fill(tablet, day, *[{}] * 5, *[{"week": "2026-10-05"}] * 5)
    with store.session() as session:
        for row in session.exec(select(SatisfactionResponse)):
            if row.week == date(2026, 10, 5):
                row.channel = Channel.PAPER
        lone = SatisfactionResponse(
            id=new_uuid(),
            campaign_id=day.seeded.campaign,
            week=date(2026, 11, 23),
            channel=Channel.PAPER,
            form_url=FORM_URL,
            form_version=remote_form.VERSION,
            answers={**ANSWERS, "satisfaction.overall": {"values": [2]}},
        )
        session.add(lone)
    address = f"/coordination/satisfaction/csv?campagne={day.seeded.campaign}"
    november = (await administrative.open(f"{address}&mois=2026-11")).content.decode("utf-8-sig")
    assert "Note;2;1;6;6" in november
    for more in ("&canal=kiosk", "&canal=paper", "&mois=2026-11&canal=kiosk"):
        part = (await administrative.open(address + more)).content.decode("utf-8-sig")
        assert "Note;2;" not in part, more
        assert "Note;9;" not in part, more


async def test_pages_work_before_any_form_or_response(clinical: Browser, day: Day) -> None:
    assert "Aucune réponse" in text_of(await clinical.open("/coordination/satisfaction"))
    blank = text_of(await clinical.open("/coordination/satisfaction/papier"))
    assert "Entendait bien" in blank
    assert "Remarque Ne sait pas Ne souhaite pas répondre" in blank
    assert (await clinical.open("/coordination/satisfaction/affiches/nothing")).status_code == 404
