"""Signing in and choosing a password."""

import pytest
from sqlmodel import select

from server.auth import login, sessions
from server.auth.errors import LoginRefused, TooManyTries
from server.auth.passwords import PasswordFault
from server.auth.sessions import Coordinator
from server.keys.organisation import OrganisationKeys
from server.store.control import Member, WebSession
from server.store.database import Store
from tests.server.web.browser import PASSWORD, give_password
from tests.support.organisation import NOON, Seeded, seed

CHOSEN = "phare vague houle barque ancre voile galet"


@pytest.fixture
def team(store: Store, organisation_keys: OrganisationKeys) -> Seeded:
    seeded = seed(store, organisation_keys)
    give_password(store, seeded.clinical, one_time=True)
    return seeded


def name(team: Seeded) -> str:
    return f"clinical_coordinator-{team.team}"


def coordinator(store: Store, team: Seeded) -> Coordinator:
    signed = login.sign_in(store, name(team), PASSWORD, "192.0.2.1", NOON)
    with store.session() as session:
        found = sessions.find(session, signed.secret, NOON)
    assert found is not None
    return found


def test_the_right_password_begins_a_session(store: Store, team: Seeded) -> None:
    assert coordinator(store, team).member_id == team.clinical


def test_a_login_is_the_same_in_capitals_and_with_spaces(store: Store, team: Seeded) -> None:
    assert login.sign_in(store, f" {name(team).upper()} ", PASSWORD, "192.0.2.1", NOON).secret


@pytest.mark.parametrize("typed", ["unknown", ""])
def test_an_unknown_login_is_refused_like_a_wrong_password(store: Store, team: Seeded, typed: str) -> None:
    with pytest.raises(LoginRefused):
        login.sign_in(store, typed, PASSWORD, "192.0.2.1", NOON)
    with pytest.raises(LoginRefused):
        login.sign_in(store, name(team), "wrong", "192.0.2.1", NOON)


def test_a_coordinator_without_password_cannot_sign_in(store: Store, team: Seeded) -> None:
    with pytest.raises(LoginRefused):
        login.sign_in(store, f"administrative_coordinator-{team.team}", "", "192.0.2.1", NOON)


def test_even_the_right_password_waits_for_the_delay(store: Store, team: Seeded) -> None:
    for _ in range(4):
        with pytest.raises(LoginRefused):
            login.sign_in(store, name(team), "wrong", "192.0.2.1", NOON)
    with pytest.raises(TooManyTries):
        login.sign_in(store, name(team), PASSWORD, "192.0.2.1", NOON)


def test_a_weak_digest_is_renewed_at_login(store: Store, team: Seeded) -> None:
    from argon2 import PasswordHasher

    with store.session() as session:
        weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
        session.get_one(Member, team.clinical).password_hash = weak
    coordinator(store, team)
    with store.session() as session:
        assert session.get_one(Member, team.clinical).password_hash != weak


def test_a_chosen_password_ends_every_other_session(store: Store, team: Seeded) -> None:
    coordinator(store, team)
    secret, found = login.choose_password(store, coordinator(store, team), PASSWORD, CHOSEN, CHOSEN, NOON)
    with store.session() as session:
        assert len(session.exec(select(WebSession)).all()) == 1
        now = sessions.find(session, secret, NOON)
    assert found == []
    assert now is not None
    assert not now.must_choose_password
    assert login.sign_in(store, name(team), CHOSEN, "192.0.2.1", NOON).secret


def test_what_is_wrong_with_a_chosen_password_is_said_and_nothing_changes(store: Store, team: Seeded) -> None:
    who = coordinator(store, team)
    assert login.choose_password(store, who, PASSWORD, PASSWORD, "other", NOON) == (
        "",
        [PasswordFault.DIFFERENT, PasswordFault.UNCHANGED],
    )
    assert login.sign_in(store, name(team), PASSWORD, "192.0.2.1", NOON).secret


def test_the_current_password_is_asked_for(store: Store, team: Seeded) -> None:
    with pytest.raises(LoginRefused):
        login.choose_password(store, coordinator(store, team), "wrong", CHOSEN, CHOSEN, NOON)
