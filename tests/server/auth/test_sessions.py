"""A session lives while it is used, for a working day at most, and only while its member may sign in."""

from datetime import timedelta

from sqlmodel import select

from server.auth import sessions
from server.keys.organisation import OrganisationKeys
from server.store.control import Member, WebSession
from server.store.database import Store
from tests.server.web.browser import give_password
from tests.support.organisation import NOON, Seeded, seed


def signed_in(store: Store, keys: OrganisationKeys) -> tuple[Seeded, str]:
    seeded = seed(store, keys)
    give_password(store, seeded.clinical)
    with store.session() as session:
        return seeded, sessions.begin(session, seeded.clinical, NOON)


def found(store: Store, secret: str, after: timedelta) -> bool:
    with store.session() as session:
        return sessions.find(session, secret, NOON + after) is not None


def test_the_secret_is_not_stored(store: Store, organisation_keys: OrganisationKeys) -> None:
    _, secret = signed_in(store, organisation_keys)
    with store.session() as session:
        (row,) = session.exec(select(WebSession)).all()
    assert secret not in {row.secret_digest, row.csrf_token}


def test_a_secret_finds_its_coordinator(store: Store, organisation_keys: OrganisationKeys) -> None:
    seeded, secret = signed_in(store, organisation_keys)
    with store.session() as session:
        coordinator = sessions.find(session, secret, NOON)
    assert coordinator is not None
    assert (coordinator.member_id, coordinator.is_clinical) == (seeded.clinical, True)
    assert coordinator.sent(coordinator.form_token)
    assert not coordinator.sent(secret)


def test_an_unknown_secret_finds_nobody(store: Store, organisation_keys: OrganisationKeys) -> None:
    signed_in(store, organisation_keys)
    assert not found(store, "another", timedelta())


def test_an_idle_session_ends(store: Store, organisation_keys: OrganisationKeys) -> None:
    _, secret = signed_in(store, organisation_keys)
    assert found(store, secret, sessions.IDLE - timedelta(seconds=1))
    assert found(store, secret, 2 * sessions.IDLE - timedelta(seconds=2))
    assert not found(store, secret, 4 * sessions.IDLE)


def test_a_session_in_use_ends_too(store: Store, organisation_keys: OrganisationKeys) -> None:
    _, secret = signed_in(store, organisation_keys)
    step = sessions.IDLE - timedelta(seconds=1)
    after = step
    while after < sessions.ABSOLUTE:
        assert found(store, secret, after)
        after += step
    assert not found(store, secret, sessions.ABSOLUTE)


def test_a_disabled_member_is_out_at_once(store: Store, organisation_keys: OrganisationKeys) -> None:
    seeded, secret = signed_in(store, organisation_keys)
    with store.session() as session:
        session.get_one(Member, seeded.clinical).disabled = True
    assert not found(store, secret, timedelta())


def test_a_field_member_may_not_sign_in(store: Store, organisation_keys: OrganisationKeys) -> None:
    seeded, _ = signed_in(store, organisation_keys)
    with store.session() as session:
        doctor = session.get_one(Member, seeded.doctor)
        doctor.login, doctor.password_hash = "doctor", "digest"
        assert not sessions.may_sign_in(doctor)


def test_expired_sessions_are_removed(store: Store, organisation_keys: OrganisationKeys) -> None:
    signed_in(store, organisation_keys)
    with store.session() as session:
        sessions.forget_expired(session, NOON + sessions.IDLE)
    with store.session() as session:
        assert session.exec(select(WebSession)).all() == []
