"""A remote doctor's answer: taken once, checked by the form, and never lost."""

import re
from typing import Any

import anyio
import httpx
import pytest
from sqlmodel import select

from server.remote.links import LIFETIME
from server.store.database import Store
from server.store.follow_ups import Act
from server.store.remote import Opinion
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import MovingClock
from tests.server.web.remote import Assistant, answered, assistant, at_request, forms, opened

pytestmark = pytest.mark.anyio

__all__ = ["assistant", "forms"]


async def test_an_answer_that_comes_too_late_is_given_back(
    assistant: Assistant, visitor: Browser, clock: MovingClock, store: Store
) -> None:
    path = await at_request(assistant, visitor)
    clock.forward(LIFETIME)
    late = await visitor.http.post(path, data=answered(visitor, outcome__notes="Un long avis"))
    assert late.status_code == 410
    assert "Un long avis" in text_of(late)
    with store.session() as session:
        assert session.exec(select(Act)).all() == []


async def test_of_two_tabs_the_first_answer_is_kept_and_the_second_given_back(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    path = await at_request(assistant, visitor)
    bodies = [answered(visitor, outcome__notes=f"Avis {number}") for number in (1, 2)]
    answers: list[httpx.Response] = []

    async def send(body: dict[str, Any]) -> None:
        answers.append(await visitor.http.post(path, data=body))

    async with anyio.create_task_group() as tasks:
        for body in bodies:
            tasks.start_soon(send, body)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (lost,) = [text_of(answer) for answer in answers if answer.status_code == 409]
    assert "la première est gardée" in lost
    assert re.search(r"Avis [12]", lost)
    await assistant.services.projection.caught_up()
    with store.session() as session:
        (act,) = session.exec(select(Act).where(Act.kind == "remote_answer")).all()
    assert act.body["answers"]["outcome.notes"]["values"][0] not in lost

    replayed = await visitor.http.post(path, data=bodies[0])
    assert replayed.status_code == 409


async def test_marks_of_direction_and_controls_are_dropped_from_what_a_doctor_writes(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    path = await at_request(assistant, visitor)
    body = answered(
        visitor,
        outcome__notes="Revoir\u202e demain\u2066\x07,\r\nsinon lundi",
        signed_name="Dr \u202eJeanne\u200f\x00 Loin",
    )
    assert (await visitor.http.post(path, data=body)).status_code == 303
    await assistant.services.projection.caught_up()
    with store.session() as session:
        (act,) = session.exec(select(Act).where(Act.kind == "remote_answer")).all()
    assert act.body["signed_name"] == "Dr Jeanne Loin"
    assert act.body["answers"]["outcome.notes"]["values"] == ["Revoir demain,\nsinon lundi"]


async def test_an_answer_sent_after_the_cookie_went_comes_back_with_the_code(
    assistant: Assistant, visitor: Browser
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    body = answered(visitor, outcome__notes='Avis "long" & <b>précis</b>')
    visitor.http.cookies.clear()
    asked = await visitor.http.post(path, data=body)
    assert "elle est restée" in text_of(asked)
    carried = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', asked.text))
    assert carried["outcome.notes"] == "Avis &#34;long&#34; &amp; &lt;b&gt;précis&lt;/b&gt;"
    body.pop("form_token")
    again = await visitor.http.post(f"{path}/code", data={**body, "code": code})
    assert again.status_code == 200
    assert "Avis &#34;long&#34; &amp; &lt;b&gt;précis&lt;/b&gt;" in again.text
    visitor.page = again
    sent = await visitor.http.post(path, data={**body, "form_token": visitor.token})
    assert sent.status_code == 303


async def test_a_form_from_elsewhere_is_refused_and_what_was_typed_stays(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    path = await at_request(assistant, visitor)
    crossed = await visitor.http.post(path, data=answered(visitor), headers={"sec-fetch-site": "cross-site"})
    assert crossed.status_code == 403
    forged = await visitor.http.post(path, data=answered(visitor, form_token="0" * 64))
    assert forged.status_code == 403
    assert "Pansement, et revoir." in forged.text
    with store.session() as session:
        assert session.exec(select(Act)).all() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"outcome__main": ""}, "Choisissez ou écrivez une réponse."),
        ({"outcome__main": "nothing_such"}, "Cette réponse n’est pas proposée."),
        ({"outcome__notes": "é" * 201}, "Texte trop long"),
        ({"outcome__main": "visit_planned"}, "Choisissez ou écrivez une réponse."),
        ({"outcome__next_date": "2026-11-30"}, "ne se pose pas avec votre réponse plus haut"),
        ({"outcome__main": "visit_planned", "outcome__next_date": "demain"}, "Écrivez une date"),
        ({"outcome__main": ["advice", "~asked-unknown"]}, "pas les deux"),
        ({"signed_name": "  "}, "Écrivez vos prénom et nom."),
        ({"signed_name": "x" * 121}, "dépasse 120 caractères"),
        ({"rpps": "123"}, "Un numéro RPPS a 11 chiffres."),
        ({"rpps": "10003456780"}, "La clé de contrôle"),
        ({"s-satisfaction__remarks": "Bien"}, "Choisissez ou écrivez une réponse."),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    assistant: Assistant, visitor: Browser, store: Store, changed: dict[str, Any], said: str
) -> None:
    path = await at_request(assistant, visitor)
    body = answered(visitor, **{"outcome__notes": "À revoir < 48 h", **changed})
    page = await visitor.http.post(path, data=body)
    assert page.status_code == 422
    assert said in text_of(page)
    if "outcome__notes" not in changed:
        assert "À revoir &lt; 48 h" in page.text
    for name, text in changed.items():
        if isinstance(text, str) and text.strip() and name != "outcome__main":
            assert text in page.text
    await assistant.services.projection.caught_up()
    with store.session() as session:
        assert session.exec(select(Opinion)).all() == []


async def test_an_unusual_rpps_is_taken_once_confirmed_and_a_right_one_at_once(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    path = await at_request(assistant, visitor)
    number = "10003456780"
    asked = await visitor.http.post(path, data=answered(visitor, rpps=number))
    assert f'name="rpps_confirmed" value="{number}"' in asked.text
    other = answered(visitor, rpps="10003456781", rpps_confirmed=number)
    assert (await visitor.http.post(path, data=other)).status_code == 422
    kept = await visitor.http.post(path, data=answered(visitor, rpps=number, rpps_confirmed=number))
    assert kept.status_code == 303
    await assistant.services.projection.caught_up()
    with store.session() as session:
        assert session.exec(select(Opinion.rpps)).one() == number


async def test_a_question_that_an_answer_opens_is_answered_on_the_same_page(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    path = await at_request(assistant, visitor)
    body = answered(visitor, outcome__main="visit_planned", outcome__next_date="30/11/2026")
    assert (await visitor.http.post(path, data=body)).status_code == 303
    await assistant.services.projection.caught_up()
    with store.session() as session:
        answers = session.exec(select(Opinion.answers)).one()
    assert answers["outcome.next_date"] == {"values": ["2026-11-30"]}


async def test_what_nobody_has_to_answer_may_be_declined_too(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    page = await opened(visitor, path, code)
    for absence in ("asked-unknown", "asked-declined"):
        assert f'name="outcome.notes" value="~{absence}"' in page.text
    assert 'name="outcome.next_date" value="~' not in page.text  # the form lets none be said there
    both = answered(visitor, outcome__notes=["À revoir", "~asked-unknown"])
    refused = await visitor.http.post(path, data=both)
    assert refused.status_code == 422
    assert "pas les deux" in text_of(refused)
    sent = await visitor.http.post(path, data=answered(visitor, outcome__notes="~asked-declined"))
    assert sent.status_code == 303
    await assistant.services.projection.caught_up()
    with store.session() as session:
        answers = session.exec(select(Opinion.answers)).one()
    assert answers["outcome.notes"] == {"absent": "asked-declined"}
