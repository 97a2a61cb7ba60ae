"""Posters and the questionnaire on one's own phone, without an account or a cookie."""

import re
from datetime import date, timedelta

import pytest
from sqlmodel import select

from server.store.control import AccessLog
from server.store.database import Store
from server.store.satisfaction import SatisfactionPoster
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, MovingClock
from tests.server.web.satisfied import ANSWERS, forms, kept, poster, tablet, typed

pytestmark = pytest.mark.anyio

__all__ = ["forms", "tablet"]


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
