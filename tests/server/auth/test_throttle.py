"""Growing delays: by login, by address, never longer than a minute, never for ever."""

from datetime import timedelta

import pytest
from sqlmodel import select

from server.auth import throttle
from server.auth.errors import TooManyTries
from server.store.control import LoginAttempt
from server.store.database import Store
from tests.support.organisation import NOON


def fail(store: Store, times: int, login: str = "cleo", address: str = "192.0.2.1") -> None:
    """Fail so many times in a row, each as soon as it is heard."""
    now = NOON
    for _ in range(times):
        try:
            charge(store, login, address, now)
        except TooManyTries as refusal:
            now += timedelta(seconds=refusal.wait_s)
            charge(store, login, address, now)


def charge(store: Store, login: str, address: str, now: object = NOON) -> None:
    with store.session() as session:
        throttle.charge(session, login, address, now)  # type: ignore[arg-type]


def test_delays_double_up_to_a_minute() -> None:
    assert [throttle.delay_s(n, 3) for n in range(1, 13)] == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_delay_grows_without_a_bound_on_failures() -> None:
    assert throttle.delay_s(1_000_000, 3) == throttle.MAX_DELAY_S


def test_a_few_failures_are_free(store: Store) -> None:
    for _ in range(4):
        charge(store, "cleo", "192.0.2.1")


def test_the_next_try_waits(store: Store) -> None:
    fail(store, 4)
    with pytest.raises(TooManyTries) as refusal:
        charge(store, "cleo", "192.0.2.1")
    assert refusal.value.wait_s == 2


def test_one_login_from_many_addresses_waits_too(store: Store) -> None:
    for host in range(4):
        charge(store, "cleo", f"192.0.2.{host}")
    with pytest.raises(TooManyTries):
        charge(store, "cleo", "192.0.2.99")


def test_many_logins_from_one_address_wait_too(store: Store) -> None:
    for number in range(13):
        charge(store, f"login {number}", "192.0.2.1")
    with pytest.raises(TooManyTries):
        charge(store, "another", "192.0.2.1")


def test_a_refused_try_is_not_counted(store: Store) -> None:
    fail(store, 4)
    for _ in range(20):
        with pytest.raises(TooManyTries):
            charge(store, "cleo", "192.0.2.1")
    charge(store, "cleo", "192.0.2.1", NOON + timedelta(seconds=2))


def test_a_success_forgets_the_login_and_gives_one_try_back(store: Store) -> None:
    fail(store, 3)
    with store.session() as session:
        throttle.forgive(session, "cleo", "192.0.2.1")
    with store.session() as session:
        assert [row.failures for row in session.exec(select(LoginAttempt))] == [2]


def test_old_failures_are_forgotten(store: Store) -> None:
    fail(store, 8)
    later = NOON + throttle.FORGET_AFTER + timedelta(minutes=5)
    with store.session() as session:
        throttle.forget_old(session, later)
    with store.session() as session:
        assert session.exec(select(LoginAttempt)).all() == []


def test_a_password_typed_as_login_is_not_stored(store: Store) -> None:
    charge(store, "my secret password", "192.0.2.1")
    with store.session() as session:
        assert all("secret" not in row.subject for row in session.exec(select(LoginAttempt)))
