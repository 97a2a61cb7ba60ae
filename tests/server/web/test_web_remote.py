"""A remote doctor's link: the code, the request, one answer; and whoever should not get in."""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from litestar import Litestar
from sqlmodel import select

from forms.load import published
from server.central.databases import ensure_databases
from server.central.documents import CentralDocument, DocumentType
from server.clock import local_day
from server.identifiers import new_uuid, sha256_hex
from server.projection.people import salt
from server.projection.rebuild import rebuild
from server.remote.links import LIFETIME, MAX_TRIES
from server.remote.publication import document_key
from server.remote.request import FORM_URL
from server.review import access_log
from server.routes.services import Services
from server.routes.web_remote import COOKIE
from server.store.database import Store
from server.store.follow_ups import Act
from server.store.remote import Opinion, OpinionOutbox, RemoteLink
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, MovingClock
from tests.support import remote_form
from tests.support.organisation import NOON, Seeded, SlotKeys
from tests.support.photos import jpeg, photo_notices
from tests.support.records import RecordWriter, SealedRecord
from tests.support.tablet import Tablet, confirmed_slot, enrolled_tablet

pytestmark = pytest.mark.anyio

RPPS = "10003456789"


@pytest.fixture(autouse=True)
def forms() -> Iterator[None]:
    with remote_form.published_too(remote_form.teleconsultation(), remote_form.satisfaction()):
        yield


@dataclass
class Assistant:
    """The nurse beside the patient: her tablet, and the visit that she asks about."""

    tablet: Tablet
    slot: SlotKeys
    writer: RecordWriter
    visit: str
    seeded: Seeded
    services: Services

    async def ask(self, **changed: Any) -> httpx.Response:
        body = {
            "visit": self.visit,
            "stop": self.seeded.stop,
            "physician": "Dr Jeanne Loin",
            **changed,
        }
        if "proof" not in changed:
            body["proof"] = await self.tablet.link_proof(self.slot, body["visit"], body["stop"])
        return await self.tablet.http.post("/api/remote-links", json=body, headers=self.tablet.bearer)

    async def link(self, **changed: Any) -> tuple[str, str, str]:
        """A new link: its id, its path, its code."""
        told = (await self.ask(**changed)).raise_for_status().json()
        return told["id"], told["url"].removeprefix(self.services.settings.origin), told["code"]

    async def state(self, link: str) -> str:
        answer = await self.tablet.http.get(f"/api/remote-links/{link}", headers=self.tablet.bearer)
        return str(answer.raise_for_status().json()["state"])

    async def sign(self, answers: Any = None, **members: Any) -> SealedRecord:
        record = self.writer.record(
            self.slot, answers or remote_form.REQUEST, visit=self.visit, signed_at=NOON, **members
        )
        assert (await self.tablet.push([record])).json() == []
        await self.services.projection.caught_up()
        return record


@pytest.fixture
async def assistant(application: Litestar, day: Day) -> AsyncIterator[Assistant]:
    services, seeded = day.services, day.seeded
    transport = httpx.ASGITransport(app=application)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://escale.local") as http:
        tablet = await enrolled_tablet(http, services, seeded)
        slot = await confirmed_slot(tablet, services, seeded.nurse)
        writer = RecordWriter(seeded, services.keys)
        writer.form = published()[FORM_URL, remote_form.VERSION]
        yield Assistant(tablet, slot, writer, new_uuid(), seeded, services)


async def opened(doctor: Browser, path: str, code: str) -> httpx.Response:
    """Give the code and look at the request."""
    await doctor.open(path)
    answer = await doctor.http.post(f"{path}/code", data={"code": code})
    assert (answer.status_code, answer.headers.get("location")) == (303, path)
    return await doctor.open(path)


