"""What a remote doctor reads through a link, and when nothing is shown of it."""

import json
from pathlib import Path

import pytest
from litestar import Litestar
from sqlmodel import select

from forms.load import published
from server.remote.request import FORM_URL
from server.store.database import Store
from server.store.follow_ups import Act
from server.store.remote import RemoteLink
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day
from tests.server.web.remote import Assistant, answered, assistant, assisting, corrected, forms, opened
from tests.support import remote_form
from tests.support.records import RecordWriter

pytestmark = pytest.mark.anyio

__all__ = ["assistant", "forms"]


async def test_what_people_typed_is_text_and_never_markup(
    assistant: Assistant, visitor: Browser, clinical: Browser
) -> None:
    record = await assistant.sign()
    _, path, code = await assistant.link()
    page = await opened(visitor, path, code)
    assert "<script>alert(1)</script>" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    name = "<img src=x onerror=alert(1)>"
    await visitor.http.post(path, data=answered(visitor, signed_name=name))
    await assistant.services.projection.caught_up()
    for address in (f"/coordination/fiches/{record.digest}", f"/coordination/fiches/{record.digest}/acces"):
        shown = await clinical.open(address)
        assert "<img src=x" not in shown.text
        assert "&lt;img src=x onerror=alert(1)&gt;" in shown.text


async def test_a_request_that_has_not_arrived_is_waited_for(assistant: Assistant, visitor: Browser) -> None:
    _, path, code = await assistant.link()
    page = await opened(visitor, path, code)
    assert "La demande n’est pas encore arrivée" in text_of(page)
    assert "data-waiting" in page.text
    await assistant.sign()
    arrived = await visitor.open(path)
    assert "BRUYÈRE" in text_of(arrived)
    assert "data-waiting" not in arrived.text


async def test_a_restricted_visit_shows_nothing_through_a_link(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    await assistant.sign(restricted=True)
    _, path, code = await assistant.link()
    page = await opened(visitor, path, code)
    assert page.status_code == 403
    assert "La personne a demandé le secret" in text_of(page)
    assert "BRUYÈRE" not in page.text
    assert "chirurgical" not in page.text


async def test_a_refused_teleconsultation_shows_and_asks_nothing(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    signed = await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    body = answered(visitor)
    refusal = {**remote_form.REQUEST, "consent.teleconsultation": {"values": ["no"]}}
    await assistant.sign(refusal, replaces=corrected(signed))

    page = await visitor.open(path)
    assert page.status_code == 403
    assert "L’acte n’a pas eu lieu" in text_of(page)
    assert "BRUYÈRE" not in page.text
    assert "<form" not in page.text
    late = await visitor.http.post(path, data=body)
    assert late.status_code == 403
    assert "Pansement, et revoir." in late.text
    await assistant.services.projection.caught_up()
    with store.session() as session:
        assert session.exec(select(Act)).all() == []


async def test_no_link_is_made_for_a_refused_teleconsultation_until_it_is_corrected(
    assistant: Assistant, store: Store
) -> None:
    answers = {**remote_form.REQUEST, "consent.teleconsultation": {"values": ["no"]}}
    refused = await assistant.sign(answers)
    answer = await assistant.ask()
    assert (answer.status_code, answer.json()["code"]) == (409, "consent-refused")
    assert "a refusé la téléconsultation" in answer.json()["detail"]
    with store.session() as session:
        assert session.exec(select(RemoteLink)).all() == []
    agreed = {**remote_form.REQUEST, "consent.teleconsultation": {"values": ["yes"]}}
    await assistant.sign(agreed, replaces=corrected(refused))
    assert (await assistant.ask()).status_code == 201


async def test_a_visit_that_says_nothing_of_consent_is_not_a_refused_one(
    assistant: Assistant, visitor: Browser
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    assert "BRUYÈRE" in (await opened(visitor, path, code)).text


async def test_only_the_teams_teleconsultation_is_shown(
    assistant: Assistant, visitor: Browser, day: Day
) -> None:
    """A consultation of the same visit is not part of the request."""
    consultation = RecordWriter(day.seeded, day.services.keys)
    consultation.chain = assistant.writer.chain
    other = consultation.record(assistant.slot, visit=assistant.visit)
    await assistant.tablet.push([other])
    await day.services.projection.caught_up()
    _, path, code = await assistant.link()
    assert "La demande n’est pas encore arrivée" in text_of(await opened(visitor, path, code))


async def test_the_page_says_who_why_and_what_first(
    application: Litestar, day: Day, visitor: Browser
) -> None:
    """Of the published form: in the order in which it is read, in a doctor's words."""
    vectors = Path(__file__).parents[2] / "vectors" / "forms" / "teleconsultation.v1.0.0.json"
    request = json.loads(vectors.read_text())["bases"]["request"]
    request |= {"vitals.spo2": {"values": [88], "confirmed": True}}
    with remote_form.left_out(remote_form.VERSION):
        async with assisting(application, day, published()[FORM_URL, "1.0.0"]) as nurse:
            await nurse.sign(request)
            _, path, code = await nurse.link()
            words = text_of(await opened(visitor, path, code)).replace("\u00a0", " ")
    order = (
        "née le 30/06/1938 (88 ans)",
        "Dans les 24 heures",
        "Toux et fièvre",
        "Faut-il une radiographie",
        "88 %",
        "sous la plage de saisie (90)",
        "Amlodipine",
        "Le reste de la demande",
        "Belmont-de-la-Loire",
        "Votre réponse",
    )
    places = [words.index(each) for each in order]
    assert places == sorted(places)
    for unsaid in ("42015", "Cette fiche porte", "cinq traits stricts"):
        assert unsaid not in words
