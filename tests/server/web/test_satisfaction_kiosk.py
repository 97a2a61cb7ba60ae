"""What a kiosk sends: stored once, by the form's rules, and leading back to nobody."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlmodel import select

from server.identifiers import new_uuid
from server.keys import jwe
from server.keys.organisation import generate
from server.satisfaction.responses import FORM_URL
from server.store.control import AccessLog, Campaign
from server.store.database import Store
from tests.server.web.browser import Browser
from tests.server.web.conftest import Day
from tests.server.web.satisfied import (
    ANSWERS,
    WEEK,
    deliver,
    forms,
    kept,
    poster,
    response,
    sealed,
    tablet,
    typed,
)
from tests.support import remote_form
from tests.support.tablet import Tablet

pytestmark = pytest.mark.anyio

__all__ = ["forms", "tablet"]


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