def answered(doctor: Browser, **changed: Any) -> dict[str, Any]:
    """What a doctor sends of the page they are on; a name's dots are written ``__``."""
    assert doctor.page is not None
    (shown,) = re.findall(r'name="shown" value="([^"]*)"', doctor.page.text)
    typed = {
        "form_token": doctor.token,
        "shown": shown,
        "outcome.main": "advice",
        "outcome.notes": "Pansement, et revoir.",
        "signed_name": "Dr Jeanne Loin",
        "rpps": "",
    }
    return {**typed, **{name.replace("__", "."): text for name, text in changed.items()}}


def log_of(store: Store, object_type: str, object_id: str) -> list[tuple[str, str, str]]:
    with store.session() as session:
        access_log.verify(session)
        lines = access_log.of_object(session, object_type, object_id)
    return [(line.actor_id, line.action, line.outcome) for line in reversed(lines)]


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
    assert "Partie" in words

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


async def published_opinion(assistant: Assistant, database: str = "") -> dict[str, Any]:
    """What the team's tablets read, in the database of today or in another."""
    visit, team, database = assistant.visit, assistant.seeded.team, database or assistant.seeded.database
    with assistant.services.store.session() as session:
        key = document_key(salt(session), visit, team)
    wanted = CentralDocument(DocumentType.OPINION, key, database, None, None)
    (found,) = await assistant.services.central.read(database, [wanted])
    assert found is not None
    assert found.open is None
    return dict(found.sealed or {})


