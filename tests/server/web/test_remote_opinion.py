"""What becomes of a remote doctor's answer: for the team, the coordination, the years."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from forms.load import published
from server.central.databases import ensure_databases
from server.central.documents import CentralDocument, DocumentType
from server.clock import local_day
from server.projection.rebuild import rebuild
from server.remote.request import FORM_URL
from server.store.database import Store
from server.store.remote import Opinion, OpinionOutbox
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import MovingClock
from tests.server.web.remote import (
    Assistant,
    answered,
    assistant,
    at_request,
    forms,
    log_of,
    opened,
    published_opinion,
)
from tests.support import remote_form

pytestmark = pytest.mark.anyio

__all__ = ["assistant", "forms"]


async def test_a_doctor_gives_the_code_reads_the_request_and_answers_once(
    assistant: Assistant, visitor: Browser, store: Store, clinical: Browser
) -> None:
    record = await assistant.sign()
    link, path, code = await assistant.link()
    assert await assistant.state(link) == "waiting"
    first = text_of(await visitor.open(path))
    assert "Code de 6 chiffres" in first
    assert "BRUYÈRE" not in first

    page = await opened(visitor, path, code)
    assert await assistant.state(link) == "opened"
    words = text_of(page)
    for shown in ("BRUYÈRE", "12/11/1938", "Faut-il un avis chirurgical", "Noé Essai", "La Gresle"):
        assert shown in words
    assert "Issue principale" in words
    assert "Date de la visite (si votre réponse plus haut le demande)" in words
    assert "Partie" not in words  # which part of the form was written is not the doctor's to read

    sent = await visitor.http.post(path, data=answered(visitor, outcome__answer="hospital_avoided"))
    assert (sent.status_code, sent.headers["location"]) == (303, path)
    assert "Réponse transmise" in text_of(await visitor.open(path))
    assert await assistant.state(link) == "answered"

    await assistant.services.projection.caught_up()
    await assistant.services.opinions.caught_up()
    with store.session() as session:
        opinion = session.get_one(Opinion, (assistant.visit, assistant.seeded.team))
        assert session.exec(select(OpinionOutbox)).all() == []
    assert opinion.answers == {
        "outcome.main": {"values": ["advice"]},
        "outcome.answer": {"values": ["hospital_avoided"]},
        "outcome.notes": {"values": ["Pansement, et revoir."]},
    }
    assert (opinion.signed_name, opinion.rpps, opinion.member_id) == (
        "Dr Jeanne Loin",
        None,
        assistant.seeded.nurse,
    )
    told = await published_opinion(assistant)
    assert told["answers"] == opinion.answers
    assert told["form"] == {"url": FORM_URL, "version": remote_form.VERSION}
    assert (told["visit"], told["signed_name"], told["rpps"]) == (assistant.visit, "Dr Jeanne Loin", None)
    assert (told["asked_by"], told["earlier"]) == ("Noé Essai", 0)

    shown_beside = text_of(await clinical.open(f"/coordination/fiches/{record.digest}"))
    assert "Avis du médecin à distance" in shown_beside
    assert "Pansement, et revoir." in shown_beside
    assert "Nom donné par le médecin lui-même, par le lien de Noé Essai" in shown_beside
    access = text_of(await clinical.open(f"/coordination/fiches/{record.digest}/acces"))
    assert "Dr Jeanne Loin, lien de Noé Essai (médecin à distance)" in access
    assert [each for each in log_of(store, "record", record.digest) if each[0] == link] == [
        (link, "open-request", "done"),
        (link, "answer-request", "done"),
    ]
    assert log_of(store, "remote-link", link) == [
        (assistant.seeded.nurse, "create-remote-link", "done"),
        (link, "open-remote-link", "done"),
    ]


async def test_an_answer_outlives_a_rebuild_and_is_told_again(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    path = await at_request(assistant, visitor)
    await visitor.http.post(path, data=answered(visitor))
    services = assistant.services
    await services.projection.caught_up()
    with store.session() as session:
        before = session.get_one(Opinion, (assistant.visit, assistant.seeded.team)).model_dump()
    result = await rebuild(store, services.engine, services.keys, services.forms, services.clock)
    assert result.same
    with store.session() as session:
        assert session.get_one(Opinion, (assistant.visit, assistant.seeded.team)).model_dump() == before


async def test_a_second_link_lets_the_doctor_answer_again_and_the_last_stands(
    assistant: Assistant, visitor: Browser, store: Store, clock: MovingClock
) -> None:
    await assistant.sign()
    for number in (1, 2):
        _, path, code = await assistant.link(again=number == 2)
        await opened(visitor, path, code)
        sent = await visitor.http.post(path, data=answered(visitor, outcome__notes=f"Avis {number}"))
        assert sent.status_code == 303
        clock.forward(timedelta(minutes=5))
    await assistant.services.projection.caught_up()
    await assistant.services.opinions.caught_up()
    assert (await published_opinion(assistant))["answers"]["outcome.notes"] == {"values": ["Avis 2"]}


async def test_the_physicians_satisfaction_goes_with_the_act_and_not_to_the_tablets(
    assistant: Assistant, visitor: Browser, clinical: Browser, store: Store
) -> None:
    record = await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    body = answered(visitor) | {"s-satisfaction.useful": "8", "s-satisfaction.remarks": "Image floue"}
    assert (await visitor.http.post(path, data=body)).status_code == 303
    await assistant.services.projection.caught_up()
    await assistant.services.opinions.caught_up()
    with store.session() as session:
        pleased = session.exec(select(Opinion.satisfaction)).one()
    assert pleased is not None
    assert pleased["answers"] == {
        "satisfaction.useful": {"values": [8]},
        "satisfaction.remarks": {"values": ["Image floue"]},
    }
    assert "satisfaction" not in await published_opinion(assistant)
    assert "Image floue" in text_of(await clinical.open(f"/coordination/fiches/{record.digest}"))


async def test_a_database_begun_later_is_given_the_opinions_of_the_last_quarter(
    assistant: Assistant, visitor: Browser, clock: MovingClock
) -> None:
    path = await at_request(assistant, visitor)
    assert (await visitor.http.post(path, data=answered(visitor))).status_code == 303
    services, team = assistant.services, assistant.seeded.team
    await services.projection.caught_up()
    await services.opinions.caught_up()
    before = await published_opinion(assistant)

    clock.forward(timedelta(days=45))
    current = await ensure_databases(services.store, services.engine, local_day(services.clock()))
    assert current[team] != assistant.seeded.database
    await services.opinions.caught_up()
    assert await published_opinion(assistant, current[team]) == before

    clock.forward(timedelta(days=90))
    later = await ensure_databases(services.store, services.engine, local_day(services.clock()))
    await services.opinions.caught_up()
    wanted = CentralDocument(DocumentType.OPINION, f"{assistant.visit}:{team}", later[team], None, None)
    assert await services.central.read(later[team], [wanted]) == [None]


async def test_an_administrative_coordinator_learns_that_there_is_an_opinion_and_not_what(
    assistant: Assistant, visitor: Browser, administrative: Browser
) -> None:
    record = await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    await visitor.http.post(path, data=answered(visitor))
    await assistant.services.projection.caught_up()
    page = text_of(await administrative.open(f"/coordination/fiches/{record.digest}"))
    assert "Avis du médecin à distance" in page
    assert "Pansement" not in page
    assert "2 réponses réservées à la coordination clinique" in page


async def test_the_published_form_is_asked_as_it_is(
    assistant: Assistant, visitor: Browser, clinical: Browser, store: Store
) -> None:
    """Of the real form a request is signed, read, answered and shown beside."""
    registry, vectors = published(), Path(__file__).parents[2] / "vectors" / "forms"
    with remote_form.left_out(remote_form.VERSION):
        assistant.writer.form = registry[FORM_URL, "1.0.0"]
        base = json.loads((vectors / "teleconsultation.v1.0.0.json").read_text())["bases"]["request"]
        record = await assistant.sign(base)
        _, path, code = await assistant.link()
        page = text_of(await opened(visitor, path, code))
        for words in (
            "Issue principale",
            "Ce que l’acte a permis",
            "Avis et consignes",
            "Prochaine échéance",
        ):
            assert words in page
        assert "Passage supplémentaire" not in page
        incomplete = await visitor.http.post(path, data=answered(visitor))
        assert incomplete.status_code == 422
        body = answered(visitor, outcome__answer="first_answer") | {"s-satisfaction.image": "5"}
        asked = text_of(await visitor.http.post(path, data=body))
        assert "La qualité du son" in asked
        del body["s-satisfaction.image"]
        assert (await visitor.http.post(path, data=body)).status_code == 303
        await assistant.services.projection.caught_up()
        await assistant.services.opinions.caught_up()
        assert (await published_opinion(assistant))["form"]["version"] == "1.0.0"
        beside = text_of(await clinical.open(f"/coordination/fiches/{record.digest}"))
        assert "Pansement, et revoir." in beside
