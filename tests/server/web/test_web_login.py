"""Signing in and out over HTTP: cookies, forms, delays, expiry, first password."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from server.auth import sessions
from server.store.control import AccessLog, Member
from server.store.database import Store
from tests.server.web.browser import PASSWORD, Browser, give_password, text_of
from tests.server.web.conftest import Day, MovingClock

pytestmark = pytest.mark.anyio
LOGIN, HOME = "/coordination/connexion", "/coordination/"
CHOSEN = "phare vague houle barque ancre voile galet"


def name(day: Day) -> str:
    return f"clinical_coordinator-{day.seeded.team}"


async def test_a_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    visitor: Browser, day: Day
) -> None:
    answer = await visitor.sign_in(name(day))
    assert (answer.status_code, answer.headers["location"]) == (303, HOME)
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith("escale_session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age" not in cookie


async def test_a_session_opened_before_the_login_is_not_the_one_after(visitor: Browser, day: Day) -> None:
    visitor.http.cookies.set("escale_session", "chosen by somebody else")
    answer = await visitor.sign_in(name(day))
    assert "chosen" not in answer.headers["set-cookie"]


async def test_a_wrong_password_keeps_the_typed_login(visitor: Browser, day: Day) -> None:
    answer = await visitor.sign_in(name(day), "wrong")
    assert answer.status_code == 401
    assert f'value="{name(day)}"' in answer.text
    assert "wrong" not in answer.text
    assert "Identifiant ou mot de passe incorrect." in text_of(answer)


async def test_too_many_tries_say_how_long_to_wait(visitor: Browser, day: Day, clock: MovingClock) -> None:
    for _ in range(4):
        assert (await visitor.sign_in(name(day), "wrong")).status_code == 401
    answer = await visitor.sign_in(name(day))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert "Attendez 2 secondes" in text_of(answer)
    assert f'value="{name(day)}"' in answer.text
    clock.forward(timedelta(seconds=2))
    assert (await visitor.sign_in(name(day))).status_code == 303


async def test_a_login_form_without_its_cookie_is_shown_again(visitor: Browser, day: Day) -> None:
    await visitor.open(LOGIN)
    visitor.http.cookies.clear()
    answer = await visitor.send(LOGIN, login=name(day), password=PASSWORD)
    assert answer.status_code == 403
    assert f'value="{name(day)}"' in answer.text


async def test_a_login_form_of_another_site_is_refused(visitor: Browser, day: Day) -> None:
    await visitor.open(LOGIN)
    headers = {"sec-fetch-site": "cross-site"}
    answer = await visitor.send(LOGIN, headers, login=name(day), password=PASSWORD)
    assert answer.status_code == 403
    assert "escale_session" not in answer.headers.get("set-cookie", "")


async def test_an_idle_session_asks_to_sign_in_again(clinical: Browser, clock: MovingClock) -> None:
    assert (await clinical.open(HOME)).status_code == 200
    clock.forward(sessions.IDLE)
    answer = await clinical.open(HOME)
    assert (answer.status_code, answer.headers["location"]) == (303, LOGIN)


async def test_what_was_typed_survives_an_expired_session(
    clinical: Browser, day: Day, clock: MovingClock
) -> None:
    await clinical.open(f"/coordination/fiches/{day.nurse.digest}")
    clock.forward(sessions.IDLE)
    answer = await clinical.send(
        f"/coordination/fiches/{day.nurse.digest}/decision",
        verdict="to_correct",
        message="Vérifier <le pouls>",
    )
    assert answer.status_code == 401
    assert "Vérifier <le pouls>" in text_of(answer)


async def test_signing_out_ends_the_session_on_the_server(clinical: Browser) -> None:
    secret = clinical.http.cookies["escale_session"]
    await clinical.open(HOME)
    assert (await clinical.send("/coordination/deconnexion")).status_code == 303
    clinical.http.cookies.set("escale_session", secret)
    assert (await clinical.open(HOME)).status_code == 303


async def test_a_one_time_password_must_be_replaced_first(visitor: Browser, day: Day, store: Store) -> None:
    give_password(store, day.seeded.clinical, one_time=True)
    await visitor.sign_in(name(day))
    answer = await visitor.open(HOME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/coordination/mot-de-passe")
    page = await visitor.open("/coordination/mot-de-passe")
    assert "ne sert qu’une fois" in text_of(page)
    short = {"current": PASSWORD, "chosen": "court", "repeated": "autre"}
    refused = await visitor.send("/coordination/mot-de-passe", **short)
    assert refused.status_code == 422
    assert "trop court" in text_of(refused)
    assert "diffèrent" in text_of(refused)
    accepted = {"current": PASSWORD, "chosen": CHOSEN, "repeated": CHOSEN}
    assert (await visitor.send("/coordination/mot-de-passe", **accepted)).status_code == 303
    assert (await visitor.open(HOME)).status_code == 200
    with store.session() as session:
        assert not session.get_one(Member, day.seeded.clinical).password_is_one_time


async def test_logins_and_failures_are_logged_without_what_was_typed(
    visitor: Browser, day: Day, store: Store
) -> None:
    await visitor.sign_in("my secret typed here", "wrong")
    await visitor.sign_in(name(day), "wrong")
    await visitor.sign_in(name(day))
    with store.session() as session:
        lines = session.exec(select(AccessLog).order_by(col(AccessLog.sequence))).all()
    assert [(line.actor_id, line.action, line.object_id, line.outcome) for line in lines] == [
        ("-", "login", "-", "refused"),
        ("-", "login", day.seeded.clinical, "refused"),
        (day.seeded.clinical, "login", day.seeded.clinical, "done"),
    ]


async def test_the_pages_are_in_english_for_those_who_ask(clinical: Browser) -> None:
    await clinical.open(HOME)
    await clinical.send("/coordination/langue/en")
    answer = await clinical.open(HOME)
    assert '<html lang="en">' in answer.text
    assert "Day’s count" in text_of(answer)