async def test_an_answer_outlives_a_rebuild_and_is_told_again(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    await visitor.http.post(path, data=answered(visitor))
    services = assistant.services
    await services.projection.caught_up()
    with store.session() as session:
        before = session.get_one(Opinion, (assistant.visit, assistant.seeded.team)).model_dump()
    result = await rebuild(store, services.engine, services.keys, services.forms, services.clock)
    assert result.same
    with store.session() as session:
        assert session.get_one(Opinion, (assistant.visit, assistant.seeded.team)).model_dump() == before


async def test_the_store_holds_neither_secret_nor_code(assistant: Assistant, store: Store) -> None:
    _, path, code = await assistant.link()
    secret = path.rsplit("/", 1)[1]
    with store.session() as session:
        (link,) = session.exec(select(RemoteLink)).all()
    kept = [str(value) for value in link.model_dump().values()]
    assert link.secret_digest == sha256_hex(secret)
    assert [value for value in kept if secret in value or value in (code, sha256_hex(code))] == []


async def test_five_wrong_codes_lock_a_link_for_the_right_one_too(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    await assistant.sign()
    link, path, code = await assistant.link()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for left in range(MAX_TRIES - 1, 0, -1):
        page = await visitor.http.post(f"{path}/code", data={"code": wrong})
        assert page.status_code == 422
        assert f"Il reste {left} essai" in text_of(page)
    assert (await visitor.http.post(f"{path}/code", data={"code": wrong})).status_code == 403
    last = await visitor.http.post(f"{path}/code", data={"code": code})
    assert last.status_code == 403
    assert "Ce lien est bloqué" in text_of(last)
    assert COOKIE not in visitor.http.cookies
    assert await assistant.state(link) == "locked"
    refusals = [line for line in log_of(store, "remote-link", link) if line[2] == "refused"]
    assert refusals == [(link, "open-remote-link", "refused")] * MAX_TRIES


async def test_wrong_codes_sent_together_do_not_pass_the_fifth(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    _, path, code = await assistant.link()
    statuses: list[int] = []

    async def attempt(number: int) -> None:
        typed = f"{(int(code) + 1 + number) % 10**6:06}"
        statuses.append((await visitor.http.post(f"{path}/code", data={"code": typed})).status_code)

    async with anyio.create_task_group() as tasks:
        for number in range(12):
            tasks.start_soon(attempt, number)
    with store.session() as session:
        assert session.exec(select(RemoteLink.tries)).one() == MAX_TRIES
    assert set(statuses) <= {422, 403}


async def test_a_code_typed_with_spaces_is_the_code(assistant: Assistant, visitor: Browser) -> None:
    _, path, code = await assistant.link()
    answer = await visitor.http.post(f"{path}/code", data={"code": f" {code[:3]} {code[3:]} "})
    assert answer.status_code == 303


async def test_one_address_tries_only_so_many_codes_an_hour(assistant: Assistant, visitor: Browser) -> None:
    _, path, code = await assistant.link()
    for _ in range(30):
        assert (await visitor.http.post(f"{path}/code", data={"code": code})).status_code == 303
    _, path, code = await assistant.link()
    refused = await visitor.http.post(f"{path}/code", data={"code": code})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


async def test_secrets_are_not_found_by_trying(visitor: Browser, day: Day) -> None:
    for _ in range(60):
        assert (await visitor.open("/avis/" + "A" * 43)).status_code == 404
    assert (await visitor.open("/avis/" + "A" * 43)).status_code == 429


async def test_a_link_ends_after_a_day_and_a_newer_one_ends_it(
    assistant: Assistant, visitor: Browser, clock: MovingClock
) -> None:
    await assistant.sign()
    link, path, code = await assistant.link()
    page = await opened(visitor, path, code)
    assert page.status_code == 200
    newer, newer_path, _ = await assistant.link()
    assert await assistant.state(link) == "expired"
    assert (await visitor.open(path)).status_code == 410
    clock.forward(LIFETIME + timedelta(seconds=1))
    assert (await visitor.open(newer_path)).status_code == 410
    with assistant.services.store.session() as session:
        assert session.get_one(RemoteLink, newer).ended_at is None


async def test_an_answer_that_comes_too_late_is_given_back(
    assistant: Assistant, visitor: Browser, clock: MovingClock, store: Store
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    clock.forward(LIFETIME)
    late = await visitor.http.post(path, data=answered(visitor, outcome__notes="Un long avis"))
    assert late.status_code == 410
    assert "Un long avis" in text_of(late)
    with store.session() as session:
        assert session.exec(select(Act)).all() == []


async def test_of_two_tabs_the_first_answer_is_kept_and_the_second_given_back(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
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


async def test_nothing_is_shown_or_taken_without_the_code(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    record = await assistant.sign()
    _, path, _ = await assistant.link()
    sent = await visitor.http.post(path, data={"outcome.main": "advice", "signed_name": "Dr Faux"})
    assert sent.status_code == 403
    assert "BRUYÈRE" not in sent.text
    assert "Code de 6 chiffres" in text_of(sent)
    visitor.http.cookies.set(COOKIE, "0" * 64)
    assert "BRUYÈRE" not in (await visitor.open(path)).text
    with store.session() as session:
        assert session.exec(select(Act)).all() == []
    assert log_of(store, "record", record.digest) == []


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


async def test_the_cookie_of_one_link_opens_no_other(assistant: Assistant, visitor: Browser) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    cookie = visitor.http.cookies[COOKIE]
    _, other_path, _ = await assistant.link()
    visitor.http.cookies.clear()
    page = await visitor.http.get(other_path, headers={"cookie": f"{COOKIE}={cookie}"})
    assert "BRUYÈRE" not in page.text


async def test_a_form_from_elsewhere_is_refused_and_what_was_typed_stays(
    assistant: Assistant, visitor: Browser, store: Store
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    crossed = await visitor.http.post(path, data=answered(visitor), headers={"sec-fetch-site": "cross-site"})
    assert crossed.status_code == 403
    forged = await visitor.http.post(path, data=answered(visitor, form_token="0" * 64))
    assert forged.status_code == 403
    assert "Pansement, et revoir." in forged.text
    with store.session() as session:
        assert session.exec(select(Act)).all() == []


async def test_every_answer_of_a_link_forbids_keeping_indexing_and_referring(
    assistant: Assistant, visitor: Browser
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    given = await visitor.http.post(f"{path}/code", data={"code": code})
    cookie = given.headers["set-cookie"]
    assert f"Path={path}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie.replace("Strict", "strict")
    pages = [
        given,
        await visitor.open(path),
        await visitor.open("/avis/inconnu"),
        await visitor.open("/avis/a/b/c"),
    ]
    for page in pages:
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
    for page in pages[:3]:
        assert "noindex" in page.headers["x-robots-tag"]
    policy = pages[1].headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert re.findall(r'(?:src|href|action)="(?!/|#|")', pages[1].text) == []


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
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
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
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
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
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    body = answered(visitor, outcome__main="visit_planned", outcome__next_date="30/11/2026")
    assert (await visitor.http.post(path, data=body)).status_code == 303
    await assistant.services.projection.caught_up()
    with store.session() as session:
        answers = session.exec(select(Opinion.answers)).one()
    assert answers["outcome.next_date"] == {"values": ["2026-11-30"]}


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


def corrected(record: SealedRecord) -> dict[str, str]:
    """That a record takes the place of this one."""
    return {"record": record.envelope.identifier, "reason": "Erreur"}


def named_photo(image: bytes, photo: str, **changed: Any) -> dict[str, Any]:
    """A photo as a record names it."""
    digest = hashlib.sha256(image).hexdigest()
    return {
        "photo": photo,
        "digest": digest,
        "size": len(image),
        "width": 64,
        "height": 48,
        **changed,
    }


def photographed(assistant: Assistant, image: bytes, pieces: int = 1, **sides: int) -> Sequence[SealedRecord]:
    """The notices of a photo of the wound, not sent."""
    writer, slot, visit = assistant.writer, assistant.slot, assistant.visit
    return photo_notices(writer, slot, visit, image, pieces=pieces, link_id="photos.wound", **sides)


async def send(assistant: Assistant, *sealed: SealedRecord) -> None:
    assert (await assistant.tablet.push(list(sealed))).json() == []
    await assistant.services.projection.caught_up()


async def test_the_photos_of_a_request_are_shown_as_they_arrive(
    assistant: Assistant, visitor: Browser, store: Store, clinical: Browser
) -> None:
    images = [jpeg(seed=number) for number in (1, 2)]
    whole = photographed(assistant, images[0])
    halves = photographed(assistant, images[1], pieces=2)
    identifiers = [each[0].payload["photo"] for each in (whole, halves)]
    wounds = [named_photo(image, each) for image, each in zip(images, identifiers, strict=True)]
    await send(assistant, *whole, halves[0])
    record = await assistant.sign({**remote_form.REQUEST, "photos.wound": {"values": wounds}})
    link, path, code = await assistant.link()
    page = await opened(visitor, path, code)
    shown = f"{path}/photos/{identifiers[0]}"
    assert f'src="{shown}" width="64" height="48"' in page.text
    assert 'alt="Photo 1\u00a0: Plaie"' in page.text
    assert identifiers[1] not in page.text
    assert "Photo pas encore arrivée" in text_of(page)

    image = await visitor.http.get(shown)
    assert (image.status_code, image.headers["content-type"]) == (200, "image/jpeg")
    assert image.content == images[0]
    assert image.headers["cache-control"] == "no-store"
    assert image.headers["x-content-type-options"] == "nosniff"
    assert (await visitor.http.get(f"{path}/photos/{identifiers[1]}")).status_code == 404
    await send(assistant, halves[1])
    later = await visitor.open(path)
    assert 'alt="Photo 2\u00a0: Plaie"' in later.text
    assert (await visitor.http.get(f"{path}/photos/{identifiers[1]}")).content == images[1]
    assert log_of(store, "photo", identifiers[0]) == [(link, "open-photo", "done")]
    access = text_of(await clinical.open(f"/coordination/fiches/{record.digest}/acces"))
    assert "Dr Jeanne Loin, lien de Noé Essai" in access
    assert (await visitor.http.post(path, data=answered(visitor))).status_code == 303
    assert (await visitor.http.get(shown)).status_code == 404


async def test_a_photo_opens_with_the_code_of_its_own_link_and_while_it_lasts(
    assistant: Assistant, visitor: Browser, store: Store, clock: MovingClock
) -> None:
    image = jpeg()
    notices = photographed(assistant, image)
    photo = notices[0].payload["photo"]
    await send(assistant, *notices)
    await assistant.sign({**remote_form.REQUEST, "photos.wound": {"values": [named_photo(image, photo)]}})
    _, path, code = await assistant.link()
    without = await visitor.http.get(f"{path}/photos/{photo}")
    assert (without.status_code, without.headers["content-type"][:9]) == (404, "text/html")
    await opened(visitor, path, code)
    assert (await visitor.http.get(f"{path}/photos/{photo}")).status_code == 200
    cookie = visitor.http.cookies[COOKIE]

    assistant.visit = new_uuid()
    await assistant.sign()
    _, other, _ = await assistant.link()
    headers = {"cookie": f"{COOKIE}={cookie}"}
    visitor.http.cookies.clear()
    assert (await visitor.http.get(f"{other}/photos/{photo}", headers=headers)).status_code == 404
    clock.forward(LIFETIME)
    assert (await visitor.http.get(f"{path}/photos/{photo}", headers=headers)).status_code == 404
    assert len(log_of(store, "photo", photo)) == 1


async def test_only_photos_that_the_shown_records_were_signed_with_are_given(
    assistant: Assistant, visitor: Browser
) -> None:
    """Of the same visit: one that no record names, one of a replaced record, another image, a broken one."""
    image = jpeg()
    unnamed, replaced, changed = [photographed(assistant, image) for _ in range(3)]
    broken = photographed(assistant, b"not a photo")
    await send(assistant, *unnamed, *replaced, *changed, *broken)
    names = [each[0].payload["photo"] for each in (unnamed, replaced, changed, broken)]
    first = await assistant.sign(
        {**remote_form.REQUEST, "photos.wound": {"values": [named_photo(image, names[1])]}}
    )
    wounds = [named_photo(image, names[2], digest="0" * 64), named_photo(b"not a photo", names[3])]
    await assistant.sign(
        {**remote_form.REQUEST, "photos.wound": {"values": wounds}}, replaces=corrected(first)
    )
    _, path, code = await assistant.link()
    page = await opened(visitor, path, code)
    assert "/photos/" not in page.text
    assert text_of(page).count("Photo qui ne peut pas être montrée") == 2
    for name in (*names, new_uuid(), "x"):
        assert (await visitor.http.get(f"{path}/photos/{name}")).status_code == 404, name


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


async def test_a_database_begun_later_is_given_the_opinions_of_the_last_quarter(
    assistant: Assistant, visitor: Browser, clock: MovingClock
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
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


async def test_a_link_is_asked_for_by_a_member_for_a_visit_of_the_own_team(
    assistant: Assistant, day: Day
) -> None:
    foreign = day.foreign.payload
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"visit": foreign["visit"]}, 404, "not-found"),
        ({"stop": foreign["stop"]}, 404, "not-found"),
        ({"stop": new_uuid()}, 404, "not-found"),
        ({"visit": day.doctor.payload["visit"], "stop": day.foreign.payload["stop"]}, 404, "not-found"),
        ({"visit": "x"}, 400, "validation"),
        ({"physician": "x" * 121}, 400, "validation"),
    ]
    for changed, status, code in cases:
        answer = await assistant.ask(**changed)
        assert (answer.status_code, answer.json()["code"]) == (status, code), changed
    with day.services.store.session() as session:
        assert session.exec(select(RemoteLink)).all() == []


async def test_a_link_is_followed_by_the_tablet_that_asked_only(
    assistant: Assistant, day: Day, store: Store
) -> None:
    link, _, _ = await assistant.link()
    neighbour = await enrolled_tablet(assistant.tablet.http, day.services, day.other)
    answer = await neighbour.http.get(f"/api/remote-links/{link}", headers=neighbour.bearer)
    assert answer.status_code == 404


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


async def test_a_fault_of_the_page_never_tells_its_address(
    assistant: Assistant, visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    await assistant.sign()
    _, path, code = await assistant.link()
    await opened(visitor, path, code)
    await visitor.open(path + "/nothing")
    await visitor.open("/avis/" + "B" * 43)
    secret = path.rsplit("/", 1)[1]
    assert [record for record in caplog.records if secret in record.getMessage()] == []


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
