"""Patients who say what they think: set-up of the tests of satisfaction."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from litestar import Litestar
from sqlmodel import select

from server.identifiers import new_uuid
from server.satisfaction.responses import FORM_URL
from server.store.database import Store
from server.store.satisfaction import SatisfactionResponse
from tests.server.web.browser import Browser
from tests.server.web.conftest import Day
from tests.support import remote_form
from tests.support.tablet import Tablet, enrolled_tablet

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


async def fill(tablet: Tablet, day: Day, *many: dict[str, Any]) -> None:
    answer = await deliver(tablet, [sealed(day, response(day, **each)) for each in many])
    assert answer.json()["refused"] == []
