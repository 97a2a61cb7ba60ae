"""A remote doctor's link: its code, its end, and whoever should not get in."""

import re
from datetime import timedelta
from typing import Any

import anyio
import pytest
from sqlmodel import select

from server.identifiers import new_uuid, sha256_hex
from server.remote.links import LIFETIME, MAX_TRIES
from server.routes.web_remote_link import COOKIE
from server.store.database import Store
from server.store.follow_ups import Act
from server.store.remote import RemoteLink
from tests.server.web.browser import Browser, text_of
from tests.server.web.conftest import Day, MovingClock
from tests.server.web.remote import Assistant, assistant, at_request, forms, log_of, opened
from tests.support.tablet import enrolled_tablet

pytestmark = pytest.mark.anyio

__all__ = ["assistant", "forms"]


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


@pytest.mark.parametrize("typed", ["", "abc", "12345", "1234567", "12 34 5x", "١٢٣٤٥٦٧", "12345²³"])
async def test_what_is_no_code_is_said_and_is_no_try(
    assistant: Assistant, visitor: Browser, store: Store, typed: str
) -> None:
    link, path, code = await assistant.link()
    page = await visitor.http.post(f"{path}/code", data={"code": typed, "outcome.notes": "Un avis"})
    assert page.status_code == 422
    assert "il a 6 chiffres. Aucun essai n’est compté." in text_of(page)
    assert 'value="Un avis"' in page.text
    assert log_of(store, "remote-link", link)[1:] == []
    with store.session() as session:
        assert session.exec(select(RemoteLink.tries)).one() == 0
    assert (await visitor.http.post(f"{path}/code", data={"code": code})).status_code == 303


async def test_a_code_in_full_width_digits_is_the_code(assistant: Assistant, visitor: Browser) -> None:
    _, path, code = await assistant.link()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert (await visitor.http.post(f"{path}/code", data={"code": wide})).status_code == 303


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


async def test_the_cookie_of_one_link_opens_no_other(assistant: Assistant, visitor: Browser) -> None:
    await at_request(assistant, visitor)
    cookie = visitor.http.cookies[COOKIE]
    _, other_path, _ = await assistant.link()
    visitor.http.cookies.clear()
    page = await visitor.http.get(other_path, headers={"cookie": f"{COOKIE}={cookie}"})
    assert "BRUYÈRE" not in page.text


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


async def test_a_fault_of_the_page_never_tells_its_address(
    assistant: Assistant, visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    path = await at_request(assistant, visitor)
    await visitor.open(path + "/nothing")
    await visitor.open("/avis/" + "B" * 43)
    secret = path.rsplit("/", 1)[1]
    assert [record for record in caplog.records if secret in record.getMessage()] == []
